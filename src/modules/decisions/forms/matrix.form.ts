// The form of access matrices: per category of data a table of confidentiality level (and specific data) × user group, with
// GT, L, W, D or VB in each cell. What is not in a matrix has no access (privacy by default). Source: seed 001.
import { z } from 'zod';
import {
  code,
  repeated,
  title,
  unknownGroup,
  unknownType,
  type FormProblem,
  type Vocabulary,
} from './vocabulary.form.ts';

/** No access; read; read and write; read, write and delete; everything, access rights included. */
export const accessLevels = ['GT', 'L', 'W', 'D', 'WD', 'VB'] as const;
export type AccessLevel = (typeof accessLevels)[number];

const columnForm = z.strictObject({
  id: code,
  name: title,
  /** People of these groups; absent: anybody who has the relationship. */
  groups: z.array(code).min(1).optional(),
  /** The person's list `list` must name, in `field`, one of those in the record's attribute (or must not). */
  relationship: z
    .strictObject({ list: code, field: code, attribute: code, not: z.boolean().default(false) })
    .optional(),
  /** The record's attribute that names the person concerned: the column is that person. */
  personConcerned: code.optional(),
});

const rowForm = z.strictObject({
  id: code,
  name: title,
  /** Specific data: the row replaces the general one for records that are both. */
  specific: z.boolean().default(false),
  /** Why there is no such data ("not applicable", "removed"); nobody has access then. */
  notApplicable: title.optional(),
  cells: z.record(code, z.enum(accessLevels)).default({}),
  /** Columns whose W and D hold for the items the person owns only. */
  ownItemsOnly: z.array(code).default([]),
});

export const matrixForm = z.strictObject({
  kind: z.literal('matrix'),
  id: code,
  title,
  columns: z.array(columnForm).min(1),
  matrices: z.array(
    z.strictObject({
      id: code,
      name: title,
      type: code,
      columns: z.array(code).min(1),
      rows: z.array(rowForm).min(1),
      notes: z.array(z.string().max(2000)).default([]),
    }),
  ),
  /** In one system, other people take the place of a column. */
  exceptions: z
    .array(z.strictObject({ id: code, name: title, matrix: code, system: title, column: code, group: code }))
    .default([]),
});

export type MatrixForm = z.infer<typeof matrixForm>;
export type Matrix = MatrixForm['matrices'][number];
export type MatrixRow = Matrix['rows'][number];
export type MatrixColumn = MatrixForm['columns'][number];
export type MatrixException = MatrixForm['exceptions'][number];

function problemsOfRow(matrix: Matrix, row: MatrixRow, path: FormProblem['path']): FormProblem[] {
  const named = [...Object.keys(row.cells), ...row.ownItemsOnly];
  const strange = named.filter((column) => !matrix.columns.includes(column));
  // An empty cell would be read as no access, but nobody would have said so.
  const empty = row.notApplicable ? [] : matrix.columns.filter((column) => !Object.hasOwn(row.cells, column));
  const pointless = row.notApplicable !== undefined && Object.keys(row.cells).length > 0;
  return [
    ...strange.map((column) => ({ code: 'unknown_column', path, params: { column } })),
    ...empty.map((column) => ({ code: 'empty_cell', path, params: { column } })),
    ...(pointless ? [{ code: 'cells_of_nothing', path }] : []),
  ];
}

function problemsOfMatrix(form: MatrixForm, matrix: Matrix, vocabulary: Vocabulary, index: number) {
  const path = ['matrices', index];
  const known = new Set(form.columns.map(({ id }) => id));
  return [
    ...unknownType(vocabulary, matrix.type, path),
    ...matrix.columns
      .filter((column) => !known.has(column))
      .map((column) => ({ code: 'unknown_column', path, params: { column } })),
    ...repeated(
      matrix.rows.map(({ id }) => id),
      [...path, 'rows'],
    ),
    ...matrix.rows.flatMap((row, at) => problemsOfRow(matrix, row, [...path, 'rows', at])),
  ];
}

export function checkMatrix(form: MatrixForm, vocabulary: Vocabulary): FormProblem[] {
  const named = new Set(
    form.matrices.flatMap(({ id, columns }) => columns.map((column) => `${id}/${column}`)),
  );
  return [
    ...repeated(
      form.columns.map(({ id }) => id),
      ['columns'],
    ),
    ...repeated(
      form.matrices.map(({ id }) => id),
      ['matrices'],
    ),
    ...form.columns.flatMap((column, index) => [
      ...(column.groups ?? []).flatMap((group) => unknownGroup(vocabulary, group, ['columns', index])),
      ...(column.groups || column.relationship || column.personConcerned
        ? []
        : [{ code: 'column_for_everybody', path: ['columns', index], params: { column: column.id } }]),
    ]),
    ...form.matrices.flatMap((matrix, index) => problemsOfMatrix(form, matrix, vocabulary, index)),
    ...form.exceptions.flatMap((exception, index) => [
      ...unknownGroup(vocabulary, exception.group, ['exceptions', index]),
      ...(named.has(`${exception.matrix}/${exception.column}`)
        ? []
        : [{ code: 'unknown_column', path: ['exceptions', index], params: { column: exception.column } }]),
    ]),
  ];
}
