// A process that works without pause, to be killed at any moment: `node busy-process.ts <json>`.
// Each command writes one row, one audit row and one message together; each delivery appends its key to a file.
// Prints a line at every step, so that whoever reads can kill it between any two.
import { appendFileSync, writeSync } from 'node:fs';
import { composeSite, type ComposedSite } from '../../src/compose.ts';
import { publishCheckpoint } from '../../src/modules/audit/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runCommand } from '../../src/platform/command.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { withLease } from '../../src/platform/jobs/lease.ts';
import { createOutbox } from '../../src/platform/jobs/outbox.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { Secret } from '../../src/platform/secret.ts';
import { testConfig } from './config.ts';

export interface BusyOptions {
  /** Distinguishes the rows of this process. */
  readonly name: string;
  readonly url?: string;
  readonly dataDir?: string;
  /** Every delivery is a line in this file: the idempotency key. */
  readonly received: string;
  readonly checkpointDir: string;
  /** Commands side by side. */
  readonly writers: number;
  /** How long one may hold the checkpoints; short where a killed process must be followed soon. Default: 1. */
  readonly leaseSeconds?: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as BusyOptions;
const say = (line: string): void => void writeSync(1, `${line}\n`);
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

const db = await openDatabase({ url: options.url, dataDir: options.dataDir });
await migrate(db);
const config = testConfig({
  auditCheckpointDir: options.checkpointDir,
  databaseUrl: options.url === undefined ? undefined : new Secret(options.url),
});
const site = composeSite({
  config,
  db,
  clock: systemClock,
  logger: createLogger({ ...config, logLevel: 'error' }),
});
const outbox = createOutbox(site, {
  busy: async (message) => {
    say(`delivering ${message.idempotencyKey}`);
    appendFileSync(options.received, `${message.idempotencyKey}\n`);
    say(`delivered ${message.idempotencyKey}`);
  },
});
await outbox.start();
site.connectOutbox(() => outbox.wake());
say('ready');
await Promise.all([
  ...Array.from({ length: options.writers }, (_, writer) =>
    write(site, `${options.name}-${process.pid}-${writer}`),
  ),
  publish(site),
]);
await outbox.drain();
await outbox.stop();
// A process that was killed keeps its lease for a moment: the last checkpoint waits for it.
while (!(await publishOnce(site)));
await db.close();
say('stopped');

async function write(on: ComposedSite, prefix: string): Promise<void> {
  for (let number = 1; !stopping.signal.aborted; number++) {
    const key = `busy:${prefix}-${number}`;
    const fact = { action: 'test.done', subjectType: 'test', subjectId: key };
    say(`beginning ${key}`);
    await runCommand(on, { actor: { kind: 'system' } }, fact, async (change) => {
      await change.trx.insertInto('site_setting').values({ key, value: '1' }).execute();
      change.record(fact);
      change.enqueue({ kind: 'busy', payload: { key }, idempotencyKey: key });
    });
    say(`committed ${key}`);
  }
}

async function publish(on: ComposedSite): Promise<void> {
  while (!stopping.signal.aborted) await publishOnce(on);
}

async function publishOnce(on: ComposedSite): Promise<boolean> {
  return withLease(on, 'audit-checkpoint', options.leaseSeconds ?? 1, async () => {
    const published = await publishCheckpoint(on);
    if (published) say(`published ${published.rows}`);
  });
}
