// One page of a list in any order: the place as a condition, and the order it goes with. Rows without a value (periods
// without an end) stand last in both directions; the identifier breaks ties, so that no row is shown twice or skipped.
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** A place in a list: the value of the row in the list's order (null for none), and the row. */
export interface Position {
  readonly key: string | null;
  readonly id: string;
}

export interface PageRequest {
  readonly size: number;
  readonly after?: Position | undefined;
  readonly before?: Position | undefined;
}

export interface Order {
  /** What to order by, as SQL. */
  readonly key: RawBuilder<unknown>;
  readonly id: RawBuilder<unknown>;
  readonly dir: 'asc' | 'desc';
  /** Type of the key: a place comes as text. */
  readonly type: 'text' | 'timestamptz';
  /** Whether the key can be null. Said, because an index serves an order without nulls more simply. */
  readonly nullable?: boolean;
}

/** The direction to read in: turned around for a page before a place. */
export const directionOf = (dir: 'asc' | 'desc', page: PageRequest): 'asc' | 'desc' =>
  (dir === 'asc') === (page.before !== undefined) ? 'desc' : 'asc';

/** True for the rows beyond the page's place. */
export function beyondPlace({ key, id, dir, type, nullable }: Order, page: PageRequest): RawBuilder<SqlBool> {
  const place = page.before ?? page.after;
  if (place === undefined) return sql<SqlBool>`true`;
  const backwards = page.before !== undefined;
  const compare = directionOf(dir, page) === 'desc' ? sql`<` : sql`>`;
  if (place.key === null) {
    const sameKind = sql`${key} is null and ${id} ${compare} ${place.id}::uuid`;
    return backwards ? sql<SqlBool>`(${key} is not null or ${sameKind})` : sql<SqlBool>`(${sameKind})`;
  }
  const value = type === 'text' ? sql`${place.key}::text` : sql`${place.key}::timestamptz`;
  const among = sql<SqlBool>`(${key}, ${id}) ${compare} (${value}, ${place.id}::uuid)`;
  return nullable && !backwards ? sql<SqlBool>`(${key} is null or ${among})` : among;
}

/** `order by …` in reading direction: turned around for a page before a place. */
export function orderBy({ key, id, dir, nullable }: Order, page: PageRequest): RawBuilder<unknown> {
  const backwards = page.before !== undefined;
  const direction = sql.raw(directionOf(dir, page));
  const nulls = nullable ? sql`(${key} is null) ${backwards ? sql`desc` : sql`asc`}, ` : sql``;
  return sql`order by ${nulls}${key} ${direction}, ${id} ${direction}`;
}

/** An instant as a place writes it: nothing is lost, whatever the time zone of the connection. */
export const instantKey = (column: RawBuilder<unknown>): RawBuilder<string | null> =>
  sql<string | null>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
