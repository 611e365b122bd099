// The numbers of people: looked up by a keyed digest, kept sealed, never in clear in tables, logs or audit.
import type { Change } from '../../platform/change.ts';
import type { Secrets } from '../../platform/crypto.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { normaliseIdentifier, personSchemes, type PersonScheme } from '../organisations/index.ts';

export interface PersonIdentifier {
  readonly scheme: PersonScheme;
  /** Normalised; a staff number carries the code of its organisation, since it only counts there. */
  readonly value: string;
}

export function isPersonScheme(text: string): text is PersonScheme {
  return (personSchemes as readonly string[]).includes(text);
}

/** The identifier to look up and keep, or undefined when the number cannot exist. */
export function personIdentifier(
  scheme: PersonScheme,
  text: string,
  organisationCode: string,
): PersonIdentifier | undefined {
  const number = normaliseIdentifier(scheme, text);
  if (number === undefined) return undefined;
  return { scheme, value: scheme === 'staff' ? `${organisationCode}:${number}` : number };
}

export async function findPersonByIdentifier(
  reader: Reader | Writer,
  secrets: Secrets,
  identifier: PersonIdentifier,
): Promise<
  { id: string; family_name: string; given_name: string; mail: string; valid_until: Date | null } | undefined
> {
  return reader
    .selectFrom('person_identifier')
    .innerJoin('person', 'person.id', 'person_identifier.person_id')
    .select(['person.id', 'person.family_name', 'person.given_name', 'person.mail', 'person.valid_until'])
    .where('scheme', '=', identifier.scheme)
    .where('lookup', '=', secrets.blindIndex(identifier.scheme, identifier.value))
    .executeTakeFirst();
}

/** @throws identifier_taken when somebody else was given it in the meantime */
export async function insertIdentifier(
  change: Change,
  secrets: Secrets,
  personId: string,
  identifier: PersonIdentifier,
): Promise<void> {
  await change.trx
    .insertInto('person_identifier')
    .values({ person_id: personId, ...identifierColumns(secrets, personId, identifier) })
    .execute();
}

/** The columns of `person_identifier` for bulk writers. */
export function identifierColumns(
  secrets: Secrets,
  personId: string,
  identifier: PersonIdentifier,
): { scheme: string; lookup: Uint8Array; sealed: string } {
  return {
    scheme: identifier.scheme,
    lookup: secrets.blindIndex(identifier.scheme, identifier.value),
    sealed: secrets.seal(identifier.value, `person_identifier:${personId}`),
  };
}
