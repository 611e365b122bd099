// What is kept of a person, and how names become what is sorted, searched and signed in with. Pure.
import type { FieldError } from '../../platform/errors.ts';
import { foldText, isMailAddress } from '../organisations/index.ts';

export const personLanguages = ['en', 'nl', 'fr', 'de'] as const;
export type PersonLanguage = (typeof personLanguages)[number];

export interface PersonNames {
  readonly givenName: string;
  readonly familyName: string;
}

export interface PersonDetails extends PersonNames {
  readonly mail: string;
  readonly language: PersonLanguage;
}

/** "family given", folded: the order of every list of people. */
export function sortNameOf(names: PersonNames): string {
  return foldText(`${names.familyName} ${names.givenName}`);
}

/** What a person is found by: both orders of the name, user name and mail address. */
export function personSearchText(
  person: PersonNames & { readonly mail: string; readonly userName: string },
): string {
  return foldText(
    `${person.givenName} ${person.familyName} ${person.givenName} ${person.userName} ${person.mail}`,
  );
}

/** `given.family`, in the letters a user name may have. Never empty. */
export function userNameFrom(names: PersonNames): string {
  const plain = (text: string) =>
    foldText(text)
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
  const joined = [plain(names.givenName), plain(names.familyName)].filter((part) => part !== '').join('.');
  return joined === '' ? 'person' : joined.slice(0, 60);
}

/** Whether two family names are the same but for case, accents, spaces and hyphens. */
export function sameFamilyName(a: string, b: string): boolean {
  const bare = (text: string) => foldText(text).replace(/[^\p{L}\p{N}]/gu, '');
  return bare(a) !== '' && bare(a) === bare(b);
}

/** Enough of an address to recognise one's colleague by, too little to write to: `j…@example.org`. */
export function maskMail(mail: string): string {
  const at = mail.lastIndexOf('@');
  return `${mail.slice(0, 1)}…${mail.slice(at)}`;
}

/** What is wrong with the details, field by field; empty when nothing is. */
export function checkPerson(person: Partial<PersonDetails>): Record<string, FieldError> {
  const wrong: Record<string, FieldError> = {};
  for (const field of ['givenName', 'familyName'] as const) {
    const value = person[field];
    if (value === undefined) continue;
    if (value.trim() === '') wrong[field] = { code: 'required' };
    else if (value.length > 100) wrong[field] = { code: 'too_long', params: { maximum: 100 } };
  }
  if (person.mail !== undefined && !isMailAddress(person.mail)) wrong['mail'] = { code: 'invalid_mail' };
  return wrong;
}
