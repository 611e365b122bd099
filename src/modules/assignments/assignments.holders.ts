// Who holds what in an application, for its owner. Pages by key over the newest first; streams for an export.
import { sql } from 'kysely';
import type { ContextValues, Names, Reader } from '../../platform/db/types.ts';
import { areSearchable, containsWords, searchWords } from '../../platform/search-words.ts';
import type { Period } from '../../platform/period.ts';

export type HolderState = 'current' | 'future' | 'past' | 'all';

export interface HolderQuery {
  readonly applicationId: string;
  readonly rightId?: string | undefined;
  /** Code of the organisation, whole. */
  readonly organisationCode?: string | undefined;
  /** Part of the name, user name or mail of the person. */
  readonly q?: string | undefined;
  readonly state: HolderState;
  /** Identifier of the row after (older) or before (newer) which to read. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface Holder {
  readonly assignmentId: string;
  readonly personName: string;
  readonly organisation: { readonly code: string; readonly name: string };
  readonly rightId: string;
  readonly rightCode: string;
  readonly rightNames: Names;
  readonly context: ContextValues;
  readonly period: Period;
  readonly cancelled: boolean;
  /** Holds now, through everything it rests on: affiliation, person, organisation, offer. */
  readonly effective: boolean;
}

interface Row {
  id: string;
  person_name: string;
  organisation_code: string;
  organisation_name: string;
  right_id: string;
  right_code: string;
  right_names: Names;
  context: ContextValues;
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
 * One page of holders, newest assignment first (for `before`: reversed). The caller has checked that the actor sees the
 * application. Each right is read by its own index and cut, then merged: flat in the size of the whole.
 */
export async function listHolders(reader: Reader, query: HolderQuery, at: Date): Promise<Holder[]> {
  const { before, after, limit } = query;
  const place = before ? sql`a.id > ${before}::uuid` : after ? sql`a.id < ${after}::uuid` : sql`true`;
  const order = before ? sql`asc` : sql`desc`;
  const organisation = query.organisationCode
    ? sql`a.organisation_id = (select id from organisation where code = ${query.organisationCode})`
    : sql`true`;
  const [people, person] = personConditions(searchWords(query.q));
  const { rows } = await sql<Row>`
    with people as materialized (${people}), found as (
      select cut.id from application_right r cross join lateral (
        select a.id from assignment a
        where a.right_id = r.id and ${stateConditions[query.state](at)} and ${place} and ${organisation} and ${person}
        order by a.id ${order} limit ${limit}
      ) cut
      where r.application_id = ${query.applicationId}::uuid
        and (${query.rightId ?? null}::uuid is null or r.id = ${query.rightId ?? null}::uuid)
      order by cut.id ${order} limit ${limit}
    )
    select a.id, p.given_name || ' ' || p.family_name as person_name, o.code as organisation_code,
      o.name as organisation_name, r.id as right_id, r.code as right_code, r.names as right_names, a.context,
      a.valid_from, a.valid_until, a.cancelled_at is not null as cancelled
    from found join assignment a on a.id = found.id
    join person p on p.id = a.person_id
    join organisation o on o.id = a.organisation_id
    join application_right r on r.id = a.right_id
    order by a.id ${order}`.execute(reader as never);
  const counting = await findEffective(
    reader,
    rows.map((row) => row.id),
    at,
  );
  return rows.map((row) => ({
    assignmentId: row.id,
    personName: row.person_name,
    organisation: { code: row.organisation_code, name: row.organisation_name },
    rightId: row.right_id,
    rightCode: row.right_code,
    rightNames: row.right_names,
    context: row.context,
    period: { from: row.valid_from, until: row.valid_until },
    cancelled: row.cancelled,
    effective: counting.has(row.id),
  }));
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
export async function* streamHolders(
  reader: Reader,
  query: Omit<HolderQuery, 'after' | 'before' | 'limit'>,
  at: Date,
): AsyncGenerator<Holder> {
  for (let after: string | undefined; ;) {
    const batch = await listHolders(reader, { ...query, after, limit: batchSize }, at);
    yield* batch;
    if (batch.length < batchSize) return;
    after = batch.at(-1)!.assignmentId;
  }
}
