// One connection or many: nobody sees what another has not committed, and a command cannot wait for itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../src/platform/db/open.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { bothEngines } from '../support/engines.ts';

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(() => server.stop());

for (const [engine, open] of bothEngines(() => server)) {
  describe(`isolation on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await open();
    });
    after(() => db.close());

    test('a read beside an open transaction does not see inside it', async () => {
      const inserted = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();
      const writing = db.handle.transaction().execute(async (trx) => {
        await trx
          .insertInto('site_setting')
          .values({ key: `k-${engine}`, value: '1' })
          .execute();
        inserted.resolve();
        await mayCommit.promise;
        throw new Error('roll back');
      });
      await inserted.promise;
      const reading = db.reader
        .selectFrom('site_setting')
        .select('key')
        .where('key', '=', `k-${engine}`)
        .execute();
      mayCommit.resolve();
      await assert.rejects(writing, /roll back/);
      assert.deepEqual(await reading, []);
    });

    test('the root handle inside a transaction is an error, not an endless wait', async () => {
      const misuse = (use: () => Promise<unknown>) =>
        db.handle.transaction().execute((trx) =>
          db.guardTransaction(async () => {
            await sql`select 1`.execute(trx);
            await use();
          }),
        );
      await assert.rejects(
        misuse(() => db.reader.selectFrom('person').select('id').execute()),
        /inside a transaction/,
      );
      await assert.rejects(
        misuse(() => db.query('select 1', [])),
        /inside a transaction/,
      );
    });

    test('both engines hand out the same types', async () => {
      const [row] = await db.query<Record<string, unknown>>(
        `select count(*) as n, date '2026-03-29' as day, interval '1 day' as span, '{"a":1}'::jsonb as doc,
           timestamptz '2026-03-29T01:00:00Z' as instant, '\\x01'::bytea as bytes, array['a','b'] as list`,
        [],
      );
      assert.equal(row?.n, 1);
      assert.equal(row?.day, '2026-03-29');
      assert.equal(row?.span, '1 day');
      assert.deepEqual(row?.doc, { a: 1 });
      assert.deepEqual(row?.instant, new Date('2026-03-29T01:00:00Z'));
      assert.deepEqual(Array.from(row?.bytes as Uint8Array), [1]);
      assert.deepEqual(row?.list, ['a', 'b']);
    });
  });
}
