// Permission ticks as parts: modules with their items, and which kind of record hangs on which item.
import type { Form, ModelForms } from '../forms/index.ts';
import { itemKinds, rightsOfTick } from '../forms/permissions.form.ts';
import { actionsField, choices, namedThings, typeField } from './fields.ts';
import type { Part, Path } from './part.model.ts';

type PermissionsForm = Extract<Form, { kind: 'permissions' }>;

export function permissionsParts(forms: ModelForms, form: PermissionsForm, path: Path): Part[] {
  const modules: Part = {
    ...namedThings(form, 'modules', [...path, 'modules'], []),
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
  ...namedThings(form, 'items', path, [
    { name: 'kind', text: 'itemKind', control: 'select', options: choices(itemKinds), listed: true },
  ]),
  id: `items:${form.id}:${id}`,
  of: name,
  parent: `modules:${form.id}`,
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
