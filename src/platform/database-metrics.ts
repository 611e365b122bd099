// What the metrics tell of the database and of the outbox in it, looked at whenever they are read.
import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { ConnectionCounts } from './db/open.ts';

export type OutboxState = { pending: number; oldestAgeSeconds: number };

/** A database that hangs must not make the rest of the metrics wait for it. */
const readLimitMs = 2000;

const gauge = (registry: Registry, name: string, help: string, ...labelNames: string[]) =>
  new Gauge({ name, help, labelNames, registers: [registry] });

/** @returns what brings the gauges of the outbox up to date, or takes them away while nobody can know. */
export function outboxGauges(registry: Registry, read: () => Promise<OutboxState>): () => Promise<void> {
  const up = gauge(registry, 'mandaat_database_up', 'Whether the database answers: 1 or 0.');
  const pending = gauge(
    registry,
    'mandaat_outbox_pending',
    'Messages in the outbox that are due and not yet delivered.',
  );
  const age = gauge(
    registry,
    'mandaat_outbox_oldest_age_seconds',
    'Age of the oldest message that is due and not yet delivered.',
  );
  return async () => {
    const state = await withinLimit(read);
    up.set(state === undefined ? 0 : 1);
    if (state === undefined) {
      // Missing rather than wrong.
      pending.remove();
      age.remove();
    } else {
      pending.set(state.pending);
      age.set(state.oldestAgeSeconds);
    }
  };
}

/** @returns what brings the gauges of the connections up to date. */
export function connectionGauges(registry: Registry, read: () => ConnectionCounts): () => void {
  const connections = gauge(
    registry,
    'mandaat_database_connections',
    'Connections of this process to the database.',
    'state',
  );
  const waiting = gauge(
    registry,
    'mandaat_database_waiting',
    'Statements and transactions that wait for a connection.',
  );
  return () => {
    const { open, idle, waiting: queue } = read();
    connections.set({ state: 'busy' }, open - idle);
    connections.set({ state: 'idle' }, idle);
    waiting.set(queue);
  };
}

async function withinLimit<T>(read: () => Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  const limit = delay(readLimitMs, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([read(), limit]);
  } catch {
    return undefined;
  } finally {
    timer.abort();
  }
}
