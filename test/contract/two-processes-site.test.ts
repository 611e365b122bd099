// Two whole processes on one PostgreSQL behind a proxy that gives them the requests in turn: a sign-in that begins on
// one ends on the other, and both sign with the same keys, also after a rotation.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { composeSite, type ComposedSite } from '../../src/compose.ts';
import { listKeys, rotateKeys } from '../../src/modules/provider/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { testConfig, testKey } from '../support/config.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createRelyingParty, signInThrough, signInToPortal } from '../support/sign-in.ts';
import { createWorld, type ClientRef, type PersonRef } from '../support/world.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

let server: TestPostgres;
let directory: string;
let site: ComposedSite;
let proxy: Server;
let origin: string;
let processes: ChildProcess[];
let client: ClientRef;
let person: PersonRef;
/** How many requests each process got. */
const served = [0, 0];

before(async () => {
  server = await startTestPostgres();
  directory = await mkdtemp(join(tmpdir(), 'mandaat-site-'));
  const url = await server.createDatabase();
  const ports = [await freePort(), await freePort()];
  proxy = inTurn(ports);
  origin = `http://localhost:${await listening(proxy)}`;
  const config = testConfig({ issuer: origin });
  const db = await openDatabase({ url });
  site = composeSite({ config, db, clock: systemClock, logger: createLogger(config) });
  processes = await Promise.all(ports.map((port, index) => startProcess(url, port, index)));
  const world = createWorld(site);
  const organisation = await world.organisation();
  person = await world.person();
  const affiliation = await world.affiliation(person, organisation);
  const application = await world.application();
  const right = await world.right(application, { code: 'Reader' });
  await world.offer(right, { organisation });
  await world.assignment(affiliation, right);
  client = await world.client(application);
});

after(async () => {
  for (const child of processes) child.kill('SIGTERM');
  await Promise.all(processes.map((child) => child.exitCode ?? once(child, 'exit')));
  proxy.closeAllConnections();
  proxy.close();
  await site.db.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function listening(listener: Server): Promise<number> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return (listener.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Strictly one after the other, so that no page and the form on it meet the same process. */
function inTurn(ports: readonly number[]): Server {
  let turn = 0;
  return createServer((incoming, outgoing) => {
    const index = turn++ % ports.length;
    served[index]!++;
    const { method, url: path, headers } = incoming;
    const onward = request({ port: ports[index], host: '127.0.0.1', method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
}

async function startProcess(url: string, port: number, index: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      NODE_ENV: 'test',
      ISSUER: origin,
      PORT: String(port),
      METRICS_PORT: '0',
      DATABASE_URL: url,
      DEMO: 'false',
      SECRET_KEYS: testKey(1),
      IDENTIFIER_KEY: testKey(2),
      DATA_DIR: join(directory, `process-${index}`),
      LOG_LEVEL: 'error',
    },
  });
  await answering(child, `http://127.0.0.1:${port}/readyz`);
  return child;
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  for (;;) {
    assert.equal(child.exitCode, null, 'the process goes on running while it starts');
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a sign-in to an application goes to both in turn', async () => {
  const party = await createRelyingParty(origin, client);
  const before = [...served];
  const { tokens } = await signInThrough(party, origin, person);
  assert.deepEqual(tokens.claims()?.['roles'], ['Reader']);
  assert.ok(
    served.every((count, index) => count > before[index]! + 1),
    `both took part: ${served.join(', ')}`,
  );
});

test('so does the portal, which is a client of its own provider', async () => {
  const { browser, page } = await signInToPortal(origin, person);
  assert.equal(page.status, 200);
  for (let visit = 0; visit < 4; visit++) assert.equal((await browser.get('/me/sessions')).status, 200);
});

test('both take new signing keys over without a restart', async () => {
  const before = await listKeys(site);
  await rotateKeys(site, { actor: { kind: 'system' } }, { immediately: true });
  const fresh = (await listKeys(site)).filter((key) => before.every((old) => old.kid !== key.kid));
  const published = async (): Promise<Set<string>> => {
    const answer = await fetch(`${origin}/jwks`);
    const { keys } = (await answer.json()) as { keys: { kid: string }[] };
    return new Set(keys.map((key) => key.kid));
  };
  const knowsAll = (kids: Set<string>) => fresh.every((key) => kids.has(key.kid));
  // Notified at once; asked until both, in turn, have said it. The test's own time limit ends it otherwise.
  while (!(knowsAll(await published()) && knowsAll(await published())));
  for (let round = 0; round < 2; round++) {
    const { tokens } = await signInThrough(await createRelyingParty(origin, client), origin, person);
    const { kid } = decodeProtectedHeader(tokens.id_token ?? '');
    assert.ok(
      fresh.some((key) => key.kid === kid),
      'signed with a new key',
    );
  }
});
