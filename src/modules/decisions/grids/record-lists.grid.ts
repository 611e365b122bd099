// Record lists as tables: which tables are switched on, and per table the roles with the codes they are held to.
import type { Form } from '../forms/index.ts';
import {
  choiceCell,
  nameOfGroup,
  type Grid,
  type GridContext,
  type GridRow,
  type ReadCell,
} from './grid.model.ts';

type RecordListsForm = Extract<Form, { kind: 'record_lists' }>;
type RecordList = RecordListsForm['lists'][number];

const newRow = 'new-1';
const switches = 'tables';

/** A code with spaces or quotes in it stands in quotes, so that it does not end too soon. */
const codeText = (code: string): string => (/[\s"]/.test(code) ? `"${code.replaceAll('"', '""')}"` : code);

const linesOf = (list: RecordList): string =>
  list.codes.map(({ code, note }) => (note ? `${codeText(code)} ${note}` : codeText(code))).join('\n');

/** One code on a line, then a space and what it stands for. */
function readLines(text: string): RecordList['codes'] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, quoted, plain, note] = /^(?:"((?:[^"]|"")+)"|(\S+))\s*(.*)$/.exec(line)!;
      return { code: quoted?.replaceAll('""', '"') ?? plain!, note: note || undefined };
    });
}

function switchGrid(form: RecordListsForm, { t }: GridContext): Grid {
  const options = [
    { value: 'on', text: t('decisions.lists.on') },
    { value: 'off', text: t('decisions.lists.off') },
  ];
  return {
    id: switches,
    title: t('decisions.lists.tables'),
    head: t('decisions.lists.table'),
    columns: [{ id: 'active', text: t('decisions.lists.active') }],
    rows: form.tables.map(({ id, name, active }) => ({
      id,
      label: name,
      cells: { active: choiceCell(active ? 'on' : 'off', options) },
    })),
  };
}

function rowsOfTable(form: RecordListsForm, table: string, context: GridContext): GridRow[] {
  const { t } = context;
  const lists = form.lists.filter((list) => list.table === table);
  const keep = [
    { value: 'keep', text: t('decisions.lists.keep') },
    { value: '', text: t('decisions.lists.remove') },
  ];
  const free = context.forms.groups.filter(({ id }) => !lists.some((list) => list.role === id));
  const roles = [{ value: '', text: '–' }, ...free.map(({ id, name }) => ({ value: id, text: name }))];
  return [
    ...lists.map((list): GridRow => {
      const lines = linesOf(list);
      return {
        id: list.role,
        label: nameOfGroup(context, list.role),
        cells: {
          codes: { text: lines || t('decisions.lists.empty'), control: { kind: 'lines', value: lines } },
          keep: { text: '', control: choiceCell('keep', keep).control },
        },
      };
    }),
    {
      id: newRow,
      label: t('decisions.lists.newRole'),
      cells: {
        codes: { text: '', control: { kind: 'lines', value: '' } },
        keep: { text: '', control: choiceCell('', roles).control },
      },
      blank: true,
    },
  ];
}

export function gridsOfRecordLists(form: RecordListsForm, context: GridContext): Grid[] {
  const { t } = context;
  return [
    switchGrid(form, context),
    ...form.tables.map((table): Grid => ({
      id: table.id,
      title: table.name,
      head: t('decisions.lists.role'),
      columns: [
        { id: 'codes', text: t('decisions.lists.codes') },
        { id: 'keep', text: t('decisions.lists.list') },
      ],
      rows: rowsOfTable(form, table.id, context),
      notes: [table.active ? t('decisions.lists.whoIsFree') : t('decisions.lists.isOff')],
    })),
  ];
}

export function applyToRecordLists(form: RecordListsForm, grid: string, read: ReadCell): RecordListsForm {
  if (grid === switches) {
    const tables = form.tables.map((table) => ({ ...table, active: read(table.id, 'active') === 'on' }));
    return { ...form, tables };
  }
  const others = form.lists.filter((list) => list.table !== grid);
  const mine = form.lists
    .filter((list) => list.table === grid && read(list.role, 'keep') === 'keep')
    .map((list) => ({ ...list, codes: readLines(read(list.role, 'codes') ?? '') }));
  const role = read(newRow, 'keep');
  const added = role ? [{ table: grid, role, codes: readLines(read(newRow, 'codes') ?? '') }] : [];
  return { ...form, lists: [...others, ...mine, ...added] };
}
