// The sample application against a bare provider: signing in, renewing, being logged out, and everything that goes wrong.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startSampleApp } from '../../src/sample/sample-app.ts';
import type { RunningSample } from '../../src/sample/sample-app.ts';
import { startStandIn } from './provider.ts';
import type { StandIn } from './provider.ts';
import { Visitor } from './visitor.ts';

const assetsDir = fileURLToPath(new URL('../../views/assets', import.meta.url));
const mandates = {
  right: 'Mandates',
  context: { module: ['persons', 'roles'] },
  until: '2030-07-01T00:00:00+02:00',
};
const told = {
  name: 'Lotte <Peeters>',
  email: 'lotte@example.org',
  organisation: { code: '44021', name: 'Gent', target_group: 'LB' },
  roles: ['Mandates:44021'],
  entitlements: [mandates],
};

describe('sample application', () => {
  let app: RunningSample;
  let provider: StandIn;
  let visitor: Visitor;

  before(async () => {
    // The application needs the provider's address and the provider the application's: a port that was free decides.
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
  });
  after(async () => {
    await app.stop();
    await provider.stop();
  });
  beforeEach(() => {
    visitor = new Visitor();
    Object.assign(provider, {
      claims: { ...told },
      userInfoOnly: {},
      refuseWith: undefined,
      revoked: false,
      accessTokenSeconds: 600,
    });
    provider.requests.length = 0;
    provider.tokenRequests.length = 0;
  });

  const signIn = (query = '') => visitor.open(`${app.url}/sign-in${query}`);
  const logOut = (logoutToken: string) =>
    fetch(`${app.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: logoutToken }),
    });
  const counter = () => visitor.open(`${app.url}/counter`);
  const sidOf = (html: string) => /&#34;sid&#34;: &#34;([^&]+)&#34;/.exec(html)?.[1] ?? '';

  it('shows who signed in, for whom, the roles and the rights with their end', async () => {
    const page = await signIn();
    assert.equal(page.path, '/counter');
    for (const text of [
      'Lotte &lt;Peeters&gt;',
      'Gent (44021)',
      'LB',
      'Mandates:44021',
      'module: persons, roles',
      '30 June 2030',
    ]) {
      assert.ok(page.html.includes(text), `${text} is missing`);
    }
    const { code_challenge_method: method, state, nonce } = provider.requests[0] ?? {};
    assert.equal(method, 'S256');
    assert.ok(state && nonce);
  });

  it('never sends a token to the browser', async () => {
    const { html } = await signIn();
    assert.doesNotMatch(html, /eyJ[\w-]+\.eyJ/);
  });

  it('speaks the language of the browser, and then the one that was chosen', async () => {
    visitor = new Visitor('nl-BE');
    assert.match((await signIn()).html, /Aangemeld als/);
    assert.equal(provider.requests[0]?.['ui_locales'], 'nl');
    await visitor.open(`${app.url}/language?to=fr`);
    assert.match((await counter()).html, /Connecté en tant que/);
  });

  it('passes on for whom somebody comes', async () => {
    await signIn('?target_group=LB&organisation=44021');
    const hint = Buffer.from(String(provider.requests[0]?.['login_hint']), 'base64').toString();
    assert.deepEqual(JSON.parse(hint), { cap_hint: 'LB', code_hint: '44021' });
  });

  it('asks again for whom when the organisation is switched', async () => {
    await signIn();
    await signIn('?switch=1');
    assert.equal(provider.requests[1]?.['prompt'], 'select_account');
  });

  it('renews the tokens when asked, and shows a right that came in the meantime', async () => {
    await signIn();
    provider.claims['roles'] = ['Mandates:44021', 'Subsidies:44021'];
    const page = await visitor.post(`${app.url}/refresh`);
    assert.match(page.html, /The tokens were renewed/);
    assert.match(page.html, /Subsidies:44021/);
    const again = await visitor.post(`${app.url}/refresh`);
    assert.equal(again.status, 200, 'the rotated refresh token is used the next time');
  });

  it('renews a token that is nearly over before it is used, once for two tabs', async () => {
    await signIn();
    provider.accessTokenSeconds = 5;
    await visitor.post(`${app.url}/refresh`);
    provider.accessTokenSeconds = 600;
    const pages = await Promise.all([counter(), counter()]);
    assert.deepEqual(
      pages.map(({ status }) => status),
      [200, 200],
    );
    assert.deepEqual(provider.tokenRequests, ['authorization_code', 'refresh_token', 'refresh_token']);
  });

  it('ends the session when a refresh is refused', async () => {
    await signIn();
    provider.revoked = true;
    const page = await visitor.post(`${app.url}/refresh`);
    assert.equal(page.status, 401);
    assert.match(page.html, /Your session was ended/);
    assert.equal((await counter()).status, 401, 'it stays ended');
  });

  it('ends the session when UserInfo is refused', async () => {
    await signIn();
    assert.match((await visitor.post(`${app.url}/userinfo`)).html, /Answer of UserInfo/);
    provider.revoked = true;
    assert.equal((await visitor.post(`${app.url}/userinfo`)).status, 401);
  });

  it('asks UserInfo when the token only points to it', async () => {
    Object.assign(provider.claims, {
      roles: undefined,
      _claim_names: { roles: 'all' },
      _claim_sources: { all: {} },
    });
    provider.userInfoOnly = { roles: ['OnlyThere:44021'] };
    assert.match((await signIn()).html, /OnlyThere:44021/);
  });

  it('is logged out over the back channel by session and by person', async () => {
    for (const claims of [(sid: string) => ({ sid }), () => ({})]) {
      const page = await signIn();
      const answer = await logOut(await provider.signLogoutToken(claims(sidOf(page.html))));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      const ended = await counter();
      assert.equal(ended.status, 401);
      assert.match(ended.html, /informed this application that your session is over/);
    }
  });

  it('leaves other sessions alone when one is named', async () => {
    await signIn();
    assert.equal((await logOut(await provider.signLogoutToken({ sid: 'another-session' }))).status, 200);
    assert.equal((await counter()).status, 200);
    assert.equal((await logOut(await provider.signLogoutToken({ sub: 'person-2' }))).status, 200);
    assert.equal((await counter()).status, 200);
  });

  it('accepts the same logout twice without ending a session begun since', async () => {
    await signIn();
    const logoutToken = await provider.signLogoutToken();
    await logOut(logoutToken);
    await signIn();
    assert.equal((await logOut(logoutToken)).status, 200);
    assert.equal((await counter()).status, 200);
  });

  const now = Math.floor(Date.now() / 1000);
  const forgeries: Record<string, () => Promise<string>> = {
    'signed by somebody else': () => provider.signLogoutToken({}, { otherKey: true }),
    'an ID token': () => provider.signLogoutToken({}, { typ: 'JWT' }),
    'for another application': () => provider.signLogoutToken({ aud: 'another' }),
    'of another issuer': () => provider.signLogoutToken({ iss: 'https://other.example' }),
    'with a nonce': () => provider.signLogoutToken({ nonce: 'n' }),
    'without the event': () => provider.signLogoutToken({ events: { other: {} } }),
    'without an identifier': () => provider.signLogoutToken({ jti: undefined }),
    'about nobody': () => provider.signLogoutToken({ sub: undefined }),
    'that is over': () => provider.signLogoutToken({ iat: now - 200, exp: now - 100 }),
    'made long ago': () => provider.signLogoutToken({ iat: now - 3600, exp: now + 3600 }),
    'that is no token': async () => 'nonsense',
  };
  for (const [what, make] of Object.entries(forgeries)) {
    it(`refuses a logout token ${what}`, async () => {
      await signIn();
      assert.equal((await logOut(await make())).status, 400);
      assert.equal((await counter()).status, 200);
    });
  }

  it('signs out here and at the provider, and says so once', async () => {
    await signIn();
    const page = await visitor.post(`${app.url}/sign-out`);
    const logoutForm = /action="([^"]+)"[\s\S]*value="([^"]+)"/.exec(page.html);
    const done = await visitor.post(logoutForm?.[1] ?? '', { xsrf: logoutForm?.[2] ?? '', logout: 'yes' });
    assert.equal(done.url, `${app.url}/`);
    assert.match(done.html, /You are signed out here and at Mandaat/);
    assert.doesNotMatch((await visitor.open(`${app.url}/`)).html, /You are signed out/);
    await signIn();
    assert.equal(provider.requests.length, 2, 'the provider asked again who it is');
  });

  it('says why when the provider refuses, with a way on', async () => {
    provider.refuseWith = { error: 'access_denied', error_description: 'no right in this application' };
    const page = await signIn();
    assert.equal(page.status, 403);
    assert.match(page.html, /no right in this application/);
    assert.match(page.html, /href="\/sign-in"/);
  });

  it('goes on to the counter when the answer is opened again, and begins anew without a session', async () => {
    const begun = await visitor.send(`${app.url}/sign-in`);
    const interaction = await visitor.send(begun.headers.get('location') ?? '');
    const resumed = await visitor.send(
      new URL(interaction.headers.get('location') ?? '', provider.issuer).href,
    );
    const callback = await visitor.send(resumed.headers.get('location') ?? '');
    const address = callback.headers.get('location') ?? '';
    assert.ok(address.startsWith(`${app.url}/callback?`));
    assert.equal((await visitor.open(address)).path, '/counter');
    assert.equal((await visitor.open(address)).path, '/counter');
    const stranger = await new Visitor().open(address);
    assert.equal(stranger.status, 400);
    assert.match(stranger.html, /no longer valid/);
  });

  it('changes its session at sign-in', async () => {
    const begun = await visitor.send(`${app.url}/sign-in`);
    const planted = /counter_session=([^;]+)/.exec(begun.headers.getSetCookie().join())?.[1];
    await visitor.open(begun.headers.get('location') ?? '');
    const answer = await fetch(`${app.url}/session`, { headers: { cookie: `counter_session=${planted}` } });
    assert.deepEqual(await answer.json(), { signedIn: false });
  });

  it('sends people without a session to the start page, and knows its own addresses only', async () => {
    assert.equal((await counter()).path, '/');
    const unknown = await visitor.open(`${app.url}/nowhere`);
    assert.equal(unknown.status, 404);
    assert.match(unknown.html, /This page does not exist/);
  });

  it('says so when the provider cannot be reached, and recovers by itself', async () => {
    const lonely = await startSampleApp({
      issuer: 'http://localhost:9',
      clientId: 'counter',
      clientSecret: 'x',
      port: 0,
      assetsDir,
    });
    const page = await visitor.open(`${lonely.url}/sign-in`);
    await lonely.stop();
    assert.equal(page.status, 503);
    assert.match(page.html, /Mandaat cannot be reached/);
  });
});
