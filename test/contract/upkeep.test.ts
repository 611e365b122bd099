// The embedded engine looks after itself only when told to: without it deleted rows stay and the planner knows nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database } from '../../src/platform/db/open.ts';
import { refreshStatistics, tidyEmbedded } from '../../src/platform/db/upkeep.ts';
import { openTestDatabase } from '../support/database.ts';

let db: Database;
before(async () => {
  db = await openTestDatabase();
});
after(() => db.close());

const table = async () =>
  (
    await db.query<{ rows: number; pages: number }>(
      `select reltuples::int as rows, (pg_relation_size('site_setting') / 8192)::int as pages
       from pg_class where relname = 'site_setting'`,
      [],
    )
  )[0]!;
const fill = (times: number) =>
  db.query(
    `insert into site_setting (key, value) select 'k' || n, '"${'x'.repeat(80)}"' from generate_series(1, $1) n`,
    [times],
  );
const empty = () => db.query(`delete from site_setting where key like 'k%'`, []);

test('the planner learns how many rows there are', async () => {
  await fill(1000);
  await refreshStatistics(db);
  assert.ok((await table()).rows >= 1000);
});

test('room of deleted rows is used again, and prepared statements go on working', async () => {
  await empty();
  await tidyEmbedded(db);
  await fill(1000);
  const { pages } = await table();
  for (let round = 0; round < 5; round++) {
    await empty();
    await tidyEmbedded(db);
    await fill(1000);
  }
  assert.ok((await table()).pages <= pages * 2, 'the table does not grow with every round');
});
