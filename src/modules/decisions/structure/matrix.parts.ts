// Access matrices as parts: the columns that all of them share, the matrices with their rows, and the exceptions for one system.
import type { Form, ModelForms } from '../forms/index.ts';
import { codeField, groupChoices, nameField, typeField } from './fields.ts';
import type { Choice, Part, PartField, Path } from './part.model.ts';

type MatrixForm = Extract<Form, { kind: 'matrix' }>;

export function matrixParts(forms: ModelForms, form: MatrixForm, path: Path): Part[] {
  const columns = form.columns.map(({ id, name }) => ({ value: id, text: name }));
  return [
    {
      id: `columns:${form.id}`,
      kind: 'columns',
      form: form.title,
      path: [...path, 'columns'],
      key: 'id',
      name: 'name',
      fields: columnFields(forms),
    },
    matrices(forms, form, path, columns),
    exceptions(forms, form, path, columns),
  ];
}

const columnFields = (forms: ModelForms): PartField[] => [
  nameField('name'),
  codeField('id'),
  {
    name: 'groups',
    text: 'columnGroups',
    control: 'checks',
    options: groupChoices(forms),
    optional: true,
    hint: true,
    listed: true,
  },
  { name: 'relationship.list', text: 'relationshipList', control: 'text', optional: true, hint: true },
  { name: 'relationship.field', text: 'relationshipField', control: 'text', optional: true, hint: true },
  {
    name: 'relationship.attribute',
    text: 'relationshipAttribute',
    control: 'text',
    optional: true,
    hint: true,
  },
  { name: 'relationship.not', text: 'relationshipNot', control: 'tick' },
  { name: 'personConcerned', text: 'personConcerned', control: 'text', optional: true, hint: true },
];

const matrices = (forms: ModelForms, form: MatrixForm, path: Path, columns: readonly Choice[]): Part => ({
  id: `matrices:${form.id}`,
  kind: 'matrices',
  form: form.title,
  path: [...path, 'matrices'],
  key: 'id',
  name: 'name',
  fields: [
    nameField('name'),
    codeField('id'),
    typeField(forms),
    { name: 'columns', text: 'columns', control: 'checks', options: columns, hint: true },
    { name: 'rows.0.name', text: 'firstRow', control: 'text', onlyNew: true, hint: true },
    { name: 'rows.0.id', text: 'firstRowCode', control: 'text', onlyNew: true },
    { name: 'notes', text: 'notes', control: 'lines', optional: true },
  ],
  inside: Object.fromEntries(
    form.matrices.map(({ id, name }, index) => [
      id,
      rows(form, { id, name }, [...path, 'matrices', index, 'rows']),
    ]),
  ),
});

const rows = (form: MatrixForm, matrix: { id: string; name: string }, path: Path): Part => ({
  id: `rows:${form.id}:${matrix.id}`,
  kind: 'rows',
  form: form.title,
  of: matrix.name,
  parent: `matrices:${form.id}`,
  path,
  key: 'id',
  name: 'name',
  fields: [
    nameField('name'),
    codeField('id'),
    { name: 'specific', text: 'specific', control: 'tick', hint: true, listed: true },
    {
      name: 'notApplicable',
      text: 'notApplicable',
      control: 'text',
      optional: true,
      hint: true,
      listed: true,
    },
  ],
});

const exceptions = (forms: ModelForms, form: MatrixForm, path: Path, columns: readonly Choice[]): Part => ({
  id: `exceptions:${form.id}`,
  kind: 'exceptions',
  form: form.title,
  path: [...path, 'exceptions'],
  key: 'id',
  name: 'name',
  fields: [
    nameField('name'),
    codeField('id'),
    {
      name: 'matrix',
      text: 'matrix',
      control: 'select',
      options: form.matrices.map(({ id, name }) => ({ value: id, text: name })),
      listed: true,
    },
    { name: 'system', text: 'system', control: 'text', hint: true, listed: true },
    { name: 'column', text: 'column', control: 'select', options: columns, listed: true },
    {
      name: 'group',
      text: 'group',
      control: 'select',
      options: groupChoices(forms),
      hint: true,
      listed: true,
    },
  ],
});
