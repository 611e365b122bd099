// Whether there is a demo world yet, and where its sample application is: asked at every start, so nothing of the world
// itself is loaded for it.
import type { Site } from '../../platform/site.ts';
import { demoSampleClient } from './demo.cast.ts';

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

/** Where the demo world was loaded for another SAMPLE_PORT than now, its sample application moves along. */
export async function followSamplePort(site: Site): Promise<void> {
  const [client] = await site.db.query<{ address: string | null }>(
    `select metadata #>> '{redirect_uris,0}' as address from client where id = $1`,
    [demoSampleClient.clientId],
  );
  const port = /^http:\/\/localhost:(\d+)\/callback$/.exec(client?.address ?? '')?.[1];
  if (port === undefined || Number(port) === site.config.samplePort) return;
  const { moveSampleApplication } = await import('./demo.sample-address.ts');
  await moveSampleApplication(site);
}

async function isLoaded(site: Site): Promise<boolean> {
  const row = await site.db.reader
    .selectFrom('site_setting')
    .select('key')
    .where('key', '=', setting)
    .executeTakeFirst();
  return row !== undefined;
}
