// Two processes on one PostgreSQL serve one site: each message once, one chain of checkpoints, each task once, and
// both stop in order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { readCheckpointLines, readPublicKeys, verifyAudit } from '../../src/modules/audit/index.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { startSchedule } from '../../src/platform/jobs/schedule.ts';
import { Secret } from '../../src/platform/secret.ts';
import type { BusyOptions } from '../support/busy-process.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite } from '../support/site.ts';

const busyProcess = new URL('../support/busy-process.ts', import.meta.url).pathname;
let server: TestPostgres;
let directory: string;
before(async () => {
  server = await startTestPostgres();
  directory = await mkdtemp(join(tmpdir(), 'mandaat-two-'));
});
after(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Runs until it has committed so many commands, then asks it to stop. @returns its lines. */
async function runUntil(options: BusyOptions, commands: number): Promise<string[]> {
  const child = spawn(process.execPath, [busyProcess, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let left = commands;
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('committed ') && --left === 0) child.kill('SIGTERM');
  }
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0, 'it stops by itself when asked');
  assert.equal(lines.at(-1), 'stopped');
  return lines;
}

test('each message goes out once, and both write one chain of checkpoints', async (t) => {
  const url = await server.createDatabase();
  const checkpointDir = join(directory, 'checkpoints');
  const received = join(directory, 'received');
  await writeFile(received, '');
  // Longer than a checkpoint can take on a machine that has much else to do.
  const options = { url, received, checkpointDir, writers: 4, leaseSeconds: 120 };
  const outputs = await Promise.all(['a', 'b'].map((name) => runUntil({ ...options, name }, 150)));

  const committed = outputs
    .flat()
    .filter((line) => line.startsWith('committed '))
    .map((line) => line.slice(10));
  const deliveries = (await readFile(received, 'utf8')).trim().split('\n');
  assert.deepEqual(deliveries.toSorted(), committed.toSorted(), 'each message once');

  const db = await openDatabase({ url });
  t.after(() => db.close());
  const result = await verifyAudit(db.reader, {
    lines: readCheckpointLines(checkpointDir),
    keys: await readPublicKeys(checkpointDir),
  });
  assert.deepEqual([result.findings, result.rows], [[], committed.length]);
  const published = outputs.map((lines) => lines.filter((line) => line.startsWith('published ')).length);
  assert.equal(result.checkpoints, published[0]! + published[1]!, 'every line of the file is of one of them');
});

test('each occurrence of a task is done by one of them', async () => {
  const url = await server.createDatabase();
  const databaseUrl = new Secret(url);
  const sites = await Promise.all(
    [1, 2].map(async () => createTestSite({ db: await openDatabase({ url }), config: { databaseUrl } })),
  );
  const ran = Promise.withResolvers<void>();
  let runs = 0;
  const task = { name: 'once', cron: '* * * * *', run: async () => (runs++, ran.resolve()) };
  const timing = { pollSeconds: 0.5, cronSeconds: 1 };
  const schedules = await Promise.all(sites.map((site) => startSchedule(site, [task], timing)));
  await ran.promise;
  await Promise.all(schedules.map((schedule) => schedule.stop()));
  const jobs = await sites[0]!.db.query<{ made: number; minutes: number }>(
    `select count(*) as made, count(distinct singleton_on) as minutes from job.job where name = '__pgboss__send-it'`,
    [],
  );
  assert.equal(jobs[0]?.made, jobs[0]?.minutes, 'one job a minute, whoever looks');
  assert.ok(runs >= 1 && runs <= jobs[0]!.made, `${runs} runs`);
  await Promise.all(sites.map((site) => site.db.close()));
});
