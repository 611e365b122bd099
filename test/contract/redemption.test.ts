// What may be used once is used once, however many try at the same moment, on both engines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errors } from 'oidc-provider';
import { createStorage, sweepExpiredRows } from '../../src/modules/provider/provider.storage.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { createSecrets } from '../../src/platform/crypto.ts';
import { newId } from '../../src/platform/ids.ts';
import { testConfig } from '../support/config.ts';
import { FakeClock } from '../support/clock.ts';
import { openTestDatabase, startTestPostgres, type TestPostgres } from '../support/database.ts';

let postgres: TestPostgres | undefined;
const engines: Record<string, () => Promise<Database>> = {
  pglite: openTestDatabase,
  postgres: async () => {
    postgres = await startTestPostgres();
    return openDatabase({ url: await postgres.createDatabase(), poolMax: 20 });
  },
};

for (const [engine, open] of Object.entries(engines)) {
  describe(`on ${engine}`, () => {
    let db: Database;
    const clock = new FakeClock();
    const seconds = () => Math.floor(clock.now().getTime() / 1000);
    const adapter = (model: string) =>
      createStorage({ db, clock, config: testConfig(), secrets: createSecrets(testConfig()) })(model);

    before(async () => {
      db = await open();
    });
    after(async () => {
      await db.close();
      await postgres?.stop();
    });

    for (const model of ['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest']) {
      test(`twenty consume one ${model}: one succeeds`, async () => {
        const id = newId();
        await adapter(model).upsert(id, { exp: seconds() + 60 }, 60);
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, () => adapter(model).consume(id)),
        );
        assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
        for (const result of results) {
          if (result.status === 'rejected') assert.ok(result.reason instanceof errors.InvalidGrant);
        }
        const found = await adapter(model).find(id);
        assert.equal(found?.consumed, seconds());
      });
    }

    test('twenty present one assertion: one is heard', async () => {
      const id = newId();
      const replay = adapter('ReplayDetection');
      const once = () => replay.upsert(id, { exp: seconds() + 60 }, 60);
      const results = await Promise.allSettled(Array.from({ length: 20 }, once));
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('a session saved by two requests keeps what each of them added', async () => {
      const [id, uid, accountId] = [newId(), newId(), newId()];
      const session = adapter('Session');
      const payload = { uid, accountId, exp: seconds() + 60 };
      await session.upsert(id, payload, 60);
      const add = (client: string) =>
        session.upsert(id, { ...payload, authorizations: { [client]: { sid: client } } }, 60);
      await Promise.all(['a', 'b', 'c'].map(add));
      const found = await session.findByUid(uid);
      assert.deepEqual(Object.keys(found?.authorizations ?? {}).sort(), ['a', 'b', 'c']);
    });

    test('what somebody else signs in with is not mixed into it', async () => {
      const uid = newId();
      const session = adapter('Session');
      const save = (id: string, accountId: string, client: string) =>
        session.upsert(id, { uid, accountId, exp: seconds() + 60, authorizations: { [client]: {} } }, 60);
      await save('first', newId(), 'a');
      await save('second', newId(), 'b');
      assert.deepEqual((await session.findByUid(uid))?.authorizations, { b: {} });
      assert.equal(await session.find('first'), undefined);
    });

    test('what has ended is not found in the very second it ends, and goes in small bites', async () => {
      const ids = Array.from({ length: 5 }, newId);
      for (const id of ids) await adapter('RefreshToken').upsert(id, { exp: seconds() + 10 }, 10);
      clock.advance({ seconds: 9 });
      assert.ok(await adapter('RefreshToken').find(ids[0]!));
      clock.advance({ seconds: 1 });
      assert.equal(await adapter('RefreshToken').find(ids[0]!), undefined);
      clock.advance({ hours: 1 });
      const bites: number[] = [];
      do bites.push(await sweepExpiredRows(db, clock.now(), 2));
      while (bites.at(-1)! > 0);
      assert.ok(bites.every((bite) => bite <= 4));
      const [left] = await db.query<{ count: number }>(
        `select count(*)::int as count from oidc_payload where model = 'RefreshToken'`,
        [],
      );
      assert.equal(left?.count, 0);
    });
  });
}
