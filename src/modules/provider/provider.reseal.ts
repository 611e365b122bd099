// Seals the signing keys again after a new first key was put into SECRET_KEYS, so that the old one can be dropped.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';
import { sealContext } from './provider.keys.ts';

/**
 * Seals every signing key that an older key sealed with the present one. Audited as `key.resealed` when any was.
 * @returns how many were sealed again
 */
export function resealKeys(site: Site, origin: Origin): Promise<number> {
  const attempt = { action: 'key.resealed', subjectType: 'provider_key' };
  return runCommand(site, origin, attempt, async (change) => {
    const rows = await change.trx
      .selectFrom('provider_key')
      .select(['kid', 'sealed_private'])
      .forUpdate()
      .execute();
    const old = rows.filter((row) => site.secrets.isSealedWithOldKey(row.sealed_private));
    for (const { kid, sealed_private: sealed } of old) {
      const context = sealContext(kid);
      await change.trx
        .updateTable('provider_key')
        .set({ sealed_private: site.secrets.seal(site.secrets.open(sealed, context), context) })
        .where('kid', '=', kid)
        .execute();
      change.record({ ...attempt, subjectId: kid });
    }
    return old.length;
  });
}
