// The fields that parts of a rights model are made of.
import type { Form, ModelForms } from '../forms/index.ts';
import type { Choice, Part, PartField, PartKind, Path } from './part.model.ts';

/** The code of a thing: given once, since the application and the rest of the document know it by this. */
export const codeField = (name: string): PartField => ({
  name,
  text: 'code',
  control: 'text',
  once: true,
  hint: true,
});

export const nameField = (name: string): PartField => ({ name, text: 'name', control: 'text' });

export const choices = (values: readonly string[]): Choice[] => values.map((value) => ({ value }));

export const typeChoices = (forms: ModelForms): Choice[] =>
  forms.resourceTypes.map(({ name, label }) => ({ value: name, text: label }));

export const groupChoices = (forms: ModelForms): Choice[] =>
  forms.groups.map(({ id, name }) => ({ value: id, text: name }));

export const typeField = (forms: ModelForms): PartField => ({
  name: 'type',
  text: 'type',
  control: 'select',
  options: typeChoices(forms),
  listed: true,
});

export const actionsField: PartField = {
  name: 'actions',
  text: 'actions',
  control: 'lines',
  hint: true,
  listed: true,
};

/**
 * A list of things in a form that are known by a code and called by a name.
 * @param fields besides these two.
 */
export const namedThings = (
  form: Pick<Form, 'id' | 'title'>,
  kind: PartKind,
  path: Path,
  fields: readonly PartField[],
): Part => ({
  id: `${kind}:${form.id}`,
  kind,
  form: form.title,
  path,
  key: 'id',
  name: 'name',
  fields: [nameField('name'), codeField('id'), ...fields],
});
