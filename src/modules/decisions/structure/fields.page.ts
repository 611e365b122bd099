// Shows fields of the structure as those of a form: with what stands or was typed, and what is wrong with it.
import type { FieldError } from '../../../platform/errors.ts';
import { fieldStates } from '../../../web/form.ts';
import type { Field } from '../../../web/view-models.ts';
import type { FormProblem } from '../forms/index.ts';
import { problemText, type ModelPage } from '../models/page-parts.ts';
import type { Item, PartField } from './part.model.ts';
import { choiceText, labelOf, textOf } from './structure.page.ts';
import { typedOf, type Typed } from './thing.ts';

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: Readonly<Record<string, FieldError>>;
  /** Mistakes of no field. */
  readonly problems?: readonly FormProblem[];
  readonly stale?: boolean;
}

/** @param thing what is changed; undefined: something new */
export function formParts(
  page: ModelPage,
  fields: readonly PartField[],
  thing: { readonly key: string; readonly item: Item } | undefined,
  { typed, fields: errors = {}, problems = [] }: FormState,
) {
  const initial = Object.fromEntries(
    fields.map((field) => [field.name, thing ? typedOf(field, thing.item) : startOf(field)]),
  );
  const stateOf = fieldStates(page.words, { ...(typed ? { typed } : {}), fields: errors, initial });
  return {
    errors: [
      ...fields.flatMap((field) => {
        const error = errors[field.name];
        const text = error && `${labelOf(page, field)}: ${page.words.error(error)}`;
        return text ? [{ name: field.name, text }] : [];
      }),
      ...problems.map((problem) => ({ text: problemText(page.words, problem) })),
    ],
    fields: fields.map((field) => ({ ...fieldOf(page, field, thing?.key), ...stateOf(field.name) })),
  };
}

const startOf = (field: PartField): string => (field.text === 'active' ? 'on' : '');

const typesOf = {
  text: 'text',
  area: 'textarea',
  lines: 'textarea',
  select: 'select',
  checks: 'checkboxes',
  tick: 'checkbox',
} as const;

function fieldOf(page: ModelPage, field: PartField, key: string | undefined): Field {
  const isArea = field.control === 'area' || field.control === 'lines';
  // Nothing hangs on itself.
  const options = field.options?.filter(({ value }) => field.name !== 'parentType' || value !== key);
  return {
    name: field.name,
    label: labelOf(page, field),
    type: typesOf[field.control],
    ...(field.hint ? { hint: textOf(page, `hints.${field.hint === true ? field.text : field.hint}`) } : {}),
    ...(field.optional ? { optional: true } : {}),
    ...(isArea ? { rows: 4, width: 'full' as const } : {}),
    ...(field.control === 'select' ? { prompt: textOf(page, field.optional ? 'nothing' : 'choose') } : {}),
    options: options?.map(({ value }) => ({ value, text: choiceText(page, field, value) })) ?? [],
  };
}
