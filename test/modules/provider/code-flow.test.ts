// The main job: somebody with a right signs in to an application and gets tokens that say what they may do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oidc from 'openid-client';
import { addOrganisation, createAccess } from '../../support/access.ts';
import { Browser } from '../../support/browser.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createRelyingParty, enterPassword, signInThrough } from '../../support/sign-in.ts';
import { createWorld, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const organisationOf = (tokens: { claims(): unknown }) =>
  (tokens.claims() as { organisation: { code: string } }).organisation.code;

describe('the code flow', () => {
  test('gives ID token, UserInfo and introspection the rights of the one organisation', async () => {
    const access = await createAccess(world, {
      until: '2026-07-01T00:00:00Z',
      application: { roleTemplate: '{right}:{organisation}' },
      person: { givenName: 'An', familyName: 'Peeters' },
    });
    const { person, organisation } = access;
    const party = await createRelyingParty(app.url, access.client);

    const { tokens } = await signInThrough(party, app.url, person);

    const claims = tokens.claims();
    const roles = [`Reader:${organisation.code}`];
    assert.equal(claims?.sub, person.id);
    assert.deepEqual(claims?.['roles'], roles);
    assert.deepEqual(claims?.['organisation'], {
      code: organisation.code,
      name: organisation.name,
      target_group: 'group1',
    });
    assert.deepEqual(claims?.['entitlements'], [
      { right: 'Reader', context: {}, until: '2026-07-01T00:00:00.000Z' },
    ]);
    assert.equal(claims?.['name'], 'An Peeters');
    const userinfo = await oidc.fetchUserInfo(party.config, tokens.access_token, person.id);
    assert.deepEqual(userinfo['roles'], roles);
    assert.equal(userinfo.email, person.mail);
    const introspected = await oidc.tokenIntrospection(party.config, tokens.access_token);
    assert.equal(introspected.active, true);
    assert.deepEqual(introspected['roles'], roles);
  });

  test('tells rights only where the client wants them', async () => {
    const { client, person } = await createAccess(world, {
      client: { claimsIn: { idToken: false, introspection: false } },
    });
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person);
    assert.equal(tokens.claims()?.['roles'], undefined);
    assert.equal(tokens.claims()?.['given_name'], undefined);
    assert.equal((await oidc.tokenIntrospection(party.config, tokens.access_token))['roles'], undefined);
    const userinfo = await oidc.fetchUserInfo(party.config, tokens.access_token, person.id);
    assert.deepEqual(userinfo['roles'], ['Reader']);
  });

  test('lets no token outlive the right it tells of', async () => {
    const { client, person } = await createAccess(world, { until: '2026-06-15T08:03:20Z' });
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person);
    const end = Date.parse('2026-06-15T08:03:20Z') / 1000;
    assert.equal(tokens.claims()?.exp, end);
    assert.equal(tokens.expires_in, 200);
    const introspected = await oidc.tokenIntrospection(party.config, tokens.refresh_token ?? '');
    assert.equal(introspected.exp, end);
  });

  test('tells nothing that ends within the second, since a token ends at whole ones', async () => {
    const access = await createAccess(world, { until: '2026-06-15T08:30:00.900Z' });
    const lasting = await world.right(access.application, { code: 'Lasting' });
    await world.offer(lasting, { organisation: access.organisation });
    await world.assignment(access.affiliation, lasting);
    const party = await createRelyingParty(app.url, access.client);
    const before = app.site.clock.now();
    app.site.clock.set('2026-06-15T08:30:00.500Z');
    const { tokens } = await signInThrough(party, app.url, access.person);
    assert.deepEqual(tokens.claims()?.['roles'], ['Lasting']);
    assert.equal(tokens.expires_in, app.site.config.accessTokenSeconds);
    app.site.clock.set(before);
  });

  test('asks for whom one acts, remembers it, and keeps to it within the session', async () => {
    const access = await createAccess(world);
    const other = await addOrganisation(world, access);
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const first = await party.begin();
    const chooser = await enterPassword(browser, await browser.get(first.url), access.person);
    assert.match(chooser.body, /For whom do you act\?/);
    const landed = await browser.submit(chooser, '/organisation', { organisationId: other.id });
    assert.equal(organisationOf(await first.redeem(landed.url)), other.code);

    const again = await party.begin();
    assert.equal(organisationOf(await again.redeem((await browser.get(again.url)).url)), other.code);

    const elsewhere = new Browser(app.url);
    const next = await party.begin();
    const asked = await enterPassword(elsewhere, await elsewhere.get(next.url), access.person);
    assert.match(asked.body, new RegExp(`${other.code} · chosen last time`));
  });

  test('does not let somebody act for an organisation that is not theirs', async () => {
    const access = await createAccess(world);
    await addOrganisation(world, access);
    const stranger = await world.organisation();
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const attempt = await party.begin();
    const chooser = await enterPassword(browser, await browser.get(attempt.url), access.person);
    const answer = await browser.submit(chooser, '/organisation', { organisationId: stranger.id });
    assert.match(answer.body, /For whom do you act\?/);
  });

  test('is directed by a hint, and asks when the hint does not fit', async () => {
    const access = await createAccess(world);
    const other = await addOrganisation(world, access);
    const party = await createRelyingParty(app.url, access.client);
    const directed = await signInThrough(party, app.url, access.person, {
      login_hint: base64({ code_hint: other.code }),
    });
    assert.equal(organisationOf(directed.tokens), other.code);

    const attempt = await party.begin({ login_hint: base64({ code_hint: 'elsewhere' }) });
    const page = await directed.browser.get(attempt.url);
    assert.match(page.body, /asked for an organisation for which you have no rights/);

    const switching = await party.begin({ login_hint: base64({ code_hint: access.organisation.code }) });
    const switched = await switching.redeem((await directed.browser.get(switching.url)).url);
    assert.equal(organisationOf(switched), access.organisation.code);
  });

  test('fills the user name in from any other hint', async () => {
    const { client } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const attempt = await party.begin({ login_hint: 'an@mail.example' });
    const page = await new Browser(app.url).get(attempt.url);
    assert.match(page.body, /name="login" value="an@mail\.example"/);
  });
});

