// Access matrices as parts: the columns that all of them share, the matrices with their rows, and the exceptions for one system.
import type { Form, ModelForms } from '../forms/index.ts';
import { groupChoices, namedThings, typeField } from './fields.ts';
import type { Choice, Part, PartField, Path } from './part.model.ts';

type MatrixForm = Extract<Form, { kind: 'matrix' }>;

export function matrixParts(forms: ModelForms, form: MatrixForm, path: Path): Part[] {
  const columns = form.columns.map(({ id, name }) => ({ value: id, text: name }));
  return [
    namedThings(form, 'columns', [...path, 'columns'], columnFields(forms)),
    matrices(forms, form, path, columns),
    exceptions(forms, form, path, columns),
  ];
}

const columnFields = (forms: ModelForms): PartField[] => [
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
  ...namedThings(
    form,
    'matrices',
    [...path, 'matrices'],
    [
      typeField(forms),
      { name: 'columns', text: 'columns', control: 'checks', options: columns, hint: true },
      { name: 'rows.0.name', text: 'firstRow', control: 'text', onlyNew: true, hint: true },
      { name: 'rows.0.id', text: 'firstRowCode', control: 'text', onlyNew: true },
      { name: 'notes', text: 'notes', control: 'lines', optional: true },
    ],
  ),
  inside: Object.fromEntries(
    form.matrices.map(({ id, name }, index) => [
      id,
      rows(form, { id, name }, [...path, 'matrices', index, 'rows']),
    ]),
  ),
});

const rows = (form: MatrixForm, matrix: { id: string; name: string }, path: Path): Part => ({
  ...namedThings(form, 'rows', path, [
    { name: 'specific', text: 'specific', control: 'tick', hint: true, listed: true },
    {
      name: 'notApplicable',
      text: 'notApplicable',
      control: 'text',
      optional: true,
      hint: true,
      listed: true,
    },
  ]),
  id: `rows:${form.id}:${matrix.id}`,
  of: matrix.name,
  parent: `matrices:${form.id}`,
});

const exceptions = (forms: ModelForms, form: MatrixForm, path: Path, columns: readonly Choice[]): Part =>
  namedThings(
    form,
    'exceptions',
    [...path, 'exceptions'],
    [
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
  );
