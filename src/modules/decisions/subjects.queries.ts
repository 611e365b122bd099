// Reads what is known of subjects at one instant: the portal's own knowledge of people, and what was said of them.
import type { Database } from '../../platform/db/open.ts';
import { CompiledQuery } from 'kysely';
import type { ContextValues, Writer } from '../../platform/db/types.ts';

export const personType = 'person';

/** Where statements are asked: the database, or the transaction that somebody is in. */
export type Asking = Pick<Database, 'query'>;

/** Asks inside the transaction, one statement after the other: it has one connection. */
export function askingIn(trx: Writer): Asking {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
      const ask = async () => (await trx.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
      const asking = last.then(ask, ask);
      last = asking;
      return asking;
    },
  };
}

export interface PersonRow {
  readonly id: string;
  readonly language: string;
  /** Rights of the application that count at the instant (Promise 1). */
  readonly rights: readonly { code: string; context: ContextValues }[];
  /** Running affiliations: function title and codes of the unit and those above it. */
  readonly works: readonly { function: string | null; units: string[]; offered: boolean }[];
  readonly settings: readonly { source: 'portal' | 'sync'; facts: unknown }[];
  /** Where they work or ever worked: a change there may concern them. */
  readonly organisations: readonly string[];
  /** When any of it may change by the clock alone. */
  readonly changes_at: Date | null;
}

// Every bound later than the instant of everything that could count: conservative, so that a look is never too late.
const personRows = `
  select p.id, p.language, coalesce(rights.list, '[]') as rights, coalesce(works.list, '[]') as works,
    coalesce(said.list, '[]') as settings, bounds.next as changes_at,
    array(select distinct f.organisation_id from affiliation f where f.person_id = p.id)::text[] as organisations
  from unnest($3::uuid[]) as asked(id)
  join person p on p.id = asked.id
  left join lateral (
    select jsonb_agg(jsonb_build_object('code', e.right_code, 'context', e.context)) as list
    from effective_assignment($2::timestamptz) e where e.person_id = asked.id and e.application_id = $1::uuid
  ) rights on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('function', f.function_title,
      'units', (select coalesce(jsonb_agg(u.code), '[]') from decision_unit_chain(f.unit_id) u where u.valid_at @> $2::timestamptz),
      'offered', exists (select 1 from application x where x.id = $1::uuid and x.owner_organisation_id = o.id
          and not exists (select 1 from application_right r where r.application_id = x.id)) or exists (
        select 1 from offer q join application_right r on r.id = q.right_id
        where r.application_id = $1::uuid and r.valid_at @> $2::timestamptz and q.valid_at @> $2::timestamptz
          and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)))) as list
    from affiliation f join organisation o on o.id = f.organisation_id and o.valid_at @> $2::timestamptz
    where f.person_id = asked.id and f.valid_at @> $2::timestamptz and p.valid_at @> $2::timestamptz
  ) works on true
  left join lateral (
    select jsonb_agg(jsonb_build_object('source', s.source, 'facts', s.facts)) as list
    from decision_subject s where s.application_id = $1::uuid and s.type = '${personType}'
      and s.id = asked.id::text collate "C" and not s.facts ? 'gone'
  ) said on true
  left join lateral (
    select min(x.bound) as next from (
      select unnest(array[p.valid_from, p.valid_until]) as bound
      union all
      select unnest(array[f.valid_from, f.valid_until, o.valid_from, o.valid_until])
        from affiliation f join organisation o on o.id = f.organisation_id
        where f.person_id = asked.id and f.cancelled_at is null
      union all
      select unnest(array[u.valid_from, u.valid_until])
        from affiliation f, decision_unit_chain(f.unit_id) u
        where f.person_id = asked.id and f.unit_id is not null and f.cancelled_at is null
      union all
      select unnest(array[a.valid_from, a.valid_until])
        from assignment a join application_right r on r.id = a.right_id and r.application_id = $1::uuid
        where a.person_id = asked.id and a.cancelled_at is null
      union all
      select unnest(array[r.valid_from, r.valid_until]) from application_right r where r.application_id = $1::uuid
      union all
      select unnest(array[q.valid_from, q.valid_until])
        from application_right r join offer q on q.right_id = r.id and q.cancelled_at is null
        where r.application_id = $1::uuid
      union all
      select unnest(array[x.valid_from, x.valid_until]) from application x where x.id = $1::uuid
    ) x where x.bound > $2::timestamptz
  ) bounds on true`;

