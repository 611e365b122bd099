// The numbers of organisations: checked, kept, replaced. For the commands of this module.
import type { Change } from '../../platform/change.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { invalidFields, type FieldError } from '../../platform/errors.ts';
import { isIdentifierScheme, normaliseIdentifier } from './identifiers.model.ts';
import type { Identifier } from './organisations.model.ts';

export interface TypedIdentifier {
  readonly scheme: string;
  /** As typed. */
  readonly text: string;
  /** The field of the form, for what is wrong with it; default `identifier`. */
  readonly field?: string;
}

/** The numbers as they are stored, and what is wrong with those that cannot exist. */
export function normaliseAll(given: readonly TypedIdentifier[]): {
  identifiers: Identifier[];
  wrong: Record<string, FieldError>;
} {
  const identifiers: Identifier[] = [];
  const wrong: Record<string, FieldError> = {};
  for (const { scheme, text, field = 'identifier' } of given) {
    const value = isIdentifierScheme(scheme) ? normaliseIdentifier(scheme, text) : undefined;
    if (value === undefined) wrong[field] = { code: `identifier_${scheme}` };
    else identifiers.push({ scheme, value });
  }
  return { identifiers, wrong };
}

export async function listIdentifiers(
  reader: Reader | Writer,
  organisationId: string,
): Promise<Identifier[]> {
  return reader
    .selectFrom('organisation_identifier')
    .select(['scheme', 'value'])
    .where('organisation_id', '=', organisationId)
    .orderBy('scheme')
    .execute();
}

export async function insertIdentifiers(
  change: Change,
  organisationId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  if (identifiers.length === 0) return;
  await change.trx
    .insertInto('organisation_identifier')
    .values(identifiers.map((identifier) => ({ organisation_id: organisationId, ...identifier })))
    .execute();
}

/** @throws invalid_fields with `identifier_taken` at the scheme that another organisation carries already */
export async function replaceIdentifiers(
  change: Change,
  organisationId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  for (const { scheme, value } of identifiers) {
    const taken = await change.trx
      .selectFrom('organisation_identifier')
      .select('organisation_id')
      .where('scheme', '=', scheme)
      .where('value', '=', value)
      .where('organisation_id', '<>', organisationId)
      .executeTakeFirst();
    if (taken) throw invalidFields({ [scheme]: 'identifier_taken' });
  }
  await change.trx
    .deleteFrom('organisation_identifier')
    .where('organisation_id', '=', organisationId)
    .execute();
  await insertIdentifiers(change, organisationId, identifiers);
}
