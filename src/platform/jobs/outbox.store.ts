// The outbox' statements. Each is one short statement of its own: nothing is delivered while a row is locked.
import type { Database } from '../db/open.ts';
import type { Delivery } from './outbox.ts';

interface Row {
  id: string;
  kind: string;
  payload: Record<string, unknown>;
  idempotency_key: string;
  attempts: number;
  created_at: Date;
  claimed_until: Date;
}

export interface ClaimedMessage extends Delivery {
  readonly claimedUntil: Date;
}

const pending = 'delivered_at is null and failed_at is null';

/** Takes the oldest due message nobody holds, for the length of the lease. */
export async function claimMessage(
  db: Database,
  kinds: readonly string[],
  now: Date,
  leaseMs: number,
): Promise<ClaimedMessage | undefined> {
  const rows = await db.query<Row>(
    `update outbox set claimed_until = $2, attempts = attempts + 1
     where id = (
       select id from outbox
       where ${pending} and available_at <= $1 and (claimed_until is null or claimed_until <= $1) and kind = any($3)
       order by available_at limit 1 for update skip locked)
     returning id, kind, payload, idempotency_key, attempts, created_at, claimed_until`,
    [now, new Date(now.getTime() + leaseMs), kinds],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        id: row.id,
        kind: row.kind,
        payload: row.payload,
        idempotencyKey: row.idempotency_key,
        attempt: row.attempts,
        createdAt: row.created_at,
        claimedUntil: row.claimed_until,
      };
}

/** Only while the claim is still ours: after its end another process may be delivering it. */
export async function markDelivered(db: Database, message: ClaimedMessage, now: Date): Promise<void> {
  await db.query(
    `update outbox set delivered_at = $3, claimed_until = null, last_error = null
     where id = $1 and attempts = $2 and delivered_at is null`,
    [message.id, message.attempt, now],
  );
}

/** @param waitMs undefined: given up. */
export async function markFailed(
  db: Database,
  message: ClaimedMessage,
  now: Date,
  waitMs: number | undefined,
  lastError: string,
): Promise<void> {
  await db.query(
    `update outbox set claimed_until = null, last_error = $3, failed_at = $4, available_at = coalesce($5, available_at)
     where id = $1 and attempts = $2 and delivered_at is null`,
    [
      message.id,
      message.attempt,
      lastError,
      waitMs === undefined ? now : null,
      waitMs === undefined ? null : new Date(now.getTime() + waitMs),
    ],
  );
}

/** When the next message that waits for its time is due. */
export async function nextDueAt(
  db: Database,
  kinds: readonly string[],
  now: Date,
): Promise<Date | undefined> {
  const rows = await db.query<{ available_at: Date }>(
    `select available_at from outbox where ${pending} and available_at > $1 and kind = any($2)
     order by available_at limit 1`,
    [now, kinds],
  );
  return rows[0]?.available_at;
}

/** Wakes the workers of other processes; the embedded engine has none. */
export async function notifyOthers(db: Database, channel: string): Promise<void> {
  if (db.engine === 'postgres') await db.query('select pg_notify($1, $2)', [channel, '']);
}

/** What is due and not delivered, for the metrics. */
export async function outboxState(
  db: Database,
  now: Date,
): Promise<{ pending: number; oldestAgeSeconds: number }> {
  const rows = await db.query<{ pending: number; oldest: Date | null }>(
    `select count(*) as pending, min(available_at) as oldest from outbox where ${pending} and available_at <= $1`,
    [now],
  );
  const oldest = rows[0]?.oldest;
  return {
    pending: rows[0]?.pending ?? 0,
    oldestAgeSeconds: oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1000) : 0,
  };
}

/** Deletes up to a thousand messages delivered before the instant. @returns how many. */
export async function deleteDelivered(db: Database, before: Date): Promise<number> {
  const rows = await db.query<{ id: string }>(
    `delete from outbox where id in (select id from outbox where delivered_at < $1 order by delivered_at limit 1000)
     returning id`,
    [before],
  );
  return rows.length;
}
