// The worlds answer as their documents say, every cell of every table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { failing } from '../../support/decisions/checks.ts';
import { truthTables } from '../../support/decisions/truth-tables.ts';

for (const name of worldNames) {
  const checks = truthTables[name];
  test(`${name}: ${checks.length} answers typed from the document`, () => {
    const wrong = failing(compileForms(readWorld(name).forms), checks);
    assert.deepEqual(
      wrong.map(({ says, allowed }) => `${says} should be ${allowed ? 'allowed' : 'denied'}`),
      [],
    );
  });
}
