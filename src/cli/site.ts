// Opens the site for one command and closes it again.
import { composeSite } from '../compose.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { isMigrated, migrate } from '../platform/db/migrate.ts';
import { openConfiguredDatabase } from '../platform/db/open-configured.ts';
import { outboxChannel } from '../platform/jobs/outbox.ts';
import { notifyOthers } from '../platform/jobs/outbox.store.ts';
import { createLogger } from '../platform/logger.ts';
import type { Site } from '../platform/site.ts';

export class NotMigratedError extends Error {
  constructor() {
    super('The database is of another version than this program. Run "mandaat migrate" first.');
    this.name = 'NotMigratedError';
  }
}

/** @throws DatabaseInUseError, NotMigratedError */
export async function openSite<T>(
  config: Config,
  options: { migrate?: boolean },
  work: (site: Site) => Promise<T>,
): Promise<T> {
  // The log goes beside the answer of the command, and only when something is amiss.
  const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
  const logger = createLogger(
    { logLevel: level, logFormat: 'text' },
    (line) => void process.stderr.write(line),
  );
  const db = await openConfiguredDatabase(config, logger);
  try {
    if (options.migrate) await migrate(db);
    else if (!(await isMigrated(db).catch(isTableMissing))) throw new NotMigratedError();
    const site = composeSite({ config, db, clock: systemClock, logger });
    let woken = false;
    site.connectOutbox(() => (woken = true));
    const result = await work(site);
    if (woken) await notifyOthers(db, outboxChannel);
    return result;
  } finally {
    await db.close();
  }
}

function isTableMissing(error: unknown): false {
  if ((error as { code?: unknown }).code === '42P01') return false;
  throw error;
}
