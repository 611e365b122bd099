// House-keeping of the provider's tables, in small bites.
import type { Site } from '../../platform/site.ts';
import { sweepExpiredRows } from './provider.storage.ts';

/**
 * Deletes expired protocol rows, at most `limit` of each table.
 * @returns how many; fewer than `limit` means that no more are left.
 */
export function sweepExpired(site: Site, limit: number): Promise<number> {
  return sweepExpiredRows(site.db, site.clock.now(), limit);
}
