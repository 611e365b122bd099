// What can be measured of one process, in Prometheus' format. Labels are from closed sets: never an id or a name.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { connectionGauges, outboxGauges, type OutboxState } from './database-metrics.ts';
import type { ConnectionCounts } from './db/open.ts';

const DURATION_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export type Metrics = {
  /** Counts one answered request. `route` is the template (`/people/:id`), never the path itself. */
  observeRequest(request: { method: string; route: string; status: number; durationSeconds: number }): void;
  /** Counts one command: `done`, or the code of the error it ended with. */
  countCommand(command: string, outcome: string): void;
  /** Counts one event of the OpenID provider, such as `grant.success`. */
  countProviderEvent(event: string): void;
  /** Counts one message of the outbox that went out, or an attempt that failed. */
  countDelivery(kind: string, outcome: 'sent' | 'failed' | 'given_up'): void;
  /** How the outbox is looked at whenever the metrics are read. */
  watchOutbox(read: () => Promise<OutboxState>): void;
  /** The same for the connections to the database. */
  watchConnections(read: () => ConnectionCounts): void;
  /** `GET /metrics`; everything else is not there. */
  readonly handler: RequestListener;
  readonly registry: Registry;
};

/** @param options.process also memory, CPU, event loop and garbage collection of the process. */
export function createMetrics(options: { process: boolean } = { process: true }): Metrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'mandaat_http_request_duration_seconds',
    help: 'Time to answer HTTP requests, by route template.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const commands = counter(
    registers,
    'mandaat_commands_total',
    'Commands, by how they ended.',
    'command',
    'outcome',
  );
  const events = counter(
    registers,
    'mandaat_provider_events_total',
    'Events of the OpenID provider.',
    'event',
  );
  const deliveries = counter(
    registers,
    'mandaat_deliveries_total',
    'Messages of the outbox.',
    'kind',
    'outcome',
  );
  const refreshes: (() => void | Promise<void>)[] = [];

  return {
    observeRequest: ({ method, route, status, durationSeconds }) =>
      requests.observe({ method, route, status }, durationSeconds),
    countCommand: (command, outcome) => commands.inc({ command, outcome }),
    countProviderEvent: (event) => events.inc({ event }),
    countDelivery: (kind, outcome) => deliveries.inc({ kind, outcome }),
    watchOutbox: (read) => void refreshes.push(outboxGauges(registry, read)),
    watchConnections: (read) => void refreshes.push(connectionGauges(registry, read)),
    handler: (request, response) => void answer(registry, refreshes, request, response),
    registry,
  };
}

function counter(registers: Registry[], name: string, help: string, ...labelNames: string[]): Counter {
  return new Counter({ name, help, labelNames, registers });
}

async function answer(
  registry: Registry,
  refreshes: readonly (() => void | Promise<void>)[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url !== '/metrics' || request.method !== 'GET') {
    response.writeHead(404).end();
    return;
  }
  await Promise.all(refreshes.map((refresh) => refresh()));
  const text = await registry.metrics();
  response.writeHead(200, { 'content-type': registry.contentType }).end(text);
}
