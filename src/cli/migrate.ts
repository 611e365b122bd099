// mandaat migrate
import { migrate } from '../platform/db/migrate.ts';
import { openConfiguredDatabase } from '../platform/db/open-configured.ts';
import { createLogger } from '../platform/logger.ts';
import { exitCode, type CliCommand } from './command.ts';

export const migrateCommand: CliCommand = {
  summary: 'bring the database to the version of this program',
  help: `Usage: mandaat migrate

Applies the migrations that the database does not have yet, each in a transaction of its own. Servers do the same
when they start; run it by itself to choose the moment. Any number may run at once: one does the work.`,
  async run({ terminal, loadConfig }) {
    const config = loadConfig();
    const db = await openConfiguredDatabase(config, createLogger({ ...config, logLevel: 'silent' }));
    try {
      const applied = await migrate(db);
      for (const name of applied) terminal.out(`applied ${name}`);
      terminal.out(
        applied.length === 0 ? 'The database is up to date.' : `${applied.length} migrations applied.`,
      );
      return exitCode.done;
    } finally {
      await db.close();
    }
  },
};