/** Everything about these people, for one application at one instant; who does not exist is absent. */
export function findPeopleFacts(
  db: Asking,
  applicationId: string,
  at: Date,
  personIds: readonly string[],
): Promise<PersonRow[]> {
  return db.query<PersonRow>(personRows, [applicationId, at, personIds]);
}

export interface OwnSubjectRow {
  readonly type: string;
  readonly id: string;
  readonly source: 'portal' | 'sync';
  readonly facts: unknown;
}

/** What was said of the application's own subjects (machines, accounts of its own). */
export function findOwnSubjects(
  db: Asking,
  applicationId: string,
  type: string,
  ids: readonly string[],
): Promise<OwnSubjectRow[]> {
  return db.query<OwnSubjectRow>(
    `select s.type, s.id, s.source, s.facts from decision_subject s
     where s.application_id = $1::uuid and s.type = $2::text and s.id = any($3::text[]) and not s.facts ? 'gone'`,
    [applicationId, type, ids],
  );
}

/**
 * Everybody of a type who might be allowed something, in code point order: who is not among them is unknown.
 * @param wide people count because of where they work alone (groups filled by unit or function)
 */
export async function findCandidateIds(
  db: Asking,
  applicationId: string,
  type: string,
  at: Date,
  wide: boolean,
): Promise<string[]> {
  if (type !== personType) {
    const own = await db.query<{ id: string }>(
      `select distinct s.id from decision_subject s where s.application_id = $1::uuid and s.type = $2::text
         and not s.facts ? 'gone' order by s.id`,
      [applicationId, type],
    );
    return own.map((row) => row.id);
  }
  const rows = await db.query<{ id: string }>(wide ? candidatesByWork : candidates, [applicationId, at]);
  return rows.map((row) => row.id);
}

const holders = `
  select a.person_id::text collate "C" as id from application_right r join assignment a on a.right_id = r.id
    where r.application_id = $1::uuid and a.cancelled_at is null and (a.valid_until is null or a.valid_until > $2::timestamptz)
  union
  select s.id from decision_subject s where s.application_id = $1::uuid and s.type = '${personType}'`;
const candidates = `select x.id from (${holders}) x order by x.id`;
const candidatesByWork = `select x.id from (${holders}
  union
  select f.person_id::text collate "C" from affiliation f join organisation o on o.id = f.organisation_id
  where f.cancelled_at is null and (f.valid_until is null or f.valid_until > $2::timestamptz)
    and (not exists (select 1 from application_right r where r.application_id = $1::uuid) or exists (
      select 1 from offer q join application_right r on r.id = q.right_id
      where r.application_id = $1::uuid and q.cancelled_at is null
        and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)))) x order by x.id`;

/** Types of the application's own subjects: one look at the index for each, however many subjects there are. */
export async function listSubjectTypes(db: Asking, applicationId: string): Promise<string[]> {
  const rows = await db.query<{ type: string }>(
    `with recursive found as (
       (select s.type from decision_subject s where s.application_id = $1::uuid order by s.type limit 1)
       union all
       select (select s.type from decision_subject s where s.application_id = $1::uuid and s.type > f.type
         order by s.type limit 1) from found f where f.type is not null
     ) select type from found where type is not null`,
    [applicationId],
  );
  return rows.map(({ type }) => type).filter((type) => type !== personType);
}
