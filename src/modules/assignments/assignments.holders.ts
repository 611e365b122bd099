// Who holds what in an application, for its owner, newest first unless another order is asked for; streams for an export.
import { sql, type RawBuilder } from 'kysely';
import type { ContextValues, Names, Reader } from '../../platform/db/types.ts';
import { areSearchable, containsWords, searchWords } from '../../platform/search-words.ts';
import {
  beyondPlace,
  directionOf,
  instantKey,
  orderBy,
  type Order,
  type PageRequest,
  type Position,
} from '../../platform/keyset.ts';
import type { Period } from '../../platform/period.ts';
import { unitNamesOf, type ShownContext } from './assignments.context.ts';

export type HolderState = 'current' | 'future' | 'past' | 'all';

export interface HolderQuery {
  readonly applicationId: string;
  readonly rightId?: string | undefined;
  /** Code of the organisation, whole. */
  readonly organisationCode?: string | undefined;
  /** Part of the name, user name or mail of the person. */
  readonly q?: string | undefined;
  readonly state: HolderState;
  readonly order?: HolderOrder;
}

export const holderSorts = ['granted', 'person', 'organisation', 'from', 'until'] as const;
export interface HolderOrder {
  readonly sort: (typeof holderSorts)[number];
  readonly dir: 'asc' | 'desc';
}
const newestFirst: HolderOrder = { sort: 'granted', dir: 'desc' };

/** Up to this many assignments of an application are sorted by something no index holds. */
export const maxSortedHolders = 20_000;

export interface Holder {
  /** Where it stands in the order that was asked for. */
  readonly place: Position;
  readonly assignmentId: string;
  readonly personName: string;
  readonly organisation: { readonly code: string; readonly name: string };
  readonly rightId: string;
  readonly rightCode: string;
  readonly rightNames: Names;
  readonly context: ContextValues;
  readonly unitNames: ShownContext['unitNames'];
  readonly period: Period;
  readonly cancelled: boolean;
  /** Holds now, through everything it rests on: affiliation, person, organisation, offer. */
  readonly effective: boolean;
}

interface Row {
  key: string | null;
  id: string;
  person_name: string;
  organisation_code: string;
  organisation_name: string;
  right_id: string;
  right_code: string;
  right_names: Names;
  context: ContextValues;
  unit_names: ShownContext['unitNames'];
  valid_from: Date;
  valid_until: Date | null;
  cancelled: boolean;
}

const stateConditions: Record<HolderState, (at: Date) => ReturnType<typeof sql>> = {
  current: (at) => sql`a.valid_at @> ${at}::timestamptz`,
  future: (at) => sql`a.cancelled_at is null and a.valid_from > ${at}::timestamptz`,
  past: (at) => sql`(a.cancelled_at is not null or a.valid_until <= ${at}::timestamptz)`,
  all: () => sql`true`,
};

/**
 * One page of holders and one more, in reading direction (for `before`: reversed). The caller has checked that the actor
 * sees the application, and that it is small enough for the order ({@link canSortHolders}).
 */
export async function listHolders(
  reader: Reader,
  query: HolderQuery,
  page: PageRequest,
  at: Date,
): Promise<Holder[]> {
  const [people, person] = personConditions(searchWords(query.q));
  const organisation = query.organisationCode
    ? sql`a.organisation_id = (select id from organisation where code = ${query.organisationCode})`
    : sql`true`;
  const fits = sql`${stateConditions[query.state](at)} and ${organisation} and ${person}`;
  const { sort, dir } = query.order ?? newestFirst;
  const found = sort === 'granted' ? findNewest(query, page, dir, fits) : findSorted(query, page, fits);
  const { rows } = await sql<Row>`
    with people as materialized (${people}), found as (${found})
    select a.id, found.key, p.given_name || ' ' || p.family_name as person_name, o.code as organisation_code,
      o.name as organisation_name, r.id as right_id, r.code as right_code, r.names as right_names, a.context,
      ${unitNamesOf('a')} as unit_names,
      a.valid_from, a.valid_until, a.cancelled_at is not null as cancelled
    from found join assignment a on a.id = found.id
    join person p on p.id = a.person_id
    join organisation o on o.id = a.organisation_id
    join application_right r on r.id = a.right_id
    order by found.nr`.execute(reader as never);
  const counting = await findEffective(
    reader,
    rows.map((row) => row.id),
    at,
  );
  return rows.map((row) => ({
    place: { key: row.key, id: row.id },
    assignmentId: row.id,
    personName: row.person_name,
    organisation: { code: row.organisation_code, name: row.organisation_name },
    rightId: row.right_id,
    rightCode: row.right_code,
    rightNames: row.right_names,
    context: row.context,
    unitNames: row.unit_names,
    period: { from: row.valid_from, until: row.valid_until },
    cancelled: row.cancelled,
    effective: counting.has(row.id),
  }));
}

