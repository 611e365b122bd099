// `npm run bench:decisions`: decisions in process beside Cedar, CASL and an `if`; over HTTP; visible records and who-can-see.
// Options: --quick, --only engines,http,records. Rates are per second of CPU time, since the machine may have other work;
// times of HTTP and searches are wall clock, those of HTTP in three rounds with the load beside them. `chrt -r 1 npm run
// bench:decisions` keeps other work of the machine from them (servers and databases started from here inherit it).
import { fork, type ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createDecisionPoint, type DecisionPoint } from '../../src/modules/decisions/index.ts';
import type { RightsModel } from '../../src/modules/decisions/rights-model.model.ts';
import { searchResources, searchSubjects } from '../../src/modules/decisions/search.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { createTestSite } from '../support/site.ts';
import {
  createEngines,
  createGrantWorld,
  requireAgreement,
  type Engine,
  type GrantWorld,
} from './decisions-engines.ts';
import { benchClient, fillWorld } from './decisions-world.ts';
import { median } from './measure.ts';
import { startBenchPostgres } from './postgres.ts';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'engines,http,records' },
  },
});
const parts = given.only.split(',');
const rounds = given.quick ? 3 : 7;
const roundMs = given.quick ? 150 : 500;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Microseconds of CPU for one decision. */
function timeEngine(engine: Engine, { questions }: GrantWorld, durationMs: number): number {
  let count = 0;
  const before = cpuMs();
  for (const end = before + durationMs; ;) {
    // Slow engines must not run long over their time, fast ones must not be timed by the clock.
    for (let step = 0; step < (engine.key === 'cedar' ? 2 : 500); step++) {
      engine.decide(questions[count++ % questions.length]!);
    }
    const now = cpuMs();
    if (now >= end) return ((now - before) * 1000) / count;
  }
}

function benchEngines(): void {
  for (const size of [100, 10_000]) {
    const world = createGrantWorld(size);
    const engines = createEngines(world);
    const allowed = requireAgreement(engines, world.questions.slice(0, size > 1000 ? 100 : 500));
    const times = new Map(engines.map((engine) => [engine.key, [] as number[]]));
    for (const engine of engines) timeEngine(engine, world, roundMs);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < engines.length; turn++) {
        const engine = engines[(round + turn) % engines.length]!;
        times.get(engine.key)!.push(timeEngine(engine, world, roundMs));
      }
    }
    const mine = times.get('ours')!;
    console.log(`\n${size} grants (${allowed} of the checked questions allowed, all engines agree)`);
    for (const { key, title } of engines) {
      const own = times.get(key)!;
      const us = median(own);
      const factor = median(own.map((each, index) => each / mine[index]!));
      console.log(
        `  ${title.padEnd(22)} ${us.toFixed(2).padStart(10)} µs ${Math.round(1e6 / us)
          .toString()
          .padStart(10)}/s` +
          `  batch of 50 ${((us * 50) / 1000).toFixed(3).padStart(9)} ms  ${factor.toFixed(1).padStart(8)} × ours`,
      );
    }
  }
}

interface Server {
  readonly url: string;
  usage(): Promise<{ cpuMs: number; rssMb: number }>;
  stop(): void;
}

async function startServer(databaseUrl: string): Promise<Server> {
  const child: ChildProcess = fork(new URL('./decisions-point.ts', import.meta.url), [databaseUrl]);
  const next = <T>(): Promise<T> =>
    new Promise((resolve) => child.once('message', (message) => resolve(message as T)));
  const { url } = await next<{ url: string }>();
  return {
    url,
    async usage() {
      const answer = next<{ cpu: NodeJS.CpuUsage; memory: number }>();
      child.send('usage');
      const { cpu, memory } = await answer;
      return { cpuMs: (cpu.user + cpu.system) / 1000, rssMb: memory / 2 ** 20 };
    },
    stop: () => child.disconnect(),
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

const spread = (times: readonly number[]): string =>
  `p50 ${percentile(times, 0.5).toFixed(2)} ms, p95 ${percentile(times, 0.95).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`;

async function benchHttp(databaseUrl: string, clients: number, staff: number): Promise<void> {
  const server = await startServer(databaseUrl);
  const authorization = `Basic ${Buffer.from(`${benchClient.id}${clients}:${encodeURIComponent(benchClient.secret)}`).toString('base64')}`;
  // As many connections as a busy application keeps open; a burst waits for one instead of opening hundreds.
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const post = (path: string, body: object): Promise<void> =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        authorization,
        'content-length': Buffer.byteLength(text),
      };
      const sent = request(server.url + path, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
        );
      });
      sent.once('error', reject);
      sent.end(text);
    });
  const one = (n: number): object => ({
    subject: { type: 'staff', id: `s${String(1 + (n % staff)).padStart(6, '0')}` },
    action: { name: 'view' },
    resource: { type: 'client', id: `c${String(1 + ((n * 37) % clients)).padStart(8, '0')}` },
  });
  const batch = (n: number): object => ({
    ...one(n),
    evaluations: Array.from({ length: 50 }, (_, i) => one(n * 50 + i)),
  });
  for (let n = 0; n < 500; n++) await post('/access/v1/evaluation', one(n));
  const seconds = given.quick ? 5 : 20;
  for (let round = 0; round < 3; round++) {
    await openLoop('one decision, 200 per second', server, 200, seconds, (n) =>
      post('/access/v1/evaluation', one(n)),
    );
    await openLoop('batch of 50, 20 per second', server, 20, seconds / 2, (n) =>
      post('/access/v1/evaluations', batch(n)),
    );
  }
  agent.destroy();
  server.stop();
}

