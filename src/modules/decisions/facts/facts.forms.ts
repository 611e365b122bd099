// Reads what was typed about a subject: by the fields that the model declares.
import { z } from 'zod';
import { formField, parseForm, type FieldErrors, type Parsed } from '../../../web/form.ts';
import {
  dateToInstant,
  isLocalDate,
  lastDayToUntil,
  localDateOf,
  untilToLastDay,
} from '../../../web/local-date.ts';
import type { Item, Value } from '../condition.model.ts';
import type { FactField } from '../forms/index.ts';
import type { Dated } from '../subject.settings.ts';
import type { FactPeriod } from './facts.edits.ts';
import type { NewSubject } from './subjects.commands.ts';

const day = () => z.string().refine(isLocalDate, { error: 'invalid_date' }).optional();

/** `from`, `until` and the version of what the page showed. */
const datedForm = { version: formField.version(), from: day(), until: day() };

/** Today begins now: what began at midnight would say something of a time that is past. */
function periodOf(
  given: { from?: string | undefined; until?: string | undefined },
  zone: string,
  now: Date,
): FactPeriod {
  const begins = given.from === undefined ? undefined : dateToInstant(given.from, zone);
  return {
    from: given.from === localDateOf(now, zone) ? now : begins,
    until: given.until === undefined ? undefined : lastDayToUntil(given.until, zone),
  };
}

export interface Versioned {
  readonly version: number;
}

/** A form whose period ends before it begins comes back as one that is wrong. */
function withPeriod<Form extends { from?: string | undefined; until?: string | undefined }, Value>(
  parsed: Parsed<Form>,
  zone: string,
  now: Date,
  value: (form: Form, period: FactPeriod) => Value,
): Parsed<Value> {
  if (!parsed.ok) return parsed;
  const period = periodOf(parsed.value, zone, now);
  const begins = period.from ?? now;
  if (period.until && period.until <= begins)
    return { ok: false, typed: parsed.typed, fields: { until: { code: 'until_before_from' } } };
  return { ok: true, typed: parsed.typed, value: value(parsed.value, period) };
}

export type GroupForm = Versioned & { readonly group: string; readonly period: FactPeriod };

export function parseGroupForm(body: unknown, zone: string, now: Date): Parsed<GroupForm> {
  const schema = z.object({ ...datedForm, group: z.string({ error: 'choose' }).max(200) });
  return withPeriod(parseForm(schema, body), zone, now, ({ group, version }, period) => ({
    group,
    version,
    period,
  }));
}

export type MemberForm = Versioned & { readonly item: Item; readonly period: FactPeriod };

/** @param fields of the list */
export function parseMemberForm(
  fields: readonly FactField[],
  body: unknown,
  zone: string,
  now: Date,
): Parsed<MemberForm> {
  const values = Object.fromEntries(fields.map((field) => [fieldName(field), textOf(field)]));
  const parsed = parseForm(z.object({ ...datedForm, ...values }), body);
  return withPeriod(parsed, zone, now, (form, period) => {
    const typed = new Map<string, unknown>(Object.entries(form));
    const item = Object.fromEntries(fields.map((field) => [field.name, String(typed.get(fieldName(field)))]));
    return { version: form.version, item, period };
  });
}

/** Fields of a member have names of their own: a model may call one `from`. */
export const fieldName = ({ name }: FactField): string => `field.${name}`;

function textOf(field: FactField): z.ZodType<string> {
  if (field.choices) return z.enum(field.choices as [string, ...string[]], { error: 'choose' });
  return field.type === 'date'
    ? z.string().refine(isLocalDate, { error: 'invalid_date' })
    : z.string().max(200);
}

export type PeriodForm = Versioned & { readonly period: FactPeriod };

/** @param standing as it is now: a day that was left as it was keeps its instant, which the form does not show */
export function parsePeriodForm(body: unknown, zone: string, now: Date, standing: Dated): Parsed<PeriodForm> {
  const parsed = parseForm(z.object(datedForm), body);
  if (!parsed.ok) return parsed;
  const period = keptWhereSame(parsed.value, periodOf(parsed.value, zone, now), standing, zone);
  if (period.from && period.until && period.until <= period.from)
    return { ok: false, typed: parsed.typed, fields: { until: { code: 'until_before_from' } } };
  return { ok: true, typed: parsed.typed, value: { version: parsed.value.version, period } };
}

function keptWhereSame(
  typed: { readonly from?: string | undefined; readonly until?: string | undefined },
  period: FactPeriod,
  standing: Dated,
  zone: string,
): FactPeriod {
  const [from, until] = [standing.from, standing.until].map((text) => (text ? new Date(text) : undefined));
  return {
    from: from && typed.from === localDateOf(from, zone) ? from : period.from,
    until: until && typed.until === untilToLastDay(until, zone) ? until : period.until,
  };
}

export const versionForm = z.object({ version: formField.version() });

export type AttributeForm = Versioned & { readonly value: Value };

/** One value a line for a set, or boxes; a set may be empty, anything else may not. */
export function parseAttributeForm(field: FactField, body: unknown): Parsed<AttributeForm> {
  const version = formField.version();
  if (field.type === 'truth') {
    const parsed = parseForm(z.object({ version, value: z.enum(['yes', 'no'], { error: 'choose' }) }), body);
    return parsed.ok
      ? { ...parsed, value: { version: parsed.value.version, value: parsed.value.value === 'yes' } }
      : parsed;
  }
  if (field.type === 'set') {
    const several = z.union([z.string().max(100_000), z.array(z.string().max(1000)).max(5000)]).optional();
    const parsed = parseForm(z.object({ version, value: several }), body);
    return parsed.ok
      ? { ...parsed, value: { version: parsed.value.version, value: linesOf(parsed.value.value) } }
      : parsed;
  }
  const text = field.type === 'number' ? z.coerce.number() : textOf(field);
  return parseForm<AttributeForm>(z.object({ version, value: text }), body);
}

function linesOf(given: string | string[] | undefined): string[] {
  const lines = [given ?? []].flat().flatMap((text) => text.split('\n'));
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))];
}

const newForm = z.object({
  kind: z.enum(['person', 'own'], { error: 'choose' }),
  person: formField.text().optional(),
  type: formField
    .text(80)
    .regex(/^[A-Za-z][A-Za-z0-9_-]*$/)
    .optional(),
  code: formField
    .text()
    .regex(/^(?!\.{1,2}$)[^\p{C}]+$/u)
    .optional(),
});

/** A person by user name or mail, or a subject of the application's own. */
export function parseNewSubject(body: unknown): Parsed<NewSubject> {
  const parsed = parseForm(newForm, body);
  if (!parsed.ok) return parsed;
  const { kind, person, type, code } = parsed.value;
  const missing = (names: readonly string[]): FieldErrors =>
    Object.fromEntries(names.map((name) => [name, { code: 'required' }]));
  if (kind === 'person')
    return person === undefined
      ? { ok: false, typed: parsed.typed, fields: missing(['person']) }
      : { ok: true, typed: parsed.typed, value: { person } };
  if (type === undefined || code === undefined)
    return {
      ok: false,
      typed: parsed.typed,
      fields: missing([...(type === undefined ? ['type'] : []), ...(code === undefined ? ['code'] : [])]),
    };
  return { ok: true, typed: parsed.typed, value: { type, id: code } };
}
