// Reads one affiliation for its pages, within the actor's scope. Never writes.
import { sql } from 'kysely';
import type { Reader } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { organisationInScope, type Actor } from '../administration/index.ts';
import { loadCarried } from './affiliations.carried.ts';
import { countConsequences, type Consequences } from './affiliations.commands.ts';
import type { AffiliationDetails } from './affiliations.model.ts';

export interface ShownAffiliation extends AffiliationDetails {
  readonly id: string;
  readonly personId: string;
  readonly personName: string;
  readonly unitName: string | null;
  readonly cancelledAt: Date | null;
  readonly version: number;
}

/** @throws affiliation_not_found unless it is of this person and organisation and lies in scope */
export async function getAffiliation(
  reader: Reader,
  actor: Actor,
  place: { readonly organisationId: string; readonly personId: string; readonly affiliationId: string },
): Promise<ShownAffiliation> {
  const row = await reader
    .selectFrom('affiliation as f')
    .innerJoin('person as p', 'p.id', 'f.person_id')
    .leftJoin('unit as u', 'u.id', 'f.unit_id')
    .select([
      'f.id',
      'f.person_id as personId',
      'f.type',
      'f.unit_id as unitId',
      'u.name as unitName',
      'f.version',
    ])
    .select([
      'f.function_title as functionTitle',
      'f.contact_mail as contactMail',
      'f.cancelled_at as cancelledAt',
    ])
    .select(['f.valid_from as from', 'f.valid_until as until'])
    .select(sql<string>`p.given_name || ' ' || p.family_name`.as('personName'))
    .where('f.id', '=', place.affiliationId)
    .where('f.person_id', '=', place.personId)
    .where('f.organisation_id', '=', place.organisationId)
    .where(organisationInScope(actor, 'person.view', sql.ref('f.organisation_id')))
    .executeTakeFirst();
  if (!row) throw notFound('affiliation');
  return row;
}

/** @throws person_not_found unless they have, had or will have an affiliation there and it lies in scope */
export async function findPersonName(
  reader: Reader,
  actor: Actor,
  organisationId: string,
  personId: string,
): Promise<string> {
  const row = await reader
    .selectFrom('person as p')
    .innerJoin('affiliation as f', 'f.person_id', 'p.id')
    .select(sql<string>`p.given_name || ' ' || p.family_name`.as('name'))
    .where('p.id', '=', personId)
    .where('f.organisation_id', '=', organisationId)
    .where(organisationInScope(actor, 'person.view', sql.ref('f.organisation_id')))
    .limit(1)
    .executeTakeFirst();
  if (!row) throw notFound('person');
  return row.name;
}

/** How much would end along with it at that instant. */
export async function countCarried(reader: Reader, affiliationId: string, at: Date): Promise<Consequences> {
  return countConsequences(await loadCarried(reader, affiliationId, at));
}
