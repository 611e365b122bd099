// Opens the database the configuration names. The server and the command line both come through here.
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { openDatabase, type Database } from './open.ts';

/** Where the embedded database lies. */
export const embeddedDirectory = (config: Pick<Config, 'dataDir'>): string => join(config.dataDir, 'pglite');

/** @throws DatabaseInUseError when another process has the embedded database open. */
export async function openConfiguredDatabase(
  config: Pick<Config, 'databaseUrl' | 'databasePoolMax' | 'dataDir'>,
  logger: Pick<Logger, 'warn'>,
): Promise<Database> {
  return openDatabase({
    url: config.databaseUrl?.reveal(),
    dataDir: embeddedDirectory(config),
    poolMax: config.databasePoolMax,
    onPoolError: (error) => logger.warn({ err: error }, 'a connection to the database broke'),
  });
}
