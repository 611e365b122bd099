// Who may ask the decision point: the application's own client, by each of its ways to prove itself, and nobody else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { portalClientId, portalClientSecret } from '../../../src/modules/provider/index.ts';
import { newId } from '../../../src/platform/ids.ts';
import type { ApplicationRef, ClientRef } from '../../support/world.ts';
import { certificationModel, certificationRecords, certificationSubjects } from './certification.model.ts';
import {
  asker,
  basic,
  createAsker,
  putModel,
  putRecords,
  putSubjects,
  startTestPoint,
  type Answer,
  type Ask,
  type TestPoint,
} from './point.ts';

let point: TestPoint;
let application: ApplicationRef;
let client: ClientRef;
let ask: Ask;

before(async () => {
  point = await startTestPoint();
  ({ application, client, ask } = await createAsker(point, { explain: true }));
  await putModel(point.site, application, certificationModel);
  await putSubjects(point.site, application, certificationSubjects);
  await putRecords(point.site, application, certificationRecords);
});
after(() => point.close());

const question = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'write' },
  resource: { type: 'record', id: 'record-1' },
};
const askAs = (authorization: string, path = '/access/v1/evaluation'): Promise<Answer> =>
  ask(path, question, { authorization });

async function tokenOf(of: ClientRef, form: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`${point.url}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: basic(of) },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

describe('a client proves itself', () => {
  test('with its secret', async () => {
    assert.deepEqual((await ask('/access/v1/evaluation', question)).body, { decision: true });
  });

  test('with an access token it got for itself, until it expires', async (t) => {
    const now = point.site.clock.now();
    t.after(() => point.site.clock.set(now));
    const token = await tokenOf(client);
    assert.deepEqual((await askAs(`Bearer ${token}`)).body, { decision: true });
    point.site.clock.advance({ hours: 2 });
    assert.equal((await askAs(`Bearer ${token}`)).status, 401);
  });

  test('with an assertion signed by its key, once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const signing = await point.world.client(application, {
      metadata: {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
      },
    });
    const assertion = (claims: Record<string, unknown> = {}, key = privateKey): Promise<string> =>
      new SignJWT({ iss: signing.id, sub: signing.id, aud: point.url, jti: newId(), ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setExpirationTime(Math.floor(point.site.clock.now().getTime() / 1000) + 60)
        .sign(key);
    const good = await assertion();
    assert.deepEqual((await askAs(`Bearer ${good}`)).body, { decision: true });
    assert.equal((await askAs(`Bearer ${good}`)).status, 401, 'used before');
    assert.equal(
      (await askAs(`Bearer ${await assertion({ aud: 'https://elsewhere.example' })}`)).status,
      401,
    );
    assert.equal((await askAs(`Bearer ${await assertion({ jti: undefined })}`)).status, 401);
    const stranger = await generateKeyPair('ES256');
    assert.equal((await askAs(`Bearer ${await assertion({}, stranger.privateKey)}`)).status, 401);
  });
});

describe('refused', () => {
  test('without proof, or with a wrong one, with a challenge', async () => {
    const response = await fetch(`${point.url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'r1' },
      body: JSON.stringify(question),
    });
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm=.*Bearer realm=/);
    assert.equal(response.headers.get('x-request-id'), 'r1');
    for (const header of [
      basic({ ...client, secret: 'wrong' }),
      'Bearer nothing',
      'Bearer a.b.c',
      'Negotiate x',
      'Basic !',
    ]) {
      assert.equal((await askAs(header)).status, 401, header);
    }
  });

  test('the portal, whose own questions are not asked here', async () => {
    const portal = { id: portalClientId, secret: portalClientSecret(point.site), redirectUri: '' };
    assert.equal((await askAs(basic(portal))).status, 401);
  });

  test('a client that was disabled, at the next question', async () => {
    const other = await point.world.client(application);
    const askOther = asker(point.url, other);
    assert.equal((await askOther('/access/v1/evaluation', question)).status, 200);
    await point.site.db.query('update client set disabled_at = now() where id = $1', [other.id]);
    assert.equal((await askOther('/access/v1/evaluation', question)).status, 401);
  });

  test('a secret that was withdrawn, at the next question, even before the notification comes', async (t) => {
    const { db } = point.site;
    const other = await point.world.client(application);
    const askOther = asker(point.url, other);
    assert.equal((await askOther('/access/v1/evaluation', question)).status, 200);
    await db.exec('alter table client disable trigger client_changed');
    t.after(() => db.exec('alter table client enable trigger client_changed'));
    await db.query(`update client set secrets = '[]' where id = $1`, [other.id]);
    assert.equal((await askOther('/access/v1/evaluation', question)).status, 401);
  });

  test('a secret and an application that end, at that instant', async (t) => {
    const { db, clock } = point.site;
    const now = clock.now();
    t.after(() => clock.set(now));
    const other = await createAsker(point);
    const statusAfter = async (seconds: number): Promise<number> => {
      clock.set(new Date(now.getTime() + seconds * 1000));
      return (await other.ask('/access/v1/evaluation', question)).status;
    };
    const end = new Date(now.getTime() + 60_000).toISOString();
    await db.query(
      `update client set secrets = jsonb_set(secrets, '{0,expiresAt}', to_jsonb($2::text)) where id = $1`,
      [other.client.id, end],
    );
    assert.deepEqual([await statusAfter(59), await statusAfter(60)], [200, 401]);
    await db.query(`update client set secrets = jsonb_set(secrets, '{0,expiresAt}', 'null') where id = $1`, [
      other.client.id,
    ]);
    await db.query('update application set valid_until = $2 where id = $1', [other.application.id, end]);
    assert.deepEqual([await statusAfter(59), await statusAfter(60)], [200, 401]);
  });

  test('what the client may not ask', async () => {
    const narrow = await point.world.client(application);
    await point.site.db.query(`update client set decision_powers = '{search}' where id = $1`, [narrow.id]);
    assert.equal((await asker(point.url, narrow)('/access/v1/evaluation', question)).status, 403);
  });

  test('whoever guesses, after twenty wrong secrets', async () => {
    const guessed = await point.world.client(application);
    const guess = asker(point.url, { ...guessed, secret: 'guess' });
    const statuses = new Set<number>();
    for (let time = 0; time < 20; time++)
      statuses.add((await guess('/access/v1/evaluation', question)).status);
    assert.deepEqual([...statuses], [401]);
    const limited = await guess('/access/v1/evaluation', question);
    assert.equal(limited.status, 429);
    assert.ok(Number(limited.headers.get('retry-after')) > 0);
    assert.equal((await ask('/access/v1/evaluation', question)).status, 200, 'nobody else is');
    const right = asker(point.url, guessed);
    assert.equal((await right('/access/v1/evaluation', question)).status, 200, 'nor the client itself');
    assert.equal((await guess('/access/v1/evaluation', question)).status, 429);
  });

  test('other methods', async () => {
    const response = await fetch(`${point.url}/access/v1/evaluation`);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
  });
});

