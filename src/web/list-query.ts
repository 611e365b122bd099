// The state of a list lives in its address: search, filters, order and place. Cursors are opaque, checked, never trusted
// for scope: a forged one can only move the place inside what its reader may see anyway.
import { z, type ZodType } from 'zod';
import { AppError } from '../platform/errors.ts';
import { isId } from '../platform/ids.ts';
import type { Position } from '../platform/keyset.ts';

export type SortDirection = 'asc' | 'desc';
export type CursorValue = string | number | boolean | null;

export interface ListOptions<Sort extends string, Filter extends string> {
  /** Columns that may order the list; the first is the default. */
  sorts: readonly [Sort, ...Sort[]];
  defaultDirection?: SortDirection;
  /** Allowed filters with the check of one value; a value that fails is ignored. */
  filters?: Readonly<Record<Filter, ZodType<string>>>;
  defaultSize?: number;
}

export interface ListQuery<Sort extends string = string, Filter extends string = string> {
  /** What to search for; empty for everything. */
  q: string;
  sort: Sort;
  dir: SortDirection;
  filters: Partial<Record<Filter, string>>;
  /** Keyset: the sort key (and tie-breaker) of the row after or before which the page lies. */
  after?: readonly CursorValue[];
  before?: readonly CursorValue[];
  /** Rows per page, 1 to 100. */
  size: number;
}

const cursorShape = z
  .array(z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
  .min(1)
  .max(6);

/**
 * Reads a list's query string. Unknown names and bad values fall back to the defaults.
 * @throws bad_cursor (invalid) for a place that cannot be read, so that no reader silently restarts at page one
 */
export function parseListQuery<Sort extends string, Filter extends string = never>(
  query: unknown,
  options: ListOptions<Sort, Filter>,
): ListQuery<Sort, Filter> {
  const given = (query ?? {}) as Record<string, unknown>;
  const text = (name: string): string => (typeof given[name] === 'string' ? given[name].trim() : '');
  const after = text('after') === '' ? undefined : decodeCursor(text('after'));
  const before = after !== undefined || text('before') === '' ? undefined : decodeCursor(text('before'));
  return {
    q: text('q').normalize('NFC').replaceAll('\0', '').slice(0, 100),
    sort: options.sorts.find((sort) => sort === text('sort')) ?? options.sorts[0],
    dir:
      text('dir') === 'asc' || text('dir') === 'desc'
        ? (text('dir') as SortDirection)
        : (options.defaultDirection ?? 'asc'),
    filters: readFilters(text, options.filters),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    size: readSize(text('size'), options.defaultSize ?? 50),
  };
}

function readFilters<Filter extends string>(
  text: (name: string) => string,
  shapes: Readonly<Record<Filter, ZodType<string>>> | undefined,
): Partial<Record<Filter, string>> {
  const filters: Partial<Record<Filter, string>> = {};
  for (const [name, shape] of Object.entries(shapes ?? {}) as [Filter, ZodType<string>][]) {
    const parsed = text(name) === '' ? undefined : shape.safeParse(text(name));
    if (parsed?.success === true) filters[name] = parsed.data;
  }
  return filters;
}

function readSize(text: string, fallback: number): number {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : fallback;
  return Math.min(100, Math.max(1, size));
}

export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws bad_cursor (invalid) */
export function decodeCursor(cursor: string): readonly CursorValue[] {
  try {
    if (cursor.length > 2000) throw new RangeError('cursor too long');
    return cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new AppError('invalid', 'bad_cursor', { cause });
  }
}

/** What to change in a list's address; `undefined` takes a part away. */
export interface ListChange {
  q?: string | undefined;
  sort?: string;
  dir?: SortDirection;
  filters?: Readonly<Record<string, string | undefined>>;
  after?: readonly CursorValue[];
  before?: readonly CursorValue[];
}

/** Links of one list. Whatever is not changed is kept, except the place: only `after` and `before` set one. */
export function listLinks(path: string, query: ListQuery) {
  const link = (change: ListChange = {}): string => {
    const parts = new URLSearchParams();
    const filters = { ...query.filters, ...change.filters };
    const q = 'q' in change ? change.q : query.q;
    if (q) parts.set('q', q);
    for (const [name, value] of Object.entries(filters)) if (value) parts.set(name, value);
    parts.set('sort', change.sort ?? query.sort);
    parts.set('dir', change.dir ?? query.dir);
    if (query.size !== 50) parts.set('size', String(query.size));
    if (change.after) parts.set('after', encodeCursor(change.after));
    if (change.before) parts.set('before', encodeCursor(change.before));
    return `${path}?${parts}`;
  };
  return {
    link,
    /** For a column's head: sorts by it, or turns the order around when it already does. */
    sort: (key: string): { href: string; dir?: SortDirection } => {
      if (key !== query.sort) return { href: link({ sort: key, dir: 'asc' }) };
      return { href: link({ dir: query.dir === 'asc' ? 'desc' : 'asc' }), dir: query.dir };
    },
    /** What a search form sends along so that a new search keeps the order. */
    hidden: [
      { name: 'sort', value: query.sort },
      { name: 'dir', value: query.dir },
      ...(query.size === 50 ? [] : [{ name: 'size', value: String(query.size) }]),
    ],
  };
}

/**
 * The place a cursor names: (value in the list's order, identifier).
 * @throws bad_cursor (invalid) for one that this order never gave, such as a word where instants order the list
 */
export function positionOf(
  cursor: readonly CursorValue[] | undefined,
  type: 'text' | 'timestamptz' = 'text',
): Position | undefined {
  if (cursor === undefined) return undefined;
  const [key, id] = cursor;
  const fits = type === 'text' ? typeof key === 'string' : key === null || isInstant(key);
  if (!fits || !isId(id)) throw new AppError('invalid', 'bad_cursor');
  return { key: key as string | null, id };
}

const isInstant = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));

export interface ListPage<Row> {
  rows: Row[];
  previousHref?: string;
  nextHref?: string;
}

/**
 * Cuts a page from `size + 1` rows read in reading direction (reversed for `before`) and makes its links.
 * @param keyOf the sort key of a row with its tie-breaker, as the SQL compares them
 */
export function cutPage<Row>(
  found: readonly Row[],
  query: ListQuery,
  path: string,
  keyOf: (row: Row) => readonly CursorValue[],
): ListPage<Row> {
  const more = found.length > query.size;
  const page = found.slice(0, query.size);
  const rows = query.before === undefined ? page : page.toReversed();
  const { link } = listLinks(path, query);
  const first = rows[0];
  const last = rows.at(-1);
  const hasPrevious = query.before === undefined ? query.after !== undefined : more;
  const hasNext = query.before === undefined ? more : true;
  return {
    rows,
    ...(hasPrevious && first !== undefined ? { previousHref: link({ before: keyOf(first) }) } : {}),
    ...(hasNext && last !== undefined ? { nextHref: link({ after: keyOf(last) }) } : {}),
  };
}
