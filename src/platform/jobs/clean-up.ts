// Deletes rows whose time has passed, a small batch at a time, so that nobody waits for a big delete.
import type { Database } from '../db/open.ts';

export interface CleanUp {
  readonly table: string;
  /** Primary key columns. */
  readonly key: readonly string[];
  /** SQL condition in which `$1` is the present instant. */
  readonly where: string;
}

const batchRows = 500;
const maxBatches = 40;

/** @returns how many rows went away. What is left over is for the next time. */
export async function cleanUp(db: Database, rule: CleanUp, now: Date): Promise<number> {
  const key = rule.key.join(', ');
  const text = `delete from ${rule.table} where (${key}) in (
    select ${key} from ${rule.table} where ${rule.where} limit ${batchRows} for update skip locked) returning 1 as gone`;
  let total = 0;
  for (let batch = 0; batch < maxBatches; batch++) {
    const { length } = await db.query(text, [now]);
    total += length;
    if (length < batchRows) break;
  }
  return total;
}
