// Measures applying the demo world with many people on the embedded database; not a test, run it by hand:
// node test/modules/provisioning/size.ts [people] [address of a PostgreSQL database]
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { assignmentsCsv, inventPeople, peopleCsv } from '../../../src/modules/demo/demo.people.ts';
import { demoSources, municipalities } from '../../../src/modules/demo/demo.world.ts';
import { applyDeclarations, fileSource } from '../../../src/modules/provisioning/index.ts';
import { composeSite } from '../../../src/compose.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { migrate } from '../../../src/platform/db/migrate.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { testConfig } from '../../support/config.ts';

const people = Number(process.argv[2] ?? 50_000);
const url = process.argv[3];
const directory = await mkdtemp(join(tmpdir(), 'mandaat-size-'));
const megabytes = () => Math.round(process.memoryUsage.rss() / 1e6);
const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const places = await municipalities();
  for (const [name, lines] of [
    ['people.csv', peopleCsv],
    ['assignments.csv', assignmentsCsv],
  ] as const) {
    await pipeline(
      Readable.from(lines(inventPeople(places, people, '12021'))),
      createWriteStream(join(directory, name)),
    );
  }
  const config = testConfig();
  const db = await openDatabase({ url, dataDir: join(directory, 'data') });
  await migrate(db);
  const site = composeSite({ config, db, clock: systemClock, logger: createLogger(config) });
  const world = await demoSources(site, 0);
  const sources = [
    ...world.filter((source) => !/^(people|assignments)\.csv$/.test(source.name)),
    ...['people.csv', 'assignments.csv'].map((name) => fileSource(join(directory, name))),
  ];
  say(`${people} people, ${db.engine}; before: ${megabytes()} MB resident`);
  for (const round of ['first', 'again']) await measure(round);
  await db.close();

  async function measure(round: string): Promise<void> {
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, megabytes())), 50);
    const [begin, used] = [performance.now(), process.cpuUsage()];
    const outcome = await applyDeclarations(site, sources, {
      relativeDays: true,
      onProgress: () => void (peak = Math.max(peak, megabytes())),
    });
    clearInterval(watch);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const { user, system } = process.cpuUsage(used);
    say(`${round}: ${seconds} s, ${((user + system) / 1e6).toFixed(1)} s of CPU, peak ${peak} MB resident`);
    for (const [noun, { create, change, same }] of outcome.counts)
      say(`  ${noun}: ${create} ${change} ${same}`);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
