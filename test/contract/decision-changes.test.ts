// The change log of decisions on a real server with real concurrency: whatever the order in which transactions begin,
// write and commit, a change is noticed by the first look after its commit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { DecisionChanges, type DecisionChange } from '../../src/modules/decisions/decision.changes.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { newId } from '../../src/platform/ids.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';

let server: TestPostgres;
let url: string;
let db: Database;

before(async () => {
  server = await startTestPostgres();
  url = await server.createDatabase();
  db = await openDatabase({ url });
});
after(async () => {
  await db.close();
  await server.stop();
});

const write = `insert into decision_change (kind, subject_type, subject_id) values ('subject', 'person', $1)`;

function follow(): { changes: DecisionChanges; seen: (string | null)[] } {
  const seen: (string | null)[] = [];
  const forget = (list: readonly DecisionChange[]): void =>
    void seen.push(...list.map((one) => one.subjectId));
  return { changes: new DecisionChanges(db, { forget, forgetAll: () => {} }), seen };
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

test('a transaction that began before a look and commits after it is not missed, and nothing is told twice', async () => {
  const { changes, seen } = follow();
  await changes.catchUp();
  const [early, late] = [await connect(), await connect()];
  try {
    await early.query('begin');
    await early.query(write, ['early']);
    await late.query(write, ['late']);
    await changes.catchUp();
    assert.deepEqual(seen, ['late']);
    await changes.catchUp();
    assert.deepEqual(seen, ['late'], 'once');
    await early.query('commit');
    await changes.catchUp();
    assert.deepEqual(seen, ['late', 'early']);
    await changes.catchUp();
    assert.deepEqual(seen, ['late', 'early'], 'once');
  } finally {
    await early.end();
    await late.end();
  }
});

test('a change that was rolled back is none', async () => {
  const { changes, seen } = follow();
  await changes.catchUp();
  const client = await connect();
  try {
    await client.query('begin');
    await client.query(write, ['undone']);
    await client.query('rollback');
    await changes.catchUp();
    assert.deepEqual(seen, []);
  } finally {
    await client.end();
  }
});

test('many writers at once: each is noticed by the look after its own commit', async () => {
  const { changes, seen } = follow();
  await changes.catchUp();
  const missed: string[] = [];
  const writer = async (): Promise<void> => {
    const client = await connect();
    for (let time = 0; time < 25; time++) {
      const id = newId();
      await client.query('begin');
      await client.query(write, [id]);
      // Transactions of different lengths, so that they do not commit in the order in which they wrote.
      await client.query('select count(*) from generate_series(1, (random() * 20000)::int)');
      await client.query('commit');
      await changes.catchUp();
      if (!seen.includes(id)) missed.push(id);
    }
    await client.end();
  };
  await Promise.all(Array.from({ length: 8 }, writer));
  assert.deepEqual(missed, []);
  assert.equal(new Set(seen).size, seen.length, 'nothing is told twice');
  assert.equal(seen.length, 200);
});

test('looks that come along with a read run side by side and miss nothing either', async () => {
  const { changes, seen } = follow();
  await changes.catchUp();
  const missed: string[] = [];
  const written = new AbortController();
  // Readers keep many looks under way, which end in another order than they began.
  const reader = async (): Promise<void> => {
    while (!written.signal.aborted) {
      const slowly = 'select count(*)::int as n from generate_series(1, $2::int)';
      await changes.catchUpAlong(slowly, [Math.floor(Math.random() * 20_000)]);
    }
  };
  const writer = async (): Promise<void> => {
    const client = await connect();
    for (let time = 0; time < 25; time++) {
      const id = newId();
      await client.query('begin');
      await client.query(write, [id]);
      await client.query('select count(*) from generate_series(1, (random() * 20000)::int)');
      await client.query('commit');
      const along = await changes.catchUpAlong<{ n: number }>('select $2::int as n', [time]);
      assert.deepEqual(along, [{ n: time }]);
      if (!seen.includes(id)) missed.push(id);
    }
    await client.end();
  };
  const readers = Array.from({ length: 4 }, reader);
  await Promise.all(Array.from({ length: 4 }, writer));
  written.abort();
  await Promise.all(readers);
  assert.deepEqual(missed, []);
});

test('a large write is told as one change of everybody', async () => {
  const { changes, seen } = follow();
  await changes.catchUp();
  const application = newId();
  await db.exec('alter table decision_subject drop constraint decision_subject_application_fk');
  const fill = `insert into decision_subject (application_id, type, id, source, facts)
    select $1::uuid, 'user', n::text, 'sync', '{}' from generate_series($2::int, $3::int) n`;
  await db.query(fill, [application, 1, 500]);
  await changes.catchUp();
  assert.equal(seen.length, 500);
  await db.query(fill, [application, 501, 1001]);
  await changes.catchUp();
  assert.deepEqual(seen.slice(500), [null]);
});
