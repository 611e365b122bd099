// Keeps two processes from opening the same embedded database: it knows no other process, and would be destroyed.
// The lock is the kernel's (taken through SQLite), so it ends with its process, also where every process is number 1.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';

/** Another process has the embedded database open. */
export class DatabaseInUseError extends Error {
  readonly code = 'database_in_use';
  /** As that process wrote it down: for people to read, never what the refusal rests on. */
  readonly pid: string;

  constructor(dataDir: string, pid: string) {
    super(
      `The embedded database in ${dataDir} is in use by process ${pid}. It serves one process at a time: ` +
        'stop that process first, or use PostgreSQL (DATABASE_URL).',
    );
    this.name = 'DatabaseInUseError';
    this.pid = pid;
  }
}

const sqliteBusy = 5;

/**
 * Locks `<dataDir>.lock`, and says in `<dataDir>.pid` who has it. Neither file is ever taken away or replaced while it may
 * be held: two that each replaced "a dead lock" are how such locks are held twice.
 * @returns what gives it back.
 * @throws DatabaseInUseError
 */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  const pidFile = `${dataDir}.pid`;
  const lock = new DatabaseSync(`${dataDir}.lock`, { timeout: 0 });
  try {
    // In memory: a journal beside the lock that a kill leaves behind would mean "repair me" to the next. (Node keeps SQLite
    // from switching it off altogether.)
    lock.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error;
    throw new DatabaseInUseError(dataDir, await readFile(pidFile, 'utf8').catch(() => 'unknown'));
  }
  await writeFile(pidFile, String(process.pid));
  return async () => {
    if (!lock.isOpen) return;
    await rm(pidFile, { force: true });
    lock.close();
  };
}
