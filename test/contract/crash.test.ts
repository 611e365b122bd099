// A process killed at random moments of a busy run: nothing committed is lost, nothing is half done, nothing is sent
// twice but under its key, and the audit stays whole.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { readCheckpointLines, readPublicKeys, verifyAudit } from '../../src/modules/audit/index.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { createOutbox } from '../../src/platform/jobs/outbox.ts';
import type { BusyOptions } from '../support/busy-process.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite } from '../support/site.ts';

const busyProcess = new URL('../support/busy-process.ts', import.meta.url).pathname;

let server: TestPostgres;
let directory: string;
before(async () => {
  server = await startTestPostgres();
  directory = await mkdtemp(join(tmpdir(), 'mandaat-crash-'));
});
after(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/**
 * Starts it, and kills it a random number of steps after its first checkpoint: without one there would be none to verify.
 * @returns the keys it said were committed.
 */
async function runAndKill(options: BusyOptions): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, [busyProcess, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const committed: string[] = [];
  let stepsLeft = randomInt(20, 160);
  let checkpoints = 0;
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith('committed ')) committed.push(line.slice('committed '.length));
    if (line.startsWith('published ')) checkpoints++;
    if (checkpoints > 0 && --stepsLeft === 0) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return committed;
}

/** What a restarted process does first: it waits for the claims of the dead one to expire, and delivers. */
async function recover(db: Database, received: string): Promise<void> {
  const site = await createTestSite({ db, now: new Date(Date.now() + 120_000) });
  const keys: string[] = [];
  const outbox = createOutbox(site, { busy: async (message) => void keys.push(message.idempotencyKey) });
  await outbox.drain();
  await outbox.stop();
  await writeFile(received, keys.map((key) => `${key}\n`).join(''), { flag: 'a' });
}

const engines: [string, number, () => Promise<Pick<BusyOptions, 'url' | 'dataDir'>>][] = [
  ['PostgreSQL', 4, async () => ({ url: await server.createDatabase() })],
  ['embedded', 2, async () => ({ dataDir: join(directory, 'pglite') })],
];

describe('kill -9', () => {
  for (const [engine, kills, place] of engines) {
    test(`${engine}: ${kills} kills in a busy run lose and double nothing`, async (t) => {
      const checkpointDir = join(directory, `checkpoints-${engine}`);
      await mkdir(checkpointDir);
      const received = join(directory, `received-${engine}`);
      await writeFile(received, '');
      const where = await place();
      const options: BusyOptions = { ...where, name: engine, received, checkpointDir, writers: 4 };
      const committed: string[] = [];
      for (let kill = 0; kill < kills; kill++) committed.push(...(await runAndKill(options)));
      assert.ok(committed.length > kills, `it was busy: ${committed.length} commands`);

      const db = await openDatabase(where);
      t.after(() => db.close());
      await recover(db, received);
      const rows = await db.query<{ key: string; recorded: number; attempts: number; delivered: boolean }>(
        `select s.key, o.attempts, o.delivered_at is not null as delivered,
           (select count(*) from audit_event e where e.subject_id = s.key and e.outcome = 'done') as recorded
         from site_setting s left join outbox o on o.idempotency_key = s.key where s.key like 'busy:%'`,
        [],
      );
      const found = new Map(rows.map((row) => [row.key, row]));
      assert.deepEqual(
        committed.filter((key) => !found.has(key)),
        [],
        'what was committed is there',
      );
      assert.deepEqual(
        rows.filter((row) => row.recorded !== 1 || !row.delivered),
        [],
        'row, record and message stand together',
      );
      const messages = await db.query<{ n: number }>(
        `select count(*) as n from outbox where kind = 'busy'`,
        [],
      );
      assert.equal(messages[0]?.n, rows.length, 'no message without its change');

      const deliveries = (await readFile(received, 'utf8')).trim().split('\n');
      const times = Map.groupBy(deliveries, (key) => key);
      assert.equal(times.size, rows.length, 'each message went out');
      for (const [key, { length }] of times) {
        assert.ok(
          length <= found.get(key)!.attempts,
          `${key} was sent ${length} times in ${found.get(key)!.attempts} attempts`,
        );
      }
      assert.ok(
        deliveries.length - times.size <= kills * 16,
        'twice only what was in flight when it was killed',
      );

      const result = await verifyAudit(db.reader, {
        lines: readCheckpointLines(checkpointDir),
        keys: await readPublicKeys(checkpointDir),
      });
      assert.deepEqual(result.findings, []);
      assert.ok(result.checkpoints > 0);
    });
  }
});
