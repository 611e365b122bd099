// Signing in to an application in a browser: the ordinary way, by keyboard only, and everything that goes wrong.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startSampleApp } from '../../src/sample/sample-app.ts';
import type { RunningSample } from '../../src/sample/sample-app.ts';
import { freePort } from '../bench/server-process.ts';
import { browserMissing, openBrowser } from '../support/screenshot.ts';
import type { Browser } from '../support/screenshot.ts';
import { testPassword } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { inspectPage, realComplaints } from './inspect.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { fillInSignIn, focusByTab } from './steps.ts';

const assetsDir = fileURLToPath(new URL('../../views/assets', import.meta.url));
const clientSecret = 'the counter keeps this secret to itself';

describe('signing in to an application', { skip: browserMissing() }, () => {
  let browser: Browser;
  let product: Product;
  let app: RunningSample;

  before(async () => {
    const samplePort = await freePort();
    product = await startProduct({ seed: (world) => seed(world, `http://localhost:${samplePort}`) });
    app = await startSampleApp({
      issuer: product.url,
      clientId: 'counter',
      clientSecret,
      port: samplePort,
      assetsDir,
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await app?.stop();
    await product?.stop();
  });

  it('leads to the application with roles, and out of it again', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    await inspectPage(visit, 'sign-in');
    await fillIn(page, 'lotte');
    await arrived(page, 'Lotte');
    await page.getByText('Reader:north', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out here and at Mandaat.').waitFor();
    await begin(page);
    assert.deepEqual(realComplaints(visit), []);
  });

  it('works with the keyboard alone', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await focusByTab(page, 'Sign in with Mandaat');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await focusByTab(page, 'User name or mail address');
    await page.keyboard.type('lotte');
    await focusByTab(page, 'Password');
    await page.keyboard.type(testPassword);
    await page.keyboard.press('Enter');
    await arrived(page, 'Lotte');
  });

  it('says that the pair is wrong, keeps the name, and works then', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    await fillIn(page, 'lotte', 'not the right password');
    await page.getByText('The user name or the password is not correct').first().waitFor();
    assert.equal(await page.getByLabel('User name or mail address').inputValue(), 'lotte');
    await inspectPage(visit, 'sign-in refused');
    await fillIn(page, 'lotte');
    await arrived(page, 'Lotte');
  });

  it('asks for whom, remembers, and lets switch', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    await fillIn(page, 'noor');
    await page.getByRole('heading', { name: 'For whom do you act?' }).waitFor();
    await inspectPage(visit, 'chooser');
    await page.getByRole('button', { name: 'South Town' }).click();
    await arrived(page, 'Noor');
    await page.getByText('South Town (south)').waitFor();
    await page.getByRole('link', { name: 'Switch organisation' }).click();
    await page.getByRole('button', { name: 'North Town' }).click();
    await page.getByText('North Town (north)').waitFor();
  });

  it('goes straight to the organisation that a link names', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await page.getByLabel('Code of the target group').fill('towns');
    await page.getByLabel('Code of the organisation').fill('south');
    await page.getByRole('button', { name: 'Sign in for this organisation' }).click();
    await fillIn(page, 'noor');
    await page.getByText('South Town (south)').waitFor();
  });

  it('says to who has no right why, and who can help', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    await fillIn(page, 'wout');
    await page.getByRole('heading', { name: 'You have no access to this application' }).waitFor();
    await page.getByText('Hilde Head').waitFor();
    await inspectPage(visit, 'no access');
    await page.getByRole('button', { name: /Back to/ }).click();
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  });

  for (const javaScript of [true, false]) {
    it(`goes back by a form ${javaScript ? 'of itself' : 'with a button, where no script runs'}`, async () => {
      const { state, url } = formPostRequest(product.url, app.url);
      await using visit = await browser.open(url, { javaScript, language: 'nl' });
      const { page } = visit;
      await page.getByLabel('Gebruikersnaam of e-mailadres').fill('lotte');
      await page.getByLabel('Wachtwoord', { exact: true }).fill(testPassword);
      // The sample takes answers by GET only; that the form arrived is what is looked at.
      const arrival = page.waitForRequest(
        (request) => request.method() === 'POST' && request.url() === `${app.url}/callback`,
      );
      await page.getByRole('button', { name: 'Aanmelden', exact: true }).click();
      if (!javaScript) {
        await page.getByRole('heading', { name: 'Een ogenblik' }).waitFor();
        await page.getByRole('button', { name: 'Doorgaan' }).click();
      }
      const sent = new URLSearchParams((await arrival).postData() ?? '');
      assert.equal(sent.get('state'), state);
      assert.ok(sent.get('code'));
      assert.deepEqual(
        visit.complaints.filter((text) => /Content Security Policy/.test(text)),
        [],
      );
    });
  }

  it('finishes in a second tab, and the first tab finds a way on', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    const other = await page.context().newPage();
    await begin(page);
    await other.goto(app.url);
    await begin(other);
    await fillIn(other, 'lotte');
    await arrived(other, 'Lotte');
    await fillIn(page, 'lotte');
    await arrived(page, 'Lotte');
  });

  it('has a way on for who goes back and sends the form again', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    const step = page.url();
    await fillIn(page, 'lotte');
    await arrived(page, 'Lotte');
    await page.goto(step);
    await page.getByRole('heading', { name: 'This step of the sign-in is over' }).waitFor();
    await inspectPage(visit, 'step over');
    assert.ok((await page.getByRole('main').getByRole('link').count()) > 0, 'there is a way on');
  });

  it('has a way on when the cookie is lost', async () => {
    await using visit = await browser.open(app.url);
    const { page } = visit;
    await begin(page);
    await page.context().clearCookies();
    await fillIn(page, 'lotte');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.ok((await page.getByRole('main').getByRole('link').count()) > 0, 'there is a way on');
    await inspectPage(visit, 'cookie lost');
    await page.goto(`${app.url}/sign-in`);
    await fillIn(page, 'lotte');
    await arrived(page, 'Lotte');
  });

  it('explains an unknown application and an address that is not registered', async () => {
    const query = new URLSearchParams({
      client_id: 'nobody',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: `${app.url}/elsewhere`,
    });
    await using visit = await browser.open(`${product.url}/authorize?${query}`);
    const { page } = visit;
    await page.getByRole('heading', { name: 'This application is not known here' }).waitFor();
    await inspectPage(visit, 'unknown application');
    query.set('client_id', 'counter');
    await page.goto(`${product.url}/authorize?${query}`);
    await page.getByRole('heading', { name: 'an address that is not registered' }).waitFor();
    await inspectPage(visit, 'address not registered');
  });

  it('speaks the language of the browser', async () => {
    await using visit = await browser.open(app.url, { language: 'nl-BE' });
    await visit.page.getByRole('link', { name: 'Aanmelden met Mandaat' }).click();
    await visit.page.getByLabel('Wachtwoord').waitFor();
    assert.equal(await visit.page.locator('html').getAttribute('lang'), 'nl');
  });

  async function begin(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Sign in with Mandaat' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  async function arrived(page: Page, givenName: string): Promise<void> {
    await page.getByRole('heading', { level: 1, name: `Signed in as ${givenName}` }).waitFor();
  }
});

