// Finds the command, runs it, and turns whatever goes wrong into a sentence and an exit code.
import { loadConfig, ConfigError } from '../platform/config.ts';
import { UnknownSecretKeyError } from '../platform/crypto.ts';
import { DatabaseInUseError } from '../platform/db/embedded-lock.ts';
import { isAppError, type AppError } from '../platform/errors.ts';
import { createTranslator } from '../platform/i18n.ts';
import { exitCode, UsageError, type CliCommand, type ExitCode, type Terminal } from './command.ts';
import { NotMigratedError, openSite } from './site.ts';

/** Loaded only when asked for, so that `--help` answers at once. */
const commands: Readonly<Record<string, () => Promise<CliCommand>>> = {
  init: async () => (await import('./init.ts')).init,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  plan: async () => (await import('./plan.ts')).plan,
  apply: async () => (await import('./apply.ts')).apply,
  keys: async () => (await import('./keys.ts')).keys,
  audit: async () => (await import('./audit.ts')).audit,
};

const summaries: readonly (readonly [string, string])[] = [
  ['init', 'make the first organisation and the first operator'],
  ['migrate', 'bring the database to the version of this program'],
  ['plan FILE…', 'show what applying declaration files would change'],
  ['apply FILE…', 'make the site what declaration files say'],
  ['keys list|rotate|reseal', 'show or rotate the keys that sign tokens; seal again with a new secret key'],
  ['audit verify|checkpoint', 'prove that the audit is whole, or publish a checkpoint of it'],
];

const help = `Mandaat: who may do what, from when and until when.

Usage: mandaat COMMAND [OPTIONS]

${summaries.map(([name, summary]) => `  ${name.padEnd(27)}${summary}`).join('\n')}

mandaat COMMAND --help tells more. The settings are those of the server: see config/defaults.env.
Exit codes: 0 done, 1 not done or not in order, 2 wrong words on the command line.`;

export interface CliParts {
  readonly terminal: Terminal;
  readonly env: Record<string, string | undefined>;
}

export async function runCli(words: readonly string[], { terminal, env }: CliParts): Promise<ExitCode> {
  const [name, ...args] = words;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.out(help);
    return name === undefined ? exitCode.usage : exitCode.done;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    terminal.err(`There is no command "${name}". Known are: ${Object.keys(commands).join(', ')}.`);
    return exitCode.usage;
  }
  try {
    const command = await load();
    if (args.includes('--help') || args.includes('-h')) {
      terminal.out(command.help);
      return exitCode.done;
    }
    return await command.run({
      args,
      terminal,
      loadConfig: () => loadConfig(env),
      withSite: (options, work) => openSite(loadConfig(env), options, work),
    });
  } catch (error) {
    return explain(error, name, terminal, env);
  }
}

function explain(error: unknown, name: string, terminal: Terminal, env: CliParts['env']): ExitCode {
  if (error instanceof UsageError) {
    terminal.err(`${error.message}\nSee: mandaat ${name} --help`);
    return exitCode.usage;
  }
  if (
    error instanceof ConfigError ||
    error instanceof DatabaseInUseError ||
    error instanceof UnknownSecretKeyError ||
    error instanceof NotMigratedError
  ) {
    terminal.err(error.message);
  } else if (isAppError(error)) {
    terminal.err(explainRefusal(error));
  } else {
    terminal.err(explainUnexpected(error));
    if (env['LOG_LEVEL'] === 'debug' && error instanceof Error) terminal.err(error.stack ?? '');
  }
  return exitCode.failed;
}

function explainRefusal(error: AppError): string {
  const localesDir = new URL('../../config/locales', import.meta.url).pathname;
  const words = createTranslator({ localesDir }).forLanguage('en');
  const fields = Object.entries(error.fields ?? {}).map(
    ([field, wrong]) => `  ${field}: ${words.error(wrong)}`,
  );
  return [words.error(error), ...fields].join('\n');
}

const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET']);

function explainUnexpected(error: unknown): string {
  const code = String((error as { code?: unknown } | undefined)?.code ?? '');
  if (unreachable.has(code)) return `The database at DATABASE_URL cannot be reached (${code}).`;
  if (code === '28P01' || code === '28000')
    return 'The database refuses the user name or password of DATABASE_URL.';
  if (code === '3D000') return 'The database that DATABASE_URL names does not exist.';
  const kind = error instanceof Error ? `${error.name}${code ? ` ${code}` : ''}` : 'unknown';
  return `Something unexpected went wrong (${kind}). Run it again with LOG_LEVEL=debug to see where.`;
}
