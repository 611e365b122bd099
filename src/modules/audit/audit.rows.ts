// Reads audit rows the way they were hashed. Never writes.
import type { Reader } from '../../platform/db/types.ts';
import type { AuditRow } from './audit.chain.ts';

export interface ChainedRow extends AuditRow {
  readonly hash: Uint8Array;
}

export interface Head {
  readonly lane: number;
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** The last row of every lane, as the lanes say it themselves; lanes without rows have seq 0. */
export async function readHeads(reader: Reader): Promise<Head[]> {
  return reader.selectFrom('audit_lane').select(['lane', 'seq', 'hash']).orderBy('lane').execute();
}

export async function readHead(reader: Reader, lane: number): Promise<Head | undefined> {
  return reader
    .selectFrom('audit_lane')
    .select(['lane', 'seq', 'hash'])
    .where('lane', '=', lane)
    .executeTakeFirst();
}

/** Rows of one lane after `afterSeq` up to and with `untilSeq`, in order, at most `limit`. */
export async function readRows(
  reader: Reader,
  lane: number,
  afterSeq: number,
  untilSeq: number,
  limit: number,
): Promise<ChainedRow[]> {
  const rows = await reader
    .selectFrom('audit_event')
    .selectAll()
    .where('lane', '=', lane)
    .where('seq', '>', afterSeq)
    .where('seq', '<=', untilSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, at: row.at.getTime() }));
}

/** Hashes of one lane after `afterSeq`, in order, at most `limit`. */
export async function readHashes(
  reader: Reader,
  lane: number,
  afterSeq: number,
  limit: number,
): Promise<{ seq: number; hash: Uint8Array }[]> {
  return reader
    .selectFrom('audit_event')
    .select(['seq', 'hash'])
    .where('lane', '=', lane)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute();
}
