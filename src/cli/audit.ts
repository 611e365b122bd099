// mandaat audit verify | checkpoint
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import {
  publishCheckpoint,
  readCheckpointLines,
  readPublicKeys,
  readTrustedKeys,
  verifyAudit,
  verifyAndRemember,
  type Verification,
} from '../modules/audit/index.ts';
import { withLease } from '../platform/jobs/lease.ts';
import type { Site } from '../platform/site.ts';
import { describeFinding } from './audit-finding.ts';
import { exitCode, UsageError, type CliCommand, type ExitCode, type Terminal } from './command.ts';

const help = `Usage: mandaat audit verify [--checkpoints DIR] [--key DIR]
       mandaat audit checkpoint

verify      reads the whole audit and proves that no row was changed, removed, inserted or cut off, against the
            checkpoints published outside the database. Names what is wrong, and then ends with exit code 1.
  --checkpoints DIR  another directory than AUDIT_CHECKPOINT_DIR, e.g. a copy that only the auditor has.
  --key DIR          trust the public-keys.json of this directory instead of the keys of this installation.
checkpoint  publishes now what was added since the last checkpoint, and prints the root: one short value to keep
            somewhere else.`;

function report(result: Verification, terminal: Terminal): ExitCode {
  for (const finding of result.findings) terminal.err(describeFinding(finding));
  const more = result.findingCount - result.findings.length;
  if (more > 0) terminal.err(`… and ${more} more.`);
  const reach = result.publishedUntil
    ? `${result.checkpoints} ${result.checkpoints === 1 ? 'checkpoint' : 'checkpoints'}, the newest of ${result.publishedUntil}`
    : 'no checkpoints: whoever owns the database could have computed the chain anew';
  terminal.out(`${result.rows} rows read, ${reach}.`);
  terminal.out(result.intact ? 'The audit is intact.' : 'The audit is NOT intact.');
  return result.intact ? exitCode.done : exitCode.failed;
}

async function verify(site: Site, directory: string | undefined, keyDirectory: string | undefined) {
  if (directory === undefined && keyDirectory === undefined) return verifyAndRemember(site);
  const checkpoints = directory ?? site.config.auditCheckpointDir;
  const keys =
    keyDirectory === undefined
      ? await readTrustedKeys(checkpoints, site.secrets)
      : await readPublicKeys(keyDirectory);
  if (keys.length === 0) throw new UsageError(`There are no keys in ${keyDirectory}.`);
  return verifyAudit(site.db.reader, { lines: readCheckpointLines(checkpoints), keys });
}

async function publish(site: Site, terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCode.done;
  const done = await withLease(site, 'audit-checkpoint', 600, async () => {
    const published = await publishCheckpoint(site);
    if (!published) return terminal.out('Nothing was added since the last checkpoint.');
    terminal.out(`${published.rows} rows, root ${published.root}`);
    terminal.out(`Written to ${published.file}`);
    if (published.rewrittenLanes.length === 0) return;
    terminal.err('Rows that were published before have been changed. Run: mandaat audit verify');
    code = exitCode.failed;
  });
  if (!done) terminal.out('Another process is publishing a checkpoint at this moment.');
  return code;
}

function readArguments(args: readonly string[]) {
  try {
    const options = { checkpoints: { type: 'string' }, key: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export const audit: CliCommand = {
  summary: 'prove that the audit is whole, or publish a checkpoint of it',
  help,
  async run({ args, terminal, withSite }) {
    const { values, positionals } = readArguments(args);
    const [action, ...rest] = positionals;
    if (rest.length > 0 || (action !== 'verify' && action !== 'checkpoint')) {
      throw new UsageError('Say "verify" or "checkpoint".');
    }
    const path = (name: 'checkpoints' | 'key') =>
      values[name] === undefined ? undefined : resolve(values[name]);
    return withSite({}, async (site) =>
      action === 'checkpoint'
        ? publish(site, terminal)
        : report(await verify(site, path('checkpoints'), path('key')), terminal),
    );
  },
};
