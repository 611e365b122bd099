// Writes many rows with one statement, and finds the row at fault when the database refuses some of them.
import { sql, type RawBuilder } from 'kysely';
import type { Writer } from '../../platform/db/types.ts';
import { toDomainError } from '../../platform/db/constraint-errors.ts';
import { AppError, isAppError } from '../../platform/errors.ts';

/** A row of a table by its column names; instants as Date, JSON as plain values, bytes as `\x…` text. */
export type Row = Record<string, unknown>;

/** A table with the SQL types of the columns that are written. */
export interface TableShape {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
}

/** The rows as a table `given`. */
export function recordset(shape: TableShape, rows: readonly Row[]): RawBuilder<unknown> {
  const types = Object.entries(shape.columns).map(([name, type]) => sql`${sql.id(name)} ${sql.raw(type)}`);
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (${sql.join(types)})`;
}

const columnList = (names: readonly string[]) => sql.join(names.map((name) => sql.id(name)));

/** Inserts all rows; columns that a row leaves out become null. */
export async function insertRows(trx: Writer, shape: TableShape, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnList(Object.keys(shape.columns));
  await sql`insert into ${sql.id(shape.table)} (${columns}) select ${columns} from ${recordset(shape, rows)}`.execute(
    trx,
  );
}

/**
 * Writes every column of the rows, found by `id` and `version`, and raises the version.
 * @throws conflict stale_edit when somebody changed one of them since it was read
 */
export async function updateRows(trx: Writer, shape: TableShape, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(shape.columns).filter((name) => name !== 'id' && name !== 'version');
  const assignments = names.map((name) => sql`${sql.id(name)} = given.${sql.id(name)}`);
  const result = await sql`
    update ${sql.id(shape.table)} as stored set ${sql.join(assignments)}, version = stored.version + 1
    from ${recordset({ ...shape, columns: { ...shape.columns, version: 'integer' } }, rows)}
    where stored.id = given.id and stored.version = given.version`.execute(trx);
  if (Number(result.numAffectedRows ?? 0n) !== rows.length) throw new AppError('conflict', 'stale_edit');
}

/**
 * Writes items together; when the database refuses, in halves, down to those at fault, which are handed to `refuse`.
 * @throws whatever is not a refusal
 */
export async function writeOrRefuse<T>(
  trx: Writer,
  items: readonly T[],
  write: (items: readonly T[]) => Promise<void>,
  refuse: (item: T, error: AppError) => void,
): Promise<void> {
  if (items.length === 0) return;
  const savepoint = sql.raw('provisioning');
  await sql`savepoint ${savepoint}`.execute(trx);
  try {
    await write(items);
    await sql`release savepoint ${savepoint}`.execute(trx);
    return;
  } catch (cause) {
    const error = toDomainError(cause);
    if (!isAppError(error)) throw cause;
    await sql`rollback to savepoint ${savepoint}`.execute(trx);
    await sql`release savepoint ${savepoint}`.execute(trx);
    if (items.length === 1) return refuse(items[0]!, error);
  }
  const middle = Math.ceil(items.length / 2);
  await writeOrRefuse(trx, items.slice(0, middle), write, refuse);
  await writeOrRefuse(trx, items.slice(middle), write, refuse);
}
