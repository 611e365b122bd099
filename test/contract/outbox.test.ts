// The outbox on both engines: at least once, once by whom, when again, and what a crash leaves behind.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { runCommand } from '../../src/platform/command.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { maxDeliveryAttempts, waitAfterMs } from '../../src/platform/jobs/backoff.ts';
import { createOutbox, UndeliverableError } from '../../src/platform/jobs/outbox.ts';
import type { Delivery, DeliveryHandler, Outbox } from '../../src/platform/jobs/outbox.ts';
import { claimMessage, outboxState } from '../../src/platform/jobs/outbox.store.ts';
import { openTestDatabase, startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(() => server.stop());

const system = { actor: { kind: 'system' } } as const;
const attempt = { action: 'test.tried', subjectType: 'test' };

/** Leaves messages the way commands do. */
async function send(site: TestSite, count: number, kind = 'note'): Promise<void> {
  await runCommand(site, system, attempt, async (change) => {
    for (let number = 1; number <= count; number++) change.enqueue({ kind, payload: { number } });
  });
}

/** A handler that remembers what it was given. */
function receiver(behaviour: DeliveryHandler = async () => {}) {
  const got: Delivery[] = [];
  const handler: DeliveryHandler = async (message, signal) => {
    got.push(message);
    await behaviour(message, signal);
  };
  return { got, handlers: { note: handler } };
}

const engines: [string, () => Promise<Database>][] = [
  ['embedded', openTestDatabase],
  ['PostgreSQL', async () => openDatabase({ url: await server.createDatabase() })],
];

for (const [engine, open] of engines) {
  describe(`outbox on ${engine}`, () => {
    let db: Database;
    let site: TestSite;
    const outboxes: Outbox[] = [];
    const makeOutbox: typeof createOutbox = (...parameters) => {
      const outbox = createOutbox(...parameters);
      outboxes.push(outbox);
      return outbox;
    };
    before(async () => {
      db = await open();
      site = await createTestSite({ db });
    });
    beforeEach(async () => {
      await Promise.all(outboxes.splice(0).map((outbox) => outbox.stop()));
      await db.handle.deleteFrom('outbox').execute();
      site.connectOutbox(() => {});
    });
    after(async () => {
      await Promise.all(outboxes.map((outbox) => outbox.stop()));
      await db.close();
    });

    test('a committed message goes out by itself, a rolled back one never', async () => {
      const { promise: arrived, resolve } = Promise.withResolvers<Delivery>();
      const outbox = makeOutbox(site, { note: async (message) => resolve(message) });
      await outbox.start();
      site.connectOutbox(() => outbox.wake());
      const failing = runCommand(site, system, attempt, async (change) => {
        change.enqueue({ kind: 'note', payload: { number: 0 } });
        throw new Error('changed my mind');
      });
      await assert.rejects(failing, /changed my mind/);
      await send(site, 1);
      const message = await arrived;
      assert.deepEqual(message.payload, { number: 1 });
      assert.equal(message.attempt, 1);
      await outbox.stop();
      const rows = await db.handle.selectFrom('outbox').select(['delivered_at', 'claimed_until']).execute();
      assert.deepEqual(rows, [{ delivered_at: site.clock.now(), claimed_until: null }]);
    });

    test('a failed delivery waits longer each time, keeps its key, and is given up after about a day', async () => {
      const { got, handlers } = receiver(async () => {
        throw new Error('nobody home');
      });
      const counted: string[] = [];
      const outbox = makeOutbox(site, handlers, {
        chance: () => 0.5,
        countDelivery: (kind, outcome) => counted.push(`${kind} ${outcome}`),
      });
      const sentAt = site.clock.now();
      await send(site, 1);
      await outbox.drain();
      for (let attempts = 1; attempts < maxDeliveryAttempts; attempts++) {
        const waitMs = waitAfterMs(attempts, 0.5)!;
        site.clock.advance({ milliseconds: waitMs - 1 });
        await outbox.drain();
        assert.equal(got.length, attempts, 'not before its time');
        site.clock.advance({ milliseconds: 1 });
        await outbox.drain();
        assert.equal(got.length, attempts + 1);
      }
      site.clock.advance({ days: 2 });
      await outbox.drain();
      assert.equal(got.length, maxDeliveryAttempts);
      assert.equal(new Set(got.map((message) => message.idempotencyKey)).size, 1);
      const row = await db.handle.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
      const hours = (row.failed_at!.getTime() - sentAt.getTime()) / 3_600_000;
      assert.ok(hours > 20 && hours < 25, `given up after ${hours} hours`);
      assert.equal(row.last_error, 'Error', 'the kind of error is kept, not its text');
      assert.deepEqual(counted.slice(-2), ['note failed', 'note given_up']);
    });

    test('what cannot be delivered at all is given up at once', async () => {
      const { got, handlers } = receiver(async () => {
        throw new UndeliverableError('no such receiver');
      });
      const outbox = makeOutbox(site, handlers);
      await send(site, 1);
      assert.equal(await outbox.drain(), 0);
      site.clock.advance({ days: 1 });
      await outbox.drain();
      assert.equal(got.length, 1);
    });

    test('a process that dies between delivering and noting it leaves the message to be sent again, same key', async () => {
      const { got, handlers } = receiver();
      const outbox = makeOutbox(site, handlers);
      await send(site, 1);
      // The dead process had claimed it, perhaps sent it, and noted nothing.
      const lost = await claimMessage(db, ['note'], site.clock.now(), 60_000);
      assert.ok(lost);
      await outbox.drain();
      assert.equal(got.length, 0, 'its claim is respected while it may be alive');
      site.clock.advance({ seconds: 61 });
      assert.equal(await outbox.drain(), 1);
      assert.equal(got[0]?.idempotencyKey, lost.idempotencyKey);
      assert.equal(got[0]?.attempt, 2);
    });

    test('a late note of a process that lost its claim changes nothing', async () => {
      let release = (): void => {};
      const slow = makeOutbox(site, { note: () => new Promise<void>((resolve) => (release = resolve)) });
      await send(site, 1);
      const slowDrain = slow.drain();
      while ((await db.handle.selectFrom('outbox').select('attempts').executeTakeFirst())?.attempts !== 1);
      site.clock.advance({ seconds: 61 });
      const failing = makeOutbox(site, { note: () => Promise.reject(new Error('down')) });
      await failing.drain();
      release();
      await slowDrain;
      const row = await db.handle.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
      assert.equal(row.delivered_at, null, 'the second holder still has to deliver it');
    });

    test('messages of a kind this process does not know are left alone', async () => {
      const { got, handlers } = receiver();
      const outbox = makeOutbox(site, handlers);
      await send(site, 1, 'from_a_newer_version');
      await outbox.drain();
      assert.equal(got.length, 0);
      assert.deepEqual(await outboxState(db, site.clock.now()), { pending: 1, oldestAgeSeconds: 0 });
      const row = await db.handle.selectFrom('outbox').selectAll().executeTakeFirstOrThrow();
      assert.equal(row.attempts, 0);
    });

    test('a dead receiver does not hold up the others', async () => {
      let release = (): void => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      const { promise: others, resolve } = Promise.withResolvers<void>();
      let count = 0;
      const outbox = makeOutbox(site, {
        slow: () => held,
        note: async () => {
          if (++count === 20) resolve();
        },
      });
      await send(site, 3, 'slow');
      await send(site, 20);
      const draining = outbox.drain();
      await others;
      release();
      assert.equal(await draining, 23);
    });

    test('stopping waits for what is in flight and takes nothing new', async () => {
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      let release = (): void => {};
      const outbox = makeOutbox(
        site,
        {
          note: () => {
            reach();
            return new Promise<void>((resolve) => (release = resolve));
          },
        },
        { slots: 1 },
      );
      await send(site, 2);
      const draining = outbox.drain();
      await reached;
      const stopping = outbox.stop();
      release();
      await stopping;
      assert.equal(await draining, 1);
      const { pending } = await outboxState(db, site.clock.now());
      assert.equal(pending, 1);
    });

    test('delivered messages are deleted after a week, the others are kept', async () => {
      const { handlers } = receiver();
      const outbox = makeOutbox(site, handlers);
      await send(site, 3);
      await outbox.drain();
      await send(site, 1, 'other');
      site.clock.advance({ days: 6 });
      assert.equal(await outbox.cleanUp(), 0);
      site.clock.advance({ days: 2 });
      assert.equal(await outbox.cleanUp(), 3);
      assert.equal((await db.handle.selectFrom('outbox').select('kind').execute()).length, 1);
    });
  });
}

describe('outbox of several processes', () => {
  test('each message goes once, and a process that does not deliver wakes one that does', async () => {
    const url = await server.createDatabase();
    const sites = await Promise.all(
      [1, 2, 3].map(async () => createTestSite({ db: await openDatabase({ url, poolMax: 5 }) })),
    );
    const received = new Map<string, number>();
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    const outboxes = sites.map((site) =>
      createOutbox(site, {
        note: async (message) => {
          received.set(message.id, (received.get(message.id) ?? 0) + 1);
          if (received.size === 300) resolve();
        },
      }),
    );
    const [commandLine, ...servers] = outboxes;
    await Promise.all(servers.map((outbox) => outbox.start()));
    await send(sites[0]!, 300);
    commandLine!.wake();
    await complete;
    await Promise.all(servers.map((outbox) => outbox.stop()));
    assert.deepEqual([...new Set(received.values())], [1]);
    await Promise.all(sites.map((site) => site.db.close()));
  });
});
