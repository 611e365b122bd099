// Remembers how the last verification of the audit ended, for the badge on the audit page.
import { z } from 'zod';
import type { Reader } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';
import { readTrustedKeys } from './audit.checkpoint-keys.ts';
import { readCheckpointLines } from './audit.checkpoint-files.ts';
import { verifyAudit, type Verification } from './audit.verify.ts';

const settingKey = 'audit_verification';

const lastVerification = z.object({
  at: z.iso.datetime(),
  intact: z.boolean(),
  rows: z.int(),
  checkpoints: z.int(),
  publishedUntil: z.string().optional(),
  findingCount: z.int(),
});
export type LastVerification = z.infer<typeof lastVerification>;

type AuditSite = Pick<Site, 'config' | 'db' | 'clock' | 'secrets'>;

/** Verifies against the configured checkpoints, and keeps the result. */
export async function verifyAndRemember(site: AuditSite): Promise<Verification> {
  const at = site.clock.now().toISOString();
  const result = await verifyAudit(site.db.reader, {
    lines: readCheckpointLines(site.config.auditCheckpointDir),
    keys: await readTrustedKeys(site.config.auditCheckpointDir, site.secrets),
  });
  const { intact, rows, checkpoints, publishedUntil, findingCount } = result;
  const kept: LastVerification = { at, intact, rows, checkpoints, publishedUntil, findingCount };
  await site.db.query(
    `insert into site_setting (key, value) values ($1, $2::jsonb)
     on conflict (key) do update set value = excluded.value`,
    [settingKey, JSON.stringify(kept)],
  );
  return result;
}

export async function findLastVerification(reader: Reader): Promise<LastVerification | undefined> {
  const row = await reader
    .selectFrom('site_setting')
    .select('value')
    .where('key', '=', settingKey)
    .executeTakeFirst();
  return row && lastVerification.parse(row.value);
}
