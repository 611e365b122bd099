// Listening and stopping: nothing in flight is lost, nothing new is begun, and probes tell the truth.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createHealthHandler, listen } from '../../src/platform/http-server.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createMetrics } from '../../src/platform/metrics.ts';

const logger = createLogger({ logLevel: 'silent', logFormat: 'json' });

/** A server that stops with the test, even a failing one. */
async function start(test: TestContext, app: RequestListener, graceSeconds = 1) {
  const server = await listen(app, { host: '127.0.0.1', port: 0, graceSeconds, logger });
  test.after(() => server.stop());
  return server;
}

/** An application whose answers wait until the test lets them go. */
function slowApp() {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const app: RequestListener = (_request, response) => {
    arrived.resolve();
    void release.promise.then(() => response.end('done'));
  };
  return { app, arrived: arrived.promise, release: release.resolve };
}

async function request(url: string, agent?: Agent): Promise<{ message: IncomingMessage; text: string }> {
  const [message] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  return { message, text: (await message.toArray()).join('') };
}

describe('a graceful stop', () => {
  it('finishes what is in flight, closes the connection, and accepts nothing new', async (t) => {
    const { app, arrived, release } = slowApp();
    const server = await start(t, app);
    const agent = new Agent({ keepAlive: true });
    const answer = request(server.url, agent);
    await arrived;
    assert.equal(server.isStopping(), false);
    const stopped = server.stop();
    assert.equal(server.isStopping(), true);
    await assert.rejects(request(server.url), { code: 'ECONNREFUSED' });
    release();
    const { message, text } = await answer;
    assert.equal(text, 'done');
    assert.equal(message.headers.connection, 'close');
    await stopped;
    agent.destroy();
  });

  it('does not wait for idle connections', async (t) => {
    const server = await start(t, (_request, response) => void response.end('hello'));
    const agent = new Agent({ keepAlive: true });
    assert.equal((await request(server.url, agent)).text, 'hello');
    await server.stop();
    await server.stop();
    agent.destroy();
  });

  it('cuts off what takes longer than the grace period', async (t) => {
    const { app, arrived } = slowApp();
    const server = await start(t, app, 0.05);
    const answer = assert.rejects(request(server.url), { code: 'ECONNRESET' });
    await arrived;
    await server.stop();
    await answer;
  });

  it('says when its address is taken', async (t) => {
    const server = await start(t, (_request, response) => void response.end());
    const again = listen(() => undefined, { host: '127.0.0.1', port: server.port, graceSeconds: 1, logger });
    await assert.rejects(again, { code: 'EADDRINUSE' });
  });
});

describe('probes', () => {
  const state = { database: true, stopping: false };
  const health = createHealthHandler(
    {
      database: () => (state.database ? Promise.resolve() : Promise.reject(new Error('hunter2'))),
      migrations: () => Promise.resolve(),
    },
    () => state.stopping,
  );
  const app: RequestListener = (message, response) =>
    health(message, response, () => void response.writeHead(404).end());

  it('tell a running process from a ready one', async (t) => {
    const server = await start(t, app);
    const probe = async (path: string) => {
      const { message, text } = await request(`${server.url}${path}`);
      return [message.statusCode, text === '' ? undefined : JSON.parse(text)];
    };
    assert.deepEqual(await probe('/healthz'), [200, { status: 'ok' }]);
    const ok = { database: 'ok', migrations: 'ok' };
    assert.deepEqual(await probe('/readyz?x=1'), [200, { status: 'ready', checks: ok }]);
    state.database = false;
    const failed = { database: 'failed', migrations: 'ok' };
    assert.deepEqual(await probe('/readyz'), [503, { status: 'unavailable', checks: failed }]);
    state.stopping = true;
    assert.deepEqual(await probe('/readyz'), [503, { status: 'stopping' }]);
    assert.deepEqual(await probe('/healthz'), [200, { status: 'ok' }]);
    assert.deepEqual(await probe('/other'), [404, undefined]);
  });
});

describe('metrics', () => {
  it('are read at /metrics, with the outbox as it is then', async (t) => {
    const metrics = createMetrics({ process: false });
    metrics.observeRequest({ method: 'GET', route: '/people/:id', status: 200, durationSeconds: 0.004 });
    metrics.countCommand('grantRight', 'done');
    metrics.countProviderEvent('grant.success');
    metrics.countDelivery('mail', 'sent');
    metrics.watchOutbox(() => Promise.resolve({ pending: 3, oldestAgeSeconds: 7.5 }));
    const server = await start(t, metrics.handler);
    const { message, text } = await request(`${server.url}/metrics`);
    assert.match(message.headers['content-type'] ?? '', /^text\/plain/);
    assert.match(
      text,
      /duration_seconds_bucket\{le="0.005",method="GET",route="\/people\/:id",status="200"\} 1/,
    );
    assert.match(text, /mandaat_commands_total\{command="grantRight",outcome="done"\} 1/);
    assert.match(text, /mandaat_outbox_pending 3\n/);
    assert.match(text, /mandaat_outbox_oldest_age_seconds 7\.5\n/);
    assert.equal((await request(`${server.url}/`)).message.statusCode, 404);
  });

  it('tell how busy the database is', async (t) => {
    const metrics = createMetrics({ process: false });
    metrics.watchConnections(() => ({ open: 10, idle: 3, waiting: 4 }));
    const server = await start(t, metrics.handler);
    const { text } = await request(`${server.url}/metrics`);
    assert.match(text, /mandaat_database_connections\{state="busy"\} 7\n/);
    assert.match(text, /mandaat_database_connections\{state="idle"\} 3\n/);
    assert.match(text, /mandaat_database_waiting 4\n/);
  });

  it('of the outbox are missing rather than wrong when the database is away, and come back with it', async (t) => {
    const metrics = createMetrics();
    const state = { isUp: true };
    metrics.watchOutbox(() =>
      state.isUp
        ? Promise.resolve({ pending: 1, oldestAgeSeconds: 2 })
        : Promise.reject(new Error('no database')),
    );
    const server = await start(t, metrics.handler);
    const read = async () => (await request(`${server.url}/metrics`)).text;
    assert.match(await read(), /mandaat_database_up 1\n[\s\S]*mandaat_outbox_pending 1\n/);
    state.isUp = false;
    const away = await read();
    assert.match(away, /mandaat_database_up 0\n/);
    assert.match(away, /process_resident_memory_bytes \d/);
    assert.doesNotMatch(away, /^mandaat_outbox_\w+ /m);
    state.isUp = true;
    assert.match(await read(), /mandaat_outbox_pending 1\n/);
  });
});