test('an application is told nothing of another', async () => {
  const other = await createAsker(point);
  assert.deepEqual((await other.ask('/access/v1/evaluation', question)).body, { decision: false });
  await putModel(point.site, other.application, certificationModel);
  assert.deepEqual((await other.ask('/access/v1/evaluation', question)).body, { decision: false });
});

describe('reasons', () => {
  const denied = { ...question, subject: { type: 'user', id: 'bob' } };

  test('for the person, in one sentence', async () => {
    const { body } = await ask('/access/v1/evaluation', { ...denied, options: { reasons: ['user'] } });
    assert.equal(body.decision, false);
    assert.deepEqual(Object.keys(body.context ?? {}), ['reason_user']);
    assert.match(JSON.stringify(body.context), /permission/);
    // Nobody knows which language an account of the application's own reads.
    const reasons = body.context?.['reason_user'] as Record<string, string>;
    assert.deepEqual(Object.keys(reasons).sort(), ['de', 'en', 'fr', 'nl']);
    assert.equal(new Set(Object.values(reasons)).size, 4);
  });

  test('for administrators, with the choice that decided', async () => {
    const { body } = await ask('/access/v1/evaluation', { ...question, options: { reasons: ['admin'] } });
    assert.deepEqual(body.context, {
      reason_admin: { model: 1, gates: [{ gate: 'records', outcome: 'permit', rule: 'writers' }] },
    });
  });

  test('the trace only for clients that may see it', async () => {
    const plain = asker(point.url, await point.world.client(application));
    const wanted = { ...question, options: { reasons: ['admin'] } };
    assert.equal((await plain('/access/v1/evaluation', wanted)).status, 403);
    assert.equal((await plain('/access/v1/evaluations', wanted)).status, 403);
  });
});

describe('semantics of a batch', () => {
  const items = ['read', 'write', 'read'].map((name) => ({ action: { name } }));
  const batch = async (semantic: string, evaluations: object[]): Promise<unknown> => {
    const request = { subject: { type: 'user', id: 'bob' }, resource: question.resource, evaluations };
    const { body } = await ask('/access/v1/evaluations', {
      ...request,
      options: { evaluations_semantic: semantic },
    });
    return body.evaluations?.map((evaluation) => evaluation.decision);
  };

  test('stops where it is settled', async () => {
    assert.deepEqual(await batch('execute_all', items), [true, false, true]);
    assert.deepEqual(await batch('deny_on_first_deny', items), [true, false]);
    assert.deepEqual(await batch('permit_on_first_permit', items.slice(1)), [false, true]);
    assert.deepEqual(await batch('permit_on_first_permit', [items[1]!]), [false], 'none permits');
  });

  test('an unknown semantic is an error', async () => {
    const request = { ...question, evaluations: items, options: { evaluations_semantic: 'majority' } };
    assert.equal((await ask('/access/v1/evaluations', request)).status, 400);
  });
});
