// Keeps two processes from opening the same embedded database: it knows no other process, and would be destroyed.
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Another process has the embedded database open. */
export class DatabaseInUseError extends Error {
  readonly code = 'database_in_use';
  readonly pid: number;

  constructor(dataDir: string, pid: number) {
    super(
      `The embedded database in ${dataDir} is in use by process ${pid}. It serves one process at a time: ` +
        'stop that process first, or use PostgreSQL (DATABASE_URL).',
    );
    this.name = 'DatabaseInUseError';
    this.pid = pid;
  }
}

const holder = z.object({ pid: z.int(), startedAt: z.string().nullable() });

/**
 * Makes `<dataDir>.lock`, which names this process. A lock whose process is gone is taken over.
 * @returns what gives it back.
 * @throws DatabaseInUseError
 */
export async function lockDataDirectory(dataDir: string): Promise<() => Promise<void>> {
  const file = `${dataDir}.lock`;
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const own = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) });
  await writeFile(draft, own);
  try {
    // Linking a whole file into place: nobody ever reads half a lock.
    for (;;) {
      try {
        await link(draft, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        await takeAwayWhenStale(dataDir, file, draft);
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true });
  };
}

async function takeAwayWhenStale(dataDir: string, file: string, draft: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const found = readHolder(text);
  if (found && isRunning(found)) throw new DatabaseInUseError(dataDir, found.pid);
  const aside = `${draft}.stale`;
  await rename(file, aside).catch(() => {});
  // Somebody else may have replaced the stale lock in between: then this one is theirs, and goes back.
  if ((await readFile(aside, 'utf8').catch(() => text)) !== text) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

function readHolder(text: string): z.infer<typeof holder> | undefined {
  try {
    return holder.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Numbers of processes come back (in a container always 1), so the start of the process counts where it is known. */
function isRunning({ pid, startedAt }: z.infer<typeof holder>): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const runningSince = startOf(pid);
  return runningSince === null || startedAt === null || runningSince === startedAt;
}

/** When a process began, as the kernel counts it; null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    // The name of the program, in brackets, may hold anything: count from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return fields?.[19] ?? null;
  } catch {
    return null;
  }
}
