// Builds the pages of one thing in the structure of a rights model: its form, and what goes with it when it is removed.
import type { FieldError } from '../../../platform/errors.ts';
import { fieldStates } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import type { Confirm, Field } from '../../../web/view-models.ts';
import type { FormProblem, ModelForms } from '../forms/index.ts';
import { problemText, say, type ModelPage } from '../models/page-parts.ts';
import type { Removal } from './edits.ts';
import { itemsOf, keyOf, type Item, type Part, type PartField } from './part.model.ts';
import { partOfProblem } from './parts.ts';
import {
  choiceText,
  labelOf,
  labelOfItem,
  partHeader,
  textOf,
  titleOf,
  type Standing,
} from './structure.page.ts';
import { fieldsFor, typedOf, type Typed } from './thing.ts';

export interface ThingState {
  readonly typed?: Typed;
  readonly fields?: Readonly<Record<string, FieldError>>;
  readonly problems?: readonly FormProblem[];
  readonly stale?: boolean;
}

/** @param thing what is changed; undefined: something is added */
export function buildThingPage(
  page: ModelPage,
  { forms, version }: Standing,
  part: Part,
  thing: { readonly key: string; readonly item: Item } | undefined,
  state: ThingState = {},
) {
  const fields = fieldsFor(part, thing === undefined);
  const title = thing ? labelOfItem(part, thing.item) : textOf(page, `parts.${part.kind}.add`);
  const { id } = page.place;
  const initial = Object.fromEntries(
    fields.map((field) => [field.name, thing ? typedOf(field, thing.item) : startOf(field)]),
  );
  const { typed, fields: errors = {} } = state;
  const stateOf = fieldStates(page.words, { ...(typed ? { typed } : {}), fields: errors, initial });
  return {
    header: partHeader(page, forms, part, title),
    errors: [
      ...fields.flatMap((field) => {
        const error = errors[field.name];
        const text = error && `${labelOf(page, field)}: ${page.words.error(error)}`;
        return text ? [{ name: field.name, text }] : [];
      }),
      ...(state.problems ?? []).map((problem) => ({ text: problemText(page.words, problem) })),
    ],
    notice: state.stale ? { kind: 'warning' as const, text: say(page.words, 'edit.stale') } : undefined,
    action: thing ? paths.rightsModelItem(id, part.id, thing.key) : paths.addToRightsModel(id, part.id),
    version,
    code: thing && part.key !== part.name && part.key !== undefined ? thing.key : undefined,
    fields: fields.map((field) => ({ ...fieldOf(page, field, thing?.key), ...stateOf(field.name) })),
    cancelHref: paths.rightsModelPart(id, part.id),
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
    ...(field.hint ? { hint: textOf(page, `hints.${field.text}`) } : {}),
    ...(field.optional ? { optional: true } : {}),
    ...(isArea ? { rows: 4, width: 'full' as const } : {}),
    ...(field.control === 'select' ? { prompt: textOf(page, field.optional ? 'nothing' : 'choose') } : {}),
    options: options?.map(({ value }) => ({ value, text: choiceText(page, field, value) })) ?? [],
  };
}

/** What goes along; or why it has to stay for now. */
export function buildRemovePage(
  page: ModelPage,
  { forms, version }: Standing,
  part: Part,
  thing: { readonly key: string; readonly item: Item },
  removal: Removal,
  stale = false,
) {
  const { id } = page.place;
  const name = labelOfItem(part, thing.item);
  const backHref = paths.rightsModelPart(id, part.id);
  const gone = removal.gone.map(({ what, count }) => ({
    count,
    text: textOf(page, `gone.${what}`, { count }),
  }));
  const open = removal.unfinished.map((problem) => ({ text: problemText(page.words, problem) }));
  const confirm: Confirm = {
    action: paths.removeRightsModelItem(id, part.id, thing.key),
    text: textOf(page, removal.gone.length > 0 ? 'remove.text' : 'remove.alone'),
    consequences: [...gone, ...open],
    confirm: textOf(page, 'remove.confirm'),
    cancelHref: backHref,
    fields: { version: String(version) },
  };
  return {
    header: partHeader(page, forms, part, textOf(page, 'remove.title', { name })),
    notice: stale ? { kind: 'warning' as const, text: textOf(page, 'remove.stale') } : undefined,
    confirm: removal.forms ? confirm : undefined,
    unfinished: removal.forms ? undefined : keptBy(page, removal),
    backHref,
  };
}

/** Why a thing has to stay: what else needs it, each with the way there. */
function keptBy(page: ModelPage, { without, problems }: Removal) {
  if (!without) return { title: textOf(page, 'remove.kept'), items: [{ text: textOf(page, 'remove.last') }] };
  const items = problems.map((problem) => needing(page, without, problem));
  return { title: textOf(page, 'remove.kept'), items };
}

function needing(page: ModelPage, forms: ModelForms, problem: FormProblem) {
  const { id } = page.place;
  const part = partOfProblem(forms, problem);
  const index = Number(problem.path[part?.path.length ?? 0]);
  const item = part && itemsOf(forms, part)[index];
  if (part && item) {
    const key = keyOf(part, item, index);
    const text = [part.form, titleOf(page, part), labelOfItem(part, item)].filter(Boolean).join(' › ');
    return { text, href: paths.rightsModelItem(id, part.id, key) };
  }
  const form = problem.path[0] === 'forms' ? forms.forms[Number(problem.path[1])]?.title : undefined;
  const text = problemText(page.words, problem);
  return { text: form === undefined ? text : `${form}: ${text}` };
}
