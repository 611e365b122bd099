// The token endpoint and what lives on from it: single use, rotation, machine clients, sender-constrained tokens.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { calculateJwkThumbprint, decodeProtectedHeader, decodeJwt, exportJWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { createAccess, publicClient } from '../../support/access.ts';
import { Browser } from '../../support/browser.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createRelyingParty, enterPassword, signInThrough } from '../../support/sign-in.ts';
import { createWorld, type ClientRef, type World } from '../../support/world.ts';

interface PointedClaims {
  readonly _claim_sources: { readonly userinfo: { endpoint: string; access_token: string } };
  readonly [claim: string]: unknown;
}

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

const basic = ({ id, secret }: ClientRef): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

async function postToken(
  client: ClientRef | undefined,
  fields: Record<string, string>,
  path = '/token',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: client ? { authorization: basic(client) } : {},
    body: new URLSearchParams(fields),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A code that nobody has redeemed, with what is needed to do so. */
async function obtainCode(access: Awaited<ReturnType<typeof createAccess>>): Promise<Record<string, string>> {
  const browser = new Browser(app.url);
  const verifier = oidc.randomPKCECodeVerifier();
  const query = new URLSearchParams({
    client_id: access.client.id,
    redirect_uri: access.client.redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge_method: 'S256',
    state: 's',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  });
  const landed = await enterPassword(browser, await browser.get(`/authorize?${query}`), access.person);
  const code = new URL(landed.url).searchParams.get('code') ?? '';
  return {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: access.client.redirectUri,
  };
}

describe('an authorization code', () => {
  test('redeemed by twenty at once gives tokens to one', async () => {
    const access = await createAccess(world);
    const fields = await obtainCode(access);
    const answers = await Promise.all(Array.from({ length: 20 }, () => postToken(access.client, fields)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const refusals = answers.filter(({ status }) => status !== 200).map(({ body }) => body['error']);
    assert.deepEqual([...new Set(refusals)], ['invalid_grant']);
  });

  test('redeemed again later ends the tokens it gave', async () => {
    const access = await createAccess(world);
    const fields = await obtainCode(access);
    const first = await postToken(access.client, fields);
    app.site.clock.advance({ seconds: 30 });
    assert.equal((await postToken(access.client, fields)).body['error'], 'invalid_grant');
    const token = String(first.body['access_token']);
    assert.equal((await postToken(access.client, { token }, '/introspect')).body['active'], false);
  });

  test('is refused with another verifier, another address, or after its minute', async () => {
    const access = await createAccess(world);
    const wrong = { ...(await obtainCode(access)), code_verifier: oidc.randomPKCECodeVerifier() };
    assert.equal((await postToken(access.client, wrong)).body['error'], 'invalid_grant');
    const elsewhere = { ...(await obtainCode(access)), redirect_uri: 'https://elsewhere.example/' };
    assert.equal((await postToken(access.client, elsewhere)).body['error'], 'invalid_grant');
    const late = await obtainCode(access);
    app.site.clock.advance({ seconds: 61 });
    assert.equal((await postToken(access.client, late)).body['error'], 'invalid_grant');
  });

  test('is not redeemed with a verifier it was given without a challenge for, nor without the one it needs', async () => {
    const access = await createAccess(world, { client: { pkceRequired: false } });
    const { code_verifier: verifier, ...withoutVerifier } = await obtainCode(access);
    assert.equal((await postToken(access.client, withoutVerifier)).body['error'], 'invalid_grant');
    const { browser } = await signInThrough(
      await createRelyingParty(app.url, access.client),
      app.url,
      access.person,
    );
    const query = new URLSearchParams({
      client_id: access.client.id,
      redirect_uri: access.client.redirectUri,
      response_type: 'code',
      scope: 'openid',
    });
    const code = new URL((await browser.get(`/authorize?${query}`)).url).searchParams.get('code') ?? '';
    const downgraded = { ...withoutVerifier, code, code_verifier: verifier ?? '' };
    assert.equal((await postToken(access.client, downgraded)).body['error'], 'invalid_grant');
  });

  test('is not given without PKCE unless the client is excepted', async () => {
    for (const [pkceRequired, expected] of [
      [true, /error=invalid_request/],
      [false, /[?&]code=/],
    ] as const) {
      const access = await createAccess(world, { client: { pkceRequired } });
      const query = new URLSearchParams({
        client_id: access.client.id,
        redirect_uri: access.client.redirectUri,
        response_type: 'code',
        scope: 'openid',
      });
      const browser = new Browser(app.url);
      const page = await browser.get(`/authorize?${query}`);
      const landed = pkceRequired ? page : await enterPassword(browser, page, access.person);
      assert.match(landed.url, expected);
    }
  });
});

describe('a refresh token', () => {
  test('of a public client rotates; used twice, it ends everything', async () => {
    const { client, person } = await createAccess(world, { client: publicClient });
    const party = await createRelyingParty(app.url, client, oidc.None());
    const { tokens } = await signInThrough(party, app.url, person);
    const first = tokens.refresh_token ?? '';
    const renewed = await oidc.refreshTokenGrant(party.config, first);
    assert.notEqual(renewed.refresh_token, first);
    assert.deepEqual(renewed.claims()?.['roles'], ['Reader']);
    await assert.rejects(oidc.refreshTokenGrant(party.config, first), { error: 'invalid_grant' });
    await assert.rejects(oidc.refreshTokenGrant(party.config, renewed.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
  });

  test('of a public client, used by twenty at once, serves one', async () => {
    const { client, person } = await createAccess(world, { client: publicClient });
    const party = await createRelyingParty(app.url, client, oidc.None());
    const { tokens } = await signInThrough(party, app.url, person);
    const fields = {
      grant_type: 'refresh_token',
      client_id: client.id,
      refresh_token: tokens.refresh_token ?? '',
    };
    const answers = await Promise.all(Array.from({ length: 20 }, () => postToken(undefined, fields)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  test('of a confidential client stays, and ends at its absolute limit', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person, {
      prompt: 'consent',
      scope: 'openid offline_access',
    });
    const token = tokens.refresh_token ?? '';
    app.site.clock.advance({ seconds: app.site.config.refreshTokenSeconds - 1 });
    await oidc.refreshTokenGrant(party.config, token);
    app.site.clock.advance({ seconds: 2 });
    await assert.rejects(oidc.refreshTokenGrant(party.config, token), { error: 'invalid_grant' });
  });

  test('rotation does not prolong the absolute limit', async () => {
    const { client, person } = await createAccess(world, { client: publicClient });
    const party = await createRelyingParty(app.url, client, oidc.None());
    const { tokens } = await signInThrough(party, app.url, person, {
      prompt: 'consent',
      scope: 'openid offline_access',
    });
    app.site.clock.advance({ seconds: app.site.config.refreshTokenSeconds - 10 });
    const renewed = await oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? '');
    app.site.clock.advance({ seconds: 11 });
    await assert.rejects(oidc.refreshTokenGrant(party.config, renewed.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
  });

  test('that was revoked is worth nothing, nor are the tokens of its grant', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const { tokens } = await signInThrough(party, app.url, person);
    await oidc.tokenRevocation(party.config, tokens.refresh_token ?? '');
    await assert.rejects(oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? ''), {
      error: 'invalid_grant',
    });
    assert.equal((await oidc.tokenIntrospection(party.config, tokens.access_token)).active, false);
  });
});

describe('introspection', () => {
  test('answers other clients of the application, and nobody else', async () => {
    const access = await createAccess(world);
    const party = await createRelyingParty(app.url, access.client);
    const { tokens } = await signInThrough(party, app.url, access.person);
    const token = tokens.access_token;
    const sibling = await world.client(access.application);
    const { body } = await postToken(sibling, { token }, '/introspect');
    assert.deepEqual([body['active'], body['roles']], [true, ['Reader']]);
    const stranger = await world.client(await world.application());
    assert.deepEqual((await postToken(stranger, { token }, '/introspect')).body, { active: false });
    const open = await world.client(access.application, publicClient);
    const asked = await postToken(undefined, { token, client_id: open.id }, '/introspect');
    assert.deepEqual(asked.body, { active: false });
  });

  test('of a machine’s token tells the client, until the client is disabled', async () => {
    const application = await world.application();
    const client = await world.client(application, { metadata: { grant_types: ['client_credentials'] } });
    const sibling = await world.client(application);
    const token = String(
      (await postToken(client, { grant_type: 'client_credentials' })).body['access_token'],
    );
    assert.equal((await postToken(sibling, { token }, '/introspect')).body['client_id'], client.id);
    await app.site.db.query('update client set disabled_at = now() where id = $1', [client.id]);
    const ask = () => postToken(sibling, { token }, '/introspect');
    assert.deepEqual((await ask()).body, { active: false });
    assert.equal((await postToken(client, { grant_type: 'client_credentials' })).status, 401);
  });
});

describe('authenticating a client', () => {
  test('by post, by a second secret, never by a wrong or an old one', async () => {
    const { id, secret } = await world.client(await world.application(), {
      metadata: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' },
    });
    const ask = (client_secret: string) =>
      postToken(undefined, { grant_type: 'client_credentials', client_id: id, client_secret });
    assert.equal((await ask(secret)).status, 200);
    assert.equal((await ask('compared by digest')).status, 401);
    assert.equal((await ask(`${secret}x`)).status, 401);
  });

  test('by private_key_jwt, with the issuer as audience, once', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { id } = await world.client(await world.application(), {
      metadata: {
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] },
      },
    });
    const now = Math.floor(app.site.clock.now().getTime() / 1000);
    const fieldsWith = async (claims: object) => ({
      grant_type: 'client_credentials',
      client_assertion: await new SignJWT({
        ...{ iss: id, sub: id, aud: app.url, jti: oidc.randomState(), iat: now, exp: now + 60 },
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .sign(privateKey),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    for (const claims of [
      { aud: 'https://elsewhere.example' },
      { sub: 'somebody-else' },
      { exp: now - 60 },
      { exp: now + 2 * 3600 },
      { nbf: now + 70 },
      { jti: undefined },
    ]) {
      const refused = await postToken(undefined, await fieldsWith(claims));
      assert.deepEqual(
        [refused.status, refused.body['error']],
        [401, 'invalid_client'],
        JSON.stringify(claims),
      );
    }
    const fields = await fieldsWith({ nbf: now + 8 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => postToken(undefined, fields)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  test('by keys at an address of the internal network only where the configuration names its host', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
    const server = createServer((_req, res) => void res.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const application = await world.application();
    const present = async (): Promise<number> => {
      const { id } = await world.client(application, {
        metadata: {
          grant_types: ['client_credentials'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: `http://127.0.0.1:${port}/keys`,
        },
      });
      const now = Math.floor(app.site.clock.now().getTime() / 1000);
      const assertion = await new SignJWT({ iss: id, sub: id, aud: app.url, jti: id, exp: now + 60 })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .sign(privateKey);
      const answer = await postToken(undefined, {
        grant_type: 'client_credentials',
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      return answer.status;
    };
    const { backchannelAllowPrivate, internalHosts } = app.site.config;
    Object.assign(app.site.config, { backchannelAllowPrivate: false, internalHosts: [] });
    assert.equal(await present(), 401);
    Object.assign(app.site.config, { internalHosts: ['127.0.0.1'] });
    assert.equal(await present(), 200);
    Object.assign(app.site.config, { backchannelAllowPrivate, internalHosts });
    server.close();
  });

  test('a broken client keeps nobody who entered it from signing out, and its tokens count for nothing', async () => {
    const access = await createAccess(world);
    const other = { ...access, client: await world.client(access.application) };
    const party = await createRelyingParty(app.url, access.client);
    const { browser, tokens } = await signInThrough(party, app.url, access.person);
    const attempt = await (await createRelyingParty(app.url, other.client)).begin();
    const { access_token: token } = await attempt.redeem((await browser.get(attempt.url)).url);
    await app.site.db.query(
      `update client set metadata = jsonb_set(metadata, '{grant_types}', '["implicit"]') where id = $1`,
      [other.client.id],
    );
    assert.equal((await postToken(access.client, { token }, '/introspect')).body['active'], false);
    assert.match((await browser.get(attempt.url)).body, /invalid_client_metadata/);
    const page = await browser.get(`/end-session?id_token_hint=${tokens.id_token}`);
    const landed = await browser.submit(page, '/end-session/confirm', { logout: 'yes' });
    assert.match(landed.url, /\/end-session\/success/);
    const silent = await browser.get((await party.begin({ prompt: 'none' })).url);
    assert.match(silent.url, /error=login_required/);
  });

  test('a broken client breaks only itself', async () => {
    const broken = await world.client(await world.application(), { metadata: { grant_types: ['implicit'] } });
    const whole = await world.client(await world.application(), {
      metadata: { grant_types: ['client_credentials'] },
    });
    assert.ok((await postToken(broken, { grant_type: 'client_credentials' })).status >= 400);
    assert.equal((await postToken(whole, { grant_type: 'client_credentials' })).status, 200);
  });
});

describe('pushed requests, DPoP and resources', () => {
  test('a pushed request is used once', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const verifier = oidc.randomPKCECodeVerifier();
    const pushed = await oidc.buildAuthorizationUrlWithPAR(party.config, {
      redirect_uri: client.redirectUri,
      scope: 'openid',
      code_challenge_method: 'S256',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    });
    const browser = new Browser(app.url);
    const landed = await enterPassword(browser, await browser.get(pushed.href), person);
    const tokens = await oidc.authorizationCodeGrant(party.config, new URL(landed.url), {
      pkceCodeVerifier: verifier,
    });
    assert.equal(tokens.claims()?.sub, person.id);
    const again = await browser.get(pushed.href);
    assert.match(again.body, /This sign-in request has expired/);
  });

  test('DPoP binds the token to the key of the client', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const handle = oidc.getDPoPHandle(party.config, await oidc.randomDPoPKeyPair());
    const attempt = await party.begin();
    const browser = new Browser(app.url);
    const landed = await enterPassword(browser, await browser.get(attempt.url), person);
    const tokens = await attempt.redeem(landed.url, { DPoP: handle });
    assert.equal(tokens.token_type, 'dpop');
    const { body } = await postToken(client, { token: tokens.access_token }, '/introspect');
    assert.ok((body['cnf'] as { jkt?: string }).jkt);
    const bearer = await fetch(`${app.url}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.equal(bearer.status, 401);
  });

  test('a DPoP proof counts once, and only for the key that the request named', async () => {
    const { client, person } = await createAccess(world);
    const party = await createRelyingParty(app.url, client);
    const browser = new Browser(app.url);
    const [own, other] = [await oidc.randomDPoPKeyPair('ES256'), await oidc.randomDPoPKeyPair('ES256')];
    const jkt = await calculateJwkThumbprint(await exportJWK(own.publicKey));
    const first = await party.begin({ dpop_jkt: jkt });
    const landed = await enterPassword(browser, await browser.get(first.url), person);
    await assert.rejects(first.redeem(landed.url, { DPoP: oidc.getDPoPHandle(party.config, other) }), {
      error: 'invalid_grant',
    });
    const second = await party.begin({ dpop_jkt: jkt });
    const { access_token: token } = await second.redeem((await browser.get(second.url)).url, {
      DPoP: oidc.getDPoPHandle(party.config, own),
    });
    const proof = await new SignJWT({
      jti: oidc.randomState(),
      htm: 'GET',
      htu: `${app.url}/userinfo`,
      iat: Math.floor(app.site.clock.now().getTime() / 1000),
      ath: createHash('sha256').update(token).digest('base64url'),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(own.publicKey) })
      .sign(own.privateKey);
    const show = async () =>
      (await fetch(`${app.url}/userinfo`, { headers: { authorization: `DPoP ${token}`, dpop: proof } }))
        .status;
    const shown = await Promise.all([show(), show(), show()]);
    assert.deepEqual(shown.sort(), [200, 401, 401]);
    assert.equal(await show(), 401);
  });

  test('a resource of the application gets a JWT with the rights; others are refused', async () => {
    const access = await createAccess(world);
    await world.client(access.application, {
      metadata: {
        grant_types: [],
        redirect_uris: [],
        response_types: [],
        resource_identifiers: ['https://api.example/'],
        resource_scopes: 'read write',
      },
    });
    const party = await createRelyingParty(app.url, access.client);
    const attempt = await party.begin({ resource: 'https://api.example/', scope: 'openid read' });
    const browser = new Browser(app.url);
    const landed = await enterPassword(browser, await browser.get(attempt.url), access.person);
    const tokens = await attempt.redeem(landed.url, { parameters: { resource: 'https://api.example/' } });
    assert.equal(decodeProtectedHeader(tokens.access_token).typ, 'at+jwt');
    const claims = decodeJwt(tokens.access_token);
    assert.deepEqual(
      [claims.aud, claims['scope'], claims['roles']],
      ['https://api.example/', 'read', ['Reader']],
    );
    assert.equal((claims['organisation'] as { code: string }).code, access.organisation.code);

    const unknown = await browser.get((await party.begin({ resource: 'https://other.example/' })).url);
    assert.match(unknown.url, /error=invalid_target/);
    const foreign = await createAccess(world);
    const stranger = await createRelyingParty(app.url, foreign.client);
    const refused = await browser.get((await stranger.begin({ resource: 'https://api.example/' })).url);
    assert.match(refused.url, /error=invalid_target/);
  });

  test('a JWT that cannot hold the rights brings the token to ask for them: an API gets them at UserInfo or by introspection', async () => {
    const resource = 'https://crowded-api.example/';
    const access = await createAccess(world, {
      client: { claimsIn: { userinfo: false, idToken: true, accessToken: true, introspection: true } },
    });
    const api = await world.client(access.application, {
      metadata: { resource_identifiers: [resource], resource_scopes: 'read' },
    });
    const limit = app.site.config.tokenClaimLimitBytes;
    Object.assign(app.site.config, { tokenClaimLimitBytes: 10 });
    try {
      const party = await createRelyingParty(app.url, access.client);
      const attempt = await party.begin({ resource, scope: 'openid profile read' });
      const browser = new Browser(app.url);
      const landed = await enterPassword(browser, await browser.get(attempt.url), access.person);
      const tokens = await attempt.redeem(landed.url, { parameters: { resource } });
      const claims = decodeJwt<PointedClaims>(tokens.access_token);
      const pointer = claims._claim_sources.userinfo;
      assert.equal(claims['roles'], undefined);
      assert.deepEqual(decodeJwt<PointedClaims>(tokens.id_token ?? '')._claim_sources.userinfo, pointer);

      const ask = (token: string) =>
        fetch(pointer.endpoint, { headers: { authorization: `Bearer ${token}` } });
      assert.equal((await ask(tokens.access_token)).status, 401);
      const told = (await (await ask(pointer.access_token)).json()) as Record<string, unknown>;
      assert.deepEqual([told['sub'], told['roles']], [access.person.id, ['Reader']]);
      assert.equal(told['family_name'], undefined, 'rights only: the API was handed no profile');
      const looked = await postToken(api, { token: pointer.access_token }, '/introspect');
      assert.deepEqual(
        [looked.body['active'], looked.body['roles'], looked.body['exp']],
        [true, ['Reader'], claims.exp],
      );

      await app.site.db.query('update assignment set valid_until = $2 where id = $1', [
        access.assignment.id,
        app.site.clock.now(),
      ]);
      assert.equal((await ask(pointer.access_token)).status, 401);
    } finally {
      Object.assign(app.site.config, { tokenClaimLimitBytes: limit });
    }
  });

  test('another application that registers the same address takes nothing away and may look nothing up', async () => {
    const resource = 'https://shared-address.example/';
    const metadata = {
      resource_identifiers: [resource],
      resource_scopes: 'read',
      resource_token_format: 'opaque',
    };
    const thief = await createAccess(world, { client: { id: 'a-thief', metadata } });
    const access = await createAccess(world);
    const api = await world.client(access.application, { metadata });
    const party = await createRelyingParty(app.url, access.client);
    const attempt = await party.begin({ resource, scope: 'openid read' });
    const browser = new Browser(app.url);
    const landed = await enterPassword(browser, await browser.get(attempt.url), access.person);
    const { access_token: token } = await attempt.redeem(landed.url, { parameters: { resource } });
    assert.equal((await postToken(api, { token }, '/introspect')).body['active'], true);
    assert.equal((await postToken(thief.client, { token }, '/introspect')).body['active'], false);
  });

  test('a machine’s token ends with its application', async () => {
    const application = await world.application({ until: '2026-06-15T20:00:00Z' });
    const client = await world.client(application, { metadata: { grant_types: ['client_credentials'] } });
    app.site.clock.set('2026-06-15T19:58:00Z');
    const { body } = await postToken(client, { grant_type: 'client_credentials' });
    assert.equal(body['expires_in'], 120);
  });
});
