// A whole process: what it serves from its start to its stop, and how it counts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand } from '../../src/platform/command.ts';
import { AppError } from '../../src/platform/errors.ts';
import { Secret } from '../../src/platform/secret.ts';
import { startProcess, type RunningProcess } from '../../src/start.ts';
import { freePort } from '../bench/server-process.ts';
import { testConfig } from '../support/config.ts';
import { createWorld } from '../support/world.ts';

let directory: string;
let metricsPort: number;
let running: RunningProcess;
/** A mail server that takes the connection and never says a word. */
let silent: Server;
const callers = new Set<Socket>();

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mandaat-process-'));
  metricsPort = await freePort();
  silent = createServer((socket) => void callers.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const port = await freePort();
  running = await startProcess(
    testConfig({
      port,
      metricsPort,
      issuer: `http://localhost:${port}`,
      dataDir: directory,
      auditCheckpointDir: join(directory, 'audit'),
      shutdownGraceSeconds: 1,
      smtpUrl: new Secret(`smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`),
    }),
  );
});
after(async () => {
  await running.stop();
  for (const caller of callers) caller.destroy();
  silent.close();
  await rm(directory, { recursive: true, force: true });
});

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

async function read(address: string): Promise<{ status: number | undefined; text: string }> {
  const [message] = (await once(get(address, { agent }), 'response')) as [IncomingMessage];
  return { status: message.statusCode, text: (await message.toArray()).join('') };
}

test('commands are counted by how they end, and the database is watched', async () => {
  const origin = { actor: { kind: 'system' } } as const;
  const attempt = { action: 'test.tried', subjectType: 'test' };
  await runCommand(running.site, origin, attempt, async () => {});
  for (const error of [new AppError('forbidden', 'not_yours'), new Error('anything')])
    await assert.rejects(runCommand(running.site, origin, attempt, () => Promise.reject(error)));
  const { text } = await read(`http://127.0.0.1:${metricsPort}/metrics`);
  for (const outcome of ['done', 'not_yours', 'unexpected_error'])
    assert.match(
      text,
      new RegExp(`mandaat_commands_total\\{command="test.tried",outcome="${outcome}"\\} 1\\n`),
    );
  assert.match(text, /mandaat_database_up 1\n/);
  assert.match(text, /mandaat_database_connections\{state="idle"\} \d/);
});

test('a stop is told at once, and does not wait for a mail server that hangs', async () => {
  const { site, url } = running;
  const person = await createWorld(site).person();
  const attempt = { action: 'test.tried', subjectType: 'test' };
  const called = once(silent, 'connection');
  await runCommand(site, { actor: { kind: 'system' } }, attempt, async (change) => {
    change.enqueue({
      kind: 'mail',
      payload: { template: 'mail_changed', personId: person.id, to: 'old@mail.example' },
    });
  });
  await called;
  assert.equal((await read(`${url}/readyz`)).status, 200);
  const begunAt = performance.now();
  const stopped = running.stop();
  const stopping = { status: 503, text: '{"status":"stopping"}' };
  assert.deepEqual(await read(`${url}/readyz`), stopping);
  assert.equal((await read(`${url}/jwks`)).status, 200, 'who did not ask is still served');
  await stopped;
  assert.ok(performance.now() - begunAt < 10_000, 'well before the 20 s that a mail server is given');
  await assert.rejects(read(`${url}/readyz`), { code: 'ECONNREFUSED' });
});

test('a signal is heeded from the first answer on, and the embedded database is nobody else’s to read', async () => {
  const dataDir = join(directory, 'spawned');
  const port = await freePort();
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      PORT: String(port),
      METRICS_PORT: '0',
      DATA_DIR: dataDir,
    },
    stdio: 'ignore',
  });
  const left = once(child, 'exit');
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await isReady())) await delay(20);
  child.kill('SIGTERM');
  assert.deepEqual(await left, [0, null]);
  assert.equal((await stat(join(dataDir, 'pglite'))).mode & 0o777, 0o700);
});
