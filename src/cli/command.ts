// What a command of the command line is, and what it gets.
import type { Config } from '../platform/config.ts';
import type { Site } from '../platform/site.ts';

/** How a command ended. */
export const exitCode = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Whether a person can be asked. */
  readonly interactive: boolean;
  /** Asks one line. Only when `interactive`. */
  ask(question: string): Promise<string>;
}

export interface CommandContext {
  /** The words behind the command's own name. */
  readonly args: readonly string[];
  readonly terminal: Terminal;
  /** @throws ConfigError */
  loadConfig(): Config;
  /**
   * Runs the work on the site and closes it, whatever happens. The embedded database is refused while a server has
   * it open. Messages that commands leave are delivered by the server.
   * @param options.migrate brings the database to the newest version first; else an older one is refused.
   */
  withSite<T>(options: { migrate?: boolean }, work: (site: Site) => Promise<T>): Promise<T>;
}

export interface CliCommand {
  /** One line for the overview. */
  readonly summary: string;
  /** Shown by `--help`: usage, options, examples. */
  readonly help: string;
  run(context: CommandContext): Promise<ExitCode>;
}

/** Wrong words on the command line: the message is shown with a pointer to `--help`. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
