// mandaat apply
import { applyDeclarations, planDeclarations, type ApplyOptions } from '../modules/provisioning/index.ts';
import type { Site } from '../platform/site.ts';
import { exitCode, UsageError, type CliCommand, type ExitCode, type Terminal } from './command.ts';
import {
  createDifferencePrinter,
  createProgressBar,
  optionsHelp,
  printProblems,
  printTotals,
  readWords,
  refusedDetails,
  withMetadataCheck,
  type Asked,
} from './declarations.ts';

export const apply: CliCommand = {
  summary: 'make the site what declaration files say',
  help: `Usage: mandaat apply [OPTIONS] FILE…

Shows the difference, asks, and then makes the site what the files declare: all of it in one transaction, or nothing.
Applying the same files again changes nothing. What the files do not mention is left alone. Every change is on record.
Files are YAML, JSON or CSV: see docs/apply.md. Exit code 1 when the files are refused or the answer is no.

  --yes            do not ask
${optionsHelp}

Example: mandaat apply --yes config/demo/organisations.yaml config/demo/municipalities.csv`,
  async run({ args, terminal, withSite }) {
    const asked = readWords(args, 'apply');
    if (!asked.yes && !terminal.interactive)
      throw new UsageError('There is nobody to ask: add --yes, or use "mandaat plan".');
    return withSite({}, async (site) => {
      try {
        return await withMetadataCheck(site, (validateClientMetadata) =>
          applyAsked(site, terminal, asked, { ...asked.options, validateClientMetadata }),
        );
      } catch (error) {
        const details = refusedDetails(error);
        if (details === undefined) throw error;
        printProblems(terminal, details, site.config.timeZone);
        return exitCode.failed;
      }
    });
  },
};

async function applyAsked(
  site: Site,
  terminal: Terminal,
  asked: Asked,
  options: ApplyOptions,
): Promise<ExitCode> {
  const bar = createProgressBar(terminal);
  const printer = createDifferencePrinter(terminal, site.config.timeZone, asked.all);
  const { onEntry } = printer;
  // What was shown is what may be done: a rights model that somebody publishes meanwhile is not written over.
  let seenModels: ApplyOptions['seenModels'];
  try {
    if (!asked.yes) {
      const planned = await planDeclarations(site, asked.sources, {
        ...options,
        onEntry,
        onProgress: bar.onProgress,
      });
      seenModels = planned.validModels;
      bar.clear();
      printer.finish();
      printTotals(terminal, planned);
      if (!planned.differs) return exitCode.done;
      const answer = await terminal.ask('Apply this? Type yes to go on: ');
      if (!/^(y|yes|j|ja|o|oui)$/i.test(answer)) {
        terminal.err('Nothing was changed.');
        return exitCode.failed;
      }
    }
    const outcome = await applyDeclarations(site, asked.sources, {
      ...options,
      seenModels,
      onProgress: bar.onProgress,
      ...(asked.yes ? { onEntry } : {}),
    });
    bar.clear();
    if (asked.yes) printer.finish();
    printTotals(terminal, outcome);
    terminal.out(outcome.differs ? 'Applied.' : 'Nothing to do.');
    return exitCode.done;
  } finally {
    bar.clear();
  }
}
