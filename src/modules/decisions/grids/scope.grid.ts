// Scope settings as tables: the running contract, the kinds of functions, the internal functions, and the two tables in one.
import type { Form } from '../forms/index.ts';
import { clientSources, departmentSources, functionKinds } from '../forms/scope.form.ts';
import { choiceCell, type Grid, type GridContext, type GridRow, type ReadCell } from './grid.model.ts';

type ScopeForm = Extract<Form, { kind: 'scope' }>;

/** Empty rows to add functions in. */
const newRows = ['new-1', 'new-2', 'new-3'];

const yesOrNo = ({ t }: GridContext) => [
  { value: 'yes', text: t('decisions.yes') },
  { value: 'no', text: t('decisions.no') },
];

const newRow = (id: string, context: GridContext, cells: GridRow['cells']): GridRow => ({
  id,
  label: context.t('decisions.scope.newFunction'),
  cells: { name: { text: '', control: { kind: 'text', value: '' } }, ...cells },
  blank: true,
});

function general(form: ScopeForm, context: GridContext): Grid {
  const value = form.runningContractNeeded ? 'yes' : 'no';
  return {
    id: 'general',
    title: context.t('decisions.scope.general'),
    head: context.t('decisions.scope.rule'),
    columns: [{ id: 'value', text: context.t('decisions.scope.value') }],
    rows: [
      {
        id: 'contract',
        label: context.t('decisions.scope.contract'),
        cells: { value: choiceCell(value, yesOrNo(context)) },
      },
    ],
  };
}

function functions(form: ScopeForm, context: GridContext): Grid {
  const { t } = context;
  const kinds = functionKinds.map((value) => ({ value, text: t(`decisions.scope.kinds.${value}`) }));
  const orNone = [{ value: '', text: t('decisions.scope.remove') }, ...kinds];
  return {
    id: 'functions',
    title: t('decisions.scope.functions'),
    head: t('decisions.scope.function'),
    columns: [
      { id: 'name', text: t('decisions.scope.name') },
      { id: 'kind', text: t('decisions.scope.kind') },
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
  const orNone = [...yesOrNo(context), { value: '', text: t('decisions.scope.remove') }];
  return {
    id: 'internal',
    title: t('decisions.scope.internal'),
    head: t('decisions.scope.internalFunction'),
    columns: [
      { id: 'name', text: t('decisions.scope.name') },
      { id: 'visible', text: t('decisions.scope.departmentVisible') },
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
  ...clientSources.map((source) => ({ id: `clients-${source}`, key: `decisions.scope.clients.${source}` })),
  ...departmentSources.map((source) => ({
    id: `departments-${source}`,
    key: `decisions.scope.departments.${source}`,
  })),
];

function cells(form: ScopeForm, context: GridContext): Grid {
  const { t } = context;
  const ticked = (on: boolean) => ({ text: on ? '✓' : '', control: { kind: 'check' as const, value: on } });
  return {
    id: 'cells',
    title: t('decisions.scope.tables'),
    head: t('decisions.scope.cell'),
    columns: [
      { id: 'examples', text: t('decisions.scope.examples') },
      ...columnsOfCells.map(({ id, key }) => ({ id, text: t(key) })),
    ],
    rows: form.cells.map((cell) => ({
      id: `${cell.kind}.${cell.visibility}`,
      label: t(`decisions.scope.visibility.${cell.visibility}`),
      sub: t(`decisions.scope.kinds.${cell.kind}`),
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
