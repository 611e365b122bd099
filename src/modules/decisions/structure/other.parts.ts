// The parts of record lists, access lists and scope settings. Who is on which list is filled in in the tables themselves.
import type { Form, ModelForms } from '../forms/index.ts';
import { functionKinds } from '../forms/scope.form.ts';
import { actionsField, choices, namedThings, typeField } from './fields.ts';
import type { Part, Path } from './part.model.ts';
import { accessListsSettings, scopeSettings } from './settings.parts.ts';

type FormOf<Kind extends Form['kind']> = Extract<Form, { kind: Kind }>;

export const recordListsParts = (forms: ModelForms, form: FormOf<'record_lists'>, path: Path): Part[] => [
  namedThings(
    form,
    'tables',
    [...path, 'tables'],
    [
      typeField(forms),
      actionsField,
      { name: 'attribute', text: 'codeAttribute', control: 'text', hint: true, listed: true },
      { name: 'active', text: 'active', control: 'tick', hint: true },
    ],
  ),
];

export const accessListsParts = (forms: ModelForms, form: FormOf<'access_lists'>, path: Path): Part[] => [
  accessListsSettings(forms, form, path),
  ...(form.domain ? [domainValues(form, form.domain.name, [...path, 'domain', 'values'])] : []),
];

const domainValues = (form: FormOf<'access_lists'>, of: string, path: Path): Part => ({
  id: `values:${form.id}`,
  kind: 'values',
  form: form.title,
  of,
  path,
  key: 'value',
  name: 'value',
  fields: [{ name: 'value', text: 'value', control: 'text', hint: true }],
  fresh: { groups: [] },
});

export const scopeParts = (forms: ModelForms, form: FormOf<'scope'>, path: Path): Part[] => [
  scopeSettings(forms, form, path),
  {
    id: `functions:${form.id}`,
    kind: 'functions',
    form: form.title,
    path: [...path, 'functions'],
    key: 'function',
    name: 'function',
    fields: [
      { name: 'function', text: 'function', control: 'text', hint: true },
      {
        name: 'kind',
        text: 'functionKind',
        control: 'select',
        options: choices(functionKinds),
        listed: true,
      },
    ],
  },
  {
    id: `internal:${form.id}`,
    kind: 'internal',
    form: form.title,
    path: [...path, 'internalFunctions'],
    key: 'function',
    name: 'function',
    fields: [
      { name: 'function', text: 'function', control: 'text', hint: true },
      { name: 'departmentVisible', text: 'departmentVisible', control: 'tick', listed: true },
    ],
  },
  {
    id: `below:${form.id}`,
    kind: 'below',
    form: form.title,
    path: [...path, 'below'],
    key: 'type',
    name: 'type',
    fields: [
      { ...typeField(forms), once: true, listed: false },
      { name: 'clientAction', text: 'clientAction', control: 'text', hint: true, listed: true },
    ],
  },
];
