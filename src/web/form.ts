// From what somebody typed to a value, or back to the form with what was typed and what is wrong with it.
import { z, type ZodType } from 'zod';
import type { FieldError } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import { dateToInstant, isLocalDate, lastDayToUntil } from './local-date.ts';

export { dateToInstant, lastDayToUntil, localDateOf, untilToLastDay } from './local-date.ts';

export type Typed = Readonly<Record<string, string | string[]>>;
export type FieldErrors = Readonly<Record<string, FieldError>>;
export type Parsed<Value> =
  { ok: true; value: Value; typed: Typed } | { ok: false; fields: FieldErrors; typed: Typed };

/**
 * Parses a posted form. Texts are trimmed and empty ones count as absent, so optional fields need no special schema;
 * fields whose name contains "password" are left exactly as typed and are never given back in `typed`.
 * A message of the schema, such as `z.string().min(1, 'organisation_name_missing')`, is an error code.
 */
export function parseForm<Value>(schema: ZodType<Value>, body: unknown): Parsed<Value> {
  const raw = readFields(body);
  const typed = Object.fromEntries(Object.entries(raw).filter(([name]) => !isSecret(name)));
  const present = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present, { error: codeOf });
  if (result.success) return { ok: true, value: result.data, typed };
  const fields: Record<string, FieldError> = {};
  for (const issue of result.error.issues) {
    const name = String(issue.path[0] ?? 'form');
    fields[name] ??= { code: issue.message, params: paramsOf(issue) };
  }
  return { ok: false, fields, typed };
}

/** What the `field` component needs besides its label: the value to show and the error in words. */
export interface FieldState {
  value: string | string[];
  error: string | undefined;
}

/** `field('mail')` gives value and error of a field; `initial` is what it shows before anything was typed. */
export function fieldStates(
  words: Pick<T, 'error'>,
  form: {
    typed?: Typed;
    fields?: FieldErrors;
    initial?: Readonly<Record<string, string | string[] | null | undefined>>;
  },
): (name: string) => FieldState {
  return (name) => {
    const error = form.fields?.[name];
    const value = form.typed === undefined ? form.initial?.[name] : form.typed[name];
    return { value: value ?? '', error: error === undefined ? undefined : words.error(error) };
  };
}

/** Schemas of the fields that forms share. */
export const formField = {
  text: (maximum = 200) => z.string().max(maximum),
  mail: () => z.email({ error: 'invalid_mail' }).max(254),
  id: () => z.uuid({ error: 'choose' }),
  /** A box that is ticked or not; an absent one is not. */
  ticked: () =>
    z
      .literal('on')
      .optional()
      .transform((value) => value === 'on'),
  /** Any number of boxes of one name, or none. */
  many: (maximum = 200) =>
    z
      .union([z.string(), z.array(z.string())])
      .optional()
      .transform(toList)
      .pipe(z.array(z.string()).max(maximum)),
  /** `YYYY-MM-DD` → the instant at which that day begins in the zone. */
  firstDay: (zone: string) => localDate().transform((text) => dateToInstant(text, zone)),
  /** `YYYY-MM-DD`, inclusive → the exclusive end of that day in the zone. */
  lastDay: (zone: string) => localDate().transform((text) => lastDayToUntil(text, zone)),
  /** The version that the form was made from, to refuse stale edits. */
  version: () => z.coerce.number().int().nonnegative(),
};

function localDate(): z.ZodType<string> {
  return z.string().refine(isLocalDate, { error: 'invalid_date' });
}

function toList(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value.filter((item) => item !== '') : [value];
}

function isSecret(name: string): boolean {
  return name === '_csrf' || /password|secret/i.test(name);
}

/** Only texts and lists of texts; anything that a parser for nested forms might make is dropped. */
function readFields(body: unknown): Record<string, string | string[]> {
  const entries: [string, string | string[]][] = [];
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, unknown>)) {
    const clean = (text: string): string =>
      /password/i.test(name)
        ? text
        : text.normalize('NFC').replaceAll('\r\n', '\n').replaceAll('\0', '').trim();
    if (typeof value === 'string') entries.push([name, clean(value)]);
    else if (Array.isArray(value))
      entries.push([name, value.filter((v) => typeof v === 'string').map(clean)]);
  }
  return Object.fromEntries(entries);
}

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

/** The error code of an issue for which the schema names none. */
function codeOf(issue: RawIssue): string {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'required' : `invalid_${numeric(issue.expected)}`;
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? (issue.minimum === 1 ? 'required' : 'too_short') : 'too_small';
  if (issue.code === 'too_big') return issue.origin === 'string' ? 'too_long' : 'too_big';
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union') return 'choose';
  return 'invalid_value';
}

function numeric(expected: string): string {
  return ['number', 'int', 'bigint'].includes(expected) ? 'number' : 'value';
}

function paramsOf(issue: z.core.$ZodIssue): Record<string, number> {
  if (issue.code === 'too_small') return { minimum: Number(issue.minimum) };
  return issue.code === 'too_big' ? { maximum: Number(issue.maximum) } : {};
}
