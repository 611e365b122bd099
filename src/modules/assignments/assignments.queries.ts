// Reads what the pages about assignments show, within the actor's scope. Never writes.
import { sql } from 'kysely';
import type { AffiliationType, ContextValues, Names, Reader } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import type { Period } from '../../platform/period.ts';
import { organisationInScope, type Actor } from '../administration/index.ts';
import { unitNamesOf, type ShownContext } from './assignments.context.ts';

export interface Bearer {
  readonly personId: string;
  readonly personName: string;
  readonly organisation: { readonly id: string; readonly code: string; readonly name: string };
  /** Running and future affiliations, the longest first. */
  readonly affiliations: readonly BearerAffiliation[];
}

export interface BearerAffiliation {
  readonly id: string;
  readonly type: AffiliationType;
  readonly unitName: string | null;
  readonly functionTitle: string | null;
  readonly period: Period;
}

/** A person at an organisation, to whom a right may be given. @throws person_not_found also when out of scope */
export async function getBearer(
  reader: Reader,
  actor: Actor,
  ids: { organisationId: string; personId: string },
  at: Date,
): Promise<Bearer> {
  const rows = await reader
    .selectFrom('affiliation as f')
    .innerJoin('person as p', 'p.id', 'f.person_id')
    .innerJoin('organisation as o', 'o.id', 'f.organisation_id')
    .leftJoin('unit as u', 'u.id', 'f.unit_id')
    .select([
      'p.given_name',
      'p.family_name',
      'o.code',
      'o.name',
      'f.id',
      'f.type',
      'f.valid_from',
      'f.valid_until',
    ])
    .select(['f.function_title', 'u.name as unit_name'])
    .where('f.person_id', '=', ids.personId)
    .where('f.organisation_id', '=', ids.organisationId)
    .where('f.cancelled_at', 'is', null)
    .where(organisationInScope(actor, 'person.view', sql.ref('f.organisation_id')))
    .orderBy(sql`f.valid_until desc nulls first`)
    .orderBy('f.valid_from')
    .execute();
  const [first] = rows;
  if (!first) throw notFound('person');
  return {
    personId: ids.personId,
    personName: `${first.given_name} ${first.family_name}`,
    organisation: { id: ids.organisationId, code: first.code, name: first.name },
    affiliations: rows
      .filter((row) => row.valid_until === null || row.valid_until > at)
      .map((row) => ({
        id: row.id,
        type: row.type,
        unitName: row.unit_name,
        functionTitle: row.function_title,
        period: { from: row.valid_from, until: row.valid_until },
      })),
  };
}

export interface ShownAssignment {
  readonly id: string;
  readonly affiliationId: string;
  readonly rightId: string;
  readonly rightCode: string;
  readonly rightNames: Names;
  readonly applicationNames: Names;
  readonly applicationCode: string;
  readonly context: ContextValues;
  readonly unitNames: ShownContext['unitNames'];
  readonly reason: string | null;
  readonly grantedBy: string | null;
  readonly grantedAt: Date;
  readonly period: Period;
  readonly cancelledAt: Date | null;
  readonly version: number;
  readonly affiliation: Period;
}

/** One assignment of a person at an organisation. @throws assignment_not_found also when out of scope */
export async function getAssignment(
  reader: Reader,
  actor: Actor,
  ids: { organisationId: string; personId: string; assignmentId: string },
): Promise<ShownAssignment> {
  const row = await reader
    .selectFrom('assignment as a')
    .innerJoin('affiliation as f', 'f.id', 'a.affiliation_id')
    .innerJoin('application_right as r', 'r.id', 'a.right_id')
    .innerJoin('application as x', 'x.id', 'r.application_id')
    .leftJoin('person as g', 'g.id', 'a.granted_by_person_id')
    .select(['a.id', 'a.affiliation_id', 'a.right_id', 'r.code', 'r.names', 'x.names as application_names'])
    .select([
      'x.code as application_code',
      'a.context',
      'a.reason',
      'a.granted_at',
      'a.valid_from',
      'a.valid_until',
    ])
    .select(['a.cancelled_at', 'a.version', 'f.valid_from as f_from', 'f.valid_until as f_until'])
    .select(['g.given_name', 'g.family_name', unitNamesOf('a').as('unit_names')])
    .where('a.id', '=', ids.assignmentId)
    .where('a.person_id', '=', ids.personId)
    .where('a.organisation_id', '=', ids.organisationId)
    .where(organisationInScope(actor, 'person.view', sql.ref('a.organisation_id')))
    .executeTakeFirst();
  if (!row) throw notFound('assignment');
  return {
    id: row.id,
    affiliationId: row.affiliation_id,
    rightId: row.right_id,
    rightCode: row.code,
    rightNames: row.names,
    applicationNames: row.application_names,
    applicationCode: row.application_code,
    context: row.context,
    unitNames: row.unit_names,
    reason: row.reason,
    grantedBy: row.given_name === null ? null : `${row.given_name} ${row.family_name}`,
    grantedAt: row.granted_at,
    period: { from: row.valid_from, until: row.valid_until },
    cancelledAt: row.cancelled_at,
    version: row.version,
    affiliation: { from: row.f_from, until: row.f_until },
  };
}

/** The units of an organisation that run now, by name, as values of a context. */
export function listUnitOptions(
  reader: Reader,
  organisationId: string,
  at: Date,
): Promise<{ code: string; name: string }[]> {
  return reader
    .selectFrom('unit')
    .select(['code', 'name'])
    .where('organisation_id', '=', organisationId)
    .where(sql<boolean>`valid_at @> ${at}::timestamptz`)
    .orderBy('name')
    .orderBy('code')
    .execute();
}
