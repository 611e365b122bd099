// Signing keys: sealed, published before they sign, kept until nothing they signed is in use; for every process.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { createProvider, ensureKeys, listKeys, rotateKeys } from '../../../src/modules/provider/index.ts';
import { createAccess } from '../../support/access.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createRelyingParty, signInThrough } from '../../support/sign-in.ts';
import { createWorld, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

const system = { actor: { kind: 'system' } } as const;
const published = async (): Promise<string[]> => {
  const response = await fetch(`${app.url}/jwks`);
  const { keys } = (await response.json()) as { keys: { kid: string; alg: string; d?: string }[] };
  assert.ok(keys.every((key) => key.d === undefined));
  return keys.map(({ kid }) => kid);
};

async function signedBy(algorithm: string): Promise<{ kid: string; token: string }> {
  const access = await createAccess(world, {
    client: { metadata: { id_token_signed_response_alg: algorithm } },
  });
  const party = await createRelyingParty(app.url, access.client, undefined, {
    id_token_signed_response_alg: algorithm,
  });
  const { tokens } = await signInThrough(party, app.url, access.person);
  const header = decodeProtectedHeader(tokens.id_token ?? '');
  assert.equal(header.alg, algorithm);
  return { kid: header.kid ?? '', token: tokens.id_token ?? '' };
}

describe('signing keys', () => {
  test('of all three algorithms sign, and can be checked with what is published', async () => {
    const keys = createRemoteJWKSet(new URL(`${app.url}/jwks`));
    for (const algorithm of ['ES256', 'RS256', 'EdDSA']) {
      const { token } = await signedBy(algorithm);
      await jwtVerify(token, keys, { issuer: app.url, currentDate: app.site.clock.now() });
    }
  });

  test('lie sealed in the database', async () => {
    const rows = await app.site.db.query<{ text: string }>(
      'select provider_key::text as text from provider_key',
      [],
    );
    assert.equal(rows.length, 3);
    for (const { text } of rows) assert.doesNotMatch(text, /"d"/);
  });

  test('are made once, however many processes start', async () => {
    await Promise.all([ensureKeys(app.site), ensureKeys(app.site)]);
    assert.equal((await listKeys(app.site)).length, 3);
  });

  test('when rotated are published first, sign later, and stay until nothing needs them', async () => {
    const before = await signedBy('ES256');
    const old = (await listKeys(app.site)).map(({ kid }) => kid);
    const instance = app.provider.current();
    await app.provider.reload();
    assert.equal(app.provider.current(), instance, 'the same keys make no new instance');
    await rotateKeys(app.site, system);
    await app.provider.reload();
    const all = await published();
    assert.equal(all.length, 6);
    assert.equal((await signedBy('ES256')).kid, before.kid);

    app.site.clock.advance({ minutes: 11 });
    const after = await signedBy('ES256');
    assert.ok(!old.includes(after.kid));
    assert.ok((await published()).includes(before.kid));
    const states = (await listKeys(app.site)).map(({ state }) => state);
    assert.deepEqual(states.sort(), ['published', 'published', 'published', 'signing', 'signing', 'signing']);

    app.site.clock.advance({ days: 3 });
    assert.deepEqual((await published()).sort(), all.filter((kid) => !old.includes(kid)).sort());
  });

  test('rotated at once after a theft sign at once, and the old ones are gone', async () => {
    const old = (await listKeys(app.site)).filter(({ state }) => state === 'signing').map(({ kid }) => kid);
    await rotateKeys(app.site, system, { immediately: true });
    await app.provider.reload();
    assert.ok((await published()).every((kid) => !old.includes(kid)));
    assert.ok(!old.includes((await signedBy('RS256')).kid));
  });

  test('reach another process without a restart', async () => {
    const other = await createProvider(app.site);
    const kidsOf = () => listKeys(app.site).then((keys) => keys.filter(({ state }) => state === 'signing'));
    const first = other.current();
    await rotateKeys(app.site, system, { immediately: true });
    // The notification arrives by itself; asking the database for anything gives it the time to.
    for (let looked = 0; other.current() === first && looked < 200; looked++) await kidsOf();
    assert.notEqual(other.current(), first);
    await other.close();
  });
});
