// What is typed about organisations, units and target groups, and back.
import { z } from 'zod';
import type { AffiliationRule, AffiliationRules, AffiliationType, Names } from '../../platform/db/types.ts';
import type { T } from '../../platform/i18n.ts';
import { fieldStates, formField } from '../../web/form.ts';
import type { FormEntry, FormState } from '../../web/form-page.ts';
import { formatIdentifier, organisationSchemes, type OrganisationScheme } from './identifiers.model.ts';
import type { TypedIdentifier } from './organisations.identifiers.ts';
import type { Identifier } from './organisations.model.ts';

const languages = ['nl', 'fr', 'de', 'en'] as const;
const types = ['employee', 'external', 'occasional'] as const;
const mandatory = ['unit', 'function', 'contactMail', 'until'] as const;

const namesShape = {
  nameNl: formField.text().optional(),
  nameFr: formField.text().optional(),
  nameDe: formField.text().optional(),
  nameEn: formField.text().optional(),
};
type TypedNames = z.infer<z.ZodObject<typeof namesShape>>;

export const newOrganisationForm = z.object({
  code: formField.text(64),
  name: formField.text(),
  ...namesShape,
  targetGroup: formField.id(),
  parent: formField.text(64).optional(),
  contactMail: formField.mail().optional(),
  identifier: formField.text(40).optional(),
});
const numberShape = {
  kbo: formField.text(40).optional(),
  ovo: formField.text(40).optional(),
  nis: formField.text(40).optional(),
  institution: formField.text(40).optional(),
} satisfies Record<OrganisationScheme, unknown>;
type TypedNumbers = z.infer<z.ZodObject<typeof numberShape>>;

export const organisationForm = z.object({
  name: formField.text(),
  ...namesShape,
  ...numberShape,
  parent: formField.text(64).optional(),
  contactMail: formField.mail().optional(),
  version: formField.version(),
  acknowledgeMove: formField.ticked(),
});
export const endForm = z.object({
  version: formField.version(),
  reason: formField.text(500).optional(),
  acknowledgeLast: formField.ticked(),
});
export const unitForm = z.object({
  code: formField.text(64),
  name: formField.text(),
  parent: formField.id().optional(),
});
export const unitChangeForm = z.object({
  name: formField.text(),
  parent: formField.id().optional(),
  version: formField.version(),
});

const days = () => z.coerce.number().int().min(1).max(36_500).optional();
const ruleShape = {
  employeeMandatory: formField.many(10),
  employeeMaxPeriodDays: days(),
  externalMandatory: formField.many(10),
  externalMaxPeriodDays: days(),
  occasionalMandatory: formField.many(10),
  occasionalMaxPeriodDays: days(),
};
type TypedRules = z.infer<z.ZodObject<typeof ruleShape>>;
export const targetGroupForm = z.object({
  code: formField.text(64).optional(),
  scheme: z.enum(organisationSchemes).optional(),
  version: formField.version().optional(),
  ...namesShape,
  ...ruleShape,
});

/** Only what was filled in. */
export function namesFrom(form: TypedNames): Names {
  const given = { nl: form.nameNl, fr: form.nameFr, de: form.nameDe, en: form.nameEn };
  return Object.fromEntries(Object.entries(given).filter(([, name]) => name !== undefined)) as Names;
}

export function namesTyped(names: Names): Record<string, string> {
  return { nameNl: names.nl ?? '', nameFr: names.fr ?? '', nameDe: names.de ?? '', nameEn: names.en ?? '' };
}

/** Only what was filled in, each at the field of its scheme. */
export function numbersFrom(form: TypedNumbers): TypedIdentifier[] {
  return organisationSchemes.flatMap((scheme) => {
    const text = form[scheme];
    return text === undefined ? [] : [{ scheme, text, field: scheme }];
  });
}

export function numbersTyped(identifiers: readonly Identifier[]): Record<string, string> {
  return Object.fromEntries(
    identifiers.map(({ scheme, value }) => [scheme, formatIdentifier(scheme, value)]),
  );
}

/** One field for each kind of number, that of the target group first. */
export function numberFields(
  words: T,
  state: FormState,
  initial: Initial,
  ofTargetGroup: string,
): FormEntry[] {
  const field = fieldStates(words, { ...state, initial });
  const schemes = organisationSchemes.toSorted(
    (a, b) => Number(b === ofTargetGroup) - Number(a === ofTargetGroup),
  );
  const fields = schemes.map((name) => ({
    name,
    label: words.t(`organisations.scheme.${name}`),
    optional: true,
    maxlength: 40,
    ...field(name),
  }));
  return [fields.slice(0, 2), fields.slice(2)];
}

export function rulesFrom(form: TypedRules): AffiliationRules {
  const rules: AffiliationRules = {};
  for (const type of types) {
    const asked = form[`${type}Mandatory`];
    const days = form[`${type}MaxPeriodDays`];
    const fields = mandatory.filter((name) => asked.includes(name));
    if (fields.length === 0 && days === undefined) continue;
    rules[type] = { mandatory: fields, ...(days === undefined ? {} : { maxPeriodDays: days }) };
  }
  return rules;
}

export function rulesTyped(rules: AffiliationRules): Record<string, string | string[]> {
  const of = (type: AffiliationType): AffiliationRule => rules[type] ?? {};
  return Object.fromEntries(
    types.flatMap((type) => [
      [`${type}Mandatory`, [...(of(type).mandatory ?? [])]],
      [`${type}MaxPeriodDays`, String(of(type).maxPeriodDays ?? '')],
    ]),
  );
}

type Initial = Readonly<Record<string, string | string[]>>;

/** One name per language; the first is asked, the others may be left out. */
export function nameFields(words: T, state: FormState, initial: Initial, asked?: 'nl'): FormEntry[] {
  const field = fieldStates(words, { ...state, initial });
  const fields = languages.map((lang) => {
    const name = `name${lang[0]?.toUpperCase()}${lang.slice(1)}`;
    const label = words.t(`organisations.nameIn.${lang}`);
    return { name, label, optional: lang !== asked, maxlength: 200, ...field(name) };
  });
  return [fields.slice(0, 2), fields.slice(2)];
}

/** What the target group asks of affiliations, kind by kind. */
export function ruleSections(words: T, state: FormState, initial: Initial) {
  const { t } = words;
  const field = fieldStates(words, { ...state, initial });
  return types.map((type) => ({
    title: t(`affiliations.type.${type}`),
    fields: [
      {
        name: `${type}Mandatory`,
        type: 'checkboxes' as const,
        label: t('organisations.field.mandatory'),
        options: mandatory.map((value) => ({ value, text: t(`organisations.mandatory.${value}`) })),
        ...field(`${type}Mandatory`),
      },
      {
        name: `${type}MaxPeriodDays`,
        type: 'number' as const,
        label: t('organisations.field.maxPeriodDays'),
        optional: true,
        min: 1,
        max: 36_500,
        width: 'short' as const,
        ...field(`${type}MaxPeriodDays`),
      },
    ],
  }));
}
