// mandaat init
import { parseArgs } from 'node:util';
import { oneTimeToken } from '../modules/people/index.ts';
import { paths } from '../web/paths.ts';
import { exitCode, UsageError, type CliCommand, type CommandContext } from './command.ts';
import { createFirstOperator, refuseWhenOperated } from './first-operator.ts';

const questions = {
  'organisation-code': 'Code of the organisation that runs this installation (e.g. digital-office)',
  'organisation-name': 'Its name',
  'given-name': 'Given name of the first operator',
  'family-name': 'Family name',
  mail: 'Mail address',
  'user-name': 'User name',
} as const;
type Answer = keyof typeof questions;

const help = `Usage: mandaat init [OPTIONS]

Makes the organisation that runs this installation and its first operator, and prints, once, the link with which the
operator chooses a password. Brings the database to the newest version first. Refused when there is an operator.

${Object.entries(questions)
  .map(([name, question]) => `  --${name.padEnd(20)}${question}`)
  .join('\n')}
  --language            en, nl, fr or de; default DEFAULT_LANGUAGE

What is not given is asked, when there is somebody to ask.`;

export const init: CliCommand = {
  summary: 'make the first organisation and the first operator',
  help,
  async run(context) {
    const { terminal, withSite, loadConfig } = context;
    const given = readOptions(context.args);
    const language = given['language'] ?? loadConfig().defaultLanguage;
    return withSite({ migrate: true }, async (site) => {
      await refuseWhenOperated(site.db.reader, site.clock.now());
      const answers = await complete(context, given);
      const { linkId, expiresAt } = await createFirstOperator(site, {
        organisation: { code: answers['organisation-code'], name: answers['organisation-name'] },
        person: {
          givenName: answers['given-name'],
          familyName: answers['family-name'],
          mail: answers.mail,
          userName: answers['user-name'],
          language,
        },
      });
      terminal.out(
        `The first operator is ${answers['user-name']}. Choose a password, once, before ${expiresAt.toISOString()}:`,
      );
      terminal.out('');
      terminal.out(`  ${site.config.issuer}${paths.invitation(oneTimeToken(site.secrets, linkId))}`);
      terminal.out('');
      terminal.out('The link is not kept anywhere and is not shown again.');
      return exitCode.done;
    });
  },
};

function readOptions(args: readonly string[]): Record<string, string | undefined> {
  const options = Object.fromEntries(
    [...Object.keys(questions), 'language'].map((name) => [name, { type: 'string' as const }]),
  );
  try {
    return parseArgs({ args: [...args], options }).values as Record<string, string | undefined>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function complete(
  { terminal }: CommandContext,
  given: Record<string, string | undefined>,
): Promise<Record<Answer, string>> {
  const names = Object.keys(questions) as Answer[];
  const missing = names.filter((name) => !given[name]);
  if (missing.length > 0 && !terminal.interactive) {
    throw new UsageError(`Missing: ${missing.map((name) => `--${name}`).join(', ')}.`);
  }
  const answers = { ...given };
  for (const name of missing) answers[name] = await terminal.ask(`${questions[name]}: `);
  return answers as Record<Answer, string>;
}
