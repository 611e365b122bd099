// Whom an application's owners may name and set something for: people who hold a right in it, people who work for an
// organisation it is offered to, and those for whom something was set before. Nobody else exists here.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Reader, Writer } from '../../../platform/db/types.ts';
import { notFound } from '../../../platform/errors.ts';
import { isId } from '../../../platform/ids.ts';
import { personType } from '../subjects.queries.ts';

export interface SubjectRef {
  readonly applicationId: string;
  /** `person`, or a type of the application's own. */
  readonly type: string;
  readonly id: string;
}

type Fragment = RawBuilder<unknown>;

const isRunning = (row: string, at: Date): Fragment =>
  sql`${sql.ref(`${row}.cancelled_at`)} is null
    and (${sql.ref(`${row}.valid_until`)} is null or ${sql.ref(`${row}.valid_until`)} > ${at}::timestamptz)`;

/** Ids of people, as uuid, in the three ways; with repetitions. */
export function peopleInReach(applicationId: string, at: Date, wide: boolean): Fragment {
  return sql`
    select a.person_id from application_right r join assignment a on a.right_id = r.id
      where r.application_id = ${applicationId}::uuid and ${isRunning('a', at)}
    union all
    select s.id::uuid from decision_subject s
      where s.application_id = ${applicationId}::uuid and s.type = ${personType} and s.source = 'portal' and not s.facts ? 'gone'
    ${
      wide
        ? sql`union all select f.person_id from affiliation f join organisation o on o.id = f.organisation_id
      where ${isRunning('f', at)} and ${isOffered(applicationId)}`
        : sql``
    }`;
}

/** The same of one person, for walking along people in the order of their names. */
export function isInReach(
  applicationId: string,
  at: Date,
  wide: boolean,
  personId: Fragment,
): RawBuilder<SqlBool> {
  return sql<SqlBool>`(
    exists (select 1 from assignment a join application_right r on r.id = a.right_id
      where a.person_id = ${personId} and r.application_id = ${applicationId}::uuid and ${isRunning('a', at)})
    or exists (select 1 from decision_subject s where s.application_id = ${applicationId}::uuid and s.type = ${personType}
      and s.id = (${personId})::text collate "C" and s.source = 'portal' and not s.facts ? 'gone')
    ${
      wide
        ? sql`or exists (select 1 from affiliation f join organisation o on o.id = f.organisation_id
      where f.person_id = ${personId} and ${isRunning('f', at)} and ${isOffered(applicationId)})`
        : sql``
    })`;
}

/** An application without rights is its owner's own: offered to everybody, it would show its owners who works anywhere. */
const isOffered = (applicationId: string): Fragment => sql`(
  exists (select 1 from application y where y.id = ${applicationId}::uuid and y.owner_organisation_id = o.id
    and not exists (select 1 from application_right x where x.application_id = y.id)) or exists (
    select 1 from offer q join application_right x on x.id = q.right_id
    where x.application_id = ${applicationId}::uuid and q.cancelled_at is null
      and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)))`;

/** Passes when owners may see and set facts of the subject. @throws decision_subject_not_found */
export async function requireInReach(reader: Reader | Writer, subject: SubjectRef, at: Date): Promise<void> {
  const found = subject.type === personType ? findPerson(subject, at) : findOwn(subject);
  const { rows } = await found.execute(reader as never);
  if (rows.length === 0) throw notFound('decision_subject');
}

const findPerson = ({ applicationId, id }: SubjectRef, at: Date): RawBuilder<unknown> =>
  isId(id)
    ? sql`select 1 from person p where p.id = ${id}::uuid and ${isInReach(applicationId, at, true, sql`p.id`)}`
    : sql`select 1 where false`;

const findOwn = ({ applicationId, type, id }: SubjectRef): RawBuilder<unknown> => sql`
  select 1 from decision_subject s where s.application_id = ${applicationId}::uuid and s.type = ${type} and s.id = ${id}
    and not s.facts ? 'gone' limit 1`;

/** The person by that user name or mail, when within reach; nobody and somebody else's people look the same. */
export async function findPersonInReach(
  reader: Reader | Writer,
  applicationId: string,
  typed: string,
  at: Date,
): Promise<string | undefined> {
  const name = typed.toLowerCase();
  const { rows } = await sql<{ id: string }>`select p.id from person p
    where (p.user_name = ${name} or p.mail = ${name}) and ${isInReach(applicationId, at, true, sql`p.id`)}
    limit 1`.execute(reader as never);
  return rows[0]?.id;
}
