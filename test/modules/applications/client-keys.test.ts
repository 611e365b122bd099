// The form of a client that signs in with a key of its own or is an API: what is pasted is checked, a private key is not kept,
// and the provider then does what the form says.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { SignJWT } from 'jose';
import request from 'supertest';
import { createApplicationRoutes } from '../../../src/modules/applications/index.ts';
import { validateClientMetadata } from '../../../src/modules/provider/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';

type Form = Record<string, string | string[]>;
const api = 'https://api.example/';

describe('a client with a key, and an API', () => {
  let app: TestApp;
  let world: World;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;

  before(async () => {
    app = await startTestApp();
    world = createWorld(app.site);
    const deps = {
      validateClientMetadata: (metadata: Readonly<Record<string, unknown>>) =>
        validateClientMetadata(app.provider, metadata),
    };
    agent = request(createPagesApp(app.site, [createApplicationRoutes(app.site, deps)]));
    application = await world.application();
    owner = await world.person({ password: null });
    const work = await world.affiliation(owner, await world.organisation());
    await world.administration(work, 'application_owner', { application });
  });
  after(() => app.close());

  const post = (path: string, form: Form) =>
    agent.post(path).set('x-person', owner.id).set('accept', 'text/html').type('form').send(form);
  const metadataOf = async (id: string) =>
    (
      await app.site.db.reader
        .selectFrom('client')
        .select('metadata')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).metadata;
  const machine = (clientId: string, more: Form = {}): Form => ({
    clientId,
    name: clientId,
    kind: 'machine',
    method: 'private_key_jwt',
    pkce: 'on',
    ...more,
  });
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const set = (...keys: object[]): string => JSON.stringify({ keys });
  const token = async (clientId: string, key: KeyObject, resource: string) => {
    const now = Math.floor(app.site.clock.now().getTime() / 1000);
    const assertion = await new SignJWT({
      ...{ iss: clientId, sub: clientId, aud: app.url, jti: randomUUID(), iat: now, exp: now + 60 },
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .sign(key);
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      resource,
    });
    const answer = await fetch(`${app.url}/token`, { method: 'POST', body });
    return { status: answer.status, body: (await answer.json()) as { access_token?: string } };
  };

  it('signs in with pasted keys, and gets tokens for the API in the format that was chosen', async () => {
    const { publicKey, privateKey } = pair();
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' };
    await post(paths.clients(application.id), machine('keyed', { jwks: set(jwk) })).expect(303);
    assert.deepEqual(await metadataOf('keyed'), {
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [jwk] },
    });
    assert.equal((await token('keyed', privateKey, api)).status, 400, 'no such API yet');
    const server = machine('api', {
      method: 'client_secret_basic',
      resourceIdentifiers: `${api}\nurn:api:counter`,
    });
    await post(paths.clients(application.id), { ...server, tokenFormat: 'jwt' }).expect(200);
    const jwt = await token('keyed', privateKey, api);
    assert.equal(jwt.body.access_token?.split('.').length, 3);
    await post(paths.editClient(application.id, 'api'), {
      ...server,
      tokenFormat: 'opaque',
      version: '1',
    }).expect(303);
    const opaque = await token('keyed', privateKey, 'urn:api:counter');
    assert.equal(opaque.status, 200);
    assert.equal(opaque.body.access_token?.split('.').length, 1);
    const shown = await agent
      .get(paths.editClient(application.id, 'keyed'))
      .set('x-person', owner.id)
      .set('accept', 'text/html')
      .expect(200);
    assert.match(shown.text, /&#34;kid&#34;: &#34;k&#34;|&quot;kid&quot;: &quot;k&quot;/);
  });

  it('refuses what is no public key, and keeps no private one', async () => {
    const { publicKey, privateKey } = pair();
    const jwk = publicKey.export({ format: 'jwk' });
    const secret = privateKey.export({ format: 'jwk' });
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const wrong: [string, RegExp][] = [
      ['not json', /neither a JSON Web Key Set nor a key/],
      ['{"keys":[]}', /neither a JSON Web Key Set nor a key/],
      [set({ ...jwk, x: 'damaged' }), /cannot be used/],
      [set(short), /shorter than 2048 bits/],
      [set({ kty: 'oct', k: 'c2VjcmV0' }), /private or shared key/],
      [set({ ...jwk, kid: 'a' }, { ...jwk, kid: 'a' }), /same “kid”/],
      ['', /needs the address of its keys/],
    ];
    for (const [jwks, message] of wrong) {
      const { text } = await post(paths.clients(application.id), machine('refused', { jwks })).expect(422);
      assert.match(text, message);
    }
    const { text } = await post(
      paths.clients(application.id),
      machine('refused', { jwks: set(secret) }),
    ).expect(422);
    assert.match(text, /private or shared key/);
    assert.ok(!text.includes(secret.d!), 'it is not sent back either');
    const both = machine('refused', { jwks: set(jwk), jwksUri: 'https://counter.example/jwks' });
    assert.match((await post(paths.clients(application.id), both).expect(422)).text, /not both/);
    for (const resourceIdentifiers of ['api', 'https://api.example/#part']) {
      const form = machine('refused', { method: 'client_secret_basic', resourceIdentifiers });
      const refused = await post(paths.clients(application.id), form).expect(422);
      assert.match(refused.text, /whole addresses without “#”/);
    }
    const rows = await app.site.db.reader
      .selectFrom('client')
      .select('id')
      .where('id', '=', 'refused')
      .execute();
    assert.deepEqual(rows, []);
  });

  it('takes one key alone for a set, and goes from keys to an address', async () => {
    const jwk = pair().publicKey.export({ format: 'jwk' });
    await post(paths.clients(application.id), machine('moving', { jwks: JSON.stringify(jwk) })).expect(303);
    assert.deepEqual((await metadataOf('moving'))['jwks'], { keys: [jwk] });
    const moved = machine('moving', { jwksUri: 'https://counter.example/jwks', version: '1' });
    await post(paths.editClient(application.id, 'moving'), moved).expect(303);
    const metadata = await metadataOf('moving');
    assert.deepEqual([metadata['jwks'], metadata['jwks_uri']], [undefined, 'https://counter.example/jwks']);
  });

  it('leaves what the form does not speak of: scopes of an API, and a web application that is a machine as well', async () => {
    const { id } = await world.client(application, {
      metadata: {
        grant_types: ['authorization_code', 'client_credentials'],
        resource_identifiers: [api],
        resource_scopes: 'read',
      },
    });
    const form = { name: 'Both', kind: 'web', method: 'client_secret_basic', pkce: 'on', version: '1' };
    await post(paths.editClient(application.id, id), {
      ...form,
      redirectUris: 'https://a.example/',
      resourceIdentifiers: api,
    }).expect(303);
    const metadata = await metadataOf(id);
    assert.deepEqual(metadata['grant_types'], ['authorization_code', 'client_credentials']);
    assert.deepEqual([metadata['resource_identifiers'], metadata['resource_scopes']], [[api], 'read']);
  });
});
