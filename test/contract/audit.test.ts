// The audit under parallel writers on real PostgreSQL: the chains stay right, and nobody waits for a slow neighbour.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { verifyAudit, writeAudit, writeAuditAlone } from '../../src/modules/audit/index.ts';
import { laneCount } from '../../src/modules/audit/audit.writer.ts';
import { runCommand } from '../../src/platform/command.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';

let server: TestPostgres;
let db: Database;
/** As another process on the same database. */
let other: Database;
let site: TestSite;
const system = { actor: { kind: 'system' } } as const;
const fact = { action: 'test.done', subjectType: 'test' };

before(async () => {
  server = await startTestPostgres();
  const url = await server.createDatabase();
  db = await openDatabase({ url, poolMax: 60 });
  other = await openDatabase({ url, poolMax: 20 });
  site = await createTestSite({ db });
});
after(async () => {
  await Promise.all([db.close(), other.close()]);
  await server.stop();
});
beforeEach(() =>
  db.exec(`
    alter table audit_event disable trigger audit_event_final;
    delete from audit_event;
    update audit_lane set seq = 0, hash = '\\x';
    alter table audit_event enable trigger audit_event_final;`),
);

const record = (count = 1) =>
  runCommand(site, system, fact, async (change) => {
    for (let number = 0; number < count; number++) change.record({ ...fact, after: { number } });
  });

/** A transaction that has written its audit row and does not end until told to. */
function openTransaction(): { written: Promise<void>; end: () => Promise<void> } {
  const written = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const done = db.handle.transaction().execute(async (trx) => {
    await writeAudit(trx, site.clock.now(), system, 'done', [fact]);
    written.resolve();
    await release.promise;
  });
  done.catch(written.reject);
  return {
    written: written.promise,
    end: async () => {
      release.resolve();
      await done;
    },
  };
}

const countBlocked = async (): Promise<number> => {
  const rows = await db.query<{ blocked: number }>(
    `select count(*) as blocked from pg_stat_activity
     where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
    [],
  );
  return rows[0]!.blocked;
};

describe('parallel writers', () => {
  test('forty writers at once leave whole chains and lose no row', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        for (let round = 0; round < 5; round++) await record(3);
      }),
    );
    const result = await verifyAudit(db.reader);
    assert.deepEqual([result.intact, result.rows], [true, 600]);
    const lanes = await db.query<{ lanes: number }>(
      'select count(distinct lane) as lanes from audit_event',
      [],
    );
    assert.ok(lanes[0]!.lanes > 1, 'they did not all queue for one lane');
  });

  test('a change that is rolled back leaves no gap', async () => {
    await record(2);
    await assert.rejects(
      db.handle.transaction().execute(async (trx) => {
        await writeAudit(trx, site.clock.now(), system, 'done', [fact, fact]);
        throw new Error('rolled back');
      }),
    );
    await record(1);
    assert.deepEqual((await verifyAudit(db.reader)).rows, 3);
    assert.equal((await verifyAudit(db.reader)).intact, true);
  });

  test('open transactions do not stop others, as long as one lane is free', async () => {
    const open = Array.from({ length: laneCount - 1 }, openTransaction);
    await Promise.all(open.map((transaction) => transaction.written));
    for (let round = 0; round < 10; round++) await Promise.all([record(), record(), record()]);
    assert.equal(await countBlocked(), 0);
    assert.equal(
      await db.query(`select 1 from audit_event where outcome = 'done'`, []).then((rows) => rows.length),
      30,
    );
    await Promise.all(open.map((transaction) => transaction.end()));
    const result = await verifyAudit(db.reader);
    assert.deepEqual([result.intact, result.rows], [true, laneCount + 29]);
  });

  test('when every lane is held the next writer waits for one of them, and goes on when it is free', async () => {
    const open = Array.from({ length: laneCount }, openTransaction);
    await Promise.all(open.map((transaction) => transaction.written));
    const waiting = record();
    while ((await countBlocked()) !== 1);
    await Promise.all(open.map((transaction) => transaction.end()));
    await waiting;
    assert.equal((await verifyAudit(db.reader)).rows, laneCount + 1);
  });

  test('a verification that runs while rows are written finds nothing wrong', async () => {
    await record(2000);
    const writing = new AbortController();
    const writers = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (!writing.signal.aborted) await record(2);
      }),
    );
    for (let round = 0; round < 3; round++) {
      const result = await verifyAudit(db.reader);
      assert.deepEqual(result.findings, []);
    }
    writing.abort();
    await writers;
  });
});

describe('a row that belongs to no other change', () => {
  const alone = (from: Database = db) => writeAuditAlone(from, site.clock.now(), system, 'done', fact);
  const summary = async () => {
    const { intact, rows } = await verifyAudit(db.reader);
    return { intact, rows };
  };

  test('is written by many at once, from several processes, beside transactions', async () => {
    await Promise.all(
      Array.from({ length: 40 }, async (_, writer) => {
        for (let round = 0; round < 10; round++) {
          await (writer % 4 === 0 ? record(1) : alone(writer % 4 === 1 ? other : db));
        }
      }),
    );
    assert.deepEqual(await summary(), { intact: true, rows: 400 });
  });

  test('goes on behind whatever the lane holds by now', async () => {
    for (let round = 0; round < 3; round++) {
      await alone();
      // Every lane moves on, the remembered one too.
      const open = Array.from({ length: laneCount }, openTransaction);
      await Promise.all(open.map((transaction) => transaction.written));
      await Promise.all(open.map((transaction) => transaction.end()));
      await alone();
    }
    assert.deepEqual(await summary(), { intact: true, rows: 3 * (laneCount + 2) });
  });

  test('waits for no lane that a slow transaction holds', async () => {
    await Promise.all(Array.from({ length: 8 }, () => alone()));
    const open = Array.from({ length: laneCount - 1 }, openTransaction);
    await Promise.all(open.map((transaction) => transaction.written));
    for (let round = 0; round < 10; round++) await alone();
    assert.equal(await countBlocked(), 0);
    await Promise.all(open.map((transaction) => transaction.end()));
    assert.deepEqual(await summary(), { intact: true, rows: laneCount + 17 });
  });
});
