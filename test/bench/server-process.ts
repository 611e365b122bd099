// Servers under measurement: each in a process of its own, asked for its CPU time over the channel to its parent.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

/** CPU time since the start of the process. */
export type ChildUsage = { cpuMs: number; rssBytes: number };

export type ServerProcess = {
  origin: string;
  /** From the start of the process to the first answered request. */
  startMs: number;
  usage(): Promise<ChildUsage>;
  stop(): Promise<void>;
};

export type StartOptions = {
  /** TypeScript file, relative to the repository. */
  script: string;
  port: number;
  /** Complete environment but for PATH. */
  env: Record<string, string>;
  /** Further options of Node, such as `--cpu-prof`. */
  nodeOptions?: string[];
  /** Asked until it answers with 200. */
  readyPath: string;
  /** Addresses of the same process on other ports, which must answer too before the start counts as done. */
  alsoReady?: string[];
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const probe = new URL('./usage-probe.ts', import.meta.url).href;
const startLimitMs = 120_000;

/** @throws Error with the last lines the server wrote when it ends or does not answer in time. */
export async function startServer(options: StartOptions): Promise<ServerProcess> {
  const begun = performance.now();
  let written = '';
  const child = fork(`${root}${options.script}`, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...options.env },
    execArgv: ['--import', probe, ...(options.nodeOptions ?? [])],
    silent: true,
  });
  const keep = (chunk: Buffer) => void (written = (written + chunk.toString()).slice(-4000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const origin = `http://localhost:${options.port}`;
  const untilAnswered = async (url: string): Promise<void> => {
    while (!(await answers(url))) {
      if (child.exitCode !== null) throw new Error(`${options.script} ended at start:\n${written}`);
      if (performance.now() - begun > startLimitMs) {
        child.kill('SIGKILL');
        throw new Error(`${options.script} does not answer at ${url}:\n${written}`);
      }
      await delay(10);
    }
  };
  await untilAnswered(`${origin}${options.readyPath}`);
  const startMs = performance.now() - begun;
  for (const url of options.alsoReady ?? []) await untilAnswered(url);
  return {
    origin,
    startMs,
    usage: () => askUsage(child),
    stop: () => stopChild(child),
  };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status === 200;
}

function askUsage(child: ChildProcess): Promise<ChildUsage> {
  return new Promise((resolve, reject) => {
    if (!child.connected) return reject(new Error('the server ended'));
    child.once('message', (message) => resolve(message as ChildUsage));
    child.send('usage', (error) => error && reject(error));
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(timer);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ticksPerSecond = 100;

/** CPU time of a PostgreSQL server and everything it started, from /proc; 0 where there is no /proc. */
export function databaseCpuMs(clusterDirectory: string): number {
  try {
    const postmaster = readFileSync(`${clusterDirectory}/postmaster.pid`, 'utf8').split('\n')[0] ?? '';
    const times = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readTimes(pid))
      .filter((process) => process?.pid === postmaster || process?.parent === postmaster);
    return (times.reduce((sum, process) => sum + (process?.ticks ?? 0), 0) / ticksPerSecond) * 1000;
  } catch {
    return 0;
  }
}

/** Fields 4 and 14 to 17 of /proc/PID/stat; the command in brackets may hold spaces. */
function readTimes(pid: string): { pid: string; parent: string; ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
    return { pid, parent: fields[1] ?? '', ticks };
  } catch {
    return undefined;
  }
}
