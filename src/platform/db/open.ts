// Opens the database: embedded PGlite under the data directory, or PostgreSQL by its address. Same SQL on both.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { Kysely, PostgresDialect } from 'kysely';
import type { ReadonlyKysely } from 'kysely/readonly';
import pg from 'pg';
import { lockDataDirectory } from './embedded-lock.ts';
import { pgliteDialect, Turnstile } from './pglite-dialect.ts';
import { PGliteStatements } from './pglite-statements.ts';
import type { Handle, Reader, Schema } from './types.ts';

export interface Database {
  readonly engine: 'pglite' | 'postgres';
  /** Root handle for commands; never inside an open transaction (throws there instead of waiting for itself). */
  readonly handle: Handle;
  /** The same, unable to write by type: what queries get. */
  readonly reader: Reader;
  /**
   * A hot statement outside transactions, prepared once per connection under a name made from its text.
   * @param values in the order of $1, $2, …
   */
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /**
   * Several statements at once, without parameters (job tables). A transaction that fails halfway is rolled back.
   * @returns the rows of all statements together.
   */
  exec<Row = Record<string, unknown>>(text: string): Promise<Row[]>;
  /** Runs the work on one connection while holding an advisory lock of the whole site; waits for its turn. */
  withSiteLock<T>(lockName: string, work: (run: (text: string) => Promise<void>) => Promise<T>): Promise<T>;
  /** Calls back for each notification on the channel, from any process on this database. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  /** Marks what runs inside as being in a transaction, so that a use of the root handle is found out. */
  guardTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** How busy this process keeps the database; the embedded engine has one connection. */
  connections(): ConnectionCounts;
  close(): Promise<void>;
}

export interface ConnectionCounts {
  readonly open: number;
  /** Of the open ones, those that do nothing now. */
  readonly idle: number;
  /** Who waits for a connection. */
  readonly waiting: number;
}

export interface OpenOptions {
  /** PostgreSQL address; absent means embedded. */
  url?: string | undefined;
  /** Directory of the embedded database; absent means in memory (tests). */
  dataDir?: string | undefined;
  poolMax?: number;
  /** A prepared cluster to start the embedded engine from (tests). */
  loadDataDir?: Blob | undefined;
  onPoolError?: (error: Error) => void;
}

const int8 = 20;
const date = 1082;
const interval = 1186;

export async function openDatabase(options: OpenOptions): Promise<Database> {
  return options.url ? openPostgres(options.url, options) : await openEmbedded(options);
}

const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `s_${createHash('sha1').update(text).digest('hex').slice(0, 20)}`;
    statementNames.set(text, name);
  }
  return name;
}

function transactionGuard() {
  const inside = new AsyncLocalStorage<true>();
  return {
    guardTransaction: <T>(work: () => Promise<T>) => inside.run(true, work),
    /** @throws Error when the caller holds a transaction: on one connection it would wait for itself for ever. */
    refuseInside() {
      if (inside.getStore()) throw new Error('the root database handle was used inside a transaction');
    },
  };
}

function createCluster(options: OpenOptions): Promise<PGlite> {
  return PGlite.create({
    ...(options.dataDir ? { dataDir: options.dataDir } : {}),
    ...(options.loadDataDir ? { loadDataDir: options.loadDataDir } : {}),
    extensions: { btree_gist, pg_trgm },
    parsers: { [int8]: Number, [date]: (value) => value, [interval]: (value) => value },
  });
}

/** Nobody else on this machine may read it: the engine itself makes its files readable for all. */
async function makePrivate(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // One that was made before, or laid there from a backup. Whose it is not may have good reasons.
  await chmod(dataDir, 0o700).catch(() => {});
}

