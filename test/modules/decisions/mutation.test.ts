// Every gate, rule and part of a condition of every world counts: taken out, some answer of the truth tables changes. What cannot change
// an answer is listed with its reason, and the list is exact.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, worldNames, type WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { failing } from '../../support/decisions/checks.ts';
import { mutantsOf } from '../../support/decisions/mutants.ts';
import { truthTables } from '../../support/decisions/truth-tables.ts';

/** The client of a file or logbook entry is asked about too, and hangs on the same module. */
const moduleOfClient = ['file', 'logbook'].map((type) => `gate rollen/module:${type}:view+new+modify+delete`);

/** Both columns of teachers have the same cell: then it says nothing whether somebody teaches the pupil. */
const sameForTeachers = ['leerlingen/intern', 'ouders/intern', 'personeel/openbaar'].flatMap((row) =>
  ['leerkracht-les', 'leerkracht-geen-les'].map((column) => `${row}/${column}`),
);

/** The specific row gives the column at least what the general row gives: then it says nothing which of them counts. */
const specificGivesAsMuch = [
  ...['ict', 'directie', 'secretariaat-leerlingen'].flatMap((column) => [
    `ouders/intern/${column}`,
    `ouders/vertrouwelijk/${column}`,
  ]),
  ...['ict', 'directie'].flatMap((column) => [
    ...['openbaar', 'intern', 'vertrouwelijk', 'geheim'].map((row) => `personeel/${row}/${column}`),
    `oud-leerlingen/intern/${column}`,
  ]),
];

const indifferent: Record<WorldName, readonly string[]> = {
  sec: moduleOfClient,
  school: [...sameForTeachers, ...specificGivesAsMuch].map(
    (cell) => `matrices/gegeven: cell:${cell} when.all[0]`,
  ),
  exact: [],
  ecase: [],
};

for (const name of worldNames) {
  test(`${name}: whatever is taken out is missed`, () => {
    const unnoticed: string[] = [];
    for (const { says, types, model } of mutantsOf(compileForms(readWorld(name).forms))) {
      const checks = truthTables[name].filter(({ question }) => types.includes(question.resource.type));
      if (failing(model, checks, 1).length === 0) unnoticed.push(says);
    }
    assert.deepEqual(unnoticed.toSorted(), indifferent[name].toSorted());
  });
}
