// Scope settings as tables: the running contract, the kinds of functions, the internal functions, and the two tables in one.
import type { Form } from '../forms/index.ts';
import { clientSources, departmentSources, functionKinds } from '../forms/scope.form.ts';
import { choiceCell, type Grid, type GridContext, type GridRow, type ReadCell } from './grid.model.ts';

type ScopeForm = Extract<Form, { kind: 'scope' }>;

/** Empty rows to add functions in. */
const newRows = ['new-1', 'new-2', 'new-3'];

const yesOrNo = ({ t }: GridContext) => [
  { value: 'yes', text: t('yes') },
  { value: 'no', text: t('no') },
];

const newRow = (id: string, context: GridContext, cells: GridRow['cells']): GridRow => ({
  id,
  label: context.t('scope.newFunction'),
  cells: { name: { text: '', control: { kind: 'text', value: '' } }, ...cells },
  blank: true,
});

function general(form: ScopeForm, context: GridContext): Grid {
  const value = form.runningContractNeeded ? 'yes' : 'no';
  return {
    id: 'general',
    title: context.t('scope.general'),
    head: context.t('scope.rule'),
    columns: [{ id: 'value', text: context.t('scope.value') }],
    rows: [
      {
        id: 'contract',
        label: context.t('scope.contract'),
        cells: { value: choiceCell(value, yesOrNo(context)) },
      },
    ],
  };
}

function functions(form: ScopeForm, context: GridContext): Grid {
  const { t } = context;
  const kinds = functionKinds.map((value) => ({ value, text: t(`scope.kinds.${value}`) }));
  const orNone = [{ value: '', text: t('scope.remove') }, ...kinds];
  return {
    id: 'functions',
    title: t('scope.functions'),
    head: t('scope.function'),
    columns: [
      { id: 'name', text: t('scope.name') },
      { id: 'kind', text: t('scope.kind') },
    ],
    rows: [
      ...form.functions.map((line): GridRow => ({
        id: line.function,
        label: line.function,
        cells: { kind: choiceCell(line.kind, orNone) },
      })),
      ...newRows.map((id) => newRow(id, context, { kind: choiceCell('department', kinds) })),
    ],
  };
}

function internalFunctions(form: ScopeForm, context: GridContext): Grid {
  const { t } = context;
  const orNone = [...yesOrNo(context), { value: '', text: t('scope.remove') }];
  return {
    id: 'internal',
    title: t('scope.internal'),
    head: t('scope.internalFunction'),
    columns: [
      { id: 'name', text: t('scope.name') },
      { id: 'visible', text: t('scope.departmentVisible') },
    ],
    rows: [
      ...form.internalFunctions.map((line): GridRow => ({
        id: line.function,
        label: line.function,
        cells: { visible: choiceCell(line.departmentVisible ? 'yes' : 'no', orNone) },
      })),
      ...newRows.map((id) => newRow(id, context, { visible: choiceCell('no', yesOrNo(context)) })),
    ],
  };
}

const columnsOfCells = [
  ...clientSources.map((source) => ({ id: `clients-${source}`, key: `scope.clients.${source}` })),
  ...departmentSources.map((source) => ({ id: `departments-${source}`, key: `scope.departments.${source}` })),
];

function cells(form: ScopeForm, context: GridContext): Grid {
  const { t } = context;
  const ticked = (on: boolean) => ({ text: on ? '✓' : '', control: { kind: 'check' as const, value: on } });
  return {
    id: 'cells',
    title: t('scope.tables'),
    head: t('scope.cell'),
    columns: [
      { id: 'examples', text: t('scope.examples') },
      ...columnsOfCells.map(({ id, key }) => ({ id, text: t(key) })),
    ],
    rows: form.cells.map((cell) => ({
      id: `${cell.kind}.${cell.visibility}`,
      label: t(`scope.visibility.${cell.visibility}`),
      sub: t(`scope.kinds.${cell.kind}`),
      cells: {
        examples: { text: cell.examples ?? '', control: { kind: 'text', value: cell.examples ?? '' } },
        ...Object.fromEntries(
          clientSources.map((source) => [`clients-${source}`, ticked(cell.clients.includes(source))]),
        ),
        ...Object.fromEntries(
          departmentSources.map((source) => [
            `departments-${source}`,
            ticked(cell.departments.includes(source)),
          ]),
        ),
      },
    })),
  };
}

export function gridsOfScope(form: ScopeForm, context: GridContext): Grid[] {
  return [
    general(form, context),
    functions(form, context),
    internalFunctions(form, context),
    cells(form, context),
  ];
}

const added = (read: ReadCell) =>
  newRows.flatMap((row) => {
    const name = read(row, 'name');
    return name ? [{ row, name }] : [];
  });

export function applyToScope(form: ScopeForm, grid: string, read: ReadCell): ScopeForm {
  if (grid === 'general') return { ...form, runningContractNeeded: read('contract', 'value') !== 'no' };
  if (grid === 'functions') {
    const rows = [
      ...form.functions.map((line) => ({ row: line.function, name: line.function })),
      ...added(read),
    ];
    const lines = rows.flatMap(({ row, name }) => {
      const kind = functionKinds.find((each) => each === read(row, 'kind'));
      return kind ? [{ function: name, kind }] : [];
    });
    return { ...form, functions: lines };
  }
  if (grid === 'internal') {
    const rows = [
      ...form.internalFunctions.map((line) => ({ row: line.function, name: line.function })),
      ...added(read),
    ];
    const lines = rows.flatMap(({ row, name }) => {
      const visible = read(row, 'visible');
      return visible ? [{ function: name, departmentVisible: visible === 'yes' }] : [];
    });
    return { ...form, internalFunctions: lines };
  }
  const changed = form.cells.map((cell) => {
    const row = `${cell.kind}.${cell.visibility}`;
    return {
      ...cell,
      examples: read(row, 'examples') || undefined,
      clients: clientSources.filter((source) => read(row, `clients-${source}`) !== undefined),
      departments: departmentSources.filter((source) => read(row, `departments-${source}`) !== undefined),
    };
  });
  return { ...form, cells: changed };
}
