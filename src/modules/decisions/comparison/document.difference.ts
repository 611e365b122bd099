// What two versions of a rights model say differently: cell by cell where the document is read as tables, by its place in
// the document everywhere else. Complete: whatever differs in what is said shows in one of the two.
import type { Form, ModelForms } from '../forms/index.ts';
import { gridsOf, type Grid, type GridContext, type GridRow } from '../grids/index.ts';

export interface CellChange {
  readonly form: string;
  readonly table: string;
  readonly row: Pick<GridRow, 'label' | 'sub'>;
  readonly column: string;
  /** Empty: nothing stood there. */
  readonly before: string;
  readonly after: string;
}

export interface PlaceChange {
  /** Names of members, and of the things in lists. */
  readonly place: readonly string[];
  readonly before: string;
  readonly after: string;
}

export interface DocumentDifference {
  readonly cells: readonly CellChange[];
  readonly elsewhere: readonly PlaceChange[];
}

export function compareDocuments(
  before: ModelForms,
  after: ModelForms,
  t: GridContext['t'],
): DocumentDifference {
  const formsById = (forms: ModelForms) => new Map(forms.forms.map((form) => [form.id, form]));
  const [old, fresh] = [formsById(before), formsById(after)];
  const cells = unionOfKeys(old, fresh).flatMap((id) =>
    compareGrids(
      (fresh.get(id) ?? old.get(id))!.title,
      gridsById(old.get(id), { forms: before, t }),
      gridsById(fresh.get(id), { forms: after, t }),
    ),
  );
  return { cells, elsewhere: compareValues(outsideTables(before), outsideTables(after), []) };
}

const unionOfKeys = <K>(one: ReadonlyMap<K, unknown>, other: ReadonlyMap<K, unknown>): K[] => [
  ...new Set([...one.keys(), ...other.keys()]),
];

const gridsById = (form: Form | undefined, context: GridContext) =>
  new Map((form ? gridsOf(form, context) : []).map((grid) => [grid.id, grid]));

function compareGrids(
  form: string,
  old: ReadonlyMap<string, Grid>,
  fresh: ReadonlyMap<string, Grid>,
): CellChange[] {
  return unionOfKeys(old, fresh).flatMap((id) => {
    const table = (fresh.get(id) ?? old.get(id))!.title;
    const [before, after] = [filledCells(old.get(id)), filledCells(fresh.get(id))];
    return unionOfKeys(before, after).flatMap((key) => {
      const [was, is] = [before.get(key), after.get(key)];
      if (was?.text === is?.text) return [];
      const { row, column } = (is ?? was)!;
      return [{ form, table, row, column, before: was?.text ?? '', after: is?.text ?? '' }];
    });
  });
}

interface FilledCell {
  readonly row: CellChange['row'];
  readonly column: string;
  readonly text: string;
}

/** The cells that say something. Columns without a code of their own (numbered ones) are known by their heading. */
function filledCells(grid: Grid | undefined): Map<string, FilledCell> {
  const cells = (grid?.rows ?? [])
    .filter((row) => !row.blank)
    .flatMap((row) =>
      (grid?.columns ?? []).map(({ id, text: column }) => {
        const key = JSON.stringify([row.id, /^\d+$/.test(id) ? column : id]);
        const { label, sub } = row;
        return [key, { row: { label, sub }, column, text: row.cells[id]?.text ?? '' }] as const;
      }),
    );
  return new Map(cells.filter(([, { text }]) => text !== ''));
}

/** The document without what its tables show. */
function outsideTables(forms: ModelForms): unknown {
  return { ...forms, forms: forms.forms.map(formOutsideTables) };
}

function formOutsideTables(form: Form): unknown {
  switch (form.kind) {
    case 'permissions':
      return { ...form, ticks: undefined };
    case 'scope':
      return {
        ...form,
        runningContractNeeded: undefined,
        functions: undefined,
        internalFunctions: undefined,
        cells: undefined,
      };
    case 'matrix': {
      const rowOutside = (row: object) => ({ ...row, cells: undefined, ownItemsOnly: undefined });
      const matrices = form.matrices.map((matrix) => ({ ...matrix, rows: matrix.rows.map(rowOutside) }));
      return { ...form, matrices };
    }
    case 'record_lists':
      return {
        ...form,
        tables: form.tables.map((table) => ({ ...table, active: undefined })),
        lists: undefined,
      };
    case 'access_lists': {
      const values = form.domain?.values.map((value) => ({ ...value, groups: undefined }));
      const domain = form.domain && { ...form.domain, values };
      return { ...form, permissionsTabDefault: undefined, domain };
    }
  }
}

type Thing = Readonly<Record<string, unknown>>;

const isThing = (value: unknown): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compareValues(before: unknown, after: unknown, place: readonly string[]): PlaceChange[] {
  if (isThing(before) && isThing(after)) return compareThings(before, after, place);
  if (isListOfThings(before) && isListOfThings(after)) return compareLists(before, after, place);
  const [was, is] = [textOf(before), textOf(after)];
  return was === is ? [] : [{ place, before: was, after: is }];
}

const compareThings = (before: Thing, after: Thing, place: readonly string[]): PlaceChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    compareValues(before[key], after[key], [...place, key]),
  );

const isListOfThings = (value: unknown): value is Thing[] => Array.isArray(value) && value.every(isThing);

function compareLists(before: Thing[], after: Thing[], place: readonly string[]): PlaceChange[] {
  const byKey = (things: Thing[]) => new Map(things.map((thing) => [keyOf(thing), thing]));
  const [old, fresh] = [byKey(before), byKey(after)];
  return unionOfKeys(old, fresh).flatMap((key) => {
    const thing = (fresh.get(key) ?? old.get(key))!;
    return compareValues(old.get(key), fresh.get(key), [...place, labelOf(thing)]);
  });
}

/** What a thing in a list is known by. The lines of `applies` have no name: the kind of record, what is done, and where. */
function keyOf(thing: Thing): string {
  const name = thing['id'] ?? thing['name'] ?? thing['value'];
  return textOf(name ?? [thing['type'], ...[thing['actions'] ?? []].flat(), thing['item']]);
}

const labelOf = (thing: Thing): string => textOf(thing['label'] ?? thing['name'] ?? keyOf(thing));

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (!isThing(value)) return String(value);
  const members = Object.entries(value).map(([key, member]) => [key, textOf(member)] as const);
  return members
    .filter(([, text]) => text !== '')
    .map(([key, text]) => `${key}: ${text}`)
    .join('; ');
}
