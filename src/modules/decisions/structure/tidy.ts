// Takes along what cannot stay when something is taken out of a document: ticks of a role that is gone, cells of a column, codes of
// a list. What would then mean something else, or mean everybody, stays, and is a mistake that keeps the change from being saved.
import { vocabularyOf, type Form, type ModelForms, type Vocabulary } from '../forms/index.ts';

type FormOf<Kind extends Form['kind']> = Extract<Form, { kind: Kind }>;

export function tidied(forms: ModelForms): ModelForms {
  const vocabulary = vocabularyOf(forms);
  return { ...forms, forms: forms.forms.map((form) => tidiedForm(form, vocabulary)) };
}

function tidiedForm(form: Form, vocabulary: Vocabulary): Form {
  switch (form.kind) {
    case 'permissions':
      return tidiedPermissions(form, vocabulary);
    case 'scope':
      return { ...form, below: form.below.filter(({ type }) => vocabulary.types.has(type)) };
    case 'matrix':
      return tidiedMatrices(form, vocabulary);
    case 'record_lists':
      return tidiedRecordLists(form, vocabulary);
    case 'access_lists':
      return tidiedAccessLists(form, vocabulary);
  }
}

function tidiedPermissions(form: FormOf<'permissions'>, { groups, types }: Vocabulary): Form {
  const items = new Set(form.modules.flatMap((module) => module.items.map(({ id }) => id)));
  const nodes = new Set([...items, ...form.modules.map(({ id }) => id)]);
  return {
    ...form,
    ticks: form.ticks.filter(({ role, node }) => groups.has(role) && nodes.has(node)),
    applies: form.applies.filter(({ type, item }) => types.has(type) && items.has(item)),
  };
}

function tidiedMatrices(form: FormOf<'matrix'>, { groups }: Vocabulary): Form {
  const known = new Set(form.columns.map(({ id }) => id));
  const matrices = form.matrices.map((matrix) => {
    const columns = matrix.columns.filter((column) => known.has(column));
    return { ...matrix, columns, rows: matrix.rows.map((row) => tidiedRow(row, columns)) };
  });
  const columnsOf = new Map(matrices.map(({ id, columns }) => [id, columns]));
  return {
    ...form,
    matrices,
    columns: form.columns.map((column) => {
      const left = column.groups?.filter((group) => groups.has(group)) ?? [];
      // Without any group the column would be everybody who has the relationship.
      return left.length > 0 ? { ...column, groups: left } : column;
    }),
    exceptions: form.exceptions.filter(
      ({ matrix, column, group }) => groups.has(group) && columnsOf.get(matrix)?.includes(column),
    ),
  };
}

type Row = FormOf<'matrix'>['matrices'][number]['rows'][number];

/** A cell for every column and no other; a new one says no access. */
function tidiedRow(row: Row, columns: readonly string[]): Row {
  if (row.notApplicable !== undefined) return { ...row, cells: {}, ownItemsOnly: [] };
  const levelOf = (column: string) => (Object.hasOwn(row.cells, column) ? row.cells[column]! : 'GT');
  const cells = columns.map((column) => [column, levelOf(column)] as const);
  return {
    ...row,
    cells: Object.fromEntries(cells),
    ownItemsOnly: row.ownItemsOnly.filter((column) => columns.includes(column)),
  };
}

function tidiedRecordLists(form: FormOf<'record_lists'>, { groups, types }: Vocabulary): Form {
  const tables = form.tables.filter(({ type }) => types.has(type));
  const known = new Set(tables.map(({ id }) => id));
  return {
    ...form,
    tables,
    lists: form.lists.filter(({ table, role }) => known.has(table) && groups.has(role)),
  };
}

function tidiedAccessLists(form: FormOf<'access_lists'>, { groups }: Vocabulary): Form {
  if (form.domain === undefined) return form;
  const values = form.domain.values.map((value) => ({
    ...value,
    groups: value.groups.filter(({ group }) => groups.has(group)),
  }));
  return { ...form, domain: { ...form.domain, values } };
}
