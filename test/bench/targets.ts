// Starts the servers that are compared: the bare provider, and the product on each engine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createHttpClient } from './http-client.ts';
import type { HttpClient } from './http-client.ts';
import type { Target } from './measure.ts';
import { startBenchPostgres } from './postgres.ts';
import { productEnvironment, seedProduct } from './product.ts';
import type { Watched } from './product.ts';
import { discover } from './protocol.ts';
import { listenForLogouts } from './revocation.ts';
import type { LogoutListener } from './revocation.ts';
import { databaseCpuMs, freePort, startServer } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export type RunningTargets = {
  targets: Target[];
  starts: { title: string; startMs: number }[];
  /** On which targets the end of a right can be followed. */
  watched: Map<string, Watched[]>;
  listener: LogoutListener;
  stop(): Promise<void>;
};

type Options = { directory: string; profileDirectory: string | undefined };

const readyPath = '/.well-known/openid-configuration';
const connections = 16;

/** @param keys of `bare`, `pglite`, `postgres`, `postgres-2` (two processes on one database). */
export async function startTargets(keys: readonly string[], options: Options): Promise<RunningTargets> {
  const listener = await listenForLogouts();
  const running: RunningTargets = { targets: [], starts: [], watched: new Map(), listener, stop };
  const stops: (() => Promise<void>)[] = [async () => listener.close()];
  async function stop(): Promise<void> {
    for (const step of stops.toReversed()) await step();
  }
  const start = async (
    title: string,
    script: string,
    env: Record<string, string>,
  ): Promise<ServerProcess> => {
    const server = await startServer({
      script,
      env: { ...env, NODE_ENV: 'production' },
      port: Number(env['PORT']),
      readyPath,
      nodeOptions:
        options.profileDirectory && script.startsWith('src')
          ? [
              '--cpu-prof',
              `--cpu-prof-dir=${options.profileDirectory}`,
              `--cpu-prof-name=${title.replaceAll(/\W+/g, '-')}.cpuprofile`,
            ]
          : [],
    });
    stops.push(server.stop);
    running.starts.push({ title: `start, ${title}`, startMs: server.startMs });
    return server;
  };
  const add = async (key: string, servers: ServerProcess[], cluster?: string): Promise<void> => {
    const http = createHttpClient(
      connections,
      servers.map(({ origin }) => origin),
    );
    stops.push(async () => http.close());
    running.targets.push(await toTarget(key, http, servers, cluster));
  };
  try {
    if (keys.includes('bare')) {
      const port = String(await freePort());
      await add('bare', [await start('bare', 'test/bench/bare-server.ts', { PORT: port })]);
    }
    if (keys.includes('pglite')) await startEmbedded(options, running, start, add);
    if (keys.includes('postgres')) await startOnPostgres(keys, options, { running, start, add, stops });
    return running;
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = (title: string, script: string, env: Record<string, string>) => Promise<ServerProcess>;
type Add = (key: string, servers: ServerProcess[], cluster?: string) => Promise<void>;

async function startEmbedded(
  options: Options,
  running: RunningTargets,
  start: Start,
  add: Add,
): Promise<void> {
  const env = productEnvironment({ port: await freePort(), dataDir: join(options.directory, 'pglite') });
  running.watched.set('pglite', await seedProduct(env, running.listener.url));
  const first = await start('pglite, first with this data', 'src/main.ts', env);
  await first.stop();
  await add('pglite', [await start('pglite, second time', 'src/main.ts', env)]);
}

async function startOnPostgres(
  keys: readonly string[],
  options: Options,
  {
    running,
    start,
    add,
    stops,
  }: { running: RunningTargets; start: Start; add: Add; stops: (() => Promise<void>)[] },
): Promise<void> {
  const postgres = await startBenchPostgres();
  stops.push(postgres.stop);
  const port = await freePort();
  const shared = { databaseUrl: postgres.url, dataDir: join(options.directory, 'postgres') };
  const env = productEnvironment({ port, ...shared });
  running.watched.set('postgres', await seedProduct(env, running.listener.url));
  const one = await start('postgres', 'src/main.ts', env);
  await add('postgres', [one], postgres.clusterDirectory);
  if (!keys.includes('postgres-2')) return;
  const second = productEnvironment({ port: await freePort(), issuerPort: port, ...shared });
  await add(
    'postgres-2',
    [one, await start('postgres, second process', 'src/main.ts', second)],
    postgres.clusterDirectory,
  );
}

async function toTarget(
  key: string,
  http: HttpClient,
  servers: readonly ServerProcess[],
  cluster: string | undefined,
): Promise<Target> {
  const [first] = servers;
  return {
    key,
    title: key,
    http,
    origin: first?.origin ?? '',
    endpoints: await discover(http, first?.origin ?? ''),
    async usage() {
      const usages = await Promise.all(servers.map((server) => server.usage()));
      return {
        cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
        rssBytes: usages.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      };
    },
    databaseCpuMs: () => (cluster && existsSync(cluster) ? databaseCpuMs(cluster) : 0),
  };
}
