#!/usr/bin/env node
// The process: starts, says where it is, and stops in order when it is asked to.
import { ConfigError, loadConfig } from './platform/config.ts';
import { DatabaseInUseError } from './platform/db/embedded-lock.ts';
import { startProcess } from './start.ts';

/** What the person at the terminal can do something about is said in a sentence, everything else with its place. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof DatabaseInUseError) return error.message;
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return `The port is taken: ${(error as Error).message}. Choose another one with PORT.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  const config = loadConfig();
  const running = await startProcess(config);
  console.log(`\nMandaat answers at ${config.issuer}\n`);
  const stop = (): void => {
    void running.stop().then(() => process.exit(0));
    // A second signal means now.
    process.once('SIGINT', () => process.exit(1));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
