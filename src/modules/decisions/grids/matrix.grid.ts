// Access matrices as tables: one per category of data, as the school note shows them.
import { own as ownMember } from '../../../platform/own.ts';
import type { Form } from '../forms/index.ts';
import { accessLevels, type AccessLevel } from '../forms/matrix.form.ts';
import {
  choiceCell,
  type Choice,
  type Grid,
  type GridContext,
  type GridRow,
  type ReadCell,
} from './grid.model.ts';

type MatrixForm = Extract<Form, { kind: 'matrix' }>;
type Matrix = MatrixForm['matrices'][number];
type Row = Matrix['rows'][number];

/** Levels that write can be held to the items somebody owns. */
const writing: readonly AccessLevel[] = ['W', 'D', 'WD'];
const own = ':own';

const optionsOf = ({ t }: GridContext): Choice[] => [
  ...accessLevels.map((level) => ({ value: level, text: level })),
  ...writing.map((level) => ({ value: `${level}${own}`, text: t('decisions.matrix.own', { level }) })),
];

function rowOf(matrix: Matrix, row: Row, context: GridContext): GridRow {
  const options = optionsOf(context);
  const cells = matrix.columns.map((column) => {
    const level = ownMember(row.cells, column) ?? 'GT';
    const cell = choiceCell(`${level}${row.ownItemsOnly.includes(column) ? own : ''}`, options);
    const quiet = level === 'GT';
    return [column, row.notApplicable === undefined ? { ...cell, quiet } : { text: '' }] as const;
  });
  return {
    id: row.id,
    label: row.name,
    sub: row.specific ? context.t('decisions.matrix.specific') : undefined,
    whole: row.notApplicable,
    cells: Object.fromEntries(cells),
  };
}

export function gridsOfMatrix(form: MatrixForm, context: GridContext): Grid[] {
  const nameOf = (id: string) => form.columns.find((column) => column.id === id)?.name ?? id;
  const exceptionsOf = (matrix: Matrix) =>
    form.exceptions
      .filter((exception) => exception.matrix === matrix.id)
      .map(({ name, system, column, group }) =>
        context.t('decisions.matrix.exception', {
          name,
          system,
          column: nameOf(column),
          group: context.forms.groups.find(({ id }) => id === group)?.name ?? group,
        }),
      );
  return form.matrices.map((matrix) => ({
    id: matrix.id,
    title: matrix.name,
    head: context.t('decisions.matrix.level'),
    columns: matrix.columns.map((column) => ({ id: column, text: nameOf(column) })),
    rows: matrix.rows.map((row) => rowOf(matrix, row, context)),
    notes: [...matrix.notes, ...exceptionsOf(matrix)],
    dense: true,
    fixed: true,
  }));
}

function applyToRow(matrix: Matrix, row: Row, read: ReadCell): Row {
  if (row.notApplicable !== undefined) return row;
  const said = matrix.columns.map((column) => ({ column, value: read(row.id, column) ?? 'GT' }));
  const cells = said.flatMap(({ column, value }) => {
    const level = accessLevels.find((each) => each === value.replace(own, ''));
    return level ? [[column, level] as const] : [];
  });
  const ownItemsOnly = said.filter(({ value }) => value.endsWith(own)).map(({ column }) => column);
  return { ...row, cells: Object.fromEntries(cells), ownItemsOnly };
}

export function applyToMatrix(form: MatrixForm, grid: string, read: ReadCell): MatrixForm {
  const matrices = form.matrices.map((matrix) =>
    matrix.id === grid
      ? { ...matrix, rows: matrix.rows.map((row) => applyToRow(matrix, row, read)) }
      : matrix,
  );
  return { ...form, matrices };
}
