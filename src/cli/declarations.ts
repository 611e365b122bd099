// What `mandaat plan` and `mandaat apply` share: their words, the difference they show, and the problems they tell.
import { parseArgs } from 'node:util';
import {
  fileSource,
  type ApplyOptions,
  type NounCount,
  type Outcome,
  type PlanEntry,
  type PlanNoun,
  type RefusedDetails,
  type SourceFile,
} from '../modules/provisioning/index.ts';
import { createProvider, validateClientMetadata } from '../modules/provider/index.ts';
import { AppError, isAppError } from '../platform/errors.ts';
import { createTranslator, type T, type TranslationParams } from '../platform/i18n.ts';
import type { Site } from '../platform/site.ts';
import { untilToLastDay, localDateOf } from '../web/local-date.ts';
import { UsageError, type Terminal } from './command.ts';
import { modelLines } from './model-lines.ts';

export interface Asked {
  readonly sources: SourceFile[];
  readonly yes: boolean;
  readonly all: boolean;
  readonly options: Pick<ApplyOptions, 'invite' | 'relativeDays'>;
}

export const optionsHelp = `  --all            show every difference, not only the first 20 of a kind
  --invite         send an invitation to every new person (else only where the file says invite: true)
  --relative-days  accept days such as today+30d: for demonstrations`;

/** @throws UsageError */
export function readWords(words: readonly string[], command: 'plan' | 'apply'): Asked {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        all: flag,
        invite: flag,
        'relative-days': flag,
        ...(command === 'apply' ? { yes: flag } : {}),
      },
    });
    if (positionals.length === 0) throw new UsageError('Name at least one file.');
    return {
      sources: positionals.map(fileSource),
      yes: 'yes' in values && values.yes === true,
      all: values.all,
      options: { invite: values.invite, relativeDays: values['relative-days'] },
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message);
  }
}

const shownOfAKind = 20;

/** Collects differences (`+` is new, `~` changes) and prints them when all went well. */
export function createDifferencePrinter(terminal: Terminal, zone: string, all: boolean) {
  const counts = new Map<string, number>();
  const lines: string[] = [];
  const words = englishWords();
  return {
    onEntry({ noun, action, label, changes, model }: PlanEntry): void {
      const kind = `${noun} ${action}`;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (!all && count > shownOfAKind) return;
      lines.push(`${action === 'create' ? '+' : '~'} ${nouns[noun][0]} ${label}`);
      for (const { field, from, to } of changes) {
        lines.push(`    ${field}: ${showValue(field, from, zone)} → ${showValue(field, to, zone)}`);
      }
      if (model !== undefined) lines.push(...modelLines(words, model, all).map((line) => `    ${line}`));
    },
    /** Prints them, and how many are not shown: nothing is left out silently. */
    finish(): void {
      for (const line of lines) terminal.out(line);
      for (const [kind, count] of counts) {
        if (all || count <= shownOfAKind) continue;
        const [noun, action] = kind.split(' ') as [PlanNoun, string];
        const what = action === 'create' ? '+' : '~';
        terminal.out(`${what} … and ${count - shownOfAKind} more ${nouns[noun][1]} (--all shows them)`);
      }
    },
  };
}

const nouns: Readonly<Record<PlanNoun, readonly [one: string, many: string]>> = {
  targetGroups: ['target group', 'target groups'],
  organisations: ['organisation', 'organisations'],
  units: ['unit', 'units'],
  people: ['person', 'people'],
  affiliations: ['affiliation', 'affiliations'],
  applications: ['application', 'applications'],
  clients: ['client', 'clients'],
  rights: ['right', 'rights'],
  offers: ['offer', 'offers'],
  administrations: ['administration', 'administrations'],
  assignments: ['assignment', 'assignments'],
  rightsModels: ['rights model', 'rights models'],
};

