// Listening and stopping gracefully: what is in flight is finished, within a limit, and nothing new is begun.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';

const CHECK_LIMIT_MS = 2000;

export type ListenOptions = {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Seconds that requests in flight get when the server is asked to stop. */
  graceSeconds: number;
  logger: Logger;
};

export type RunningServer = {
  readonly port: number;
  /** Address for people on this machine, without final slash. */
  readonly url: string;
  /** True from the first moment of stopping: the process is then not ready any more. */
  isStopping(): boolean;
  /** Still answers, but says that it is about to stop: a proxy that asks sends the next requests elsewhere. */
  announceStop(): void;
  /** Stops accepting, finishes what is in flight or cuts it off after the grace period. May be called twice. */
  stop(): Promise<void>;
};

/** @throws the system's error when the address is taken or not allowed. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<RunningServer> {
  const inFlight = new Set<ServerResponse>();
  let isStopping = false;
  let stopping: Promise<void> | undefined;
  const server = createServer((request, response) => {
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (isStopping) response.setHeader('connection', 'close');
    app(request, response);
  });
  // Longer than the usual 60 s of a proxy's pool, so that it is never us who close a connection being reused.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;

  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close');
    const timer = new AbortController();
    const limit = delay(options.graceSeconds * 1000, 'late', { signal: timer.signal }).catch(() => undefined);
    if ((await Promise.race([closed, limit])) === 'late') {
      options.logger.warn({ cutOff: inFlight.size }, 'stopped before every request was answered');
      server.closeAllConnections();
      await closed;
    }
    timer.abort();
  }

  return {
    port,
    url: `http://${printableHost(options.host)}:${port}`,
    isStopping: () => isStopping,
    announceStop: () => void (isStopping = true),
    stop: () => {
      isStopping = true;
      return (stopping ??= stop());
    },
  };
}

/** A check that fails by rejecting; its name is shown, its error is not. */
export type ReadinessChecks = Record<string, () => Promise<unknown>>;

/**
 * Answers `GET /healthz` (the process runs) and `GET /readyz` (it can serve: every check passes and it is not
 * stopping), as JSON; hands everything else on.
 */
export function createHealthHandler(
  checks: ReadinessChecks,
  isStopping: () => boolean,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz') answer(response, 200, { status: 'ok' });
    else if (path === '/readyz') void answerReadiness(response, checks, isStopping());
    else next();
  };
}

async function answerReadiness(
  response: ServerResponse,
  checks: ReadinessChecks,
  stopping: boolean,
): Promise<void> {
  if (stopping) return answer(response, 503, { status: 'stopping' });
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
  );
  const ready = results.every(([, passed]) => passed);
  answer(response, ready ? 200 : 503, {
    status: ready ? 'ready' : 'unavailable',
    checks: Object.fromEntries(results.map(([name, passed]) => [name, passed ? 'ok' : 'failed'])),
  });
}

/** A database that hangs must make the process unready, not its probe wait. */
async function passes(check: () => Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const limit = delay(CHECK_LIMIT_MS, false, { signal: timer.signal });
  try {
    return await Promise.race([check().then(() => true), limit]);
  } catch {
    return false;
  } finally {
    limit.catch(() => undefined);
    timer.abort();
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function printableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '127.0.0.1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
