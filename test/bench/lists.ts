// `npm run bench:lists`: how fast the first page of every list comes, over HTTP, for a hundred administrators of a site with a
// million people; and what the exports of a million rows cost in memory, read fast and slowly. Takes a quarter of an hour.
// Options: --people N, --assignments N, --audit N, --database URL (filled by an earlier run), --skip-pages, --skip-exports.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { composeSite } from '../../src/compose.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { accountPassword, cheapHash } from './accounts.ts';
import { measureExports } from './lists-exports.ts';
import { measureLists } from './lists-pages.ts';
import { appointAdministrators, fillWorld, type BenchAdministrator } from './lists-world.ts';
import { startBenchPostgres } from './postgres.ts';
import { productEnvironment } from './product.ts';
import { freePort, startServer } from './server-process.ts';

const { values: given } = parseArgs({
  options: {
    people: { type: 'string', default: '1000000' },
    assignments: { type: 'string', default: '3000000' },
    audit: { type: 'string', default: '1000000' },
    database: { type: 'string' },
    'skip-exports': { type: 'boolean', default: false },
    'skip-pages': { type: 'boolean', default: false },
  },
});
const size = {
  people: Number(given.people),
  assignments: Number(given.assignments),
  auditEvents: Number(given.audit),
};

async function prepare(env: Record<string, string>): Promise<BenchAdministrator[]> {
  const config = loadConfig(env);
  const db = await openDatabase({ url: config.databaseUrl!.reveal() });
  try {
    await migrate(db);
    const logger = createLogger({ ...config, logLevel: 'silent' });
    const site = composeSite({ config, db, clock: systemClock, logger });
    if (given.database === undefined) await fillWorld(db, size, (what) => console.log(`  filling: ${what}`));
    return await appointAdministrators(site, await createPasswordHasher(cheapHash).hash(accountPassword));
  } finally {
    await db.close();
  }
}

const directory = await mkdtemp(join(tmpdir(), 'mandaat-lists-'));
const postgres = given.database === undefined ? await startBenchPostgres() : undefined;
try {
  const port = await freePort();
  const databaseUrl = given.database ?? postgres!.url;
  const env = productEnvironment({ port, dataDir: join(directory, 'data'), databaseUrl });
  const administrators = await prepare(env);
  const server = await startServer({ script: 'src/main.ts', port, env, readyPath: '/readyz' });
  try {
    if (!given['skip-pages']) await measureLists(server.origin, administrators);
    if (!given['skip-exports']) await measureExports(server, administrators);
  } finally {
    await server.stop();
  }
} finally {
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}
