// Turns rounds into medians, ratios and verdicts; prints them for people and as JSON.
import { cpus } from 'node:os';
import { median } from './measure.ts';
import type { Round } from './measure.ts';
import type { RevocationTimes } from './revocation.ts';
import type { Engine, Scenario } from './scenarios.ts';

export type Verdict = 'reached' | 'not reached' | '';

export type Line = {
  scenario: string;
  target: string;
  perSecond: number;
  /** Median of the ratios of neighbouring rounds; to the bare provider, or of two processes to one. */
  ratio: number;
  bar: number | undefined;
  verdict: Verdict;
  cpuMs: number;
  cpuRatio: number;
  cpuBar: number | undefined;
  cpuVerdict: Verdict;
  databaseCpuMs: number;
  p95Ms: number;
};

/** Rounds of one scenario, in order, by target; `bare` is what the others are compared with. */
export type Measured = { scenario: Scenario; rounds: Map<string, Round[]> };

/** CPU of two processes on one database for the same work, in multiples of one. */
const secondProcessCpuBar = 1.3;

/** A second process on the same database is compared with one process, everything else with the bare provider. */
export function toLines({ scenario, rounds }: Measured): Line[] {
  return [...rounds].map(([target, own]) => {
    const isSecond = target === 'postgres-2';
    const other = rounds.get(isSecond ? 'postgres' : 'bare') ?? [];
    const ratio = paired(own, other, (round) => round.perSecond);
    const cpuRatio = paired(own, other, (round) => round.cpuMs);
    const bar = scenario.bars[target as Engine];
    const cpuBar = isSecond ? secondProcessCpuBar : target === 'bare' ? undefined : scenario.cpuBar;
    return {
      scenario: scenario.title,
      target,
      perSecond: median(own.map((round) => round.perSecond)),
      ratio,
      bar,
      verdict: judge(bar, bar !== undefined && ratio >= bar),
      cpuMs: median(own.map((round) => round.cpuMs)),
      cpuRatio,
      cpuBar,
      cpuVerdict: judge(cpuBar, cpuBar !== undefined && cpuRatio <= cpuBar),
      databaseCpuMs: median(own.map((round) => round.databaseCpuMs)),
      p95Ms: median(own.map((round) => round.p95Ms)),
    };
  });
}

/** Neighbouring rounds share the mood of the machine, so they are divided pair by pair. */
function paired(own: readonly Round[], bare: readonly Round[], value: (round: Round) => number): number {
  const pairs = own.slice(0, bare.length).map((round, index) => value(round) / value(bare[index] as Round));
  return median(pairs);
}

function judge(bar: number | undefined, reached: boolean): Verdict {
  if (bar === undefined) return '';
  return reached ? 'reached' : 'not reached';
}

const columns: { title: string; width: number; text(line: Line): string }[] = [
  { title: 'operation', width: 44, text: (line) => line.scenario },
  { title: 'server', width: 9, text: (line) => line.target },
  { title: 'per s', width: 8, text: (line) => line.perSecond.toFixed(line.perSecond < 100 ? 1 : 0) },
  { title: 'ratio', width: 6, text: (line) => line.ratio.toFixed(2) },
  {
    title: 'bar',
    width: 18,
    text: (line) => (line.bar === undefined ? '' : `≥ ${line.bar} ${line.verdict}`),
  },
  { title: 'CPU ms', width: 7, text: (line) => line.cpuMs.toFixed(2) },
  { title: 'ratio', width: 6, text: (line) => line.cpuRatio.toFixed(2) },
  {
    title: 'bar',
    width: 18,
    text: (line) => (line.cpuBar === undefined ? '' : `≤ ${line.cpuBar} ${line.cpuVerdict}`),
  },
  { title: 'db ms', width: 6, text: (line) => (line.databaseCpuMs > 0 ? line.databaseCpuMs.toFixed(2) : '') },
  { title: 'p95 ms', width: 7, text: (line) => line.p95Ms.toFixed(1) },
];

export function printTable(lines: readonly Line[]): void {
  const row = (texts: string[]) =>
    texts
      .map((text, index) => pad(text, index))
      .join(' ')
      .trimEnd();
  console.log(row(columns.map(({ title }) => title)));
  console.log(row(columns.map(({ width }) => '-'.repeat(width))));
  for (const line of lines) console.log(row(columns.map((column) => column.text(line))));
}

export function printRevocation({ target, medianMs, slowestMs, bar, reached }: RevocationTimes): void {
  const times = `median ${medianMs.toFixed(0)} ms, slowest ${slowestMs.toFixed(0)} ms`;
  console.log(
    `right ended → application informed, ${target}: ${times} (≤ ${bar} ms ${reached ? 'reached' : 'not reached'})`,
  );
}

function pad(text: string, index: number): string {
  const width = columns[index]?.width ?? 0;
  return index === 0 || index === 1 || index === 4 || index === 7 ? text.padEnd(width) : text.padStart(width);
}

export function machine(): Record<string, unknown> {
  return { node: process.version, platform: `${process.platform} ${process.arch}`, cores: cpus().length };
}
