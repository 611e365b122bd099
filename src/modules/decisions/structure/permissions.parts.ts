// Permission ticks as parts: modules with their items, and which kind of record hangs on which item.
import type { Form, ModelForms } from '../forms/index.ts';
import { itemKinds, rightsOfTick } from '../forms/permissions.form.ts';
import { actionsField, choices, codeField, nameField, typeField } from './fields.ts';
import type { Part, Path } from './part.model.ts';

type PermissionsForm = Extract<Form, { kind: 'permissions' }>;

export function permissionsParts(forms: ModelForms, form: PermissionsForm, path: Path): Part[] {
  const modules: Part = {
    id: `modules:${form.id}`,
    kind: 'modules',
    form: form.title,
    path: [...path, 'modules'],
    key: 'id',
    name: 'name',
    fields: [nameField('name'), codeField('id')],
    fresh: { items: [] },
    inside: Object.fromEntries(
      form.modules.map((module, index) => [
        module.id,
        itemsOfModule(form, module, [...path, 'modules', index, 'items']),
      ]),
    ),
  };
  return [modules, applies(forms, form, [...path, 'applies'])];
}

const itemsOfModule = (
  form: PermissionsForm,
  { id, name }: { readonly id: string; readonly name: string },
  path: Path,
): Part => ({
  id: `items:${form.id}:${id}`,
  kind: 'items',
  form: form.title,
  of: name,
  parent: `modules:${form.id}`,
  path,
  key: 'id',
  name: 'name',
  fields: [
    nameField('name'),
    codeField('id'),
    { name: 'kind', text: 'itemKind', control: 'select', options: choices(itemKinds), listed: true },
  ],
});

function applies(forms: ModelForms, form: PermissionsForm, path: Path): Part {
  const items = form.modules.flatMap((module) =>
    module.items.map(({ id, name }) => ({ value: id, text: name })),
  );
  return {
    id: `applies:${form.id}`,
    kind: 'applies',
    form: form.title,
    path,
    name: 'type',
    fields: [
      typeField(forms),
      actionsField,
      { name: 'item', text: 'item', control: 'select', options: items, listed: true },
      {
        name: 'right',
        text: 'right',
        control: 'select',
        options: choices(rightsOfTick),
        optional: true,
        hint: true,
        listed: true,
      },
    ],
  };
}
