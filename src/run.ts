// The server process: starts, says where it is, and stops in order when it is asked to.
import { flushCompileCache } from 'node:module';
import { loadDemoWorldOnFirstStart } from './modules/demo/index.ts';
import { ConfigError, loadConfig, type Config } from './platform/config.ts';
import { UnknownSecretKeyError } from './platform/crypto.ts';
import { DatabaseInUseError } from './platform/db/embedded-lock.ts';
import { changedMigration } from './platform/db/migrate.ts';
import { startProcess } from './start.ts';

/** What the person at the terminal can do something about is said in a sentence, everything else with its place. */
function explain(error: unknown): string {
  const known = [ConfigError, DatabaseInUseError, UnknownSecretKeyError];
  if (error instanceof Error && known.some((kind) => error instanceof kind)) return error.message;
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return `The port is taken: ${(error as Error).message}. Choose another one with PORT.`;
  if (code === changedMigration) {
    return `${(error as Error).message}. This database was made by another version of Mandaat.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * @param beforeServing called when the next thing is to answer requests.
 * @returns how to stop everything.
 */
async function start(config: Config, beforeServing: () => void): Promise<() => Promise<void>> {
  const running = await startProcess(config, async (site) => {
    if (await loadDemoWorldOnFirstStart(site)) site.logger.info('the demo world was loaded');
    beforeServing();
  });
  if (!config.demo) {
    console.log(`\n  Mandaat answers at ${config.issuer}\n`);
    return running.stop;
  }
  // Loaded only now, as nobody waits for it.
  const { describeDemo, explainSampleFailure, startDemoSample } = await import('./demo.ts');
  const sample = await startDemoSample(running.site).catch((err: unknown) => {
    running.site.logger.warn({ err }, 'the sample application could not start');
    return { failure: explainSampleFailure(err, config), stop: async () => {} };
  });
  console.log(describeDemo(config, sample));
  return async () => {
    await sample.stop();
    await running.stop();
  };
}

/** A signal that comes while the process still starts counts when it has started. */
function stopOnSignal(started: Promise<() => Promise<void>>): void {
  const stopAndLeave = (): void => {
    // A second signal means now.
    process.once('SIGINT', () => process.exit(1));
    void started.then((stop) => stop()).then(() => process.exit(0));
  };
  process.once('SIGTERM', stopAndLeave);
  process.once('SIGINT', stopAndLeave);
}

/** Runs until a signal. What keeps it from starting is explained on the terminal, with exit code 1. */
export async function run(): Promise<void> {
  const started = Promise.withResolvers<() => Promise<void>>();
  try {
    // Before it serves, a signal ends it on the spot: nothing is lost by that, and a first start takes a while.
    started.resolve(await start(loadConfig(), () => stopOnSignal(started.promise)));
    // Now and not at the end: a process that is killed leaves the next start a warm cache, too.
    flushCompileCache();
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
