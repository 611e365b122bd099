// The whole product as a process of its own, on free ports and with a data directory of its own, for tests in a browser.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSite } from '../../src/compose.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Site } from '../../src/platform/site.ts';
import { freePort, startServer } from '../bench/server-process.ts';
import { testKey } from '../support/config.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

export type Product = {
  /** Address of portal and provider. */
  url: string;
  /** Address of the sample application, when the product runs it (demo). */
  sampleUrl: string;
  dataDir: string;
  stop(): Promise<void>;
};

export type ProductOptions = {
  /** Fills the database before the start. */
  seed?: (world: World, site: Site) => Promise<void>;
  /** With the demo world and the sample application. */
  demo?: boolean;
};

/** @throws Error with what the process wrote when it does not start. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mandaat-browser-'));
  const [port, samplePort] = [await freePort(), await freePort()];
  const env = {
    NODE_ENV: options.demo ? 'development' : 'test',
    DEMO: String(options.demo === true),
    HOST: '127.0.0.1',
    PORT: String(port),
    SAMPLE_PORT: String(samplePort),
    METRICS_PORT: '0',
    ISSUER: `http://localhost:${port}`,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    SECRET_KEYS: testKey(1),
    IDENTIFIER_KEY: testKey(2),
    PASSWORD_ARGON2_MEMORY_KIB: '64',
    PASSWORD_ARGON2_TIME: '1',
  };
  if (options.seed) await seedDatabase(env, options.seed);
  const sampleUrl = `http://localhost:${samplePort}`;
  const server = await startServer({
    script: 'src/main.ts',
    port,
    env,
    readyPath: '/readyz',
    // Comes up after the portal.
    alsoReady: options.demo ? [sampleUrl] : [],
  });
  return {
    url: server.origin,
    sampleUrl,
    dataDir,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function seedDatabase(
  env: Record<string, string>,
  seed: (world: World, site: Site) => Promise<void>,
): Promise<void> {
  const config = loadConfig(env);
  const db = await openDatabase({ dataDir: join(config.dataDir, 'pglite') });
  try {
    await migrate(db);
    const logger = createLogger({ ...config, logLevel: 'silent' });
    const site = composeSite({ config, db, clock: systemClock, logger });
    await seed(createWorld(site), site);
  } finally {
    await db.close();
  }
}
