// One measured round: so many workers, so long, against one server; CPU of the server before and after.
import type { HttpClient } from './http-client.ts';
import type { Endpoints } from './protocol.ts';
import type { Scenario } from './scenarios.ts';
import type { ChildUsage } from './server-process.ts';

export type Target = {
  key: string;
  title: string;
  http: HttpClient;
  /** Address of the (first) process. */
  origin: string;
  endpoints: Endpoints;
  usage(): Promise<ChildUsage>;
  /** CPU time of a database server of its own, if there is one. */
  databaseCpuMs(): number;
};

export type Round = {
  perSecond: number;
  /** CPU of the server process for one operation. */
  cpuMs: number;
  /** CPU of the database server for one operation. */
  databaseCpuMs: number;
  p95Ms: number;
};

export type RoundOptions = {
  workers: number;
  durationMs: number;
  /** Goes on after `durationMs` until so many were done: compiled code is what counts, on a slow machine too. */
  leastOperations?: number;
};

/** A round ends then, whatever is left to do. */
const longestMs = 20_000;

/** @throws the first error of any operation: a bench of failures would say nothing. */
export async function measureRound(
  target: Target,
  scenario: Scenario,
  options: RoundOptions,
): Promise<Round> {
  const operation = await scenario.prepare(target.http, target.endpoints, options.workers);
  const before = { ...(await target.usage()), database: target.databaseCpuMs() };
  const begun = performance.now();
  const latencies: number[] = [];
  const isOver = () => {
    const elapsed = performance.now() - begun;
    const isEnough = latencies.length >= (options.leastOperations ?? 0);
    return elapsed >= options.durationMs && (isEnough || elapsed > longestMs);
  };
  const work = async (worker: number) => {
    while (!isOver()) {
      const startedAt = performance.now();
      await operation(worker);
      latencies.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, (_, worker) => work(worker)));
  const elapsedMs = performance.now() - begun;
  const after = { ...(await target.usage()), database: target.databaseCpuMs() };
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length / elapsedMs) * 1000,
    cpuMs: (after.cpuMs - before.cpuMs) / latencies.length,
    databaseCpuMs: (after.database - before.database) / latencies.length,
    p95Ms: latencies[Math.floor(latencies.length * 0.95)] ?? 0,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
