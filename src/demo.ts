// What comes up outside production so that there is something to try: the demo world and the sample application.
import { fileURLToPath } from 'node:url';
import { startSampleApp, type RunningSample } from './sample/sample-app.ts';
import type { WorldOptions } from './sample/worlds/world.model.ts';
import { readWorld, worldNames } from './modules/decisions/index.ts';
import { demoDecisionClients, demoPassword, demoSampleClient, demoSignIns } from './modules/demo/index.ts';
import type { Site } from './platform/site.ts';

const assetsDir = fileURLToPath(new URL('../views/assets', import.meta.url));

/** The application of the demo world that people sign in to. */
export function startDemoSample(site: Pick<Site, 'config' | 'logger'>): Promise<RunningSample> {
  const { issuer, samplePort: port } = site.config;
  const log = (event: string, details: Record<string, unknown> = {}) =>
    site.logger.debug({ event, ...details }, 'sample application');
  return startSampleApp({ issuer, port, assetsDir, log, ...demoSampleClient, worlds: demoWorlds() });
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

/** What the terminal says: where everything is, who to sign in as, what to try first. */
export function describeDemo(addresses: { portal: string; sample: string | undefined }): string {
  const people = demoSignIns().map(
    ({ userName, role, tryThis }) => `  ${userName.padEnd(18)} ${role}\n${' '.repeat(21)}${tryThis}`,
  );
  return [
    '',
    `  Mandaat              ${addresses.portal}`,
    ...(addresses.sample
      ? [
          `  Sample application   ${addresses.sample}`,
          `  Asking for decisions ${addresses.sample}/welfare, /school, /finance, /casework`,
        ]
      : []),
    `  Mail that was "sent" ${addresses.portal}/demo/mail`,
    '',
    `  Sign in as one of these, password: ${demoPassword}`,
    '',
    ...people,
    '',
    '  The demo world lives in data/. Delete that directory to begin anew.',
    '',
  ].join('\n');
}
