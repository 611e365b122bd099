// The main job: somebody with a right signs in to an application and gets tokens that say what they may do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oidc from 'openid-client';
import { createRelyingParty, signInThrough } from '../../support/sign-in.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createWorld, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

describe('code flow', () => {
  test('gives ID token, UserInfo and introspection the rights of the one organisation', async () => {
    const organisation = await world.organisation({ code: 'OVO000123', name: 'Town' });
    const person = await world.person({ givenName: 'An', familyName: 'Peeters' });
    const affiliation = await world.affiliation(person, organisation);
    const application = await world.application({ roleTemplate: '{right}:{organisation}' });
    const client = await world.client(application);
    const right = await world.right(application, { code: 'Reader' });
    await world.offer(right, { organisation });
    await world.assignment(affiliation, right, { until: '2026-07-01T00:00:00Z' });
    const party = await createRelyingParty(app.url, client);

    const { tokens } = await signInThrough(party, app.url, person);

    const claims = tokens.claims();
    assert.equal(claims?.sub, person.id);
    assert.deepEqual(claims?.['roles'], ['Reader:OVO000123']);
    assert.deepEqual(claims?.['organisation'], { code: 'OVO000123', name: 'Town', target_group: 'group1' });
    assert.deepEqual(claims?.['entitlements'], [
      { right: 'Reader', context: {}, until: '2026-07-01T00:00:00.000Z' },
    ]);
    assert.equal(claims?.['given_name'], 'An');
    const userinfo = await oidc.fetchUserInfo(party.config, tokens.access_token, person.id);
    assert.deepEqual(userinfo['roles'], ['Reader:OVO000123']);
    assert.equal(userinfo.email, person.mail);
    const introspected = await oidc.tokenIntrospection(party.config, tokens.access_token);
    assert.equal(introspected.active, true);
    assert.deepEqual(introspected['roles'], ['Reader:OVO000123']);
  });
});
