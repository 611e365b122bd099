// Seals personal identifiers again after a new first key was put into SECRET_KEYS, so that the old one can be dropped.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';

const batchSize = 1000;

interface IdentifierRow {
  person_id: string;
  scheme: string;
  sealed: string;
}

/**
 * Seals every identifier that an older key sealed with the present one; in batches, so that it can be interrupted and
 * run beside a working site. Audited once as `identifier.resealed` when anything was.
 * @returns how many were sealed again
 */
export async function resealIdentifiers(site: Site, origin: Origin): Promise<number> {
  let total = 0;
  let after: { personId: string; scheme: string } | undefined;
  for (;;) {
    const rows: IdentifierRow[] = await site.db.query(
      `select person_id, scheme, sealed from person_identifier
       where ($1::uuid is null or (person_id, scheme) > ($1::uuid, $2::text)) order by person_id, scheme limit $3::int`,
      [after?.personId ?? null, after?.scheme ?? null, batchSize],
    );
    const last = rows.at(-1);
    if (!last) break;
    after = { personId: last.person_id, scheme: last.scheme };
    total += await resealBatch(site, rows);
  }
  if (total > 0) await recordResealing(site, origin, total);
  return total;
}

async function resealBatch(site: Site, rows: readonly IdentifierRow[]): Promise<number> {
  const old = rows.filter((row) => site.secrets.isSealedWithOldKey(row.sealed));
  const sealed = old.map((row) => {
    const context = `person_identifier:${row.person_id}`;
    return site.secrets.seal(site.secrets.open(row.sealed, context), context);
  });
  if (old.length === 0) return 0;
  // Only what still is as it was read: an identifier that somebody replaces meanwhile is sealed with the new key.
  await site.db.query(
    `update person_identifier i set sealed = fresh.sealed
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) fresh (person_id, scheme, before, sealed)
     where i.person_id = fresh.person_id and i.scheme = fresh.scheme and i.sealed = fresh.before`,
    [old.map((row) => row.person_id), old.map((row) => row.scheme), old.map((row) => row.sealed), sealed],
  );
  return old.length;
}

function recordResealing(site: Site, origin: Origin, count: number): Promise<void> {
  const attempt = { action: 'identifier.resealed', subjectType: 'site' };
  return runCommand(site, origin, attempt, async (change) => {
    change.record({ ...attempt, after: { count } });
  });
}
