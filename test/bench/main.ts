// `npm run bench`: the product against a bare oidc-provider, side by side, alternating, in one run. Loopback only.
// Options: --quick (a minute or two), --only KEY,… (operations), --targets bare,pglite,postgres,
// --json FILE (default: the last line printed), --profile DIR (CPU profiles of the product's processes).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureRound } from './measure.ts';
import type { Round, Target } from './measure.ts';
import { machine, printRevocation, printTable, toLines } from './report.ts';
import type { Line } from './report.ts';
import { measureRevocation } from './revocation.ts';
import type { RevocationTimes } from './revocation.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { startTargets } from './targets.ts';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    targets: { type: 'string', default: 'bare,pglite,postgres,postgres-2' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});

const workers = 8;
const pace = given.quick
  ? { rounds: 3, durationMs: 1000, warmUpMs: 500, warmUpShare: 0.5 }
  : { rounds: 7, durationMs: 1800, warmUpMs: 1500, warmUpShare: 1 };

/** Each round visits every server once, each time beginning with another: none is always the first. */
async function measureScenario(
  scenario: Scenario,
  targets: readonly Target[],
): Promise<Map<string, Round[]>> {
  const rounds = new Map<string, Round[]>(targets.map(({ key }) => [key, []]));
  const leastOperations = scenario.warmUpOperations * pace.warmUpShare;
  for (const target of targets) {
    await measureRound(target, scenario, { workers, durationMs: pace.warmUpMs, leastOperations });
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (let turn = 0; turn < targets.length; turn++) {
      const target = targets[(round + turn) % targets.length] as Target;
      rounds
        .get(target.key)
        ?.push(await measureRound(target, scenario, { workers, durationMs: pace.durationMs }));
    }
  }
  return rounds;
}

async function main(): Promise<void> {
  const wanted = given.only?.split(',');
  const chosen = scenarios.filter(({ key }) => wanted === undefined || wanted.includes(key));
  const directory = await mkdtemp(join(tmpdir(), 'mandaat-bench-'));
  const running = await startTargets(given.targets.split(','), {
    directory,
    profileDirectory: given.profile,
  });
  const lines: Line[] = [];
  const revocations: RevocationTimes[] = [];
  try {
    console.log(
      `${JSON.stringify(machine())}, ${workers} at a time, ${pace.rounds} rounds of ${pace.durationMs} ms`,
    );
    for (const { title, startMs } of running.starts)
      console.log(`${title}: ${(startMs / 1000).toFixed(2)} s`);
    for (const scenario of chosen) {
      lines.push(...toLines({ scenario, rounds: await measureScenario(scenario, running.targets) }));
      process.stderr.write(`measured: ${scenario.title}\n`);
    }
    for (const target of running.targets) {
      const watched = running.watched.get(target.key);
      if (watched && wanted === undefined)
        revocations.push(await measureRevocation(target, running.listener, watched));
    }
  } finally {
    await running.stop();
    await rm(directory, { recursive: true, force: true });
  }
  printTable(lines);
  for (const times of revocations) printRevocation(times);
  const result = JSON.stringify({
    machine: machine(),
    pace: { workers, ...pace },
    starts: running.starts,
    lines,
  });
  if (given.json) await writeFile(given.json, `${result}\n`);
  else console.log(result);
}

await main();
