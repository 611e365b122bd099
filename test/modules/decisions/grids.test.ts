// Every table of every world shows what its form says, and saving it untouched changes nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelFormsSchema, type Form } from '../../../src/modules/decisions/forms/index.ts';
import { gridsOf, withGrid, type Grid, type ReadCell } from '../../../src/modules/decisions/grids/index.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { createTranslator } from '../../../src/platform/i18n.ts';

/** What a browser sends for a table nobody touched: boxes that are not ticked are absent. */
function untouched(grid: Grid): ReadCell {
  return (row, column) => {
    const cells = grid.rows.find(({ id }) => id === row)?.cells ?? {};
    const boxes = Object.values(cells).flatMap(({ control }) =>
      control?.kind === 'checks' ? control.options : [],
    );
    const box = boxes.find((each) => each.column === column);
    if (box) return box.ticked ? 'on' : undefined;
    const control = cells[column]?.control;
    return control?.kind === 'checks' ? undefined : control?.value;
  };
}

/** The order of lines says nothing. */
const sorted = (form: Form): unknown =>
  JSON.parse(JSON.stringify(form), (_key, value: unknown) =>
    Array.isArray(value)
      ? value.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
      : value,
  );

const dutch = createTranslator({ localesDir: 'config/locales' }).forLanguage('nl').t;

for (const name of worldNames) {
  test(`${name}: saving a table untouched changes nothing`, () => {
    const { forms } = readWorld(name);
    const context = { forms, t: (key: string) => key };
    for (const form of forms.forms) {
      const grids = gridsOf(form, context);
      assert.notEqual(grids.length, 0);
      for (const grid of grids) {
        const saved = modelFormsSchema.parse(withGrid(forms, form.id, grid.id, untouched(grid)));
        const again = saved.forms.find(({ id }) => id === form.id)!;
        assert.deepEqual(sorted(again), sorted(form), `${form.id}/${grid.id}`);
      }
    }
  });
}

/** The table with one cell filled in otherwise. */
function fill(
  name: (typeof worldNames)[number],
  formId: string,
  gridId: string,
  cells: Record<string, string>,
) {
  const { forms } = readWorld(name);
  const form = forms.forms.find(({ id }) => id === formId)!;
  const grid = gridsOf(form, { forms, t: (key) => key }).find(({ id }) => id === gridId)!;
  const rest = untouched(grid);
  const read: ReadCell = (row, column) => cells[`${row}/${column}`] ?? rest(row, column);
  return withGrid(forms, formId, gridId, read).forms.find(({ id }) => id === formId)!;
}

