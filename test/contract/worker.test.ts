// The worker as a process runs it, on both engines: schedule, natural ends, leases, clean-up and a graceful stop.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Clock } from '../../src/platform/clock.ts';
import { runCommand } from '../../src/platform/command.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { createTranslator } from '../../src/platform/i18n.ts';
import { cleanUp } from '../../src/platform/jobs/clean-up.ts';
import { withLease } from '../../src/platform/jobs/lease.ts';
import { startSchedule } from '../../src/platform/jobs/schedule.ts';
import { followTime } from '../../src/platform/jobs/watermark.ts';
import type { Mail, Mailer } from '../../src/platform/mail.model.ts';
import { Secret } from '../../src/platform/secret.ts';
import { startWorker, type WorkerDeps } from '../../src/worker.ts';
import { openTestDatabase, startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';
import { createWorld } from '../support/world.ts';

const translator = createTranslator({
  localesDir: new URL('../../config/locales', import.meta.url).pathname,
});
const system = { actor: { kind: 'system' } } as const;

let server: TestPostgres;
let directory: string;
before(async () => {
  server = await startTestPostgres();
  directory = await mkdtemp(join(tmpdir(), 'mandaat-worker-'));
});
after(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const engines: [string, () => Promise<{ db: Database; url?: string }>][] = [
  ['embedded', async () => ({ db: await openTestDatabase() })],
  [
    'PostgreSQL',
    async () => {
      const url = await server.createDatabase();
      return { db: await openDatabase({ url }), url };
    },
  ],
];

function deps(site: TestSite, overrides: Partial<WorkerDeps> = {}): WorkerDeps {
  return {
    mailer: { send: async () => {}, folder: undefined, close: () => {} } satisfies Mailer,
    translator,
    connectOutbox: site.connectOutbox,
    deliverBackchannelLogout: async () => {},
    announceEnds: async () => {},
    sweepExpired: async () => 0,
    ...overrides,
  };
}

for (const [engine, open] of engines) {
  describe(`worker on ${engine}`, () => {
    let db: Database;
    let site: TestSite;
    before(async () => {
      const opened = await open();
      db = opened.db;
      const databaseUrl = opened.url === undefined ? undefined : new Secret(opened.url);
      site = await createTestSite({
        db,
        config: { databaseUrl, auditCheckpointDir: join(directory, engine) },
      });
    });
    after(() => db.close());

    test('delivers what a command left, follows natural ends, and publishes the audit when it stops', async () => {
      const mailed = Promise.withResolvers<Mail>();
      const stretch = Promise.withResolvers<[Date, Date]>();
      const mailer: Mailer = {
        send: async (mail) => mailed.resolve(mail),
        folder: undefined,
        close: () => {},
      };
      const startedAt = site.clock.now();
      const worker = await startWorker(
        site,
        deps(site, {
          mailer,
          endsEverySeconds: 0.05,
          announceEnds: async (since, until) => stretch.resolve([since, until]),
        }),
      );
      const person = await createWorld(site).person();
      const attempt = { action: 'test.tried', subjectType: 'test' };
      await runCommand(site, system, attempt, async (change) => {
        change.record(attempt);
        change.enqueue({
          kind: 'mail',
          payload: { template: 'mail_changed', personId: person.id, to: 'old@mail.example' },
        });
      });
      assert.equal((await mailed.promise).to, 'old@mail.example');
      // The first beat only notes where time stands; from then on each stretch is handed over once.
      while ((await db.query(`select 1 from site_setting where key = 'watermark:ends'`, [])).length === 0);
      site.clock.advance({ minutes: 10 });
      assert.deepEqual(await stretch.promise, [startedAt, site.clock.now()]);
      await worker.stop();
      assert.deepEqual((await readdir(join(directory, engine))).sort(), [
        'checkpoints-2026-06.jsonl',
        'public-keys.json',
      ]);
      const leases = await db.query(`select key from site_setting where key like 'lease:%'`, []);
      assert.deepEqual(leases, []);
    });

    test('the schedule runs what is due, takes off what is no longer listed, and survives a failing task', async () => {
      const ran = Promise.withResolvers<void>();
      const failing = { name: 'failing', cron: '* * * * *', run: () => Promise.reject(new Error('no')) };
      const first = await startSchedule(site, [{ ...failing, name: 'old' }]);
      await first.stop();
      const options = { pollSeconds: 0.5, cronSeconds: 1 };
      const schedule = await startSchedule(
        site,
        [failing, { name: 'good', cron: '* * * * *', run: async () => ran.resolve() }],
        options,
      );
      const rows = await db.query<{ key: string }>('select key from job.schedule order by key', []);
      assert.ok(!rows.some((row) => row.key === 'old'));
      await ran.promise;
      await schedule.stop();
    });

    test('a lease is held by one, given back when the work ends or fails, and expires when its holder dies', async () => {
      const order: string[] = [];
      const inner = async () =>
        assert.equal(await withLease(site, 'x', 60, async () => void order.push('no')), false);
      assert.equal(await withLease(site, 'x', 60, inner), true);
      await assert.rejects(
        withLease(site, 'x', 60, () => Promise.reject(new Error('failed'))),
        /failed/,
      );
      const until = new Date(site.clock.now().getTime() + 60_000).toISOString();
      await db.query(`insert into site_setting (key, value) values ('lease:x', $1::jsonb)`, [
        JSON.stringify({ holder: 'dead', until }),
      ]);
      assert.equal(await withLease(site, 'x', 60, inner), false);
      site.clock.advance({ seconds: 61 });
      assert.equal(await withLease(site, 'x', 60, async () => void order.push('yes')), true);
      assert.deepEqual(order, ['yes']);
    });

    test('a stretch of time whose work failed is handed over again, whole', async () => {
      const seen: [Date, Date][] = [];
      await followTime(site, 'test', 1, async () => {});
      const start: Clock['now'] extends () => infer D ? D : never = site.clock.now();
      site.clock.advance({ seconds: 10 });
      await assert.rejects(followTime(site, 'test', 1, () => Promise.reject(new Error('down'))));
      site.clock.advance({ seconds: 10 });
      await followTime(site, 'test', 1, async (since, until) => void seen.push([since, until]));
      assert.equal(await followTime(site, 'test', 1, async () => void seen.push([start, start])), false);
      assert.deepEqual(seen, [[start, site.clock.now()]]);
    });

    test('clean-up deletes what has expired, and only that', async () => {
      const nowMs = site.clock.now().getTime();
      for (const [key, expire] of [
        ['old', nowMs - 1],
        ['new', nowMs + 1],
        ['never', null],
      ] as const) {
        await db.query('insert into rate_limit (key, points, expire) values ($1, 1, $2)', [key, expire]);
      }
      const rule = {
        table: 'rate_limit',
        key: ['key'],
        where: 'expire < extract(epoch from $1::timestamptz) * 1000',
      };
      assert.equal(await cleanUp(db, rule, site.clock.now()), 1);
      const rows = await db.query<{ key: string }>('select key from rate_limit order by key', []);
      assert.deepEqual(
        rows.map((row) => row.key),
        ['never', 'new'],
      );
    });
  });
}
