// Reads the forms about rights and offers. A right's contexts come as numbered groups of fields, so that the form
// works without a script: those that exist, and two empty ones.
import { z } from 'zod';
import type { Names } from '../../platform/db/types.ts';
import type { FieldError } from '../../platform/errors.ts';
import { formField, parseForm, type Parsed } from '../../web/form.ts';
import { nameMissing, namesFields, readNames, startDay, withErrors } from '../../web/form-parts.ts';
import type { ContextInput } from './rights.contexts.ts';
import type { OfferTerms } from './offers.commands.ts';
import type { RightInput } from './rights.commands.ts';

const languages = ['nl', 'fr', 'de', 'en'] as const;
const maxContexts = 12;
const optionLine = /^([A-Za-z0-9._-]{1,64})\s*(?:[=;|]\s*(.*))?$/;

/** "code = name" on each line; the name may be given as "nl / fr / de / en". */
export function readOptions(text: string): { code: string; names: Names }[] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const options = lines.map((line) => {
    const match = optionLine.exec(line);
    if (!match) return undefined;
    const given = (match[2] ?? match[1]!).split(' / ').map((name) => name.trim());
    const names: Names =
      given.length === languages.length
        ? Object.fromEntries(languages.map((lang, index) => [lang, given[index]]))
        : { en: given.join(' / ') };
    return { code: match[1]!, names };
  });
  return options.every((option) => option !== undefined) ? options : undefined;
}

/** The other way around, for the form. */
export function writeOptions(options: readonly { code: string; names: Names }[]): string {
  return options
    .map(({ code, names }) => {
      const all = languages.map((lang) => names[lang]);
      const text = all.every((name) => name)
        ? all.join(' / ')
        : (names.en ?? names.nl ?? names.fr ?? names.de ?? code);
      return text === code ? code : `${code} = ${text}`;
    })
    .join('\n');
}

interface ContextsRead {
  readonly contexts: ContextInput[];
  readonly errors: Record<string, FieldError>;
}

/** A group without a code is an empty one; what is wrong comes under `contexts.<index>.<field>`. */
export function readContexts(body: unknown): ContextsRead {
  const raw = (body ?? {}) as Record<string, unknown>;
  const text = (index: number, name: string): string => {
    const value = raw[`contexts.${index}.${name}`];
    return typeof value === 'string' ? value.trim() : '';
  };
  const contexts: ContextInput[] = [];
  const errors: Record<string, FieldError> = {};
  for (let index = 0; index < maxContexts; index++) {
    const code = text(index, 'code');
    if (code === '') continue;
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(code)) errors[`contexts.${index}.code`] = { code: 'code_format' };
    const kind = (['list', 'text', 'unit'] as const).find((one) => one === text(index, 'kind')) ?? 'list';
    const options = kind === 'list' ? readOptions(text(index, 'options')) : [];
    if (options === undefined) errors[`contexts.${index}.options`] = { code: 'options_format' };
    const names = readNames(
      Object.fromEntries(languages.map((lang) => [`n.${lang}`, text(index, `names.${lang}`)])),
      'n',
    );
    contexts.push({
      code,
      kind,
      names: Object.keys(names).length > 0 ? names : { en: code },
      options: options ?? [],
      required: text(index, 'required') === 'on',
      many: text(index, 'many') === 'on',
      pattern: kind === 'text' && text(index, 'pattern') !== '' ? text(index, 'pattern') : null,
    });
  }
  return { contexts, errors };
}

export interface RightForm extends RightInput {
  readonly version: number;
}

export function parseRightForm(body: unknown, zone: string): Parsed<RightForm> {
  const { contexts, errors } = readContexts(body);
  const schema = z
    .object({
      code: z.string().regex(/^[A-Za-z0-9._]{1,64}$/, 'right_code_format'),
      position: z.coerce.number({ error: 'invalid_number' }).int().min(0).max(9999).default(0),
      version: formField.version().default(0),
      until: formField.lastDay(zone).optional(),
      ...namesFields('names'),
      ...namesFields('descriptions', 1000),
    })
    .transform((form): RightForm => ({
      code: form.code,
      position: form.position,
      version: form.version,
      until: form.until ?? null,
      contexts,
      names: readNames(form, 'names'),
      descriptions: readNames(form, 'descriptions'),
    }));
  return withErrors(parseForm(schema, body), { ...errors, ...nameMissing(body, 'names') });
}

export interface OfferForm extends OfferTerms {
  readonly version: number;
  readonly right: string;
  readonly receiverKind: 'organisation' | 'group';
  /** Code of the organisation. */
  readonly organisation: string | undefined;
  readonly targetGroup: string | undefined;
  readonly from: Date | null;
}

const termsFields = (zone: string) => ({
  maxPeriodDays: z.coerce.number({ error: 'invalid_number' }).int().min(1).max(36500).optional(),
  maxUntil: formField.lastDay(zone).optional(),
  until: formField.lastDay(zone).optional(),
});

export function parseOfferForm(body: unknown, zone: string, now: Date): Parsed<OfferForm> {
  const schema = z
    .object({
      right: formField.id(),
      receiverKind: z.enum(['organisation', 'group']),
      organisation: formField.text(64).optional(),
      targetGroup: formField.id().optional(),
      from: startDay(zone, now),
      ...termsFields(zone),
    })
    .transform((form): OfferForm => ({
      ...form,
      version: 0,
      organisation: form.organisation,
      targetGroup: form.targetGroup,
      maxPeriodDays: form.maxPeriodDays ?? null,
      maxUntil: form.maxUntil ?? null,
      until: form.until ?? null,
    }));
  return parseForm(schema, body);
}

export function parseTermsForm(body: unknown, zone: string): Parsed<OfferTerms & { version: number }> {
  const schema = z.object({ version: formField.version(), ...termsFields(zone) }).transform((form) => ({
    version: form.version,
    maxPeriodDays: form.maxPeriodDays ?? null,
    maxUntil: form.maxUntil ?? null,
    until: form.until ?? null,
  }));
  return parseForm(schema, body);
}

export const undoForm = z.object({ undo: formField.id() });
export const endForm = z.object({ version: formField.version(), reason: formField.text(500).optional() });