async function openEmbedded(options: OpenOptions): Promise<Database> {
  if (options.dataDir) await makePrivate(options.dataDir);
  const unlock = options.dataDir ? await lockDataDirectory(options.dataDir) : undefined;
  const pglite = await createCluster(options).catch(async (error: unknown) => {
    await unlock?.();
    throw error;
  });
  const turnstile = new Turnstile();
  const statements = new PGliteStatements(pglite);
  const guard = transactionGuard();
  const handle = new Kysely<Schema>({ dialect: pgliteDialect(statements, turnstile, guard.refuseInside) });
  return {
    engine: 'pglite',
    handle,
    reader: handle as unknown as ReadonlyKysely<Schema>,
    guardTransaction: guard.guardTransaction,
    async query<Row>(text: string, values: readonly unknown[]) {
      guard.refuseInside();
      return turnstile.run(async () => (await statements.run<Row>(text, values)).rows);
    },
    async exec<Row>(text: string) {
      guard.refuseInside();
      return turnstile.run(async () => {
        await statements.forget();
        try {
          return (await pglite.exec(text)).flatMap((result) => result.rows as Row[]);
        } catch (error) {
          // Everybody shares this connection: an aborted transaction left behind would fail them all.
          await pglite.exec('rollback').catch(() => {});
          throw error;
        }
      });
    },
    // One process, one connection: holding the connection is holding the lock.
    withSiteLock: (_lockName, work) =>
      turnstile.run(async () => {
        await statements.forget();
        return work(async (text) => {
          await pglite.exec(text);
        });
      }),
    async listen(channel, onMessage) {
      const stop = await turnstile.run(() => pglite.listen(channel, onMessage));
      return async () => {
        if (!pglite.closed) await turnstile.run(() => stop());
      };
    },
    connections: () => ({ open: 1, ...turnstile.load() }),
    async close() {
      await handle.destroy();
      if (!pglite.closed) await turnstile.run(() => pglite.close());
      await unlock?.();
    },
  };
}

const parsers = new Map<number, (value: string) => unknown>([
  [int8, Number],
  [date, (value) => value],
  [interval, (value) => value],
]);
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers.get(oid)) ||
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

function openPostgres(url: string, options: OpenOptions): Database {
  const pool = new pg.Pool({ connectionString: url, max: options.poolMax ?? 10, types });
  // Without a listener a restart of the database server would end this process.
  pool.on('error', options.onPoolError ?? (() => {}));
  const guard = transactionGuard();
  const dialect = new PostgresDialect({
    pool: {
      connect: () => {
        guard.refuseInside();
        return pool.connect();
      },
      end: async () => {},
      options: {},
    } as never, // Kysely asks for its own view of a pool: connect and end are all it uses.
  });
  const handle = new Kysely<Schema>({ dialect });
  return {
    engine: 'postgres',
    handle,
    reader: handle as unknown as ReadonlyKysely<Schema>,
    guardTransaction: guard.guardTransaction,
    async query<Row>(text: string, values: readonly unknown[]) {
      guard.refuseInside();
      const result = await pool.query({ name: statementName(text), text, values: [...values] });
      return result.rows as Row[];
    },
    async exec<Row>(text: string) {
      const client = await pool.connect();
      try {
        const results: unknown = await client.query(text);
        const list = (Array.isArray(results) ? results : [results]) as pg.QueryResult[];
        return list.flatMap((result) => result.rows as Row[]);
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw error;
      } finally {
        client.release();
      }
    },
    async withSiteLock(lockName, work) {
      const client = await pool.connect();
      try {
        await client.query('select pg_advisory_lock(hashtext($1))', [lockName]);
        return await work(async (text) => {
          await client.query(text);
        });
      } finally {
        await client.query('select pg_advisory_unlock_all()').catch(() => {});
        client.release();
      }
    },
    listen: (channel, onMessage) => listenOnPostgres(url, channel, onMessage, options.onPoolError),
    connections: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    async close() {
      await handle.destroy();
      await pool.end();
    },
  };
}

const reconnectMs = 1000;

/** A connection of its own, opened again when the server restarts; what was missed is found by the regular sweep. */
async function listenOnPostgres(
  url: string,
  channel: string,
  onMessage: (payload: string) => void,
  onError: ((error: Error) => void) | undefined,
): Promise<() => Promise<void>> {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  const connect = async (): Promise<void> => {
    client = new pg.Client({ connectionString: url });
    client.on('notification', (message) => onMessage(message.payload ?? ''));
    client.on('error', (error) => {
      onError?.(error);
      tryAgain();
    });
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  };
  // Until it succeeds: a server that restarts refuses connections for a while.
  const tryAgain = (): void => {
    if (stopped) return;
    clearTimeout(retry);
    retry = setTimeout(() => void connect().catch(tryAgain), reconnectMs).unref();
  };
  await connect();
  return async () => {
    stopped = true;
    clearTimeout(retry);
    await client?.end();
  };
}
