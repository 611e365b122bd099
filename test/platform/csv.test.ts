// Tables: what spreadsheets write is read, what is wrong is said with its line, and writing survives reading.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isAppError } from '../../src/platform/errors.ts';
import { readCsv, writeCsv } from '../../src/platform/files/csv.ts';
import type { CsvLimits, CsvRow } from '../../src/platform/files/csv.ts';

async function collect(rows: AsyncIterable<CsvRow>): Promise<CsvRow[]> {
  const found: CsvRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

async function read(source: string | Uint8Array, limits?: CsvLimits): Promise<CsvRow[]> {
  return collect(readCsv(Buffer.from(source as string), limits));
}

async function errorOf(source: string | Uint8Array, limits?: CsvLimits) {
  const error: unknown = await read(source, limits).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isAppError(error), `no error for ${JSON.stringify(source).slice(0, 80)}`);
  return { code: error.code, ...error.params };
}

/** The same bytes, in pieces of `size`, as a network brings them. */
async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('reading a table', () => {
  it('gives rows by column name with the line they begin on', async () => {
    const text = 'code; naam \r\n\r\n1;"een\r\ntwee"\r\n;;\r\n2;  drie  \r\n';
    assert.deepEqual(await read(text.replace(';;', ';')), [
      { line: 3, values: { code: '1', naam: 'een\ntwee' } },
      { line: 6, values: { code: '2', naam: 'drie' } },
    ]);
  });

  it('finds the separator, and believes the line in which Excel names it', async () => {
    const expected = { a: '1', 'b,c': '2' };
    for (const text of ['a;"b,c"\n1;2', 'a,"b,c"\n1,2', 'a\t"b,c"\n1\t2', 'sep=,\na,"b,c"\n1,2']) {
      assert.deepEqual((await read(text))[0]?.values, expected, text);
    }
    assert.deepEqual(await read('only\nx\n'), [{ line: 2, values: { only: 'x' } }]);
    assert.equal((await read('sep=;\na\nx'))[0]?.line, 3);
  });

  it('reads every encoding that spreadsheets write, however the bytes arrive', async () => {
    const text = 'naam;stad\nZoë Müller;Liège\nŒuvre;“Ath”\n';
    const windows = text.replace('Œ', '\x8c').replace('“', '\x93').replace('”', '\x94');
    const utf16 = Buffer.from(text, 'utf16le');
    const encodings = {
      'UTF-8': Buffer.from(text),
      'UTF-8 with mark': Buffer.from(`\ufeff${text}`),
      'UTF-16 little endian with mark': Buffer.from(`\ufeff${text}`, 'utf16le'),
      'UTF-16 big endian with mark': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      'UTF-16 little endian': Buffer.from(utf16),
      'UTF-16 big endian': Buffer.from(utf16).swap16(),
      'windows-1252': Buffer.from(windows, 'latin1'),
    };
    const rows = [
      { line: 2, values: { naam: 'Zoë Müller', stad: 'Liège' } },
      { line: 3, values: { naam: 'Œuvre', stad: '“Ath”' } },
    ];
    for (const [name, bytes] of Object.entries(encodings)) {
      for (const size of [1, 2, 3, 7, 1000]) {
        const found = await collect(readCsv(inPieces(bytes, size)));
        assert.deepEqual(found, rows, `${name} in pieces of ${size}`);
      }
    }
  });

  it('takes off the apostrophe that made a formula harmless', async () => {
    assert.deepEqual(
      (await read("tel\n'+32 2 123\n'plain\n")).map(({ values }) => values['tel']),
      ['+32 2 123', "'plain"],
    );
  });

  it('does not let a column take over an object', async () => {
    const [row] = await read('__proto__;constructor\na;b\n');
    assert.deepEqual(Object.entries(row?.values ?? {}), [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});

describe('a table that cannot be read', () => {
  it('is refused with the reason and the line', async () => {
    assert.deepEqual(await errorOf(''), { code: 'file_empty' });
    assert.deepEqual(await errorOf('\n\n'), { code: 'file_empty' });
    assert.deepEqual(await errorOf('a;;c\n1;2;3'), { code: 'file_no_header' });
    assert.deepEqual(await errorOf('a;b;a\n1;2;3'), { code: 'file_duplicate_column', column: 'a' });
    assert.deepEqual(await errorOf('a;b\n1;2\n"x\ny";2;3\n'), {
      code: 'file_row_length',
      line: 3,
      expected: 2,
      found: 3,
    });
    assert.deepEqual(await errorOf('a;b\n1;2\n1;"x"y\n'), { code: 'file_bad_quotes', line: 3 });
    assert.equal((await errorOf('a;b\n1;"never closed\n')).code, 'file_bad_quotes');
  });

  it('is refused when its letters belong to two encodings', async () => {
    const mixed = Buffer.concat([Buffer.from('naam\nLiège\n'), Buffer.from('Malm\xe9dy\n', 'latin1')]);
    const found: unknown = await collect(readCsv(inPieces(mixed, 6))).catch((error: unknown) => error);
    assert.ok(isAppError(found) && found.code === 'file_bad_encoding');
    assert.deepEqual(found.params, { line: 3 });
  });

  it('is refused beyond the limits, never cut short', async () => {
    assert.deepEqual(await errorOf('a\n1\n2\n3\n', { maxRows: 2 }), {
      code: 'file_too_many_rows',
      maximum: 2,
    });
    assert.equal((await read('a\n1\n2\n', { maxRows: 2 })).length, 2);
    assert.deepEqual(await errorOf(`a\n${'1\n'.repeat(2 ** 19)}`, { maxBytes: 2 ** 20 }), {
      code: 'file_too_large',
      maximum: 1,
    });
    assert.equal((await errorOf(`a\n${'x'.repeat(2 ** 21)}\n`)).code, 'file_line_too_long');
  });
});

describe('the source of a table', () => {
  it('is let go when the reader has seen enough', async () => {
    const source = Readable.from(inPieces(Buffer.from(`a\n${'x\n'.repeat(100_000)}`), 1000));
    for await (const row of readCsv(source)) {
      assert.equal(row.line, 2);
      break;
    }
    assert.equal(source.destroyed, true);
  });

  it('fails with its own error', async () => {
    await assert.rejects(collect(readCsv(createReadStream('/nowhere.csv'))), { code: 'ENOENT' });
    async function* cut() {
      yield Buffer.from('a\n1\n');
      throw new Error('connection lost');
    }
    await assert.rejects(collect(readCsv(cut())), /connection lost/);
  });
});

describe('writing a table', () => {
  it('marks it as UTF-8 and makes formulas harmless', async () => {
    const columns = [
      { header: 'naam', value: (row: { naam: string; actief?: boolean }) => row.naam },
      { header: 'actief', value: (row: { actief?: boolean }) => row.actief },
    ];
    const rows = [{ naam: '=cmd|x', actief: true }, { naam: 'één;twee' }];
    const text = (await writeCsv(rows, columns).toArray()).join('');
    assert.equal(text, `\ufeffnaam;actief\r\n'=cmd|x;true\r\n"één;twee";\r\n`);
  });

  it('is read back as it was, whatever the cells hold', async () => {
    const cell = fc
      .string({ unit: 'grapheme', minLength: 1 })
      // Cells are trimmed on reading, and an apostrophe before a formula is taken for ours.
      .filter(
        (text) => text === text.trim() && text !== '' && !text.startsWith("'") && !text.includes('\ufeff'),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (rows) => {
        const columns = [0, 1].map((index) => ({
          header: `c${index}`,
          value: (row: [string, string]) => row[index],
        }));
        const found = await collect(readCsv(writeCsv(rows, columns)));
        assert.deepEqual(
          found.map(({ values }) => [values['c0'], values['c1']]),
          rows,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('fails when its rows fail, so that nobody takes a part for the whole', async () => {
    async function* failing() {
      yield { a: 1 };
      throw new Error('database went away');
    }
    const stream = writeCsv(failing(), [{ header: 'a', value: (row) => row.a }]);
    await assert.rejects(stream.toArray(), /database went away/);
  });
});
