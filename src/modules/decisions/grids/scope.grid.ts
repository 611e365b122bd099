// Scope settings as tables: the running contract, the kinds of functions, the internal functions, and the two tables of
// the document.
import type { Form } from '../forms/index.ts';
import { clientSources, departmentSources, functionKinds } from '../forms/scope.form.ts';
import {
  choiceCell,
  type Grid,
  type GridCell,
  type GridContext,
  type GridRow,
  type ReadCell,
} from './grid.model.ts';

type ScopeForm = Extract<Form, { kind: 'scope' }>;
type ScopeCell = ScopeForm['cells'][number];

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
      ...hangingOn(form, context),
    ],
  };
}

/** What is said in the structure of the form, to be read with the rest. */
function hangingOn(form: ScopeForm, { t, forms }: GridContext): GridRow[] {
  const labelOf = (type: string) => forms.resourceTypes.find(({ name }) => name === type)?.label ?? type;
  const row = (id: string, label: string, types: readonly string[]): GridRow[] =>
    types.length === 0 ? [] : [{ id, label, cells: { value: { text: types.map(labelOf).join(', ') } } }];
  return [
    ...row(
      'below',
      t('decisions.scope.below', { client: labelOf(form.clientType) }),
      form.below.map(({ type }) => type),
    ),
    ...row('logbook', t('decisions.scope.logbook'), form.logbookType ? [form.logbookType] : []),
  ];
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

interface Source {
  readonly id: string;
  readonly text: string;
  readonly ticked: boolean;
}

/** As the document says it, one source under the other. */
function sourcesCell(side: 'clients' | 'departments', sources: readonly Source[]): GridCell {
  const chosen = sources.filter(({ ticked }) => ticked).map(({ text }) => text);
  return {
    text: chosen.map((text, index) => (index === 0 ? text : `+ ${text}`)).join('\n'),
    control: {
      kind: 'checks',
      options: sources.map(({ id, text, ticked }) => ({ column: `${side}-${id}`, text, ticked })),
    },
  };
}

function cellRow(cell: ScopeCell, { t }: GridContext): GridRow {
  const sources = (side: 'clients' | 'departments', all: readonly string[], chosen: readonly string[]) =>
    all.map((id) => ({ id, text: t(`decisions.scope.${side}.${id}`), ticked: chosen.includes(id) }));
  return {
    id: rowOfCell(cell),
    label: t(`decisions.scope.visibility.${cell.visibility}`),
    cells: {
      examples: { text: cell.examples ?? '', control: { kind: 'lines', value: cell.examples ?? '' } },
      clients: sourcesCell('clients', sources('clients', clientSources, cell.clients)),
      departments: sourcesCell('departments', sources('departments', departmentSources, cell.departments)),
    },
  };
}

const rowOfCell = ({ kind, visibility }: ScopeCell): string => `${kind}.${visibility}`;

/** The two tables at the end of the document, one for each kind of function. */
function cells(form: ScopeForm, context: GridContext): Grid[] {
  const { t } = context;
  return functionKinds.map((kind) => ({
    id: `cells-${kind}`,
    title: t(`decisions.scope.kinds.${kind}`),
    head: t('decisions.scope.cell'),
    columns: [
      { id: 'examples', text: t('decisions.scope.examples') },
      { id: 'clients', text: t('decisions.scope.whichClients') },
      { id: 'departments', text: t('decisions.scope.whichDepartments') },
    ],
    rows: form.cells.filter((cell) => cell.kind === kind).map((cell) => cellRow(cell, context)),
    notes: ['active', 'certain', 'own'].map((note) => t(`decisions.scope.notes.${note}`)),
    fixed: true,
  }));
}

export function gridsOfScope(form: ScopeForm, context: GridContext): Grid[] {
  return [
    general(form, context),
    functions(form, context),
    internalFunctions(form, context),
    ...cells(form, context),
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
    if (grid !== `cells-${cell.kind}`) return cell;
    const row = rowOfCell(cell);
    return {
      ...cell,
      examples: read(row, 'examples') || undefined,
      clients: clientSources.filter((source) => read(row, `clients-${source}`) !== undefined),
      departments: departmentSources.filter((source) => read(row, `departments-${source}`) !== undefined),
    };
  });
  return { ...form, cells: changed };
}
