import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { cutPage, decodeCursor, encodeCursor, listLinks, parseListQuery } from '../../src/web/list-query.ts';

const options = {
  sorts: ['name', 'until'],
  filters: { type: z.enum(['employee', 'external']), unit: z.uuid() },
} as const;
const parse = (query: string) => parseListQuery(Object.fromEntries(new URLSearchParams(query)), options);
const queryOf = (href: string | undefined): string => href?.split('?')[1] ?? assert.fail('no link');

describe('the address of a list', () => {
  it('has defaults', () => {
    assert.deepEqual(parse(''), { q: '', sort: 'name', dir: 'asc', filters: {}, size: 50 });
  });

  it('keeps what is allowed and ignores the rest', () => {
    const query = parse('q=+An+&sort=until&dir=desc&type=external&unit=1%20or%201&size=5000&x=y');
    assert.deepEqual(query, {
      q: 'An',
      sort: 'until',
      dir: 'desc',
      filters: { type: 'external' },
      size: 100,
    });
    assert.deepEqual(parse('sort=password&dir=up&size=-1&type=admin'), parse(''));
    assert.equal(parseListQuery({ q: ['a', 'b'], sort: { a: 1 } }, options).q, '');
  });

  it('refuses a place that cannot be read', () => {
    for (const cursor of [
      '%',
      'e30',
      encodeCursor([]),
      'x'.repeat(3000),
      Buffer.from('[{"a":1}]').toString('base64url'),
    ]) {
      assert.throws(() => parse(`after=${encodeURIComponent(cursor)}`), {
        code: 'bad_cursor',
        kind: 'invalid',
      });
    }
  });

  it('reads back every place that it wrote', () => {
    const value = fc.oneof(fc.string({ maxLength: 100 }), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) =>
        assert.deepEqual(decodeCursor(encodeCursor(values)), values),
      ),
    );
  });

  it('drops the place when search, filter or order change, and keeps everything else', () => {
    const query = parse(`q=An&type=external&sort=until&size=20&after=${encodeCursor(['x', 1])}`);
    const links = listLinks('/people', query);
    assert.equal(links.link({ q: 'Bo' }), '/people?q=Bo&type=external&sort=until&dir=asc&size=20');
    assert.equal(links.link({ q: undefined }), '/people?type=external&sort=until&dir=asc&size=20');
    assert.equal(links.link({ filters: { type: undefined } }), '/people?q=An&sort=until&dir=asc&size=20');
    assert.deepEqual(links.sort('until'), { href: links.link({ dir: 'desc' }), dir: 'asc' });
    assert.deepEqual(links.sort('name'), { href: links.link({ sort: 'name', dir: 'asc' }) });
    assert.ok(!links.hidden.some(({ name }) => name === 'after'));
  });

  it('walks a list forward and back without losing or repeating a row', () => {
    const sizes = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 7 }));
    fc.assert(
      fc.property(sizes, ([count, size]) => {
        const all = Array.from({ length: count }, (_, index) => index);
        const walk = (start: string): { seen: number[][]; last: string } => {
          const seen: number[][] = [];
          for (let search: string | undefined = start; ;) {
            const page = cutPage(readPage(all, search), parse(search), '/l', (row) => [row]);
            seen.push(page.rows);
            const back = start.includes('before');
            const next: string | undefined = back ? page.previousHref : page.nextHref;
            if (next === undefined) return { seen, last: search };
            search = queryOf(next);
          }
        };
        const forward = walk(`size=${size}`);
        assert.deepEqual(forward.seen.flat(), all);
        if (count <= size) return;
        const end = cutPage(readPage(all, forward.last), parse(forward.last), '/l', (row) => [row]);
        const backward = walk(queryOf(end.previousHref));
        assert.deepEqual([...backward.seen.toReversed().flat(), ...end.rows], all);
      }),
    );
  });
});

/** What SQL would answer: `size + 1` rows in reading direction from the place. */
function readPage(all: readonly number[], search: string): number[] {
  const query = parse(search);
  if (query.before) {
    return all
      .filter((row) => row < Number(query.before?.[0]))
      .toReversed()
      .slice(0, query.size + 1);
  }
  return all.filter((row) => row > Number(query.after?.[0] ?? -1)).slice(0, query.size + 1);
}
