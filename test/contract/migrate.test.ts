// Migrations on both engines: once each, by however many starters, and never silently changed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isMigrated, migrate, readMigrations } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { bothEngines } from '../support/engines.ts';

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(() => server.stop());

describe('migrations', () => {
  test('twenty processes starting at once migrate once', async () => {
    const url = await server.createDatabase({ migrated: false });
    const files = await readMigrations();
    const databases = await Promise.all(Array.from({ length: 20 }, () => openDatabase({ url, poolMax: 2 })));
    const applied = await Promise.all(databases.map((database) => migrate(database, files)));
    assert.deepEqual(
      applied.flat().sort(),
      files.map((file) => file.name),
    );
    assert.equal(await isMigrated(databases[0]!), true);
    await Promise.all(databases.map((database) => database.close()));
  });

  for (const [name, open] of bothEngines(() => server)) {
    test(`${name}: a failing file is rolled back whole, and a changed one is refused`, async () => {
      const database = await open();
      const files = await readMigrations();
      assert.deepEqual(await migrate(database, files), []);
      const broken = { name: '9999_broken.sql', sql: 'create table half (a int); select 1/0', checksum: 'x' };
      await assert.rejects(
        migrate(database, [...files, broken]),
        /9999_broken\.sql failed: division by zero/,
      );
      const rows = await database.query<{ found: string | null }>(
        `select to_regclass('half')::text as found`,
        [],
      );
      assert.equal(rows[0]?.found, null);
      const changed = files.map((file, index) => (index === 0 ? { ...file, checksum: 'other' } : file));
      await assert.rejects(migrate(database, changed), /was changed after it was applied/);
      await database.close();
    });
  }
});