test('a tick, a cell, a list, a kind of function and a domain value can be said anew', () => {
  const ticks = fill('sec', 'rollen', 'cdms-medewerker', { 'cdms.logboek/new': 'denied' });
  assert.ok(ticks.kind === 'permissions');
  const line = ticks.ticks.find(({ role, node }) => role === 'cdms-medewerker' && node === 'cdms.logboek');
  assert.deepEqual(line, {
    role: 'cdms-medewerker',
    node: 'cdms.logboek',
    allowed: ['view'],
    notAllowed: ['new'],
  });

  const matrix = fill('school', 'matrices', 'leerlingen', { 'geheim/zorg': 'WD:own' });
  assert.ok(matrix.kind === 'matrix');
  const row = matrix.matrices[0]!.rows.find(({ id }) => id === 'geheim')!;
  assert.deepEqual([row.cells['zorg'], row.ownItemsOnly], ['WD', ['zorg']]);

  const lists = fill('exact', 'gegevens', 'dagboek-invoer', {
    'bank-kas/keep': '',
    'inkoop/codes': '60 Inkoop\n6*',
    'new-1/keep': 'projectleider',
    'new-1/codes': '"P 1" Eigen\n"5"" x"\n"open',
  });
  assert.ok(lists.kind === 'record_lists');
  assert.deepEqual(
    lists.lists.filter(({ table }) => table === 'dagboek-invoer'),
    [
      {
        table: 'dagboek-invoer',
        role: 'inkoop',
        codes: [
          { code: '60', note: 'Inkoop' },
          { code: '6*', note: undefined },
        ],
      },
      {
        table: 'dagboek-invoer',
        role: 'projectleider',
        codes: [
          { code: 'P 1', note: 'Eigen' },
          { code: '5" x', note: undefined },
          { code: '"open', note: undefined },
        ],
      },
    ],
  );

  const scope = fill('sec', 'zichtbaarheid', 'functions', {
    'Directeur/kind': '',
    'new-1/name': 'Kok',
    'new-1/kind': 'client',
  });
  assert.ok(scope.kind === 'scope');
  const kinds = new Map(scope.functions.map((each) => [each.function, each.kind]));
  assert.deepEqual([kinds.get('Directeur'), kinds.get('Kok')], [undefined, 'client']);

  const table = fill('sec', 'zichtbaarheid', 'cells-client', {
    'client.certain_departments/clients-certain_departments': 'on',
  });
  assert.ok(table.kind === 'scope');
  assert.deepEqual(
    table.cells
      .filter(({ visibility }) => visibility === 'certain_departments')
      .map(({ clients }) => clients),
    [
      ['certain_departments', 'internal_function'],
      ['certain_departments', 'internal_function'],
    ],
  );

  const acl = fill('ecase', 'daten', 'domain', { 'schulsozialarbeit/0': 'list' });
  assert.ok(acl.kind === 'access_lists');
  assert.deepEqual(acl.domain!.values[0]!.groups.at(-1), { group: 'schulsozialarbeit', level: 'list' });
});

test('a code with spaces or quotes is still the same code after it was shown', () => {
  const { forms } = readWorld('exact');
  const lists = forms.forms.find((form) => form.kind === 'record_lists')!;
  const codes = ['A B', 'say "hi"', '"', '1*'].map((code) => ({ code, note: 'what it is' }));
  const odd = { ...lists, lists: [{ table: 'edis', role: 'edis-verkoop', codes }] };
  const grid = gridsOf(odd, { forms, t: (key) => key }).find(({ id }) => id === 'edis')!;
  const document = { ...forms, forms: [odd] };
  assert.deepEqual(withGrid(document, odd.id, 'edis', untouched(grid)).forms[0], odd);
});

/** The two tables at the end of seed 000 as they are read, cell for cell. */
test('the tables of the SEC module stand as in the document', () => {
  const { forms } = readWorld('sec');
  const scope = forms.forms.find(({ kind }) => kind === 'scope')!;
  const tables = gridsOf(scope, { forms, t: dutch }).filter(({ id }) => id.startsWith('cells-'));
  const alle = 'Alle';
  const actief = 'Alle actieve cliënten';
  const intern = 'Alle actieve cliënten met interne functie';
  const zichtbaar =
    'Alle departementen van actieve cliënten met een interne functie waarbij het departement zichtbaar is';
  const bepaalde = 'Alle actieve cliënten van bepaalde departementen';
  const eigen = 'Enkel actieve cliënten van eigen departement(en)';
  assert.deepEqual(
    tables.map(({ title, rows }) => [
      title,
      ...rows.map(({ label, cells }) => [label, cells['clients']!.text, cells['departments']!.text]),
    ]),
    [
      [
        'Departement bepaalt cliënt',
        ['Alle cliënten', alle, alle],
        [actief, actief, alle],
        [
          bepaalde,
          `Alle actieve cliënten huidig in bepaalde departementen\n+ ${intern}`,
          `Bepaalde departementen\n+ ${zichtbaar}`,
        ],
        [eigen, `Alle actieve cliënten huidig in eigen departementen\n+ ${intern}`, 'Eigen departementen'],
      ],
      [
        'Cliënt bepaalt departement',
        ['Alle cliënten', alle, alle],
        [actief, actief, alle],
        [bepaalde, intern, zichtbaar],
        [eigen, intern, zichtbaar],
      ],
    ],
  );
});
