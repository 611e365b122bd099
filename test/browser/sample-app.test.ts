// The pages of the sample application in a browser, against a stand-in provider.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSampleApp } from '../../src/sample/sample-app.ts';
import type { RunningSample } from '../../src/sample/sample-app.ts';
import { startStandIn } from '../sample/provider.ts';
import type { StandIn } from '../sample/provider.ts';
import { browserMissing, openBrowser } from '../support/screenshot.ts';
import type { Browser } from '../support/screenshot.ts';
import { inspectPage, realComplaints } from './inspect.ts';

const assetsDir = fileURLToPath(new URL('../../views/assets', import.meta.url));

describe('pages of the sample application', { skip: browserMissing() }, () => {
  let browser: Browser;
  let app: RunningSample;
  let provider: StandIn;

  before(async () => {
    const probe = await startSampleApp({ issuer: '', clientId: '', clientSecret: '', port: 0, assetsDir });
    await probe.stop();
    provider = await startStandIn(probe.url);
    app = await startSampleApp({
      issuer: provider.issuer,
      clientId: 'counter',
      clientSecret: 'a-secret-of-the-counter',
      port: probe.port,
      assetsDir,
    });
    browser = await openBrowser();
    provider.claims = {
      name: 'Lotte Peeters',
      email: 'lotte@example.org',
      organisation: { code: '44021', name: 'Gent', target_group: 'LB' },
      roles: ['Mandates:44021'],
      entitlements: [{ right: 'Mandates', context: { module: ['persons'] }, until: '2030-07-01T00:00:00Z' }],
    };
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await app?.stop();
    await provider?.stop();
  });

  it('are accessible, and notice by themselves that the session was ended', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await inspectPage(visit, 'welcome');
    await page.getByRole('link', { name: 'Sign in with Mandaat' }).click();
    await page.getByRole('heading', { level: 1, name: 'Signed in as Lotte Peeters' }).waitFor();
    await inspectPage(visit, 'counter');
    await page.getByRole('button', { name: 'Refresh the tokens now' }).click();
    await page.getByRole('status').getByText('The tokens were renewed').waitFor();
    await page.getByRole('button', { name: 'Ask Mandaat what holds now' }).click();
    await page.getByRole('region', { name: 'UserInfo' }).getByText('Mandates:44021').waitFor();
    await inspectPage(visit, 'counter with the answer of UserInfo');
    await fetch(`${app.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: await provider.signLogoutToken() }),
    });
    await page.getByRole('heading', { name: 'Your session was ended' }).waitFor();
    await inspectPage(visit, 'session ended');
    await page.goto(`${app.url}/callback?state=old&code=old`);
    await page.getByRole('heading', { name: 'This sign-in is no longer valid' }).waitFor();
    await inspectPage(visit, 'message');
    assert.deepEqual(realComplaints(visit), []);
  });

  it('work without scripts', async () => {
    await using visit = await browser.open(app.url, { javaScript: false, language: 'fr' });
    const { page } = visit;
    await page.getByRole('link', { name: 'Se connecter avec Mandaat' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connecté en tant que Lotte Peeters' }).waitFor();
    await page.getByRole('link', { name: 'Deutsch' }).click();
    await page.getByRole('heading', { level: 1, name: 'Angemeldet als Lotte Peeters' }).waitFor();
    await page.getByRole('link', { name: 'Organisation wechseln' }).click();
    await page.getByRole('heading', { level: 1, name: 'Angemeldet als Lotte Peeters' }).waitFor();
    assert.equal(provider.requests.at(-1)?.['prompt'], 'select_account');
  });
});
