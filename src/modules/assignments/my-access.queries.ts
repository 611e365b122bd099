// Reads what somebody sees of themselves: affiliations, rights and administrations, past ones for a year. Never writes.
import { sql } from 'kysely';
import type { AffiliationType, ContextValues, Names, Reader } from '../../platform/db/types.ts';
import type { Period } from '../../platform/period.ts';
import { unitNamesOf, type ShownContext } from './assignments.context.ts';

export interface OwnAffiliation {
  readonly id: string;
  readonly organisation: { readonly id: string; readonly name: string; readonly names: Names };
  readonly type: AffiliationType;
  readonly unitName: string | null;
  readonly functionTitle: string | null;
  readonly period: Period;
}

export interface OwnRight {
  readonly id: string;
  readonly organisationId: string;
  readonly rightId: string;
  readonly rightCode: string;
  readonly rightNames: Names;
  readonly rightDescriptions: Names;
  readonly applicationCode: string;
  readonly applicationNames: Names;
  readonly applicationUrl: string | null;
  readonly context: ContextValues;
  readonly unitNames: ShownContext['unitNames'];
  readonly period: Period;
  /** Until when it really counts; undefined when it does not count now. */
  readonly effectiveUntil: Date | null | undefined;
}

const rememberedMs = 365 * 86_400_000;

/** Own affiliations, those that ended in the last year included. */
export async function listOwnAffiliations(
  reader: Reader,
  personId: string,
  at: Date,
): Promise<OwnAffiliation[]> {
  const rows = await reader
    .selectFrom('affiliation as f')
    .innerJoin('organisation as o', 'o.id', 'f.organisation_id')
    .leftJoin('unit as u', 'u.id', 'f.unit_id')
    .select(['f.id', 'f.type', 'f.function_title', 'f.valid_from', 'f.valid_until', 'u.name as unit_name'])
    .select(['o.id as organisation_id', 'o.name', 'o.names'])
    .where('f.person_id', '=', personId)
    .where('f.cancelled_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('f.valid_until', 'is', null),
        eb('f.valid_until', '>', new Date(at.getTime() - rememberedMs)),
      ]),
    )
    .orderBy('o.name')
    .orderBy('f.valid_from', 'desc')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    unitName: row.unit_name,
    functionTitle: row.function_title,
    organisation: { id: row.organisation_id, name: row.name, names: row.names },
    period: { from: row.valid_from, until: row.valid_until },
  }));
}

interface RightRow {
  id: string;
  organisation_id: string;
  right_id: string;
  right_code: string;
  right_names: Names;
  right_descriptions: Names;
  application_code: string;
  application_names: Names;
  home_url: string | null;
  context: ContextValues;
  unit_names: ShownContext['unitNames'];
  valid_from: Date;
  valid_until: Date | null;
  effective: boolean;
  effective_until: Date | null;
}

/** Own rights, those that ended in the last year included; each with what it is really worth now. */
export async function listOwnRights(reader: Reader, personId: string, at: Date): Promise<OwnRight[]> {
  const since = new Date(at.getTime() - rememberedMs);
  const { rows } = await sql<RightRow>`
    select a.id, a.organisation_id, r.id as right_id, r.code as right_code, r.names as right_names,
      r.descriptions as right_descriptions, x.code as application_code, x.names as application_names, x.home_url,
      a.context, ${unitNamesOf('a')} as unit_names, a.valid_from, a.valid_until, e.assignment_id is not null as effective, e.effective_until
    from assignment a
    join application_right r on r.id = a.right_id
    join application x on x.id = r.application_id
    left join (select assignment_id, effective_until from effective_assignment(${at}::timestamptz)
      where person_id = ${personId}::uuid) e on e.assignment_id = a.id
    where a.person_id = ${personId}::uuid and a.cancelled_at is null
      and (a.valid_until is null or a.valid_until > ${since}::timestamptz)
    order by x.code, r.position, r.code, a.valid_from desc, a.id`.execute(reader as never);
  return rows.map((row) => ({
    id: row.id,
    organisationId: row.organisation_id,
    rightId: row.right_id,
    rightCode: row.right_code,
    rightNames: row.right_names,
    rightDescriptions: row.right_descriptions,
    context: row.context,
    unitNames: row.unit_names,
    applicationCode: row.application_code,
    applicationNames: row.application_names,
    applicationUrl: row.home_url,
    period: { from: row.valid_from, until: row.valid_until },
    effectiveUntil: row.effective ? row.effective_until : undefined,
  }));
}