function formPostRequest(issuer: string, appUrl: string): { state: string; url: string } {
  const state = 'kept & "sound"';
  const query = new URLSearchParams({
    client_id: 'counter',
    redirect_uri: `${appUrl}/callback`,
    response_type: 'code',
    response_mode: 'form_post',
    scope: 'openid',
    state,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return { state, url: `${issuer}/authorize?${query}` };
}

const fillIn = (page: Page, userName: string, password = testPassword) =>
  fillInSignIn(page, userName, password);

async function seed(world: World, appUrl: string): Promise<void> {
  const towns = await world.targetGroup({ code: 'towns' });
  const north = await world.organisation({ code: 'north', name: 'North Town', targetGroup: towns });
  const south = await world.organisation({ code: 'south', name: 'South Town', targetGroup: towns });
  const application = await world.application({ code: 'counter', roleTemplate: '{right}:{organisation}' });
  await world.client(application, {
    id: 'counter',
    secret: clientSecret,
    metadata: {
      redirect_uris: [`${appUrl}/callback`],
      post_logout_redirect_uris: [`${appUrl}/`],
      backchannel_logout_uri: `${appUrl}/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
  });
  const reader = await world.right(application, { code: 'Reader' });
  await world.offer(reader, { targetGroup: towns });
  const lotte = await world.person({ userName: 'lotte', givenName: 'Lotte' });
  await world.assignment(await world.affiliation(lotte, north), reader);
  const noor = await world.person({ userName: 'noor', givenName: 'Noor' });
  for (const town of [north, south]) await world.assignment(await world.affiliation(noor, town), reader);
  const wout = await world.person({ userName: 'wout', givenName: 'Wout' });
  await world.affiliation(wout, north);
  const hilde = await world.person({ userName: 'hilde', givenName: 'Hilde', familyName: 'Head' });
  await world.administration(await world.affiliation(hilde, north), 'head', { organisation: north });
}
