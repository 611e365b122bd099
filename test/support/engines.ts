// The two engines a contract suite runs on: the embedded one, and a PostgreSQL server of its own.
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { openTestDatabase, type TestPostgres } from './database.ts';

/**
 * Each with a name for the test and a way to open a fresh, migrated database.
 * @param server read when a database is opened, so that suites may start it in `before`.
 */
export function bothEngines(server: () => TestPostgres): readonly [string, () => Promise<Database>][] {
  return [
    ['embedded', openTestDatabase],
    ['PostgreSQL', async () => openDatabase({ url: await server().createDatabase() })],
  ];
}
