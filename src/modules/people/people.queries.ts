// Reads one person, and the figures of the overview, within the actor's scope. Never writes.
import { sql } from 'kysely';
import type {
  AdministrationKind,
  AffiliationType,
  ContextValues,
  Names,
  Reader,
  Writer,
} from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { organisationInScope, type Actor } from '../administration/index.ts';
import { unitNamesOf, type ShownContext } from '../assignments/index.ts';
import { resolveReach } from '../organisations/index.ts';
import { expiringDays } from './people.list.ts';

export interface PersonAffiliation {
  readonly id: string;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly organisationNames: Names;
  readonly type: AffiliationType;
  readonly unitId: string | null;
  readonly unitName: string | null;
  readonly functionTitle: string | null;
  readonly contactMail: string | null;
  readonly from: Date;
  readonly until: Date | null;
  readonly cancelledAt: Date | null;
  readonly version: number;
}

export interface PersonAssignment {
  readonly id: string;
  readonly affiliationId: string;
  readonly organisationId: string;
  readonly rightId: string;
  readonly rightNames: Names;
  readonly rightCode: string;
  readonly applicationId: string;
  readonly applicationNames: Names;
  readonly context: ContextValues;
  readonly unitNames: ShownContext['unitNames'];
  readonly reason: string | null;
  readonly grantedAt: Date;
  readonly from: Date;
  readonly until: Date | null;
  readonly cancelledAt: Date | null;
  readonly version: number;
}

export interface PersonAdministration {
  readonly id: string;
  readonly kind: AdministrationKind;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly organisationNames: Names;
  readonly includesSubtree: boolean;
  readonly from: Date;
  readonly until: Date | null;
}

export interface PersonFile {
  readonly id: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly userName: string;
  readonly mail: string;
  readonly mailVerified: boolean;
  readonly language: string;
  readonly from: Date;
  readonly until: Date | null;
  readonly version: number;
  readonly hasPassword: boolean;
  /** Until when the latest unused invitation can be used; null when none was sent or it was used. */
  readonly invitationUntil: Date | null;
  /** Which numbers are on record, never the numbers. */
  readonly identifierSchemes: readonly string[];
  /** Latest start first; past, present and to come. What lies out of scope is not there. */
  readonly affiliations: readonly PersonAffiliation[];
  readonly assignments: readonly PersonAssignment[];
  readonly administrations: readonly PersonAdministration[];
}

/**
 * The person as this actor may know them, seen from one organisation.
 * @throws person_not_found unless they have, had or will have an affiliation with that organisation and it lies in scope
 */
export async function getPerson(
  reader: Reader | Writer,
  actor: Actor,
  organisationId: string,
  personId: string,
): Promise<PersonFile> {
  const affiliations = await listAffiliations(reader, actor, personId);
  if (!affiliations.some((one) => one.organisationId === organisationId)) throw notFound('person');
  const person = await reader
    .selectFrom('person as p')
    .leftJoin('password_credential as c', 'c.person_id', 'p.id')
    .select([
      'p.id',
      'p.given_name as givenName',
      'p.family_name as familyName',
      'p.user_name as userName',
      'p.mail',
    ])
    .select(['p.language', 'p.valid_from as from', 'p.valid_until as until', 'p.version'])
    .select(sql<boolean>`p.mail_verified_at is not null`.as('mailVerified'))
    .select(sql<boolean>`c.person_id is not null`.as('hasPassword'))
    .select(
      sql<Date | null>`(select max(l.expires_at) from one_time_link l
        where l.person_id = p.id and l.purpose = 'invitation' and l.used_at is null)`.as('invitationUntil'),
    )
    .select(
      sql<
        string[]
      >`array(select i.scheme from person_identifier i where i.person_id = p.id order by i.scheme)`.as(
        'identifierSchemes',
      ),
    )
    .where('p.id', '=', personId)
    .executeTakeFirst();
  if (!person) throw notFound('person');
  const assignments = await listAssignments(reader, actor, personId);
  return {
    ...person,
    affiliations,
    assignments,
    administrations: await listAdministrations(reader, actor, personId),
  };
}

function listAffiliations(
  reader: Reader | Writer,
  actor: Actor,
  personId: string,
): Promise<PersonAffiliation[]> {
  return reader
    .selectFrom('affiliation as f')
    .innerJoin('organisation as o', 'o.id', 'f.organisation_id')
    .leftJoin('unit as u', 'u.id', 'f.unit_id')
    .select([
      'f.id',
      'f.organisation_id as organisationId',
      'o.name as organisationName',
      'o.names as organisationNames',
      'f.type',
      'f.version',
    ])
    .select(['f.unit_id as unitId', 'u.name as unitName', 'f.function_title as functionTitle'])
    .select(['f.contact_mail as contactMail', 'f.valid_from as from', 'f.valid_until as until'])
    .select('f.cancelled_at as cancelledAt')
    .where('f.person_id', '=', personId)
    .where(organisationInScope(actor, 'person.view', sql.ref('f.organisation_id')))
    .orderBy('f.valid_from', 'desc')
    .orderBy('f.id')
    .execute();
}

