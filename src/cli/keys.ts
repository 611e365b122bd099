// mandaat keys list | rotate | reseal
import { publishKeys } from '../modules/audit/index.ts';
import { resealIdentifiers } from '../modules/people/index.ts';
import { listKeys, resealKeys, rotateKeys, type KeySummary } from '../modules/provider/index.ts';
import type { Site } from '../platform/site.ts';
import { exitCode, UsageError, type CliCommand, type ExitCode, type Terminal } from './command.ts';

const help = `Usage: mandaat keys list
       mandaat keys rotate [--now]
       mandaat keys reseal

list    shows the keys that sign tokens, newest first.
rotate  makes a new key of every algorithm. It is published at once, signs after ten minutes, and the old one stays
        published until the last token it signed has expired. Every running process takes it over by itself.
  --now   after a leak: the new keys sign at once and the old ones are withdrawn. Tokens that were signed with them
          are no longer accepted.
reseal  after a new key was put in front of SECRET_KEYS: seals everything again with it (signing keys, identifiers of
        people), so that the old one can be dropped. Can be interrupted, and run while the site works.`;

const when = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function describe(key: KeySummary): string {
  const until = key.publishedUntil === null ? '' : `, published until ${when(key.publishedUntil)}`;
  return `${key.algorithm.padEnd(6)} ${key.state.padEnd(10)} ${key.kid}  signs from ${when(key.signsFrom)}${until}`;
}

/** When everything an old key signed until now has run out by itself, provided that all processes have the new one. */
function lastUse({ clock, config }: Site): Date {
  const { invitationSeconds, sessionAbsoluteSeconds, refreshTokenSeconds } = config;
  return new Date(
    clock.now().getTime() + Math.max(invitationSeconds, sessionAbsoluteSeconds, refreshTokenSeconds) * 1000,
  );
}

const origin = { actor: { kind: 'system' }, requestId: 'command line' } as const;

async function reseal(site: Site, terminal: Terminal): Promise<ExitCode> {
  const [keysSealed, identifiersSealed] = [
    await resealKeys(site, origin),
    await resealIdentifiers(site, origin),
  ];
  // Checkpoints that the old key signed must still be believed when it is gone.
  await publishKeys(site.config.auditCheckpointDir, site.secrets);
  terminal.out(`Sealed again: ${keysSealed} signing keys, ${identifiersSealed} identifiers.`);
  terminal.out(
    `Links in mails and sessions made with an old key end with it. None is left at ${when(lastUse(site))}.`,
  );
  return exitCode.done;
}

export const keys: CliCommand = {
  summary: 'show or rotate the keys that sign tokens',
  help,
  async run({ args, terminal, withSite }) {
    const [action, ...options] = args;
    const unknown = options.find((option) => option !== '--now' || action !== 'rotate');
    if (unknown !== undefined) throw new UsageError(`"${unknown}" is not an option here.`);
    if (action === 'reseal') return withSite({}, (site) => reseal(site, terminal));
    if (action !== 'list' && action !== 'rotate') throw new UsageError('Say "list", "rotate" or "reseal".');
    return withSite({}, async (site) => {
      if (action === 'rotate') {
        await rotateKeys(site, origin, { immediately: options.includes('--now') });
      }
      const found = await listKeys(site);
      for (const key of found) terminal.out(describe(key));
      if (found.length === 0) terminal.out('There are no keys yet: the server makes them when it starts.');
      return exitCode.done;
    });
  },
};
