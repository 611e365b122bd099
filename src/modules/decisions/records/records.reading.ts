// Reads the records that an application brought, for the pages on which their owners look at them: page by page, and one by one
// with what was brought and what was set by hand.
import { sql } from 'kysely';
import type { Database } from '../../../platform/db/open.ts';
import type { Reader, Writer } from '../../../platform/db/types.ts';
import { notFound } from '../../../platform/errors.ts';
import { directionOf, type PageRequest } from '../../../platform/keyset.ts';
import type { Value } from '../condition.model.ts';
import type { RecordKey } from '../records.queries.ts';

export type Values = Readonly<Record<string, Value>>;

export interface ListedRecord extends RecordKey {
  readonly owner: string | null;
  readonly parent_type: string | null;
  readonly parent_id: string | null;
  /** What counts. */
  readonly attributes: Values;
  readonly is_set: boolean;
}

export interface RecordQuery {
  readonly applicationId: string;
  readonly type: string;
  /** What the code begins with. */
  readonly q: string;
  readonly dir: 'asc' | 'desc';
}

/** One page and one more, in reading direction (for `before`: reversed), by code. */
export async function listRecordsOf(
  db: Database,
  { applicationId, type, q, dir }: RecordQuery,
  page: PageRequest,
): Promise<ListedRecord[]> {
  const place = page.before ?? page.after;
  const direction = directionOf(dir, page);
  const beyond =
    place === undefined ? sql`true` : sql`r.id ${direction === 'asc' ? sql`>` : sql`<`} ${place.id}`;
  const { rows } = await sql<ListedRecord>`
    select r.type, r.id, r.owner, r.parent_type, r.parent_id, r.attributes, r.by_hand is not null as is_set
    from decision_record r
    where r.application_id = ${applicationId}::uuid and r.type = ${type} and ${beyond} and ${beginsWith(q)}
    order by r.id ${sql.raw(direction)} limit ${page.size + 1}`.execute(db.reader as never);
  return rows;
}

/** As a range, so that the key of the table finds it: codes are ordered byte by byte. */
const beginsWith = (q: string) =>
  q === '' ? sql`true` : sql`r.id >= ${q} and r.id < ${q + highest} and starts_with(r.id, ${q})`;
const highest = '\u{10ffff}';

const batchSize = 1000;

/** All of them, in batches: memory stays flat however many there are. */
export async function* streamRecords(db: Database, query: RecordQuery): AsyncGenerator<ListedRecord> {
  for (let after: string | undefined; ;) {
    const page = { size: batchSize, after: after === undefined ? undefined : { key: after, id: after } };
    const found = await listRecordsOf(db, { ...query, dir: 'asc' }, page);
    yield* found.slice(0, batchSize);
    if (found.length <= batchSize) return;
    after = found[batchSize - 1]!.id;
  }
}

export interface RecordSheet extends RecordKey {
  readonly owner: string | null;
  readonly parent: RecordKey | undefined;
  readonly nodes: readonly string[];
  readonly brought: Values;
  readonly byHand: Values;
  /** Counts the changes by hand. */
  readonly version: number;
}

/** Whom a page or command is about. */
export interface RecordRef extends RecordKey {
  readonly applicationId: string;
}

/** @param hold against others who change it by hand or synchronise it @throws decision_record_not_found */
export async function getRecordSheet(
  reader: Reader | Writer,
  { applicationId, type, id }: RecordRef,
  hold = false,
): Promise<RecordSheet> {
  const query = (reader as Writer)
    .selectFrom('decision_record')
    .select(['type', 'id', 'owner', 'parent_type', 'parent_id', 'nodes', 'attributes'])
    .select(['brought', 'by_hand', 'hand_version'])
    .where('application_id', '=', applicationId)
    .where('type', '=', type)
    .where('id', '=', id);
  const row = await (hold ? query.forUpdate() : query).executeTakeFirst();
  if (!row) throw notFound('decision_record');
  return {
    type,
    id,
    owner: row.owner,
    parent:
      row.parent_type !== null && row.parent_id !== null
        ? { type: row.parent_type, id: row.parent_id }
        : undefined,
    nodes: row.nodes,
    brought: row.brought ?? row.attributes,
    byHand: row.by_hand ?? {},
    version: row.hand_version,
  };
}
