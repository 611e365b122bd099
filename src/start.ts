// Starts everything a process of Mandaat is made of, in order, and stops it the other way round.
import { setTimeout } from 'node:timers/promises';
import { composeSite, type ComposedSite } from './compose.ts';
import { createApp } from './app.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { migrate } from './platform/db/migrate.ts';
import { openConfiguredDatabase } from './platform/db/open-configured.ts';
import { listen, type RunningServer } from './platform/http-server.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { createPasswordHasher } from './platform/password-hash.ts';
import { createProvider, type ProviderHandle } from './modules/provider/index.ts';

/** How long the requests that came in while the process started have it to themselves. */
const firstRequestsMs = 250;

export interface RunningProcess {
  readonly site: ComposedSite;
  readonly url: string;
  /** Finishes what is in flight, then closes. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Database, migrations, keys, web server, metrics, worker.
 * @param prepare runs before the first request is answered (the demo world on the first start).
 */
export async function startProcess(
  config: Config,
  prepare: (site: ComposedSite) => Promise<void> = async () => {},
): Promise<RunningProcess> {
  const logger = createLogger(config);
  const site = await openSite(config, logger);
  const stops: (() => Promise<void>)[] = [() => site.db.close()];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).toReversed()) {
      await stop().catch((err: unknown) => logger.error({ err }, 'could not stop in order'));
    }
  };
  try {
    await prepare(site);
    const metrics = createMetrics();
    metrics.watchConnections(() => site.db.connections());
    site.connectMetrics(metrics);
    const provider = await createProvider(site, { onEvent: (event) => metrics.countProviderEvent(event) });
    stops.push(() => provider.close());
    const server = await serve(site, provider, metrics);
    const stopServing = stops.push(() => server.stop()) - 1;
    await serveMetrics(site, metrics, stops);
    // Loaded only now, and after a breath: the libraries for jobs and mail would keep the first requests waiting.
    await setTimeout(firstRequestsMs);
    const { startBackground } = await import('./background.ts');
    const worker = await startBackground(site, metrics);
    // While the worker finishes, requests are still answered, and proxies learn that no more should come. What the last
    // ones leave in the outbox is delivered by another process, or by this one when it starts again.
    stops[stopServing] = () => {
      server.announceStop();
      return worker.stop(() => server.stop());
    };
    logger.info({ url: server.url, engine: site.db.engine }, 'ready');
    if (config.isProduction && config.smtpUrl === undefined)
      logger.warn('no mail goes out: SMTP_URL is not set, so it is written to DATA_DIR/mail');
    return { site, url: server.url, stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function openSite(config: Config, logger: Logger): Promise<ComposedSite> {
  const db = await openConfiguredDatabase(config, logger);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return composeSite({ config, db, clock: systemClock, logger });
}

async function serve(site: ComposedSite, provider: ProviderHandle, metrics: Metrics): Promise<RunningServer> {
  const { config, logger } = site;
  const running: { server?: RunningServer } = {};
  const app = createApp(site, {
    provider,
    metrics,
    hasher: createPasswordHasher(config),
    isStopping: () => running.server?.isStopping() ?? false,
    internalUrl: () => running.server?.url ?? config.issuer,
  });
  const { host, port, shutdownGraceSeconds: graceSeconds } = config;
  return (running.server = await listen(app, { host, port, graceSeconds, logger }));
}

async function serveMetrics(
  site: ComposedSite,
  metrics: Metrics,
  stops: (() => Promise<void>)[],
): Promise<void> {
  const { metricsHost: host, metricsPort: port, shutdownGraceSeconds: graceSeconds } = site.config;
  if (port === 0) return;
  try {
    const server = await listen(metrics.handler, { host, port, graceSeconds, logger: site.logger });
    stops.push(() => server.stop());
  } catch (err) {
    // A taken port must not keep people from signing in.
    site.logger.warn({ err, port }, 'metrics are not served');
  }
}
