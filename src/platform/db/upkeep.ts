// What a PostgreSQL server does by itself and the embedded engine does not: it has no autovacuum.
import type { Database } from './open.ts';

/** Tells the planner what is in the tables now. After many rows came at once. Nothing on a server, which does so itself. */
export async function refreshStatistics(db: Database): Promise<void> {
  if (db.engine === 'pglite') await db.exec('analyze');
}

/** Frees what deleted and changed rows leave behind. Others wait meanwhile: for quiet hours. Nothing on a server. */
export async function tidyEmbedded(db: Database): Promise<void> {
  if (db.engine === 'pglite') await db.exec('vacuum (analyze)');
}
