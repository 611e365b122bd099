// Who a token speaks of: the person, for whom they act, and what they may do there, read in one statement whenever it
// is needed. Nothing of it is ever kept in a token store.
import type { Database } from '../../platform/db/open.ts';
import type { ContextValues } from '../../platform/db/types.ts';

export interface SubjectRight {
  readonly right: string;
  readonly context: ContextValues;
  readonly until: Date | null;
}

export interface ActingFor {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly targetGroupCode: string;
}

export interface Subject {
  readonly personId: string;
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly mail: string;
  readonly mailVerified: boolean;
  readonly language: string;
  readonly changedAt: Date | null;
  /** Null when the person ends at no known instant. */
  readonly personUntil: Date | null;
  readonly actingFor: ActingFor | null;
  /** What they may do in the application for that organisation; empty without one. */
  readonly rights: readonly SubjectRight[];
}

/** A person with the organisation they act for, as the statements here read it. */
export interface SubjectRow {
  id: string;
  user_name: string;
  given_name: string;
  family_name: string;
  mail: string;
  mail_verified_at: Date | null;
  language: string;
  valid_until: Date | null;
  organisation_id: string | null;
  organisation_code: string | null;
  organisation_name: string | null;
  target_group_code: string | null;
  rights: { right: string; context: ContextValues; until: string | null }[] | null;
}

export const subjectColumns = `p.id, p.user_name, p.given_name, p.family_name, p.mail, p.mail_verified_at, p.language, p.valid_until,
  o.id as organisation_id, o.code as organisation_code, o.name as organisation_name, g.code as target_group_code`;

/** @param application SQL of the application whose rights count. */
export const subjectRights = (
  application: string,
): string => `(select jsonb_agg(jsonb_build_object('right', e.right_code, 'context', e.context,
      'until', e.effective_until) order by e.right_code, e.context, e.valid_from, e.assignment_id)
    from effective_assignment($1::timestamptz) e
    where e.person_id = p.id and e.application_id = ${application} and e.organisation_id = o.id) as rights`;

const bySubjectAndGrant = `select ${subjectColumns}, ${subjectRights('$3::uuid')} from person p
  left join acting_choice c on c.grant_id = $4
  left join organisation o on o.id = c.organisation_id
  left join target_group g on g.id = o.target_group_id
  where p.id = $2::uuid and p.valid_at @> $1::timestamptz`;

const bySubjectAndOrganisation = `select ${subjectColumns}, ${subjectRights('$3::uuid')} from person p
  left join organisation o on o.id = $4::uuid
  left join target_group g on g.id = o.target_group_id
  where p.id = $2::uuid and p.valid_at @> $1::timestamptz`;

const bySubject = `select p.id, p.user_name, p.given_name, p.family_name, p.mail, p.mail_verified_at, p.language,
    p.valid_until, null as organisation_id, null as organisation_code, null as organisation_name,
    null as target_group_code, null::jsonb as rights
  from person p where p.id = $2::uuid and p.valid_at @> $1::timestamptz`;

export interface SubjectQuestion {
  readonly personId: string;
  /** Absent: the application defines no rights, so that only the person counts. */
  readonly applicationId?: string | undefined;
  /** The grant whose choice says for whom; or the organisation itself. */
  readonly grantId?: string | undefined;
  readonly organisationId?: string | undefined;
  readonly at: Date;
}

/** The subject now, or undefined when the person does not exist or does not count at that instant. */
export async function findSubject(db: Database, question: SubjectQuestion): Promise<Subject | undefined> {
  const { personId, applicationId, grantId, organisationId, at } = question;
  const values = [at, personId];
  const [row] =
    applicationId === undefined || (grantId === undefined && organisationId === undefined)
      ? await db.query<SubjectRow>(bySubject, values)
      : organisationId === undefined
        ? await db.query<SubjectRow>(bySubjectAndGrant, [...values, applicationId, grantId])
        : await db.query<SubjectRow>(bySubjectAndOrganisation, [...values, applicationId, organisationId]);
  return row && toSubject(row);
}

export function toSubject(row: SubjectRow): Subject {
  const actingFor =
    row.organisation_id === null
      ? null
      : {
          organisationId: row.organisation_id,
          code: row.organisation_code ?? '',
          name: row.organisation_name ?? '',
          targetGroupCode: row.target_group_code ?? '',
        };
  return {
    personId: row.id,
    userName: row.user_name,
    givenName: row.given_name,
    familyName: row.family_name,
    mail: row.mail,
    mailVerified: row.mail_verified_at !== null,
    language: row.language,
    changedAt: null,
    personUntil: row.valid_until,
    actingFor,
    rights: (row.rights ?? []).map(({ right, context, until }) => ({
      right,
      context,
      until: until === null ? null : new Date(until),
    })),
  };
}

/** The earliest instant at which something a token about this subject says stops being true; null when nothing ends. */
export function endOf(subject: Subject): Date | null {
  const ends = [subject.personUntil, ...subject.rights.map((right) => right.until)].filter(
    (end) => end !== null,
  );
  return ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())));
}

/**
 * The subject without what ends within this very second: tokens end at whole seconds, and one made now would outlive it.
 * @returns undefined when it is the person who ends
 */
export function beyondThisSecond(subject: Subject, at: Date): Subject | undefined {
  const secondOf = (instant: Date): number => Math.floor(instant.getTime() / 1000);
  const lasts = (until: Date | null): boolean => until === null || secondOf(until) > secondOf(at);
  if (!lasts(subject.personUntil)) return undefined;
  return { ...subject, rights: subject.rights.filter(({ until }) => lasts(until)) };
}
