// A matrix becomes a gate with a rule per cell; GT makes none, because it is absence and not prohibition: of the columns a
// person is in, the one that allows most counts.
import { own } from '../../../platform/own.ts';
import type { Condition } from '../condition.model.ts';
import type { Gate, Node, Rule } from '../rights-model.model.ts';
import type {
  AccessLevel,
  Matrix,
  MatrixColumn,
  MatrixException,
  MatrixForm,
  MatrixRow,
} from './matrix.form.ts';
import { namesOfGroup, type Vocabulary } from './vocabulary.form.ts';

const reading = ['view'];
const writing = ['view', 'new', 'modify'];
const deleting = [...writing, 'delete'];

/** What a level lets people do. VB is the only one that changes who has access. */
export const actionsOfLevel: Readonly<Record<AccessLevel, readonly string[]>> = {
  GT: [],
  L: reading,
  W: writing,
  D: deleting,
  WD: deleting,
  VB: [...deleting, 'manage_access'],
};

/** On these, "own items only" bears: adding makes an item one's own, seeing is not writing. */
const actionsOnItems = ['modify', 'delete'];

export const nodeOfRow = (matrix: Pick<Matrix, 'id'>, row: Pick<MatrixRow, 'id'>) => `${matrix.id}.${row.id}`;

export function nodesOfMatrix(form: MatrixForm): Node[] {
  return form.matrices.flatMap((matrix) => [
    { id: matrix.id },
    ...matrix.rows.map((row) => ({ id: nodeOfRow(matrix, row), parent: matrix.id })),
  ]);
}

function relationshipOf(column: MatrixColumn): Condition[] {
  const conditions: Condition[] = [];
  if (column.relationship) {
    const { list, field, attribute, not } = column.relationship;
    const related: Condition = { some: list, that: { meets: [{ item: field }, { resource: attribute }] } };
    conditions.push(not ? { not: related } : related);
  }
  if (column.personConcerned) {
    conditions.push({ eq: [{ resource: column.personConcerned }, { subject: 'id' }] });
  }
  return conditions;
}

/** A general row does not count for records that are specific data of the same matrix. */
function unlessSpecific(matrix: Matrix, row: MatrixRow): Condition[] {
  const specific = matrix.rows.filter((other) => other.specific).map((other) => nodeOfRow(matrix, other));
  return row.specific || specific.length === 0
    ? []
    : [{ not: { meets: [{ resource: 'nodes' }, { const: specific }] } }];
}

const inSystem = (system: string): Condition => ({ eq: [{ resource: 'system' }, { const: system }] });

interface Cell {
  readonly id: string;
  readonly node: string;
  readonly level: AccessLevel;
  readonly ownItemsOnly: boolean;
  readonly groups: readonly string[] | undefined;
  readonly conditions: readonly Condition[];
}

function rulesOfCell(cell: Cell): Rule[] {
  const rule = (id: string, actions: readonly string[], conditions: readonly Condition[]): Rule => ({
    id,
    effect: 'permit',
    groups: cell.groups,
    actions,
    nodes: [cell.node],
    when: conditions.length > 0 ? { all: conditions } : undefined,
  });
  const actions = actionsOfLevel[cell.level];
  if (!cell.ownItemsOnly) return actions.length > 0 ? [rule(cell.id, actions, cell.conditions)] : [];
  const onOwn = actions.filter((action) => actionsOnItems.includes(action));
  const onAll = actions.filter((action) => !actionsOnItems.includes(action));
  const own: Condition = { eq: [{ resource: 'owner' }, { subject: 'id' }] };
  return [
    ...(onAll.length > 0 ? [rule(cell.id, onAll, cell.conditions)] : []),
    ...(onOwn.length > 0 ? [rule(`${cell.id}/own`, onOwn, [...cell.conditions, own])] : []),
  ];
}

function rulesOfColumn(
  matrix: Matrix,
  row: MatrixRow,
  column: MatrixColumn,
  exceptions: readonly MatrixException[],
  vocabulary: Vocabulary,
): Rule[] {
  const shared = {
    node: nodeOfRow(matrix, row),
    level: own(row.cells, column.id) ?? ('GT' as const),
    ownItemsOnly: row.ownItemsOnly.includes(column.id),
  };
  const mine = exceptions.filter((exception) => exception.column === column.id);
  const id = `cell:${matrix.id}/${row.id}/${column.id}`;
  const general = unlessSpecific(matrix, row);
  const inPlace = mine.flatMap((exception) =>
    rulesOfCell({
      ...shared,
      id: `${id}@${exception.id}`,
      groups: namesOfGroup(vocabulary, exception.group),
      conditions: [...general, inSystem(exception.system)],
    }),
  );
  const elsewhere = rulesOfCell({
    ...shared,
    id,
    groups: column.groups?.flatMap((group) => namesOfGroup(vocabulary, group)),
    conditions: [
      ...relationshipOf(column),
      ...general,
      ...mine.map((exception): Condition => ({ not: inSystem(exception.system) })),
    ],
  });
  return [...elsewhere, ...inPlace];
}

/** One gate per type of record: the matrices of several categories are parts of it, told apart by where a record sits. */
export function compileMatrix(form: MatrixForm, vocabulary: Vocabulary): Gate[] {
  const types = [...new Set(form.matrices.map(({ type }) => type))];
  const rulesOf = (matrix: Matrix) => {
    const exceptions = form.exceptions.filter((exception) => exception.matrix === matrix.id);
    const columns = form.columns.filter((column) => matrix.columns.includes(column.id));
    return matrix.rows
      .filter((row) => row.notApplicable === undefined)
      .flatMap((row) =>
        columns.flatMap((column) => rulesOfColumn(matrix, row, column, exceptions, vocabulary)),
      );
  };
  return types.map((type) => ({
    id: `${form.id}/${type}`,
    types: [type],
    silence: 'deny',
    rules: form.matrices.filter((matrix) => matrix.type === type).flatMap(rulesOf),
  }));
}
