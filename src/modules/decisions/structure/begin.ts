// The first document of an application: a title, one role, one kind of record and one form, from which the rest is put together.
import type { FieldError } from '../../../platform/errors.ts';
import { modelFormsSchema, modelFormsShape } from '../forms/index.ts';
import { actionsField, choices, codeField, nameField } from './fields.ts';
import { completeForm, formKinds } from './form.start.ts';
import type { PartField } from './part.model.ts';
import type { Edited } from './edits.ts';
import { errorOf, linesOf, type Typed } from './thing.ts';

/** Names lead to the place in the document. */
export const beginFields: readonly PartField[] = [
  { name: 'title', text: 'documentTitle', control: 'text', hint: true },
  { ...nameField('groups.0.name'), text: 'firstGroup', hint: true },
  { ...codeField('groups.0.id'), text: 'firstGroupCode', hint: 'code' },
  { ...nameField('resourceTypes.0.label'), text: 'firstType', hint: true },
  { ...codeField('resourceTypes.0.name'), text: 'firstTypeCode', hint: 'code' },
  { ...actionsField, name: 'resourceTypes.0.actions' },
  { name: 'forms.0.kind', text: 'formKind', control: 'select', options: choices(formKinds), hint: true },
];

/** @param titles of the kinds of form, for the first one */
export function firstDocument(typed: Typed, titles: (kind: string) => string): Edited {
  const text = (name: string): string | undefined => [typed[name] ?? []].flat()[0] || undefined;
  const words = {
    title: text('title'),
    resourceTypes: [
      {
        name: text('resourceTypes.0.name'),
        label: text('resourceTypes.0.label'),
        actions: linesOf(text('resourceTypes.0.actions') ?? ''),
      },
    ],
    groups: [{ id: text('groups.0.id'), name: text('groups.0.name') }],
  };
  const kind = text('forms.0.kind');
  // The form is about the words: these have to be right first.
  const known = modelFormsShape.omit({ forms: true }).safeParse(words);
  const fields = known.success ? {} : errorsOf(known.error.issues);
  if (!kind) return { fields: { ...fields, 'forms.0.kind': { code: 'choose' } }, problems: [] };
  if (!known.success) return { fields, problems: [] };
  const start = { id: kind.replaceAll('_', '-'), title: titles(kind), kind };
  const parsed = modelFormsSchema.safeParse({
    ...known.data,
    forms: [completeForm(start, { ...known.data, forms: [] })],
  });
  return parsed.success
    ? { forms: parsed.data }
    : { fields: { 'forms.0.kind': { code: 'choose' } }, problems: [] };
}

function errorsOf(issues: readonly Parameters<typeof errorOf>[1][]): Record<string, FieldError> {
  const found = issues.flatMap((issue) => {
    const field = beginFields.find(({ name }) => issue.path.join('.').startsWith(name));
    return field ? [[field.name, errorOf(field, issue)] as const] : [];
  });
  return Object.fromEntries(found.toReversed());
}
