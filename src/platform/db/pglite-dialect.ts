// Kysely on the embedded engine. It has one connection, which a turnstile passes on: a transaction holds it from begin
// to commit. Unlike Kysely's own dialect it refuses, rather than waits for ever, when a holder asks for it again.
import { setImmediate } from 'node:timers/promises';
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
import type { PGliteStatements } from './pglite-statements.ts';

/** Longest stretch of database work without a look at sockets and timers. */
const maxStretchMs = 10;

/** First come, first served; `run` gives the turn back whatever happens. */
export class Turnstile {
  #tail: Promise<void> = Promise.resolve();
  #lastYieldAt = performance.now();
  #present = 0;

  /** Whether the one connection is free, and how many wait for it. */
  load(): { idle: number; waiting: number } {
    return { idle: this.#present === 0 ? 1 : 0, waiting: Math.max(0, this.#present - 1) };
  }

  /** Waits for the turn; call the returned function once to pass it on. */
  async take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#present++;
    const before = this.#tail;
    this.#tail = before.then(() => promise);
    await before;
    // The engine answers without going through the event loop, so a long series of statements (an import, a
    // verification of the audit) would let no request in: a busy loop was seen to starve files and timers for ever.
    if (performance.now() - this.#lastYieldAt > maxStretchMs) {
      await setImmediate();
      this.#lastYieldAt = performance.now();
    }
    return () => {
      this.#present--;
      resolve();
    };
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
  readonly #statements: PGliteStatements;
  release: () => void = () => {};

  constructor(statements: PGliteStatements) {
    this.#statements = statements;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#statements.run<R>(query.sql, query.parameters);
    return { rows: result.rows, numAffectedRows: BigInt(result.affectedRows) };
  }

  /** The embedded engine answers whole results; exports page through keys instead. */
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}

class PGliteDriver implements Driver {
  readonly #statements: PGliteStatements;
  readonly #turnstile: Turnstile;
  readonly #mayWait: () => void;

  constructor(statements: PGliteStatements, turnstile: Turnstile, mayWait: () => void) {
    this.#statements = statements;
    this.#turnstile = turnstile;
    this.#mayWait = mayWait;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    this.#mayWait();
    const connection = new PGliteConnection(this.#statements);
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
export function pgliteDialect(
  statements: PGliteStatements,
  turnstile: Turnstile,
  mayWait: () => void,
): Dialect {
  return {
    createDriver: () => new PGliteDriver(statements, turnstile, mayWait),
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}
