// House-keeping of the provider's tables, in small bites.
import type { Site } from '../../platform/site.ts';
import { sweepExpiredRows } from './provider.storage.ts';

/** Choices are kept this long after their grant is gone, to be offered first next time. */
const choiceDays = 180;

/**
 * Deletes expired protocol rows, at most `limit` of each table.
 * @returns how many; fewer than `limit` means that no more are left.
 */
export async function sweepExpired(site: Site, limit: number): Promise<number> {
  const now = site.clock.now();
  const removed = await sweepExpiredRows(site.db, now, limit);
  const choices = await site.db.query(
    `delete from acting_choice where grant_id in (
       select c.grant_id from acting_choice c left join oidc_payload g on g.model = 'Grant' and g.id = c.grant_id
       where c.chosen_at < $1::timestamptz - make_interval(days => $2::int) and g.id is null limit $3::int)
     returning 1`,
    [now, choiceDays, limit],
  );
  return removed + choices.length;
}