function listAssignments(
  reader: Reader | Writer,
  actor: Actor,
  personId: string,
): Promise<PersonAssignment[]> {
  return reader
    .selectFrom('assignment as a')
    .innerJoin('application_right as r', 'r.id', 'a.right_id')
    .innerJoin('application as x', 'x.id', 'r.application_id')
    .select(['a.id', 'a.affiliation_id as affiliationId', 'a.organisation_id as organisationId', 'a.version'])
    .select('a.right_id as rightId')
    .select([
      'r.names as rightNames',
      'r.code as rightCode',
      'x.id as applicationId',
      'x.names as applicationNames',
    ])
    .select([
      'a.context',
      'a.reason',
      'a.granted_at as grantedAt',
      'a.valid_from as from',
      'a.valid_until as until',
    ])
    .select(['a.cancelled_at as cancelledAt', unitNamesOf('a').as('unitNames')])
    .where('a.person_id', '=', personId)
    .where(organisationInScope(actor, 'person.view', sql.ref('a.organisation_id')))
    .orderBy('a.valid_from', 'desc')
    .orderBy('a.id')
    .execute();
}

async function listAdministrations(
  reader: Reader | Writer,
  actor: Actor,
  personId: string,
): Promise<PersonAdministration[]> {
  const rows = await reader
    .selectFrom('administration as d')
    .innerJoin('organisation as o', 'o.id', 'd.organisation_id')
    .select(['d.id', 'd.kind', 'o.id as organisationId', 'o.name as organisationName'])
    .select('o.names as organisationNames')
    .select(['d.includes_subtree as includesSubtree', 'd.valid_from as from', 'd.valid_until as until'])
    .where('d.person_id', '=', personId)
    .where('d.cancelled_at', 'is', null)
    .where(organisationInScope(actor, 'organisation.view', sql.ref('d.organisation_id')))
    .orderBy('d.valid_from', 'desc')
    .execute();
  return rows;
}

/** A figure, or that there are more than could be counted while somebody waits. */
export interface Figure {
  readonly count: number;
  readonly more: boolean;
}

export interface Overview {
  readonly people: Figure;
  /** People with an affiliation that ends within {@link expiringDays}. */
  readonly expiring: Figure;
  /** People who were invited and have not set a password. */
  readonly invited: Figure;
  readonly organisations: Figure;
}

const maxCounted = 10_000;

/** The figures of everything, or of one organisation. */
export async function loadOverview(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  organisationId?: string,
): Promise<Overview> {
  const under = organisationId === undefined ? undefined : { organisationId, subtree: false };
  const reach = await resolveReach(reader, actor, 'person.view', under);
  const inReach = reach.contains(sql.ref('f.organisation_id'));
  const now = sql`${at}::timestamptz`;
  const soon = sql`${new Date(at.getTime() + expiringDays * 86_400_000)}::timestamptz`;
  const running = sql`f.cancelled_at is null and f.valid_from <= ${now} and (f.valid_until is null or f.valid_until > ${now})`;
  const { rows } = await sql<{ people: number; expiring: number; invited: number; organisations: number }>`
    select
      (select count(*)::int from (select distinct f.person_id from affiliation f
        where ${inReach} and ${running} limit ${maxCounted + 1}) x) as people,
      (select count(*)::int from (select distinct f.person_id from affiliation f
        where ${inReach} and ${running} and f.valid_until <= ${soon} limit ${maxCounted + 1}) x) as expiring,
      (select count(*)::int from (select distinct l.person_id from one_time_link l
        where l.purpose = 'invitation' and l.used_at is null
          and exists (select 1 from affiliation f where f.person_id = l.person_id and ${inReach} and ${running})
          and not exists (select 1 from password_credential c where c.person_id = l.person_id)
        limit ${maxCounted + 1}) x) as invited,
      (select count(*)::int from (select 1 from organisation o
        where o.valid_at @> ${now} and ${reach.contains(sql.ref('o.id'))} limit ${maxCounted + 1}) x) as organisations`.execute(
    reader as Writer,
  );
  const figure = (count = 0): Figure => ({ count: Math.min(count, maxCounted), more: count > maxCounted });
  const row = rows[0];
  return {
    people: figure(row?.people),
    expiring: figure(row?.expiring),
    invited: figure(row?.invited),
    organisations: figure(row?.organisations),
  };
}
