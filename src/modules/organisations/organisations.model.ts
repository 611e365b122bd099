// What an organisation, a unit and a target group are, and the rules that need no database. Pure.
import type { AffiliationRules, Names } from '../../platform/db/types.ts';
import type { FieldError } from '../../platform/errors.ts';
import type { OrganisationScheme } from './identifiers.model.ts';

/** Codes stand inside role claims (`right:code`), so they hold no separator. */
const codePattern = /^[A-Za-z0-9._-]{1,64}$/;
const mailPattern = /^[^\s@<>"(),;:\\]{1,64}@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\.]{2,}$/;

export interface Identifier {
  readonly scheme: string;
  /** Normalised: see identifiers.model.ts. */
  readonly value: string;
}

export interface NewTargetGroup {
  readonly code: string;
  readonly names: Names;
  readonly identifierScheme: OrganisationScheme;
  readonly affiliationRules: AffiliationRules;
}

export interface NewOrganisation {
  readonly code: string;
  readonly name: string;
  readonly names?: Names;
  readonly targetGroupId: string;
  readonly parentId?: string | null;
  readonly contactMail?: string | null;
  /** As typed; the scheme is the target group's unless another is named. */
  readonly identifiers?: readonly { readonly scheme: string; readonly text: string }[];
  /** Default: now. */
  readonly from?: Date;
  /** Exclusive; null for no end. */
  readonly until?: Date | null;
}

export function isCode(text: string): boolean {
  return codePattern.test(text);
}

/** Good enough to be worth sending to; only the mail that arrives proves it. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && mailPattern.test(text);
}

/**
 * Text as it is compared and searched: lower case, without accents, ligatures written out, single spaces.
 * "Œuvre  D'Été" and "oeuvre d'ete" become the same.
 */
export function foldText(text: string): string {
  return (
    text
      .toLowerCase()
      // First, since ligatures carry accents too: "ǽ" is an "æ" with one.
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/œ/g, 'oe')
      .replace(/æ/g, 'ae')
      .replace(/ß/g, 'ss')
      .replace(/ø/g, 'o')
      .replace(/ł/g, 'l')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** What an organisation is found by: its names in every language, its code and its identifiers. */
export function organisationSearchText(
  organisation: { readonly code: string; readonly name: string; readonly names?: Names },
  identifiers: readonly Identifier[] = [],
): string {
  const parts = [
    organisation.name,
    ...Object.values(organisation.names ?? {}),
    organisation.code,
    ...identifiers.map((identifier) => identifier.value),
  ];
  return [...new Set(parts.map(foldText))].join(' ');
}

/** The name in this language, else the first of the others: every list has something to show. */
export function nameIn(names: Names, language: string, fallback = ''): string {
  return names[language as keyof Names] ?? names.en ?? names.nl ?? names.fr ?? names.de ?? fallback;
}

/** What is wrong with the code and name of anything that has both, field by field; empty when nothing is. */
export function checkCodeAndName(given: {
  readonly code?: string;
  readonly name?: string;
}): Record<string, FieldError> {
  const wrong: Record<string, FieldError> = {};
  if (given.code !== undefined && !isCode(given.code)) wrong['code'] = { code: 'code_format' };
  if (given.name !== undefined) {
    if (given.name.trim() === '') wrong['name'] = { code: 'required' };
    if (given.name.length > 200) wrong['name'] = { code: 'too_long', params: { maximum: 200 } };
  }
  return wrong;
}

/** A period must have something inside. Instants; `until` exclusive. */
export function checkPeriodOrder(from: Date, until: Date | null): Record<string, FieldError> {
  return until !== null && until <= from ? { until: { code: 'until_before_from' } } : {};
}
