// What certification asks of a provider and the other files do not: every parameter of a request, every kind of logout.
// Source: OpenID Connect Core and RP-Initiated Logout, as the modules of the OpenID conformance suite read them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { createAccess, type Access } from '../../support/access.ts';
import { Browser, type Page } from '../../support/browser.ts';
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

async function signedIn(access?: Access) {
  const used = access ?? (await createAccess(world));
  const party = await createRelyingParty(app.url, used.client);
  const { browser, tokens } = await signInThrough(party, app.url, used.person);
  const ask = async (parameters: Record<string, string>): Promise<Page> =>
    browser.get((await party.begin(parameters)).url);
  return { access: used, party, browser, tokens, ask };
}

const parameter = (page: Page, name: string) => new URL(page.url).searchParams.get(name);
const idTokenClaims = (claims: object): string => JSON.stringify({ id_token: claims });

describe('discovery', () => {
  test('tells what works, and nothing of what does not', async () => {
    const told = (await (await fetch(`${app.url}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    assert.deepEqual(told['response_types_supported'], ['code']);
    assert.deepEqual(told['grant_types_supported'], [
      'authorization_code',
      'refresh_token',
      'client_credentials',
    ]);
    assert.deepEqual(told['code_challenge_methods_supported'], ['S256']);
    assert.deepEqual(told['ui_locales_supported'], ['en', 'nl', 'fr', 'de']);
    assert.deepEqual(told['prompt_values_supported'], ['none', 'login', 'consent', 'select_account']);
    assert.equal(told['request_uri_parameter_supported'], false);
    for (const member of ['request_parameter_supported', 'registration_endpoint', 'check_session_iframe'])
      assert.ok(!told[member], member);
    const other = await fetch(`${app.url}/.well-known/oauth-authorization-server`);
    assert.deepEqual(await other.json(), told);
  });
});

describe('a request with', () => {
  const answers = {
    'an unsigned request object': [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    'a request_uri': [{ request_uri: 'https://app.example/request' }, 'request_uri_not_supported'],
    'a registration': [{ registration: '{}' }, 'registration_not_supported'],
    'an unknown prompt': [{ prompt: 'nonsense' }, 'invalid_request'],
    'prompt=none and another': [{ prompt: 'none login' }, 'invalid_request'],
    'a negative max_age': [{ max_age: '-1' }, 'invalid_request'],
    'the plain method of PKCE': [{ code_challenge_method: 'plain' }, 'invalid_request'],
    'an unknown response mode': [{ response_mode: 'nonsense' }, 'unsupported_response_mode'],
    'claims that are no JSON': [{ claims: '{' }, 'invalid_request'],
    'a NUL in nonce': [{ nonce: '\0' }, 'invalid_request'],
    'an escaped NUL in claims': [{ claims: '{"userinfo":{"x\\u0000":null}}' }, 'invalid_request'],
    'an ACR that does not exist here': [
      { claims: idTokenClaims({ acr: { essential: true, values: ['urn:x'] } }) },
      'unmet_authentication_requirements',
    ],
  } as const;
  for (const [what, [parameters, error]] of Object.entries(answers)) {
    test(`${what} goes back with ${error}`, async () => {
      const { ask } = await signedIn();
      const page = await ask(parameters);
      assert.equal(parameter(page, 'error'), error);
      assert.equal(parameter(page, 'iss'), app.url);
      assert.ok(parameter(page, 'state'));
    });
  }

  const accepted = {
    'unknown parameters': { extra: 'foobar' },
    'scopes nobody has': { scope: 'openid profile email address phone' },
    'display and languages': { display: 'page', ui_locales: 'se', claims_locales: 'se' },
    'an ACR that is only wished for': { acr_values: 'urn:x urn:y' },
    'the ACR that is obtained, as essential claim': {
      claims: idTokenClaims({ acr: { essential: true, value: 'urn:mandaat:acr:password' } }),
    },
    'a time of signing in that is recent enough': { max_age: '10000' },
    'a NUL in nothing but a foreign parameter': { extra: 'a\u0001b' },
  } as const;
  for (const [what, parameters] of Object.entries(accepted)) {
    test(`${what} is answered with a code`, async () => {
      const { ask } = await signedIn();
      assert.ok(parameter(await ask({ prompt: 'none', ...parameters }), 'code'));
    });
  }

  test('ui_locales is answered in that language, until the person is known by their own', async () => {
    const access = await createAccess(world, { person: { language: 'de' } });
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const page = await browser.get((await party.begin({ ui_locales: 'tlh fr-BE' })).url);
    assert.match(page.body, /<html lang="fr"/);
    const missed = await browser.submit(page, '/sign-in', { login: access.person.userName, password: 'x' });
    assert.match(missed.body, /<html lang="fr"/);
    await enterPassword(browser, page, access.person);
    const asked = await party.begin({ prompt: 'select_account', ui_locales: 'fr' });
    assert.match((await browser.get(asked.url)).body, /<html lang="de"/);
  });

  test('response_mode=form_post is answered with our page, whose form may go to the application', async () => {
    const { ask, access } = await signedIn();
    const page = await ask({ response_mode: 'form_post', prompt: 'none', ui_locales: 'nl' });
    assert.equal(page.status, 200);
    assert.match(page.body, /<h1>Een ogenblik<[\s\S]*Doorgaan/);
    assert.match(page.body, new RegExp(`<form method="post" action="${access.client.redirectUri}"`));
    assert.match(page.body, /name="code" value="[\w-]+"/);
    assert.match(page.body, new RegExp(`name="iss" value="${app.url}"`));
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self';/);
    assert.ok(policy.includes(new URL(access.client.redirectUri).origin));
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  test('a hint of who is signed in, even one that has expired, is answered without a question', async () => {
    const { ask, tokens } = await signedIn();
    app.site.clock.advance({ minutes: 15 });
    assert.ok(parameter(await ask({ prompt: 'none', id_token_hint: tokens.id_token ?? '' }), 'code'));
    const forged = `${(tokens.id_token ?? '').slice(0, -8)}AAAAAAAA`;
    assert.equal(parameter(await ask({ prompt: 'none', id_token_hint: forged }), 'error'), 'invalid_request');
  });

  test('more rights than a token may carry gets where to ask for them, and the answer there', async () => {
    const access = await createAccess(world);
    const limit = app.site.config.tokenClaimLimitBytes;
    Object.assign(app.site.config, { tokenClaimLimitBytes: 10 });
    const { tokens } = await signedIn(access);
    Object.assign(app.site.config, { tokenClaimLimitBytes: limit });
    const claims = decodeJwt(tokens.id_token ?? '') as {
      _claim_sources: { userinfo: { endpoint: string } };
      organisation: { code: string };
    } & Record<string, unknown>;
    assert.deepEqual([claims['roles'], claims['entitlements']], [undefined, undefined]);
    assert.deepEqual(claims['_claim_names'], { roles: 'userinfo', entitlements: 'userinfo' });
    assert.equal(claims.organisation.code, access.organisation.code);
    const { endpoint } = claims._claim_sources.userinfo;
    const answer = await fetch(endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    assert.deepEqual(((await answer.json()) as { roles: string[] }).roles, ['Reader']);
  });

  test('max_age=0 asks for the password once, not for ever', async () => {
    const { ask, access, browser } = await signedIn();
    const landed = await enterPassword(browser, await ask({ max_age: '0' }), access.person);
    assert.ok(parameter(landed, 'code'));
  });

  test('claims asked for one by one tells them, and a userinfo claim in UserInfo', async () => {
    const { party, access } = await signedIn();
    const claims = JSON.stringify({ id_token: { auth_time: { essential: true } }, userinfo: { name: null } });
    const { tokens } = await signInThrough(party, app.url, access.person, { scope: 'openid', claims });
    assert.equal(typeof decodeJwt(tokens.id_token ?? '')['auth_time'], 'number');
    for (const init of [
      { headers: { authorization: `Bearer ${tokens.access_token}` } },
      { method: 'POST', headers: { authorization: `Bearer ${tokens.access_token}` } },
      { method: 'POST', body: new URLSearchParams({ access_token: tokens.access_token }) },
    ]) {
      const told = (await (await fetch(`${app.url}/userinfo`, init)).json()) as Record<string, unknown>;
      assert.equal(typeof told['name'], 'string');
      assert.equal(told['email'], undefined);
    }
    const inAddress = await fetch(`${app.url}/userinfo?access_token=${tokens.access_token}`);
    assert.equal(inAddress.status, 400);
  });

  for (const how of ['id_token_hint', 'claims'] as const) {
    test(`${how} of one person, where another signs in, ends at the application, not in a loop`, async () => {
      const { ask, tokens, browser } = await signedIn();
      const other = await createAccess(world);
      const expected = {
        id_token_hint: tokens.id_token ?? '',
        claims: idTokenClaims({ sub: { value: tokens.claims()?.sub } }),
      }[how];
      const page = await ask({ [how]: expected, prompt: 'login' });
      const moving = await enterPassword(browser, page, other.person);
      const landed = await browser.submit(moving, '/end-session/confirm');
      assert.equal(parameter(landed, 'error'), 'login_required');
    });
  }

  test('more by POST than an address can hold is refused with a page', async () => {
    const { party, browser } = await signedIn();
    const asked = Object.fromEntries(new URL((await party.begin({ prompt: 'none' })).url).searchParams);
    assert.ok(parameter(await browser.post('/authorize', { ...asked, extra: 'x'.repeat(4000) }), 'code'));
    const page = await browser.post('/authorize', { ...asked, extra: 'x'.repeat(20_000) });
    assert.equal(page.status, 400);
    assert.match(page.body, /This is too large/);
  });

  test('an unknown client whose name no database could hold gets the page of every unknown client', async () => {
    const page = await new Browser(app.url).get('/authorize?client_id=a%00b&response_type=code');
    assert.equal(page.status, 400);
    assert.match(page.body, /This application is not known here/);
  });
});

describe('signing out with', () => {
  const bye = 'https://app.example/bye';
  async function prepared() {
    const access = await createAccess(world, { client: { metadata: { post_logout_redirect_uris: [bye] } } });
    const { browser, tokens, ask } = await signedIn(access);
    const hint = tokens.id_token ?? '';
    const clientId = access.client.id;
    const isSignedIn = async () => parameter(await ask({ prompt: 'none' }), 'code') !== null;
    return { browser, hint, clientId, isSignedIn };
  }
  type Fields = Record<string, string>;
  type Prepared = Awaited<ReturnType<typeof prepared>>;
  const send = {
    GET: ({ browser }: Prepared, fields: Record<string, string>) =>
      browser.get(`/end-session?${new URLSearchParams(fields)}`),
    POST: ({ browser }: Prepared, fields: Record<string, string>) => browser.post('/end-session', fields),
  };

  for (const how of ['GET', 'POST'] as const) {
    test(`a good hint (${how}) goes on by itself, with and without state`, async () => {
      for (const state of [{}, { state: 'kept & sound' }] as Fields[]) {
        const begun = await prepared();
        const fields = { id_token_hint: begun.hint, post_logout_redirect_uri: bye, ...state };
        const page = await send[how](begun, fields);
        assert.match(page.body, /data-auto-submit/);
        const landed = await begun.browser.submit(page, '/end-session/confirm', { logout: 'yes' });
        assert.equal(new URL(landed.url).origin + new URL(landed.url).pathname, bye);
        assert.deepEqual(Object.fromEntries(new URL(landed.url).searchParams), state);
        assert.equal(await begun.isSignedIn(), false);
      }
    });

    test(`a hint, a client or an address that is not right (${how}) changes nothing and leads nowhere else`, async () => {
      const begun = await prepared();
      const { hint, clientId } = begun;
      for (const fields of [
        { id_token_hint: `${hint.slice(0, -8)}AAAAAAAA`, post_logout_redirect_uri: bye },
        { id_token_hint: 'x.y.z' },
        { id_token_hint: hint, post_logout_redirect_uri: `${bye}?extra=query` },
        { id_token_hint: hint, post_logout_redirect_uri: 'https://evil.example/' },
        { client_id: clientId, post_logout_redirect_uri: `${bye}/` },
        { id_token_hint: hint, client_id: 'mandaat-portal' },
        { client_id: 'nobody' },
      ] as Fields[]) {
        const page = await send[how](begun, fields);
        assert.equal(page.status, 400, JSON.stringify(fields));
        assert.doesNotMatch(page.body, /data-auto-submit|(?:href|action)="https:\/\/evil/);
        assert.match(page.body, /<a class="button/);
      }
      assert.equal(await begun.isSignedIn(), true);
    });

    test(`no hint (${how}) asks first, and an address without its application is not followed`, async () => {
      const begun = await prepared();
      for (const fields of [
        {},
        { state: 's' },
        { client_id: begun.clientId, post_logout_redirect_uri: bye },
      ] as Fields[]) {
        const page = await send[how](begun, fields);
        assert.match(page.body, /Do you want to sign out\?/);
        assert.doesNotMatch(page.body, /data-auto-submit/);
      }
      const page = await send[how](begun, { post_logout_redirect_uri: bye });
      const landed = await begun.browser.submit(page, '/end-session/confirm', { logout: 'yes' });
      assert.match(landed.url, /\/end-session\/success/);
      assert.equal(await begun.isSignedIn(), false);
    });
  }

  test('a form that another site made up changes nothing', async () => {
    const begun = await prepared();
    await begun.browser.get('/end-session');
    const page = await begun.browser.post('/end-session/confirm', { xsrf: 'guessed', logout: 'yes' });
    assert.equal(page.status, 400);
    assert.equal(await begun.isSignedIn(), true);
  });
});
