// A whole Site for tests: embedded database, fake clock, cheap hashes, the real audit and revocation.
import { composeSite, type ComposedSite } from '../../src/compose.ts';
import type { Config } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/db/open.ts';
import { createLogger, type Logger } from '../../src/platform/logger.ts';
import { FakeClock } from './clock.ts';
import { testConfig } from './config.ts';
import { openTestDatabase } from './database.ts';

export interface TestSite extends ComposedSite {
  readonly clock: FakeClock;
  close(): Promise<void>;
}

export interface TestSiteOptions {
  config?: Partial<Config>;
  /** Default: a new embedded database, closed by `close()`. */
  db?: Database;
  /** Default: {@link testInstant}. */
  now?: Date | string;
  logger?: Logger;
}

/** One per test file: the embedded database takes half a gigabyte. */
export async function createTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const config = testConfig(options.config);
  const db = options.db ?? (await openTestDatabase());
  const clock = new FakeClock(options.now);
  const site = composeSite({ config, db, clock, logger: options.logger ?? createLogger(config) });
  const close = async (): Promise<void> => {
    clock.releaseDate();
    if (options.db === undefined) await db.close();
  };
  return Object.assign(site, { clock, close });
}
