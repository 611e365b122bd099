// Kysely on the embedded engine. It has one connection, which a turnstile passes on: a transaction holds it from begin
// to commit. Unlike Kysely's own dialect it refuses, rather than waits for ever, when a holder asks for it again.
import type { PGlite } from '@electric-sql/pglite';
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';

/** First come, first served; `run` gives the turn back whatever happens. */
export class Turnstile {
  #tail: Promise<void> = Promise.resolve();

  /** Waits for the turn; call the returned function once to pass it on. */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#tail;
    this.#tail = before.then(() => promise);
    await before;
    return resolve;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.take();
    try {
      return await work();
    } finally {
      release();
    }
  }
}

class PGliteConnection implements DatabaseConnection {
  readonly #pglite: PGlite;
  release: () => void = () => {};

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#pglite.query<R>(query.sql, [...query.parameters]);
    return { rows: result.rows, numAffectedRows: BigInt(result.affectedRows ?? 0) };
  }

  /** The embedded engine answers whole results; exports page through keys instead. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}

class PGliteDriver implements Driver {
  readonly #pglite: PGlite;
  readonly #turnstile: Turnstile;
  readonly #mayWait: () => void;

  constructor(pglite: PGlite, turnstile: Turnstile, mayWait: () => void) {
    this.#pglite = pglite;
    this.#turnstile = turnstile;
    this.#mayWait = mayWait;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    this.#mayWait();
    const connection = new PGliteConnection(this.#pglite);
    connection.release = await this.#turnstile.take();
    return connection;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as PGliteConnection).release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {}
}

/**
 * @param mayWait called before waiting for the connection; throws when the caller would wait for itself.
 */
export function pgliteDialect(pglite: PGlite, turnstile: Turnstile, mayWait: () => void): Dialect {
  return {
    createDriver: () => new PGliteDriver(pglite, turnstile, mayWait),
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
