// Runs one command: its transaction, its audit rows, its outbox messages, its retries, and the record of its refusal.
import type { AuditFact, Change, EndedAccess, Origin, OutboxMessage } from './change.ts';
import { isTransient, toDomainError } from './db/constraint-errors.ts';
import type { Writer } from './db/types.ts';
import { isAppError } from './errors.ts';
import { newId } from './ids.ts';
import type { Site } from './site.ts';

const maxAttempts = 5;

/**
 * Runs `body` in one transaction. Everything it records, enqueues and ends is written before the commit; a refusal
 * (an AppError) is recorded as `attempt` in a transaction of its own. Serialisation failures are tried again.
 * @param attempt what is tried: the audit row when it is refused.
 * @throws AppError what the body threw, or the domain error behind a violated constraint.
 */
export async function runCommand<T>(
  site: Site,
  origin: Origin,
  attempt: AuditFact,
  body: (change: Change) => Promise<T>,
): Promise<T> {
  for (let attemptNumber = 1; ; attemptNumber++) {
    try {
      const result = await runOnce(site, origin, body);
      site.hooks.commandEnded(attempt.action, 'done');
      return result;
    } catch (error) {
      if (isTransient(error) && attemptNumber < maxAttempts) continue;
      const refusal = toDomainError(error);
      site.hooks.commandEnded(attempt.action, reasonOf(refusal));
      await recordRefusal(site, origin, attempt, refusal);
      throw refusal;
    }
  }
}

async function runOnce<T>(site: Site, origin: Origin, body: (change: Change) => Promise<T>): Promise<T> {
  const messages: OutboxMessage[] = [];
  const result = await site.db.handle.transaction().execute((trx) =>
    site.db.guardTransaction(async () => {
      const facts: AuditFact[] = [];
      const ended: EndedAccess[] = [];
      const change: Change = {
        trx,
        at: site.clock.now(),
        now: () => site.clock.now(),
        origin,
        record: (fact) => void facts.push(fact),
        enqueue: (message) => void messages.push(message),
        accessEnded: (access) => void ended.push(access),
      };
      const value = await body(change);
      if (ended.length > 0) await site.hooks.revokeAccess(change, ended);
      await insertMessages(trx, change.at, messages);
      if (facts.length > 0) await site.hooks.writeAudit(trx, change.at, origin, 'done', facts);
      return value;
    }),
  );
  if (messages.length > 0) site.outbox.wake();
  return result;
}

async function insertMessages(trx: Writer, at: Date, messages: readonly OutboxMessage[]): Promise<void> {
  for (let start = 0; start < messages.length; start += 500) {
    const rows = messages.slice(start, start + 500).map((message) => {
      const id = newId();
      return {
        id,
        kind: message.kind,
        payload: JSON.stringify(message.payload),
        idempotency_key: message.idempotencyKey ?? id,
        created_at: at,
        available_at: message.availableAt ?? at,
      };
    });
    await trx
      .insertInto('outbox')
      .values(
        rows.map((row) => ({
          ...row,
          claimed_until: null,
          delivered_at: null,
          failed_at: null,
          last_error: null,
        })),
      )
      .onConflict((conflict) => conflict.constraint('outbox_idempotency_key').doNothing())
      .execute();
  }
}

/** Codes of errors are a closed set: fit for the audit and for the label of a metric. */
const reasonOf = (error: unknown): string => (isAppError(error) ? error.code : 'unexpected_error');

/** The record of a refusal must not hide the refusal: when it cannot be written, that is logged. */
async function recordRefusal(site: Site, origin: Origin, attempt: AuditFact, error: unknown): Promise<void> {
  const outcome = isAppError(error) ? 'refused' : 'failed';
  const reason = reasonOf(error);
  try {
    await site.db.handle
      .transaction()
      .execute((trx) =>
        site.db.guardTransaction(() =>
          site.hooks.writeAudit(trx, site.clock.now(), origin, outcome, [{ ...attempt, reason }]),
        ),
      );
  } catch (cause) {
    site.logger.error({ action: attempt.action, err: cause }, 'a refused attempt could not be recorded');
  }
}
