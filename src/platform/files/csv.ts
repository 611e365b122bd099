// Reads tables as spreadsheets write them, and writes tables as spreadsheets read them. Both ways as streams.
import { CsvError, parse } from 'csv-parse';
import type { Info } from 'csv-parse';
import { stringify } from 'csv-stringify';
import { pipeline, Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { decodeText } from './text-encoding.ts';

const DEFAULT_MAX_ROWS = 100_000;
const DEFAULT_MAX_BYTES = 50 * 1024 * 1024;
const DELIMITERS = [';', ',', '\t'] as const;
/** What a formula begins with; csv-stringify puts an apostrophe before it, which reading takes off again. */
const ESCAPED_FORMULA = /^'(?=[=+\-@\t\r\uff0b\uff0d\uff1d\uff20])/;

export type CsvRow = {
  /** Line of the file on which the row begins; the header is usually on line 1. */
  line: number;
  /** By column name; every column of the header is there, trimmed, empty when nothing was filled in. */
  values: Readonly<Record<string, string>>;
};

export type CsvLimits = { maxRows?: number; maxBytes?: number };

/**
 * Reads a table with a header row: separated by `;`, `,` or tab, in UTF-8, UTF-16 or windows-1252. Empty lines are
 * passed over. Rows come as they are read, so an error may follow rows that were good.
 * @throws invalid `file_empty`, `file_no_header`, `file_duplicate_column` {column}, `file_row_length` {line, expected,
 * found}, `file_bad_quotes` {line}, `file_too_many_rows` {maximum}, and those of `decodeText`.
 */
export async function* readCsv(
  source: Readable | AsyncIterable<Uint8Array> | Uint8Array,
  limits: CsvLimits = {},
): AsyncGenerator<CsvRow> {
  const maxRows = limits.maxRows ?? DEFAULT_MAX_ROWS;
  const bytes = source instanceof Uint8Array ? [source] : source;
  const text = decodeText(Readable.from(bytes), limits.maxBytes ?? DEFAULT_MAX_BYTES);
  let columns: string[] | undefined;
  let rows = 0;
  for await (const { line, cells } of parseRecords(text)) {
    if (columns === undefined) {
      columns = checkHeader(cells);
      continue;
    }
    if (cells.length !== columns.length) throw rowLengthError(line, columns.length, cells.length);
    rows += 1;
    if (rows > maxRows) throw new AppError('invalid', 'file_too_many_rows', { params: { maximum: maxRows } });
    yield { line, values: Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ''])) };
  }
  if (columns === undefined) throw new AppError('invalid', 'file_empty');
}

type RawRecord = { record: string[]; info: Info; raw: string };
type ParsedRecord = { line: number; cells: string[] };

async function* parseRecords(text: AsyncGenerator<string>): AsyncGenerator<ParsedRecord> {
  const { delimiter, skipLines, all } = await sniffDelimiter(unixLines(text));
  const reader = Readable.from(all, { objectMode: false });
  const parser = parse({
    delimiter,
    from_line: 1 + skipLines,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: 1024 * 1024,
  });
  // An error of either reaches the loop below through the parser.
  pipeline(reader, parser, () => undefined);
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<RawRecord>) {
      const cells = record.map((cell) => cell.trim().replace(ESCAPED_FORMULA, ''));
      if (cells.every((cell) => cell === '')) continue;
      yield { line: info.lines - newlinesIn(raw.trim()), cells };
    }
  } catch (error) {
    throw toAppError(error);
  } finally {
    // Whoever stops early must not leave the file open.
    reader.destroy();
    if (!reader.closed) await new Promise((resolve) => void reader.once('close', resolve));
  }
}

/** Lines ending in one character: csv-parse counts a quoted `\r\n` as two lines, and would name the wrong one. */
async function* unixLines(text: AsyncGenerator<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const whole = rest + piece;
    rest = whole.endsWith('\r') ? '\r' : '';
    yield whole.slice(0, whole.length - rest.length).replaceAll('\r\n', '\n');
  }
  yield rest;
}

/** Looks at the first line: the separator it has most of, or the one Excel's own `sep=;` line names. */
async function sniffDelimiter(
  text: AsyncGenerator<string>,
): Promise<{ delimiter: string; skipLines: number; all: AsyncGenerator<string> }> {
  let start = '';
  while (!start.trimStart().includes('\n')) {
    const next = await text.next();
    if (next.done) break;
    start += next.value;
  }
  async function* all() {
    yield start;
    yield* text;
  }
  const [line = ''] = start.trimStart().split(/[\r\n]/, 1);
  const named = /^sep=([;,\t])$/i.exec(line)?.[1];
  if (named !== undefined) return { delimiter: named, skipLines: 1, all: all() };
  const unquoted = line.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => unquoted.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, other) => (count(other) > count(best) ? other : best));
  return { delimiter, skipLines: 0, all: all() };
}

function checkHeader(cells: readonly string[]): string[] {
  const seen = new Set<string>();
  for (const column of cells) {
    if (column === '') throw new AppError('invalid', 'file_no_header');
    if (seen.has(column)) throw new AppError('invalid', 'file_duplicate_column', { params: { column } });
    seen.add(column);
  }
  return [...cells];
}

function rowLengthError(line: number, expected: number, found: number): AppError {
  return new AppError('invalid', 'file_row_length', { params: { line, expected, found } });
}

function toAppError(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = Number(Reflect.get(error, 'lines')) || 1;
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new AppError('invalid', 'file_line_too_long', { params: { line } });
  }
  // The message of the library repeats the cell, which may hold personal data; so it is no cause.
  return new AppError('invalid', 'file_bad_quotes', { params: { line } });
}

function newlinesIn(text: string): number {
  return text.split('\n').length - 1;
}

export type CsvColumn<Row> = { header: string; value: (row: Row) => string | number | boolean | undefined };

/**
 * Writes a table as UTF-8 with a byte order mark, which spreadsheets need, and with formulas made harmless.
 * @param options.delimiter `;` by default: spreadsheets in Belgium split on it.
 */
export function writeCsv<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  columns: readonly CsvColumn<Row>[],
  options: { delimiter?: ';' | ',' } = {},
): Readable {
  const text = stringify({
    bom: true,
    escape_formulas: true,
    delimiter: options.delimiter ?? ';',
    record_delimiter: '\r\n',
    cast: { boolean: (value) => (value ? 'true' : 'false') },
  });
  async function* records() {
    yield columns.map(({ header }) => header);
    for await (const row of rows) yield columns.map(({ value }) => value(row));
  }
  return Readable.from(records()).compose(text) as Readable;
}
