// The words that all forms share, as parts: roles and groups, kinds of record with their attributes, the titles of the forms, and
// how the document is to be read.
import type { ModelForms } from '../forms/index.ts';
import { actionsField, choices, codeField, nameField, typeChoices } from './fields.ts';
import { completeForm, formKinds } from './form.start.ts';
import type { Part } from './part.model.ts';

export const vocabularyParts = (forms: ModelForms): Part[] => [
  {
    id: 'document',
    kind: 'document',
    path: [],
    shape: 'single',
    fixed: true,
    name: 'title',
    fields: [{ name: 'title', text: 'title', control: 'text' }],
  },
  groups(),
  types(forms),
  {
    id: 'forms',
    kind: 'forms',
    path: ['forms'],
    key: 'id',
    name: 'title',
    fields: [
      { name: 'title', text: 'title', control: 'text' },
      codeField('id'),
      {
        name: 'kind',
        text: 'formKind',
        control: 'select',
        options: choices(formKinds),
        once: true,
        hint: true,
      },
    ],
    complete: completeForm,
  },
  {
    id: 'readings',
    kind: 'readings',
    path: ['readings'],
    shape: 'texts',
    name: 'text',
    fields: [{ name: 'text', text: 'reading', control: 'area', hint: true }],
  },
];

const groups = (): Part => ({
  id: 'groups',
  kind: 'groups',
  path: ['groups'],
  key: 'id',
  name: 'name',
  fields: [
    nameField('name'),
    codeField('id'),
    { name: 'filledBy', text: 'filledBy', control: 'lines', optional: true, hint: true, listed: true },
  ],
});

function types(forms: ModelForms): Part {
  const known = typeChoices(forms);
  return {
    id: 'types',
    kind: 'types',
    path: ['resourceTypes'],
    key: 'name',
    name: 'label',
    fields: [
      nameField('label'),
      codeField('name'),
      actionsField,
      {
        name: 'parentType',
        text: 'parentType',
        control: 'select',
        options: known,
        optional: true,
        hint: true,
      },
      {
        name: 'classifiedBy',
        text: 'classifiedBy',
        control: 'select',
        options: choices(['record', 'request']),
        optional: true,
        hint: true,
      },
    ],
    inside: Object.fromEntries(
      forms.resourceTypes.map(({ name, label }, index) => [name, attributes(name, label, index)]),
    ),
  };
}

const attributes = (type: string, label: string, index: number): Part => ({
  id: `attributes:${type}`,
  kind: 'attributes',
  of: label,
  parent: 'types',
  path: ['resourceTypes', index, 'attributes'],
  shape: 'members',
  key: 'name',
  name: 'name',
  fields: [
    { name: 'name', text: 'attribute', control: 'text', once: true, hint: true },
    {
      name: 'type',
      text: 'attributeType',
      control: 'select',
      options: choices(['text', 'number', 'truth', 'date', 'set']),
      listed: true,
    },
    {
      name: 'source',
      text: 'source',
      control: 'select',
      options: choices(['record', 'request']),
      listed: true,
      hint: true,
    },
  ],
});
