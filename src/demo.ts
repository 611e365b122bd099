// What comes up outside production so that there is something to try: the demo world and the sample application.
import { fileURLToPath } from 'node:url';
import { startSampleApp, type RunningSample } from './sample/sample-app.ts';
import { demoPassword, demoSampleClient, demoSignIns } from './modules/provisioning/index.ts';
import type { Site } from './platform/site.ts';

const assetsDir = fileURLToPath(new URL('../views/assets', import.meta.url));

/** The application of the demo world that people sign in to. */
export function startDemoSample(site: Pick<Site, 'config' | 'logger'>): Promise<RunningSample> {
  const { issuer, samplePort: port } = site.config;
  const log = (event: string, details: Record<string, unknown> = {}) =>
    site.logger.debug({ event, ...details }, 'sample application');
  return startSampleApp({ issuer, port, assetsDir, log, ...demoSampleClient });
}

/** What the terminal says: where everything is, who to sign in as, what to try first. */
export function describeDemo(addresses: { portal: string; sample: string | undefined }): string {
  const people = demoSignIns().map(
    ({ userName, role, tryThis }) => `  ${userName.padEnd(18)} ${role}\n${' '.repeat(21)}${tryThis}`,
  );
  return [
    '',
    `  Mandaat              ${addresses.portal}`,
    ...(addresses.sample ? [`  Sample application   ${addresses.sample}`] : []),
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
