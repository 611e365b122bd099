// Brings the database to the newest numbered migration: once, however many processes start together.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Database } from './open.ts';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** SQLSTATE with which a migration that was changed after it was applied stops the start. */
export const changedMigration = 'MG002';

const directory = new URL('./migrations/', import.meta.url);

/** All migrations in order. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, directory), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

const ledger = `create table if not exists migration (
  name text primary key, checksum text not null, applied_at timestamptz not null default now())`;

async function applied(database: Database): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; checksum: string }>(
    'select name, checksum from migration',
    [],
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

/**
 * Applies what is missing, each file in a transaction of its own, under a lock of the whole site.
 * @returns the names that were applied now.
 * @throws Error when a file that was applied before has changed since. Newer ones that this version does not know are left
 *   alone: during an upgrade an older process may still be starting.
 */
export async function migrate(database: Database, migrations?: readonly Migration[]): Promise<string[]> {
  const files = migrations ?? (await readMigrations());
  // The look-up inside the lock goes through the lock's own connection: a marker raises what is there already.
  return database.withSiteLock('mandaat migrate', async (run) => {
    await run(ledger);
    const done: string[] = [];
    for (const file of files) {
      if (await applyOne(run, file)) done.push(file.name);
    }
    return done;
  });
}

async function applyOne(run: (text: string) => Promise<void>, file: Migration): Promise<boolean> {
  const name = file.name.replaceAll("'", "''");
  try {
    await run(`do $guard$ declare known text; begin
      select checksum into known from migration where name = '${name}';
      if known is null then return; end if;
      if known = '${file.checksum}' then raise exception 'applied' using errcode = 'MG001'; end if;
      raise exception 'migration ${name} was changed after it was applied' using errcode = '${changedMigration}';
    end $guard$`);
  } catch (error) {
    if ((error as { code?: string }).code === 'MG001') return false;
    throw error;
  }
  try {
    await run(
      `begin;\n${file.sql}\n;insert into migration (name, checksum) values ('${name}', '${file.checksum}');\ncommit;`,
    );
  } catch (error) {
    await run('rollback');
    throw new Error(`migration ${file.name} failed: ${(error as Error).message}`, { cause: error });
  }
  return true;
}

/** Whether everything this version knows is applied (for `/readyz`). */
export async function isMigrated(database: Database): Promise<boolean> {
  const [files, known] = await Promise.all([readMigrations(), applied(database)]);
  return files.every((file) => known.get(file.name) === file.checksum);
}
