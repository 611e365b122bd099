// Work that follows time: each stretch of time is handled once, in order, by one process, also after a pause.
import type { Site } from '../site.ts';
import { withLease } from './lease.ts';

type TimeSite = Pick<Site, 'db' | 'clock'>;

/**
 * Hands the stretch since the last time to the work, and remembers its end only when the work succeeded.
 * A process that crashes halfway leaves the stretch to be done again, so the work must bear a repetition.
 * @param minimumSeconds shorter stretches are left for later: another process has just done its part.
 * @returns whether the work was done here.
 */
export async function followTime(
  site: TimeSite,
  name: string,
  minimumSeconds: number,
  work: (since: Date, until: Date) => Promise<void>,
): Promise<boolean> {
  const now = site.clock.now();
  const last = await readWatermark(site, name);
  if (last === undefined) {
    await writeWatermark(site, name, now);
    return false;
  }
  if (now.getTime() - last.getTime() < minimumSeconds * 1000) return false;
  return withLease(site, name, 300, async () => {
    const since = await readWatermark(site, name);
    const until = site.clock.now();
    if (since === undefined || since >= until) return;
    await work(since, until);
    await writeWatermark(site, name, until);
  });
}

async function readWatermark(site: TimeSite, name: string): Promise<Date | undefined> {
  const rows = await site.db.query<{ value: string }>('select value from site_setting where key = $1', [
    `watermark:${name}`,
  ]);
  return rows[0] === undefined ? undefined : new Date(rows[0].value);
}

async function writeWatermark(site: TimeSite, name: string, at: Date): Promise<void> {
  await site.db.query(
    `insert into site_setting (key, value) values ($1, to_jsonb($2::text))
     on conflict (key) do update set value = excluded.value`,
    [`watermark:${name}`, at.toISOString()],
  );
}
