// Whatever is said differently in a document shows: every value of the four worlds, changed or left out once, makes a line.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareDocuments } from '../../../src/modules/decisions/comparison/document.difference.ts';
import { modelFormsSchema, type ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';

const t = (key: string, params?: Record<string, string | number>) =>
  params ? `${key} ${JSON.stringify(params)}` : key;

type Place = readonly (string | number)[];

/** The places of all values that are no lists or objects, and of the things in lists. */
function placesIn(value: unknown, place: Place = []): Place[] {
  if (Array.isArray(value))
    return value.flatMap((one, index) => [[...place, index], ...placesIn(one, [...place, index])]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'object' ? placesIn(member, [...place, key]) : [[...place, key]],
  );
}

/** A copy with another value at a place: the opposite, another word, or one thing less in a list. */
function changedAt(forms: ModelForms, place: Place): unknown {
  const copy = structuredClone(forms) as unknown;
  let holder = copy as Record<string | number, unknown>;
  for (const step of place.slice(0, -1)) holder = holder[step] as typeof holder;
  const last = place.at(-1)!;
  const value = holder[last];
  if (Array.isArray(holder) && typeof value === 'object') holder.splice(Number(last), 1);
  else holder[last] = typeof value === 'boolean' ? !value : otherWord(String(value));
  return copy;
}

const choices = [
  ['allowed', 'notAllowed'],
  ['text', 'set'],
  ['record', 'request'],
  ['menu', 'data'],
  ['tool', 'report'],
  ['table', 'object'],
  ['department', 'client'],
  ['on', 'off'],
  ['GT', 'L'],
  ['W', 'VB'],
  ['D', 'WD'],
  ['list', 'read'],
  ['view', 'delete'],
  ['new', 'modify'],
  ['active', 'certain_departments'],
  ['certain', 'internal_function'],
  ['all', 'own_departments'],
];

const otherWord = (word: string): string => {
  const pair = choices.find((each) => each.includes(word));
  return pair ? pair.find((each) => each !== word)! : `${word}x`;
};

describe('the difference between two documents', () => {
  for (const name of worldNames) {
    it(`leaves nothing out: ${name}`, () => {
      const { forms } = readWorld(name);
      let looked = 0;
      const silent: string[] = [];
      for (const place of placesIn(forms)) {
        const parsed = modelFormsSchema.safeParse(changedAt(forms, place));
        // Some values have a choice this test does not know.
        if (!parsed.success) continue;
        looked += 1;
        const { cells, elsewhere } = compareDocuments(forms, parsed.data, t);
        if (cells.length + elsewhere.length === 0) silent.push(place.join('.'));
      }
      assert.deepEqual(silent, []);
      assert.ok(looked > 200, `only ${looked} were looked at`);
      assert.deepEqual(compareDocuments(forms, structuredClone(forms), t), { cells: [], elsewhere: [] });
    });
  }

  it('names the table, the row and the column of a cell', () => {
    const { forms } = readWorld('ecase');
    const changed = structuredClone(forms);
    const form = changed.forms.find((each) => each.kind === 'access_lists')!;
    form.domain!.values[0]!.groups[1]!.level = 'modify';
    const { cells, elsewhere } = compareDocuments(forms, changed, t);
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(cells, [
      {
        form: 'Datenberechtigung',
        table: 'Schulstufe',
        row: { label: 'Mittelstufe Lehrpersonen', sub: undefined },
        column: 'Primarstufe',
        before: 'decisions.acl.levels.read',
        after: 'decisions.acl.levels.modify',
      },
    ]);
  });
});