const rightOf = (query: HolderQuery) => sql`r.application_id = ${query.applicationId}::uuid
  and (${query.rightId ?? null}::uuid is null or r.id = ${query.rightId ?? null}::uuid)`;

/** Each right is read by its own index and cut, then merged: flat in the size of the whole. */
function findNewest(query: HolderQuery, page: PageRequest, dir: 'asc' | 'desc', fits: RawBuilder<unknown>) {
  const place = page.before ?? page.after;
  const compare = directionOf(dir, page) === 'asc' ? sql`>` : sql`<`;
  const beyond = place === undefined ? sql`true` : sql`a.id ${compare} ${place.id}::uuid`;
  const order = sql.raw(directionOf(dir, page));
  return sql`
    select cut.id, cut.id::text as key, row_number() over (order by cut.id ${order}) as nr
    from application_right r cross join lateral (
      select a.id from assignment a where a.right_id = r.id and ${fits} and ${beyond}
      order by a.id ${order} limit ${page.size + 1}
    ) cut
    where ${rightOf(query)} order by cut.id ${order} limit ${page.size + 1}`;
}

const keys = {
  person: { key: sql`m.sort_name`, shown: sql`m.sort_name`, type: 'text' },
  organisation: { key: sql`w.name`, shown: sql`w.name`, type: 'text' },
  from: { key: sql`a.valid_from`, shown: instantKey(sql`a.valid_from`), type: 'timestamptz' },
  until: { key: sql`a.valid_until`, shown: instantKey(sql`a.valid_until`), type: 'timestamptz' },
} as const;

/** All of them, sorted: for a bounded number. */
function findSorted(query: HolderQuery, page: PageRequest, fits: RawBuilder<unknown>) {
  const { sort, dir } = query.order as { sort: keyof typeof keys; dir: 'asc' | 'desc' };
  const { key, shown, type } = keys[sort];
  const order: Order = { key, id: sql`a.id`, dir, type, nullable: sort === 'until' };
  return sql`
    select a.id, ${shown} as key, row_number() over (${orderBy(order, page)}) as nr
    from application_right r join assignment a on a.right_id = r.id
    join person m on m.id = a.person_id join organisation w on w.id = a.organisation_id
    where ${rightOf(query)} and ${fits} and ${beyondPlace(order, page)}
    ${orderBy(order, page)} limit ${page.size + 1}`;
}

/** Whether the application has few enough assignments for any order but the newest first. */
export async function canSortHolders(reader: Reader, applicationId: string): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from application_right r join assignment a on a.right_id = r.id
      where r.application_id = ${applicationId}::uuid limit ${maxSortedHolders + 1}) few`.execute(
    reader as never,
  );
  return (rows[0]?.count ?? 0) <= maxSortedHolders;
}

/**
 * Whom the words name, and the condition on an assignment. Rare names are looked up first; short words match so many
 * people that the newest assignments are walked instead.
 */
function personConditions(words: readonly string[]) {
  const nobody = sql`select null::uuid as id`;
  if (words.length === 0) return [nobody, sql`true`] as const;
  const matches = containsWords(sql`m.search_text`, words);
  return areSearchable(words)
    ? ([
        sql`select m.id from person m where ${matches}`,
        sql`a.person_id in (select id from people)`,
      ] as const)
    : ([nobody, sql`exists (select 1 from person m where m.id = a.person_id and ${matches})`] as const);
}

/** Asked by itself for the rows shown: inside the list the planner evaluated every assignment of the site. */
async function findEffective(reader: Reader, ids: readonly string[], at: Date): Promise<Set<string>> {
  const { rows } = await sql<{ assignment_id: string }>`
    select assignment_id from effective_assignment(${at}::timestamptz)
    where assignment_id = any(${[...ids]}::uuid[])`.execute(reader as never);
  return new Set(rows.map((row) => row.assignment_id));
}

const batchSize = 1000;

/** All of them, in batches: memory stays flat however many there are. */
export async function* streamHolders(reader: Reader, query: HolderQuery, at: Date): AsyncGenerator<Holder> {
  for (let after: Position | undefined; ;) {
    const found = await listHolders(reader, query, { size: batchSize, after }, at);
    const batch = found.slice(0, batchSize);
    yield* batch;
    if (found.length <= batchSize) return;
    after = batch.at(-1)!.place;
  }
}
