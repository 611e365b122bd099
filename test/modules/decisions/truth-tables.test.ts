// The worlds answer as their documents say, every cell of every table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { failing, type Check } from '../../support/decisions/checks.ts';
import { truthOfEcase } from '../../support/decisions/truth-ecase.ts';
import { truthOfExact } from '../../support/decisions/truth-exact.ts';
import { truthOfSchool } from '../../support/decisions/truth-school.ts';
import { truthOfSec } from '../../support/decisions/truth-sec.ts';

const tables: [Parameters<typeof readWorld>[0], readonly Check[]][] = [
  ['sec', truthOfSec],
  ['school', truthOfSchool],
  ['exact', truthOfExact],
  ['ecase', truthOfEcase],
];

for (const [name, checks] of tables) {
  test(`${name}: ${checks.length} answers typed from the document`, () => {
    const wrong = failing(compileForms(readWorld(name).forms), checks);
    assert.deepEqual(
      wrong.map(({ says, allowed }) => `${says} should be ${allowed ? 'allowed' : 'denied'}`),
      [],
    );
  });
}
