// What a whole form says once: the kinds of record that scope settings and access lists are about, and their actions.
import type { Form, ModelForms } from '../forms/index.ts';
import { typeChoices } from './fields.ts';
import type { Part, PartField, Path } from './part.model.ts';

type FormOf<Kind extends Form['kind']> = Extract<Form, { kind: Kind }>;

const lines = (name: string, text: string): PartField => ({ name, text, control: 'lines', hint: true });

const settings = (form: Form, path: Path, fields: readonly PartField[]): Part => ({
  id: `settings:${form.id}`,
  kind: 'settings',
  form: form.title,
  path,
  shape: 'single',
  fixed: true,
  name: 'title',
  fields,
});

export function scopeSettings(forms: ModelForms, form: FormOf<'scope'>, path: Path): Part {
  const options = typeChoices(forms);
  return settings(form, path, [
    { name: 'clientType', text: 'clientType', control: 'select', options },
    lines('clientActions', 'clientActions'),
    { name: 'departmentType', text: 'departmentType', control: 'select', options },
    lines('departmentActions', 'departmentActions'),
    { name: 'logbookType', text: 'logbookType', control: 'select', options, optional: true },
  ]);
}

export function accessListsSettings(forms: ModelForms, form: FormOf<'access_lists'>, path: Path): Part {
  const options = typeChoices(forms);
  return settings(form, path, [
    { name: 'types', text: 'aclTypes', control: 'checks', options, hint: true },
    lines('actions.list', 'actionsOfList'),
    lines('actions.read', 'actionsOfRead'),
    lines('actions.modify', 'actionsOfModify'),
    { name: 'changePermissionsAction', text: 'changePermissions', control: 'text', hint: true },
    { name: 'domain.name', text: 'domainName', control: 'text', optional: true, hint: true },
    { name: 'domain.type', text: 'domainType', control: 'select', options, optional: true },
    { name: 'domain.attribute', text: 'domainAttribute', control: 'text', optional: true, hint: true },
  ]);
}