function showValue(field: string, value: unknown, zone: string): string {
  if (value === null || value === undefined) return field === 'until' ? 'no end' : '(empty)';
  if (!(value instanceof Date)) return typeof value === 'string' ? value : JSON.stringify(value);
  const day = localDateOf(value, zone);
  // A day of the file is shown as a day; an exact instant as it is.
  const isMidnight = localDateOf(new Date(value.getTime() - 1), zone) !== day;
  if (!isMidnight) return value.toISOString();
  return field.toLowerCase().endsWith('until') ? untilToLastDay(value, zone) : day;
}

/** One line for each kind of thing, and the promise about what is not in the files. */
export function printTotals(terminal: Terminal, outcome: Outcome): void {
  const width = Math.max(...Object.values(nouns).map(([, many]) => many.length));
  for (const [noun, count] of outcome.counts)
    terminal.out(`${nouns[noun][1].padEnd(width)}  ${totalsOf(count)}`);
  terminal.out('What the files do not mention is left alone.');
}

function totalsOf({ create, change, same }: NounCount): string {
  return `${create} new, ${change} changed, ${same} the same`;
}

/** Problems as `file:line:column path: reason`, as compilers do. */
export function printProblems(terminal: Terminal, details: RefusedDetails, zone: string): void {
  const words = englishWords();
  for (const { place, path, code, params } of details.problems) {
    const where = `${place.file}:${place.line}:${place.column}`;
    terminal.err(
      `${where}${path === '' ? '' : ` ${path}`}: ${reasonOf(words, code, daysIn(params, zone))} [${code}]`,
    );
  }
  const hidden = details.count - details.problems.length;
  if (hidden > 0) terminal.err(`… and ${hidden} more.`);
  terminal.err(`${details.count === 1 ? '1 problem' : `${details.count} problems`}. Nothing was changed.`);
}

/** Limits and beginnings as they may be written in the file. */
function daysIn(params: TranslationParams, zone: string): TranslationParams {
  const { latest, from } = params;
  const shown = { ...params };
  if (typeof latest === 'string') shown['latest'] = showValue('until', new Date(latest), zone);
  if (typeof from === 'string' && from.endsWith('Z')) shown['from'] = showValue('from', new Date(from), zone);
  return shown;
}

/** Of a mistake in the document of a rights model, the forms have the words. */
function reasonOf(words: T, code: string, params: TranslationParams): string {
  const key = `decisions.problems.${code.replace(/^model_/, '')}`;
  return code.startsWith('model_') && words.has(key) ? words.t(key, params) : words.error({ code, params });
}

function englishWords(): T {
  const localesDir = new URL('../../config/locales', import.meta.url).pathname;
  return createTranslator({ localesDir }).forLanguage('en');
}

export function refusedDetails(error: unknown): RefusedDetails | undefined {
  if (!isAppError(error) || error.code !== 'declarations_refused') return undefined;
  return error.details as RefusedDetails;
}

/** Runs work with the provider's own check of client metadata. */
export async function withMetadataCheck<T>(
  site: Site,
  work: (check: NonNullable<ApplyOptions['validateClientMetadata']>) => Promise<T>,
): Promise<T> {
  const provider = await createProvider(site);
  try {
    return await work(async (metadata) => {
      try {
        await validateClientMetadata(provider, metadata);
      } catch (error) {
        const message = String(
          (error as { error_description?: unknown }).error_description ?? (error as Error).message,
        );
        throw new AppError('invalid', 'client_metadata_invalid', { params: { message }, cause: error });
      }
    });
  } finally {
    await provider.close();
  }
}

const barWidth = 30;

/** A bar on the terminal of a person; nothing where the output goes to a file. */
export function createProgressBar(
  terminal: Terminal,
): Pick<Required<ApplyOptions>, 'onProgress'> & { clear(): void } {
  let drawn = false;
  return {
    onProgress(progress) {
      if (!terminal.interactive || progress === undefined) return;
      const { noun, done, total } = progress;
      const filled = Math.round((barWidth * done) / Math.max(total, 1));
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      process.stderr.write(`\r\u001b[K${nouns[noun][1].padEnd(16)} ${bar} ${done} of ${total}`);
      drawn = true;
    },
    clear() {
      if (drawn) process.stderr.write('\r\u001b[K');
      drawn = false;
    },
  };
}
