// Lets one process at a time do a piece of work, on either engine, without holding a connection meanwhile.
import type { Site } from '../site.ts';
import { newId } from '../ids.ts';

type LeaseSite = Pick<Site, 'db' | 'clock'>;

/**
 * Runs the work when nobody else is at it; a process that dies leaves its lease to expire.
 * @param holdSeconds longer than the work can take.
 * @returns whether the work was done here.
 */
export async function withLease(
  site: LeaseSite,
  name: string,
  holdSeconds: number,
  work: () => Promise<void>,
): Promise<boolean> {
  const key = `lease:${name}`;
  const holder = newId();
  const now = site.clock.now();
  const until = new Date(now.getTime() + holdSeconds * 1000);
  const taken = await site.db.query<{ key: string }>(
    `insert into site_setting (key, value) values ($1, jsonb_build_object('holder', $2::text, 'until', $3::text))
     on conflict (key) do update set value = excluded.value
     where (site_setting.value ->> 'until')::timestamptz <= $4
     returning key`,
    [key, holder, until.toISOString(), now],
  );
  if (taken.length === 0) return false;
  try {
    await work();
  } finally {
    await site.db.query(`delete from site_setting where key = $1 and value ->> 'holder' = $2`, [key, holder]);
  }
  return true;
}
