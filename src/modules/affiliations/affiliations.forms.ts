// What is typed about an affiliation, and back.
import { z } from 'zod';
import type { AffiliationRules, AffiliationType } from '../../platform/db/types.ts';
import type { T } from '../../platform/i18n.ts';
import { fieldStates, formField, localDateOf, untilToLastDay } from '../../web/form.ts';
import type { FormEntry, FormState } from '../../web/form-page.ts';
import type { Option } from '../../web/view-models.ts';
import type { UnitItem } from '../organisations/index.ts';
import { affiliationTypes, type AffiliationDetails } from './affiliations.model.ts';

/** The fields of an affiliation; spread them into larger forms. */
export function affiliationShape(zone: string) {
  return {
    type: z.enum(affiliationTypes),
    unit: formField.id().optional(),
    function: formField.text(100).optional(),
    contactMail: formField.mail().optional(),
    from: formField.firstDay(zone),
    until: formField.lastDay(zone).optional(),
  };
}

export const affiliationForm = (zone: string) => z.object(affiliationShape(zone));
export const affiliationChangeForm = (zone: string) =>
  z.object({
    ...affiliationShape(zone),
    type: z.string().optional(),
    version: formField.version(),
    acknowledge: formField.ticked(),
    acknowledgeLast: formField.ticked(),
  });
export const affiliationEndForm = z.object({
  version: formField.version(),
  when: z.enum(['now', 'on']),
  on: z.string().optional(),
  reason: formField.text(500).optional(),
  acknowledgeLast: formField.ticked(),
});
/** What is taken back. */
export const undoable = ['ended', 'added', 'changed'] as const;
export const undoForm = z.object({ undo: formField.id(), of: z.enum(undoable).default('ended') });

type TypedAffiliation = Omit<z.infer<ReturnType<typeof affiliationForm>>, 'type'>;

export function detailsFrom(form: TypedAffiliation): Omit<AffiliationDetails, 'type'> {
  return {
    unitId: form.unit ?? null,
    functionTitle: form.function ?? null,
    contactMail: form.contactMail?.toLowerCase() ?? null,
    from: form.from,
    until: form.until ?? null,
  };
}

/**
 * A form knows days, the record knows instants: whoever leaves a day as it is, leaves the instant as it is. Otherwise
 * saving another field would move a beginning at ten in the morning to midnight.
 */
export function keepInstants<Details extends { from: Date; until: Date | null }>(
  details: Details,
  stored: { readonly from: Date; readonly until: Date | null },
  zone: string,
): Details {
  const sameStart = localDateOf(details.from, zone) === localDateOf(stored.from, zone);
  const sameEnd =
    details.until !== null &&
    stored.until !== null &&
    untilToLastDay(details.until, zone) === untilToLastDay(stored.until, zone);
  return {
    ...details,
    from: sameStart ? stored.from : details.from,
    until: sameEnd ? stored.until : details.until,
  };
}

/** What the form shows of an affiliation that stands, by field name. */
export function typedFrom(
  stored: AffiliationDetails,
  zone: string,
): Record<'type' | 'unit' | 'function' | 'contactMail' | 'from' | 'until', string> {
  return {
    type: stored.type,
    unit: stored.unitId ?? '',
    function: stored.functionTitle ?? '',
    contactMail: stored.contactMail ?? '',
    from: localDateOf(stored.from, zone),
    until: stored.until === null ? '' : untilToLastDay(stored.until, zone),
  };
}

export interface AffiliationFieldsInput {
  readonly words: T;
  readonly units: readonly UnitItem[];
  readonly rules: AffiliationRules;
  readonly state: FormState;
  readonly initial: Readonly<Record<string, string>>;
  /** Set when the kind cannot be changed any more. */
  readonly fixedType?: AffiliationType;
}

/** The questions about an affiliation. */
export function affiliationFields(input: AffiliationFieldsInput): FormEntry[] {
  const { words, units, state, initial, fixedType } = input;
  const { t } = words;
  const field = fieldStates(words, { ...state, initial });
  const kind: FormEntry = {
    name: 'type',
    label: t('affiliations.field.type'),
    type: 'radio',
    ...field('type'),
    options: affiliationTypes.map((type) => ({
      value: type,
      text: t(`affiliations.type.${type}`),
      hint: typeHint(words, type, input.rules),
    })),
  };
  const unit: FormEntry = {
    name: 'unit',
    label: t('affiliations.field.unit'),
    type: 'select',
    prompt: t('affiliations.noUnit'),
    options: unitOptions(units),
    ...field('unit'),
  };
  return [
    ...(fixedType === undefined ? [kind] : []),
    ...(units.length === 0 ? [] : [unit]),
    {
      name: 'function',
      label: t('affiliations.field.function'),
      optional: true,
      maxlength: 100,
      ...field('function'),
    },
    {
      name: 'contactMail',
      label: t('affiliations.field.contactMail'),
      type: 'email',
      optional: true,
      hint: t('affiliations.hint.contactMail'),
      autocomplete: 'off',
      ...field('contactMail'),
    },
    [
      { name: 'from', label: t('common.period.from'), type: 'date', ...field('from') },
      {
        name: 'until',
        label: t('common.period.until'),
        type: 'date',
        hint: t('affiliations.hint.until'),
        ...field('until'),
      },
    ],
  ];
}

/** Units indented as the tree has them. */
export function unitOptions(units: readonly UnitItem[]): Option[] {
  return units.map((unit) => ({ value: unit.id, text: `${'\u2003'.repeat(unit.depth)}${unit.name}` }));
}

/** What this kind is, and what the target group asks of it. */
export function typeHint(words: T, type: AffiliationType, rules: AffiliationRules): string {
  const { t } = words;
  const rule = rules[type];
  const parts = [t(`affiliations.typeHint.${type}`)];
  const asked = (rule?.mandatory ?? []).map((name) => t(`affiliations.mandatory.${name}`));
  if (asked.length > 0) parts.push(t('affiliations.hint.mandatory', { fields: words.list(asked) }));
  if (rule?.maxPeriodDays !== undefined)
    parts.push(t('affiliations.hint.maxPeriod', { count: rule.maxPeriodDays }));
  return parts.join(' ');
}
