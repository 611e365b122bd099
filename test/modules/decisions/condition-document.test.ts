// The example of docs/authzen.md for filtering an application's own tables, taken from the page and run.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import type { Condition } from '../../../src/modules/decisions/condition.model.ts';
import { toPortableSql, type PortableSql } from '../../../src/modules/decisions/condition.portable.ts';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';

const page = await readFile(new URL('../../../docs/authzen.md', import.meta.url), 'utf8');
const chapter = page.slice(page.indexOf('## Or keep your records to yourself'));
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(chapter)?.[1] ?? '';

const model: RightsModel = {
  resourceTypes: [
    {
      name: 'client',
      actions: ['view'],
      attributes: {
        active: { type: 'truth', source: 'record' },
        departments: { type: 'set', source: 'record' },
      },
    },
  ],
  nodes: [],
  gates: [],
};

test('the documented condition, its SQL and the query around it go together', async (t) => {
  const answer = JSON.parse(block('json')) as { condition: Condition; sql: PortableSql };
  assert.deepEqual(toPortableSql(answer.condition, model, 'client'), answer.sql);
  const pg = await PGlite.create();
  t.after(() => pg.close());
  await pg.exec(`${block('sql')}
    insert into client (id, name, region, active, departments) values
      ('1', 'Zoë', 'north', true, '{D1,D2}'), ('2', 'Ann', 'north', true, '{D1}'), ('3', 'Bob', 'south', true, '{D1}'),
      ('4', 'Cas', 'north', false, '{D1}'), ('5', 'Dee', 'north', true, '{D2}'), ('6', 'Eve', 'north', null, null);`);
  const names = ['askCondition', 'pg', 'sub', 'region'];
  const AsyncFunction = (async () => {}).constructor as new (
    ...texts: string[]
  ) => (...values: unknown[]) => Promise<{ name: string }[]>;
  const example = new AsyncFunction(...names, `${block('js')}\nreturn rows;`);
  const rows = await example(async () => answer, pg, 'somebody', 'north');
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['Ann', 'Zoë'],
  );
});