describe('prompt, max_age and hints', () => {
  test('prompt=none answers, asks to sign in, or to choose', async () => {
    const access = await createAccess(world);
    await addOrganisation(world, access);
    const party = await createRelyingParty(app.url, access.client);
    const nobody = await new Browser(app.url).get((await party.begin({ prompt: 'none' })).url);
    assert.match(nobody.url, /error=login_required/);

    const browser = new Browser(app.url);
    const attempt = await party.begin();
    await enterPassword(browser, await browser.get(attempt.url), access.person);
    const undecided = await browser.get((await party.begin({ prompt: 'none' })).url);
    assert.match(undecided.url, /error=account_selection_required/);
  });

  test('prompt=none with a session and a choice gives a code', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { browser } = await signInThrough(party, app.url, person);
    const silent = await party.begin({ prompt: 'none' });
    const tokens = await silent.redeem((await browser.get(silent.url)).url);
    assert.equal(tokens.claims()?.sub, person.id);
  });

  test('prompt=login asks for the password again', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { browser, tokens } = await signInThrough(party, app.url, person, { max_age: '3600' });
    app.site.clock.advance({ seconds: 30 });
    const attempt = await party.begin({ prompt: 'login', max_age: '3600' });
    const page = await browser.get(attempt.url);
    assert.match(page.body, /name="password"/);
    const fresh = await attempt.redeem((await enterPassword(browser, page, person)).url);
    assert.equal((fresh.claims()?.auth_time ?? 0) - (tokens.claims()?.auth_time ?? 0), 30);
  });

  test('max_age asks again when the sign-in is older', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { browser } = await signInThrough(party, app.url, person);
    app.site.clock.advance({ seconds: 10 });
    assert.match((await browser.get((await party.begin({ max_age: '1' })).url)).body, /name="password"/);
    const lenient = await party.begin({ max_age: '10000' });
    assert.match((await browser.get(lenient.url)).url, /[?&]code=/);
  });

  test('prompt=select_account asks, even with one organisation', async () => {
    const { client, person, organisation } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { browser } = await signInThrough(party, app.url, person);
    const attempt = await party.begin({ prompt: 'select_account' });
    const page = await browser.get(attempt.url);
    assert.match(page.body, /For whom do you act\?/);
    const landed = await browser.submit(page, '/organisation', { organisationId: organisation.id });
    assert.equal(organisationOf(await attempt.redeem(landed.url)), organisation.code);
  });

  test('prompt=consent is given without a question and allows offline access', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person, {
      prompt: 'consent',
      scope: 'openid offline_access',
    });
    assert.match(tokens.scope ?? '', /offline_access/);
  });

  test('id_token_hint of somebody else asks for the right person', async () => {
    const access = await createAccess(world);
    const party = await createRelyingParty(app.url, access.client);
    const { tokens } = await signInThrough(party, app.url, access.person);
    const colleague = await world.person();
    const affiliation = await world.affiliation(colleague, access.organisation);
    await world.assignment(affiliation, access.right);
    const { browser } = await signInThrough(party, app.url, colleague);
    const attempt = await party.begin({ prompt: 'none', id_token_hint: tokens.id_token ?? '' });
    assert.match((await browser.get(attempt.url)).url, /error=login_required/);
  });

  test('acr_values tells how somebody signed in', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person, {
      acr_values: 'urn:mandaat:acr:password',
    });
    assert.equal(tokens.claims()?.['acr'], 'urn:mandaat:acr:password');
  });
});

describe('somebody else at the same browser', () => {
  test('can sign in from the chooser; the session before ends', async () => {
    const access = await createAccess(world);
    const colleague = await world.person();
    const affiliation = await world.affiliation(colleague, access.organisation);
    await world.assignment(affiliation, access.right);
    const party = await createRelyingParty(app.url, access.client);
    const { browser } = await signInThrough(party, app.url, access.person);
    const attempt = await party.begin({ prompt: 'select_account' });
    const chooser = await browser.get(attempt.url);
    const link = /href="([^"]+\?as=other)"/.exec(chooser.body)?.[1] ?? '';
    const page = await enterPassword(browser, await browser.get(link), colleague);
    const handedOver = await browser.submit(page, '/end-session/confirm');
    const landed = await browser.submit(handedOver, '/organisation', {
      organisationId: access.organisation.id,
    });
    assert.equal((await attempt.redeem(landed.url)).claims()?.sub, colleague.id);
  });
});
