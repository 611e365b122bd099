// What a list shows of each person: the name, and the affiliations the actor may see.
import { sql, type SqlBool } from 'kysely';
import type { AffiliationType, Names, Reader, Writer } from '../../platform/db/types.ts';
import type { Reach } from '../organisations/index.ts';

export interface ListedAffiliation {
  readonly id: string;
  readonly type: AffiliationType;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly organisationNames: Names;
  readonly unitName: string | null;
  readonly functionTitle: string | null;
  readonly from: Date;
  readonly until: Date | null;
}

export interface ListedPerson {
  readonly id: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly sortName: string;
  readonly userName: string;
  readonly mail: string;
  readonly disabled: boolean;
  /** Invited, but no password was set yet. */
  readonly invited: boolean;
  /** Latest start first. */
  readonly affiliations: readonly ListedAffiliation[];
}

/** The people in the given order. */
export async function loadListed(
  reader: Reader | Writer,
  ids: readonly string[],
  reach: Reach,
  at: Date,
): Promise<ListedPerson[]> {
  if (ids.length === 0) return [];
  const people = await reader
    .selectFrom('person as p')
    .leftJoin('password_credential as c', 'c.person_id', 'p.id')
    .select(['p.id', 'p.given_name as givenName', 'p.family_name as familyName', 'p.sort_name as sortName'])
    .select(['p.user_name as userName', 'p.mail', 'p.valid_until', 'c.person_id as credential'])
    .where(sql<SqlBool>`p.id = any(${ids}::uuid[])`)
    .execute();
  const affiliations = await reader
    .selectFrom('affiliation as f')
    .innerJoin('organisation as o', 'o.id', 'f.organisation_id')
    .leftJoin('unit as u', 'u.id', 'f.unit_id')
    .select([
      'f.id',
      'f.person_id',
      'f.type',
      'f.organisation_id as organisationId',
      'o.name as organisationName',
      'o.names as organisationNames',
    ])
    .select(['u.name as unitName', 'f.function_title as functionTitle'])
    .select(['f.valid_from as from', 'f.valid_until as until'])
    .where(sql<SqlBool>`f.person_id = any(${ids}::uuid[])`)
    .where('f.cancelled_at', 'is', null)
    .where(reach.contains(sql.ref('f.organisation_id')))
    .orderBy('f.valid_from', 'desc')
    .orderBy('f.id')
    .execute();
  const ofPerson = Map.groupBy(affiliations, (affiliation) => affiliation.person_id);
  const byId = new Map(people.map((person) => [person.id, person]));
  return ids.flatMap((id) => {
    const person = byId.get(id);
    if (!person) return [];
    const { valid_until: until, credential, ...shown } = person;
    const own = (ofPerson.get(id) ?? []).map(({ person_id: _, ...affiliation }) => affiliation);
    return [
      { ...shown, disabled: until !== null && until <= at, invited: credential === null, affiliations: own },
    ];
  });
}
