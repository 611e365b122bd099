// What comes up outside production so that there is something to try: the demo world and the sample application.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSampleApp, type RunningSample } from './sample/sample-app.ts';
import type { WorldOptions } from './sample/worlds/world.model.ts';
import { readWorld, worldNames } from './modules/decisions/index.ts';
import {
  demoDecisionClients,
  demoPassword,
  demoSampleClient,
  demoSignIns,
  followSamplePort,
} from './modules/demo/index.ts';
import type { Config } from './platform/config.ts';
import type { Site } from './platform/site.ts';

const assetsDir = fileURLToPath(new URL('../views/assets', import.meta.url));

/** The application of the demo world that people sign in to. */
export async function startDemoSample(site: Site): Promise<RunningSample> {
  const { issuer, samplePort: port } = site.config;
  const log = (event: string, details: Record<string, unknown> = {}) =>
    site.logger.debug({ event, ...details }, 'sample application');
  const worlds = demoWorlds();
  const sample = await startSampleApp({ issuer, port, assetsDir, log, ...demoSampleClient, worlds });
  await followSamplePort(site);
  return sample;
}

/** The four applications with a rights model: their records, and accounts of their own. */
export function demoWorlds(): WorldOptions[] {
  return worldNames.map(readWorld).flatMap((world) => {
    const client = demoDecisionClients[world.application];
    const { people, records, forms } = world;
    const modules = forms.forms.flatMap((form) => (form.kind === 'permissions' ? form.modules : []));
    const options = {
      code: world.application as WorldOptions['code'],
      language: world.application === 'casework' ? ('de' as const) : ('nl' as const),
      people: people.map(({ id, name }) => ({ id, name })),
      records,
      labels: Object.fromEntries(forms.resourceTypes.map(({ name, label }) => [name, label])),
      groups: Object.fromEntries(forms.groups.map(({ id, name }) => [id, name])),
      items: modules.flatMap(({ id: module, items }) => items.map(({ id, name }) => ({ id, name, module }))),
    };
    return client ? [{ ...options, ...client }] : [];
  });
}

/**
 * What the terminal says: where everything is, who to sign in as, what to try first.
 * @param sample where the sample application is, or why it is not.
 */
export function describeDemo(config: Config, sample: { url: string } | { failure: string }): string {
  const portal = config.issuer;
  const people = demoSignIns().map(
    ({ userName, role, tryThis }) => `  ${userName.padEnd(18)} ${role}\n${' '.repeat(21)}${tryThis}`,
  );
  return [
    '',
    `  Mandaat              ${portal}`,
    ...('url' in sample
      ? [
          `  Sample application   ${sample.url}`,
          `  Asking for decisions ${sample.url}/welfare, /school, /finance, /casework`,
        ]
      : [`  Sample application   does not run: ${sample.failure}`]),
    `  Mail that was "sent" ${portal}/demo/mail`,
    '',
    `  Sign in as one of these, password: ${demoPassword}`,
    '',
    ...people,
    '',
    `  ${whereItLives(config)}`,
    '',
  ].join('\n');
}

/** Why the sample application is not there, and what to do about it. */
export function explainSampleFailure(error: unknown, { samplePort }: Config): string {
  const isTaken = (error as { code?: unknown } | undefined)?.code === 'EADDRINUSE';
  return isTaken
    ? `port ${samplePort} is taken. Choose another one with SAMPLE_PORT.`
    : 'see the log line above.';
}

function whereItLives(config: Config): string {
  if (config.databaseUrl) return 'The demo world lives in the database that DATABASE_URL names.';
  const within = relative('', config.dataDir);
  const place = within === '' || within.startsWith('..') ? config.dataDir : `${within}/`;
  return `The demo world lives in ${place}. Stop, and delete that directory to begin anew.`;
}
