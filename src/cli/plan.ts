// mandaat plan
import { planDeclarations } from '../modules/provisioning/index.ts';
import { exitCode, type CliCommand } from './command.ts';
import {
  createDifferencePrinter,
  createProgressBar,
  optionsHelp,
  printProblems,
  printTotals,
  readWords,
  refusedDetails,
  withMetadataCheck,
} from './declarations.ts';

export const plan: CliCommand = {
  summary: 'show what applying declaration files would change',
  help: `Usage: mandaat plan [OPTIONS] FILE…

Shows what "mandaat apply" would make and change, under the same rules, and changes nothing. Files are YAML, JSON or
CSV: see docs/apply.md. Exit code 1 when the files are refused.

${optionsHelp}

Example: mandaat plan organisations.yaml people.csv`,
  async run({ args, terminal, withSite }) {
    const asked = readWords(args, 'plan');
    return withSite({}, async (site) => {
      const printer = createDifferencePrinter(terminal, site.config.timeZone, asked.all);
      const bar = createProgressBar(terminal);
      try {
        const outcome = await withMetadataCheck(site, (validateClientMetadata) =>
          planDeclarations(site, asked.sources, {
            ...asked.options,
            validateClientMetadata,
            onProgress: bar.onProgress,
            onEntry: printer.onEntry,
          }),
        );
        bar.clear();
        printer.finish();
        printTotals(terminal, outcome);
        return exitCode.done;
      } catch (error) {
        bar.clear();
        const details = refusedDetails(error);
        if (details === undefined) throw error;
        printProblems(terminal, details, site.config.timeZone);
        return exitCode.failed;
      }
    });
  },
};