/** Asks at a fixed rate whatever the answers do, so that waiting counts. */
async function openLoop(
  title: string,
  server: Server,
  perSecond: number,
  seconds: number,
  ask: (n: number) => Promise<unknown>,
): Promise<void> {
  const before = await server.usage();
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  const begun = performance.now();
  for (let n = 0; n < perSecond * seconds; n++) {
    const dueAt = begun + (n * 1000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sentAt = performance.now();
    pending.push(ask(n).then(() => void times.push(performance.now() - sentAt)));
  }
  await Promise.all(pending);
  const after = await server.usage();
  const each = (after.cpuMs - before.cpuMs) / times.length;
  console.log(
    `  ${title}: ${spread(times)}; CPU of the server ${each.toFixed(2)} ms each, ${after.rssMb.toFixed(0)} MB, ` +
      `load ${loadavg()[0]!.toFixed(1)}`,
  );
}

async function time<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const begun = performance.now();
  const value = await work();
  return { ms: performance.now() - begun, value };
}

async function benchRecords(
  db: Database,
  size: { staff: number; clients: number },
  application: string,
): Promise<void> {
  const site = await createTestSite({ db, now: new Date() });
  const compile = (forms: unknown): RightsModel => (forms as { rights: RightsModel }).rights;
  const point = createDecisionPoint(site, { compile });
  const name = (n: number): string => `s${String(n).padStart(6, '0')}`;
  const view = { action: { name: 'view' }, resourceType: 'client' };
  const page = (id: string, after: string | undefined, limit: number) =>
    searchResources(point, application, { ...view, subject: { type: 'staff', id } }, { after, limit });
  await point.snapshots.catchUp();
  for (const [title, ids] of [
    ['two departments of 500', Array.from({ length: 30 }, (_, index) => name(2 + index * 3))],
    ['all active clients', Array.from({ length: 15 }, (_, index) => name(100 * (index + 1)))],
    ['no contract: nothing', Array.from({ length: 15 }, (_, index) => name(1 + 20 * index))],
  ] as const) {
    const times = [];
    for (const id of ids) times.push((await time(() => page(id, undefined, 50))).ms);
    console.log(`  first page of 50, ${title}: ${spread(times)}`);
  }
  const all = await time(() => collect((after) => page(name(3), after, 1000)));
  console.log(`  everything visible with two departments: ${all.value} clients in ${all.ms.toFixed(0)} ms`);
  await whoCanSee(point, application, size);
  await site.close();
}

async function collect(
  next: (after: string | undefined) => Promise<{ ids: readonly string[]; more: boolean }>,
): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ;) {
    const { ids, more } = await next(after);
    count += ids.length;
    if (!more) return count;
    after = ids.at(-1);
  }
}

async function whoCanSee(
  point: DecisionPoint,
  application: string,
  size: { clients: number },
): Promise<void> {
  const asked = (n: number) => ({
    subjectType: 'staff',
    action: { name: 'view' },
    resource: { type: 'client', id: `c${String(n).padStart(8, '0')}` },
  });
  const whole = (n: number) =>
    collect((after) => searchSubjects(point, application, asked(n), { after, limit: 1000 }));
  const cold = await time(() => whole(1));
  console.log(`  who can see a client, nobody remembered: ${cold.value} people in ${cold.ms.toFixed(0)} ms`);
  const times = [];
  for (let n = 1; n <= 20; n++) times.push((await time(() => whole((n * 3 + 1) % size.clients))).ms);
  console.log(`  who can see a client, remembered: ${spread(times)}`);
}

console.log(
  `node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, ${rounds} rounds`,
);
if (parts.includes('engines')) benchEngines();
if (parts.includes('http') || parts.includes('records')) {
  const postgres = await startBenchPostgres();
  const db = await openDatabase({ url: postgres.url });
  try {
    await migrate(db);
    const sizes = [
      { staff: 2000, clients: 20_000 },
      ...(given.quick ? [] : [{ staff: 20_000, clients: 1_000_000 }]),
    ];
    for (const size of sizes) {
      const filled = await time(() => fillWorld(db, size));
      console.log(
        `\n${size.staff} staff, ${size.clients} clients on PostgreSQL (filled in ${(filled.ms / 1000).toFixed(0)} s)`,
      );
      if (parts.includes('records')) await benchRecords(db, size, filled.value.id);
      if (parts.includes('http')) await benchHttp(postgres.url, size.clients, size.staff);
    }
  } finally {
    await db.close();
    await postgres.stop();
  }
}
