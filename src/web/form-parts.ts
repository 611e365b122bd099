// Groups of fields that several forms share: names in four languages, and a first day.
import { z } from 'zod';
import type { Names } from '../platform/db/types.ts';
import type { FieldError } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import { dateToInstant, formField, localDateOf, type FieldState, type Parsed } from './form.ts';
import { isLocalDate } from './local-date.ts';
import type { Field } from './view-models.ts';

const languages = ['nl', 'fr', 'de', 'en'] as const;

/** Schema of the fields `<prefix>.nl`, `<prefix>.fr`, …, each optional. */
export const namesFields = (prefix: string, maximum = 200) =>
  Object.fromEntries(languages.map((lang) => [`${prefix}.${lang}`, formField.text(maximum).optional()]));

/** The names that were filled in. */
export function readNames(form: Readonly<Record<string, unknown>>, prefix: string): Names {
  const entries = languages.map((lang) => [lang, form[`${prefix}.${lang}`]] as const);
  return Object.fromEntries(entries.filter(([, text]) => typeof text === 'string' && text !== ''));
}

/** What the form shows at first. */
export function namesInitial(prefix: string, names: Names): Record<string, string | undefined> {
  return Object.fromEntries(languages.map((lang) => [`${prefix}.${lang}`, names[lang]]));
}

/** One field for each language: "Name (Dutch)". */
export function nameInputs(
  words: T,
  prefix: string,
  label: string,
  valueOf: (name: string) => FieldState,
  rest: Partial<Field> = {},
): Field[] {
  return languages.map((lang) => {
    const name = `${prefix}.${lang}`;
    const language = words.t(`common.languages.${lang}`);
    return { name, label: `${label} (${language})`, optional: true, ...rest, ...valueOf(name) };
  });
}

/** One name in some language is enough; the field of the first language says so. */
export function nameMissing(body: unknown, prefix: string): Record<string, FieldError> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  const trimmed = entries.map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']);
  const names = readNames(Object.fromEntries(trimmed) as Record<string, string>, prefix);
  return Object.keys(names).length > 0 ? {} : { [`${prefix}.nl`]: { code: 'name_missing' } };
}

/** A parsed form with what a check across fields found wrong. */
export function withErrors<Value>(parsed: Parsed<Value>, errors: Record<string, FieldError>): Parsed<Value> {
  if (Object.keys(errors).length === 0) return parsed;
  return { ok: false, fields: { ...(parsed.ok ? {} : parsed.fields), ...errors }, typed: parsed.typed };
}

/** A first day: today is null, from this moment on, since what begins at midnight past would lie about the past. */
export const startDay = (zone: string, now: Date) =>
  z
    .string()
    .refine(isLocalDate, { error: 'invalid_date' })
    .transform((text) => (text === localDateOf(now, zone) ? null : dateToInstant(text, zone)));
