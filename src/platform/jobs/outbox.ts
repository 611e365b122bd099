// Delivers what commands left in the outbox: at least once each, soon after the commit, by one process at a time.
// Never delivers inside a transaction. See docs/decisions/0004-outbox.md.
import type { Site } from '../site.ts';
import {
  claimMessage,
  deleteDelivered,
  markDelivered,
  markFailed,
  nextDueAt,
  notifyOthers,
} from './outbox.store.ts';
import { waitAfterMs } from './backoff.ts';

/** One message as its handler gets it. */
export interface Delivery {
  readonly id: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The same at every attempt: give it along, so that the receiver recognises a second delivery after a crash. */
  readonly idempotencyKey: string;
  /** 1 at first. */
  readonly attempt: number;
  readonly createdAt: Date;
}

/** Delivers or throws. `signal` aborts after {@link deliveryTimeoutMs}. */
export type DeliveryHandler = (message: Delivery, signal: AbortSignal) => Promise<void>;
export type DeliveryHandlers = Readonly<Record<string, DeliveryHandler>>;

/** Thrown by a handler when trying again cannot help (the address does not exist, the receiver refuses it). */
export class UndeliverableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UndeliverableError';
  }
}

export interface Outbox {
  /** Messages were committed: deliver them. Returns at once. */
  wake(): void;
  /** Delivers everything that is due and waits for it. @returns how many went out. */
  drain(): Promise<number>;
  /** Listens to other processes and delivers what was left behind. */
  start(): Promise<void>;
  /** Takes no new messages and waits for those in flight. */
  stop(): Promise<void>;
  /** Deletes old delivered messages, a small batch at a time. */
  cleanUp(): Promise<number>;
}

export interface OutboxOptions {
  /** Messages in flight at once in this process. */
  slots?: number;
  countDelivery?(kind: string, outcome: 'sent' | 'failed' | 'given_up'): void;
  /** From 0 up to 1; for tests. */
  chance?(): number;
}

/** PostgreSQL channel on which processes wake each other. */
export const outboxChannel = 'mandaat_outbox';
const deliveryTimeoutMs = 30_000;
/** Longer than a delivery may take; after it another process takes the message over. */
const leaseMs = 60_000;
const longestNapMs = 60_000;
const keptDays = 7;

type OutboxSite = Pick<Site, 'db' | 'clock' | 'logger'>;

/** @param handlers by kind; messages of other kinds are left to processes that know them. */
export function createOutbox(
  site: OutboxSite,
  handlers: DeliveryHandlers,
  options: OutboxOptions = {},
): Outbox {
  const kinds = Object.keys(handlers);
  const maxSlots = options.slots ?? 16;
  const running = new Set<Promise<void>>();
  let deliveredCount = 0;
  let wakes = 0;
  const stopping = new AbortController();
  let started = false;
  let nap: NodeJS.Timeout | undefined;
  let stopListening: (() => Promise<void>) | undefined;

  /** Delivers one message after the other; as long as there are any, it brings in another slot to help. */
  async function runSlot(): Promise<void> {
    while (!stopping.signal.aborted) {
      const wakesBefore = wakes;
      const message = await claimMessage(site.db, kinds, site.clock.now(), leaseMs);
      // Woken while looking: what was committed meanwhile was perhaps not seen.
      if (message === undefined && wakes !== wakesBefore) continue;
      if (message === undefined) return;
      addSlot();
      if (await deliver(site, handlers, message, options)) deliveredCount++;
    }
  }

  function addSlot(): void {
    if (stopping.signal.aborted || running.size >= maxSlots) return;
    const slot = runSlot()
      .catch((error: unknown) => {
        site.logger.error({ err: error }, 'the outbox cannot be read');
      })
      .finally(() => {
        running.delete(slot);
        if (running.size === 0) void planNap();
      });
    running.add(slot);
  }

  async function drain(): Promise<number> {
    const before = deliveredCount;
    addSlot();
    // Slots that are added while these are awaited belong to the same drain.
    while (running.size > 0) await Promise.all(running);
    return deliveredCount - before;
  }

  /** Sleeps until the next retry is due. What a crashed process left claimed is found by the regular sweep. */
  async function planNap(): Promise<void> {
    if (!started || stopping.signal.aborted) return;
    clearTimeout(nap);
    try {
      const dueAt = await nextDueAt(site.db, kinds, site.clock.now());
      if (dueAt === undefined || stopping.signal.aborted) return;
      const waitMs = Math.min(Math.max(dueAt.getTime() - site.clock.now().getTime(), 50), longestNapMs);
      nap = setTimeout(addSlot, waitMs);
    } catch (error) {
      site.logger.error({ err: error }, 'the outbox cannot be read');
    }
  }

  return {
    wake() {
      wakes++;
      if (started) addSlot();
      else void notifyOthers(site.db, outboxChannel).catch(() => {});
    },
    drain,
    async start() {
      started = true;
      if (site.db.engine === 'postgres') {
        // Without it (a pooler that has no LISTEN) what other processes leave waits for the sweep.
        stopListening = await site.db.listen(outboxChannel, addSlot).catch((error: unknown) => {
          site.logger.warn({ err: error }, 'the outbox hears nothing from other processes');
          return undefined;
        });
      }
      addSlot();
    },
    async stop() {
      stopping.abort();
      clearTimeout(nap);
      await stopListening?.();
      await Promise.all(running);
    },
    cleanUp: () => deleteDelivered(site.db, new Date(site.clock.now().getTime() - keptDays * 86_400_000)),
  };
}

async function deliver(
  site: OutboxSite,
  handlers: DeliveryHandlers,
  message: Delivery & { claimedUntil: Date },
  options: OutboxOptions,
): Promise<boolean> {
  const about = { message: message.id, kind: message.kind, attempt: message.attempt };
  try {
    await withTimeout((signal) => handlers[message.kind]?.(message, signal));
  } catch (error) {
    const waitMs =
      error instanceof UndeliverableError
        ? undefined
        : waitAfterMs(message.attempt, (options.chance ?? Math.random)());
    await markFailed(site.db, message, site.clock.now(), waitMs, nameOf(error));
    options.countDelivery?.(message.kind, waitMs === undefined ? 'given_up' : 'failed');
    const log = waitMs === undefined ? 'error' : 'warn';
    site.logger[log]({ ...about, err: error }, waitMs === undefined ? 'message given up' : 'delivery failed');
    return false;
  }
  await markDelivered(site.db, message, site.clock.now());
  options.countDelivery?.(message.kind, 'sent');
  return true;
}

/** Ends the wait even when the handler does not listen to the signal: a slot must not be lost to it. */
async function withTimeout(work: (signal: AbortSignal) => Promise<void> | undefined): Promise<void> {
  const aborter = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    aborter.abort();
    reject(new Error(`no answer within ${deliveryTimeoutMs / 1000} s`));
  }, deliveryTimeoutMs);
  try {
    await Promise.race([work(aborter.signal), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** What may be kept of an error in a table: its kind, never its message, which may hold an address. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
