// Whether there is a demo world yet: asked at every start, so nothing of the world itself is loaded for it.
import type { Site } from '../../platform/site.ts';

const setting = 'demo_world';

/**
 * Loads the demo world when there is none yet, outside production.
 * @returns whether it was loaded now
 */
export async function loadDemoWorldOnFirstStart(
  site: Site,
  options: { people?: number } = {},
): Promise<boolean> {
  if (site.config.environment === 'production' || !site.config.demo) return false;
  if (await isLoaded(site)) return false;
  const { loadDemoWorld } = await import('./demo.world.ts');
  await loadDemoWorld(site, setting, options.people);
  return true;
}

async function isLoaded(site: Site): Promise<boolean> {
  const row = await site.db.reader
    .selectFrom('site_setting')
    .select('key')
    .where('key', '=', setting)
    .executeTakeFirst();
  return row !== undefined;
}
