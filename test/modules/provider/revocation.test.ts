// Revocation is now: whatever ends access ends tokens and sessions with it, and the applications are told.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { sql } from 'kysely';
import * as oidc from 'openid-client';
import {
  announceEnds,
  deliverBackchannelLogout,
  endSessionsOf,
  listPublicKeys,
  sweepExpired,
} from '../../../src/modules/provider/index.ts';
import type { EndedAccess } from '../../../src/platform/change.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { cleanUp } from '../../../src/platform/jobs/clean-up.ts';
import { cleanUpRules } from '../../../src/worker.ts';
import { addOrganisation, createAccess, type Access } from '../../support/access.ts';
import { Browser } from '../../support/browser.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createRelyingParty, enterPassword, signInThrough, signInToPortal } from '../../support/sign-in.ts';
import { createWorld, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());
beforeEach(() => app.site.db.exec('delete from outbox'));

const told = {
  metadata: {
    backchannel_logout_uri: 'https://app.example/logout',
    backchannel_logout_session_required: true,
  },
};
const system = { actor: { kind: 'system' } } as const;

/** A change that ends access, as the commands of other modules make it. `$id` and `$at` stand in the statements. */
async function end(ended: EndedAccess, statements: readonly string[] = [], id = ''): Promise<void> {
  await runCommand(app.site, system, { action: 'test.ended', subjectType: 'test' }, async (change) => {
    for (const statement of statements) {
      const filled = statement.replaceAll('$id', `'${id}'`).replaceAll('$at', `'${change.at.toISOString()}'`);
      await sql.raw(filled).execute(change.trx);
    }
    change.accessEnded(ended);
  });
}

interface Message {
  kind: string;
  payload: { clientId: string; sub: string; sid?: string };
  idempotency_key: string;
}
const messages = () =>
  app.site.db.query<Message>(
    `select kind, payload, idempotency_key from outbox where kind = 'backchannel_logout'`,
    [],
  );

async function signedIn(access: Access) {
  const party = await createRelyingParty(app.url, access.client);
  return { party, ...(await signInThrough(party, app.url, access.person)) };
}

async function assertNothingLeft(
  access: Access,
  session: Awaited<ReturnType<typeof signedIn>>,
): Promise<void> {
  const { party, tokens } = session;
  assert.equal((await oidc.tokenIntrospection(party.config, tokens.access_token)).active, false);
  await assert.rejects(oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? ''), {
    error: 'invalid_grant',
  });
  const userinfo = await fetch(`${app.url}/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  assert.equal(userinfo.status, 401);
  const [message, ...more] = await messages();
  assert.equal(more.length, 0);
  assert.deepEqual([message?.payload.clientId, message?.payload.sub], [access.client.id, access.person.id]);
  assert.equal(message?.payload.sid, tokens.claims()?.['sid']);
}

describe('what ends by a change', () => {
  const cases = {
    'the assignment': (access: Access) =>
      end(
        { personId: access.person.id, organisationId: access.organisation.id, rightId: access.right.id },
        ['update assignment set valid_until = $at where id = $id'],
        access.assignment.id,
      ),
    'the affiliation': (access: Access) =>
      end(
        { personId: access.person.id, organisationId: access.organisation.id },
        [
          'update assignment set valid_until = $at where affiliation_id = $id',
          'update affiliation set valid_until = $at where id = $id',
        ],
        access.affiliation.id,
      ),
    'the offer to the organisation': (access: Access) =>
      end(
        { rightId: access.right.id, organisationId: access.organisation.id },
        ['update offer set valid_until = $at where id = $id'],
        access.offer.id,
      ),
    'the application': (access: Access) =>
      end(
        { applicationId: access.application.id },
        ['update application_right set valid_until = $at where application_id = $id'],
        access.application.id,
      ),
  };

  for (const [what, endIt] of Object.entries(cases)) {
    test(`${what}: no token works any more, the application is told, the page says why`, async () => {
      const access = await createAccess(world, { client: told });
      const session = await signedIn(access);
      await endIt(access);
      await assertNothingLeft(access, session);
      const page = await session.browser.get((await session.party.begin()).url);
      assert.equal(page.status, 403);
      assert.match(page.body, /You have no access to this application/);
    });
  }

  test('the offer to a whole target group reaches its organisations and no others', async () => {
    const group = await world.targetGroup();
    const access = await createAccess(world, { client: told });
    const inGroup = await world.organisation({ targetGroup: group });
    const person = await world.person();
    await world.offer(access.right, { targetGroup: group });
    await world.assignment(await world.affiliation(person, inGroup), access.right);
    const untouched = await signedIn(access);
    const session = await signedIn({ ...access, person });
    await end({ rightId: access.right.id, targetGroupId: group.id });
    assert.deepEqual(
      (await messages()).map(({ payload }) => payload.sub),
      [person.id],
    );
    assert.equal(
      (await oidc.tokenIntrospection(session.party.config, session.tokens.access_token)).active,
      false,
    );
    assert.equal(
      (await oidc.tokenIntrospection(untouched.party.config, untouched.tokens.access_token)).active,
      true,
    );
  });

  test('one client, disabled: another of the same application goes on', async () => {
    const access = await createAccess(world, { client: told });
    const other = { ...access, client: await world.client(access.application, told) };
    const [session, stays] = [await signedIn(access), await signedIn(other)];
    const { application, client } = access;
    await end({ applicationId: application.id, clientId: client.id }, [
      `update client set disabled_at = $at where id = '${client.id}'`,
    ]);
    assert.deepEqual(
      (await messages()).map(({ payload }) => payload.clientId),
      [client.id],
    );
    await assert.rejects(oidc.refreshTokenGrant(session.party.config, session.tokens.refresh_token ?? ''));
    assert.ok((await oidc.refreshTokenGrant(stays.party.config, stays.tokens.refresh_token ?? '')).id_token);
  });

  test('one of two organisations: the other goes on', async () => {
    const access = await createAccess(world, { client: told });
    const other = await addOrganisation(world, access);
    const party = await createRelyingParty(app.url, access.client);
    const hint = (code: string) => ({
      login_hint: Buffer.from(JSON.stringify({ code_hint: code })).toString('base64'),
    });
    const here = await signInThrough(party, app.url, access.person, hint(access.organisation.code));
    const there = await signInThrough(party, app.url, access.person, hint(other.code));
    await end({ personId: access.person.id, organisationId: other.id });
    assert.equal((await oidc.tokenIntrospection(party.config, there.tokens.access_token)).active, false);
    assert.equal((await oidc.tokenIntrospection(party.config, here.tokens.access_token)).active, true);
  });

  test('a change that is rolled back revokes nothing and tells nobody', async () => {
    const access = await createAccess(world, { client: told });
    const { party, tokens } = await signedIn(access);
    const failing = runCommand(
      app.site,
      system,
      { action: 'test.ended', subjectType: 'test' },
      async (change) => {
        change.accessEnded({ personId: access.person.id });
        change.record({ action: 'x'.repeat(10), subjectType: null as unknown as string });
      },
    );
    await assert.rejects(failing);
    assert.equal((await oidc.tokenIntrospection(party.config, tokens.access_token)).active, true);
    assert.deepEqual(await messages(), []);
  });
});

describe('what ends in the tables alone, with nobody to revoke it', () => {
  for (const [what, statement] of [
    ['the assignment', 'update assignment set valid_until = $2 where id = $1'],
    ['the offer', 'update offer set valid_until = $2 where id = $1'],
    ['the person', 'update person set valid_until = $2 where id = $1'],
  ] as const) {
    test(`${what}: introspection, UserInfo and refresh see it at once`, async () => {
      const access = await createAccess(world);
      const { party, tokens } = await signedIn(access);
      const ids = {
        'the assignment': access.assignment.id,
        'the offer': access.offer.id,
        'the person': access.person.id,
      };
      await app.site.db.query(statement, [ids[what], app.site.clock.now()]);
      assert.equal((await oidc.tokenIntrospection(party.config, tokens.access_token)).active, false);
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      assert.equal((await fetch(`${app.url}/userinfo`, { headers })).status, 401);
      await assert.rejects(oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? ''), {
        error: 'invalid_grant',
      });
    });
  }
});

describe('a disabled person', () => {
  test('is signed out everywhere, and told so at the next sign-in', async () => {
    const access = await createAccess(world, { client: told });
    const session = await signedIn(access);
    const portal = await signInToPortal(app.url, access.person);
    assert.equal(portal.page.status, 200);
    await end(
      { personId: access.person.id, wholePerson: true },
      ['update person set valid_until = $at where id = $id'],
      access.person.id,
    );
    await assertNothingLeft(access, session);
    const portalPage = await portal.browser.get('/me/sessions');
    assert.match(portalPage.body, /name="password"/);
    const page = await session.browser.get((await session.party.begin()).url);
    assert.equal(page.status, 200);
    const refused = await enterPassword(session.browser, page, access.person);
    assert.equal(refused.status, 403);
    assert.match(refused.body, /Your account is not active/);
  });

  test('whose session row was left behind gets a page, not an error', async () => {
    const access = await createAccess(world);
    const { party, browser } = await signedIn(access);
    await app.site.db.query('update person set valid_until = $2 where id = $1', [
      access.person.id,
      app.site.clock.now(),
    ]);
    const page = await browser.get((await party.begin()).url);
    assert.equal(page.status, 200);
    assert.match(page.body, /name="password"/);
  });
});

describe('what ends by itself', () => {
  test('ends tokens at its instant, and the application is told', async () => {
    const access = await createAccess(world, { until: '2026-06-15T18:00:00Z', client: told });
    app.site.clock.set('2026-06-15T17:59:30Z');
    const session = await signedIn(access);
    assert.equal(
      (await oidc.tokenIntrospection(session.party.config, session.tokens.access_token)).active,
      true,
    );
    app.site.clock.set('2026-06-15T18:00:00Z');
    assert.equal(
      (await oidc.tokenIntrospection(session.party.config, session.tokens.access_token)).active,
      false,
    );
    await sweepExpired(app.site, 100);
    const [since, until] = [new Date('2026-06-15T17:59:58Z'), new Date('2026-06-15T18:00:01Z')];
    await announceEnds(app.site, since, until);
    await announceEnds(app.site, since, until);
    await assertNothingLeft(access, session);
  });

  for (const [how, learn] of Object.entries({
    'a refresh': ({ party, tokens }: Awaited<ReturnType<typeof signedIn>>) =>
      oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? ''),
    'another sign-in': async ({ party, browser }: Awaited<ReturnType<typeof signedIn>>) => {
      const attempt = await party.begin({ prompt: 'none' });
      return attempt.redeem((await browser.get(attempt.url)).url);
    },
  })) {
    test(`also a right that was added later, and came with ${how}`, async () => {
      const access = await createAccess(world, { client: told });
      app.site.clock.set('2026-06-15T19:00:00Z');
      const session = await signedIn(access);
      const extra = await world.right(access.application, { code: 'Extra' });
      await world.offer(extra, { organisation: access.organisation });
      await world.assignment(access.affiliation, extra, { until: '2026-06-15T19:30:00Z' });
      const renewed = await learn(session);
      assert.deepEqual(renewed.claims()?.['roles'], ['Extra', 'Reader']);
      app.site.clock.set('2026-06-15T19:30:00Z');
      await announceEnds(app.site, new Date('2026-06-15T19:29:58Z'), new Date('2026-06-15T19:30:01Z'));
      await assertNothingLeft(access, session);
    });
  }

  test('a right prolonged before another sign-in ends with its new end, not with the old one', async () => {
    app.site.clock.set('2026-06-15T19:40:00Z');
    const access = await createAccess(world, { until: '2026-06-15T20:00:00Z', client: told });
    const session = await signedIn(access);
    await app.site.db.query(`update assignment set valid_until = '2026-06-15T20:30:00Z' where id = $1`, [
      access.assignment.id,
    ]);
    const attempt = await session.party.begin({ prompt: 'none' });
    const tokens = await attempt.redeem((await session.browser.get(attempt.url)).url);
    app.site.clock.set('2026-06-15T20:00:01Z');
    await announceEnds(app.site, new Date('2026-06-15T19:59:58Z'), new Date('2026-06-15T20:00:01Z'));
    const renewed = await oidc.refreshTokenGrant(session.party.config, tokens.refresh_token ?? '');
    assert.deepEqual(renewed.claims()?.['roles'], ['Reader']);
    app.site.clock.set('2026-06-15T20:30:00Z');
    await announceEnds(app.site, new Date('2026-06-15T20:29:58Z'), new Date('2026-06-15T20:30:01Z'));
    await assertNothingLeft(access, { ...session, tokens });
  });

  test('a right prolonged behind the back of the application is announced at its new end', async () => {
    app.site.clock.set('2026-06-15T20:40:00Z');
    const access = await createAccess(world, { until: '2026-06-15T21:00:00Z', client: told });
    const session = await signedIn(access);
    await app.site.db.query(`update assignment set valid_until = '2026-06-15T21:30:00Z' where id = $1`, [
      access.assignment.id,
    ]);
    for (const end of ['2026-06-15T21:00:00Z', '2026-06-15T21:30:00Z']) {
      assert.deepEqual(await messages(), []);
      app.site.clock.set(end);
      const at = app.site.clock.now().getTime();
      await announceEnds(app.site, new Date(at - 2000), new Date(at + 1000));
      await sweepExpired(app.site, 100);
    }
    await assertNothingLeft(access, session);
  });

  test('tells nobody when the right was prolonged in time', async () => {
    app.site.clock.set('2026-06-16T17:59:30Z');
    const access = await createAccess(world, { until: '2026-06-16T18:00:00Z', client: told });
    await signedIn(access);
    await app.site.db.query(`update assignment set valid_until = '2027-01-01' where id = $1`, [
      access.assignment.id,
    ]);
    await announceEnds(app.site, new Date('2026-06-16T17:59:58Z'), new Date('2026-06-16T18:00:01Z'));
    assert.deepEqual(await messages(), []);
  });
});

describe('sessions', () => {
  test('ended by their owner end tokens and portal, and tell the applications', async () => {
    const access = await createAccess(world, { client: told });
    const session = await signedIn(access);
    await endSessionsOf(app.site, world.origin(access.person), { personId: access.person.id });
    await assertNothingLeft(access, session);
  });

  test('tabs that enter applications at the same moment all stay in the session', async () => {
    const access = await createAccess(world);
    const clients = [await world.client(access.application), await world.client(access.application)];
    const { browser, party, tokens } = await signedIn(access);
    const others = await Promise.all(
      [...clients, access.client].map(async (client) => {
        const attempt = await (await createRelyingParty(app.url, client)).begin();
        return attempt.redeem((await browser.get(attempt.url)).url);
      }),
    );
    for (const { access_token: token } of [tokens, ...others]) {
      assert.equal((await oidc.tokenIntrospection(party.config, token)).active, true);
    }
  });
});

describe('for whom somebody acted', () => {
  test('is remembered for half a year after the grant, and goes with the hourly cleaning', async () => {
    const access = await createAccess(world);
    await signedIn(access);
    const rule = cleanUpRules.find(({ table }) => table === 'acting_choice');
    assert.ok(rule);
    const remembered = async (): Promise<number> =>
      (await app.site.db.query('select 1 from acting_choice where client_id = $1', [access.client.id]))
        .length;
    const inDays = (days: number): Date => new Date(app.site.clock.now().getTime() + days * 86_400_000);
    await cleanUp(app.site.db, rule, inDays(200));
    assert.equal(await remembered(), 1, 'its grant is still there');
    await app.site.db.query(`delete from oidc_payload where client_id = $1 and model = 'Grant'`, [
      access.client.id,
    ]);
    await cleanUp(app.site.db, rule, inDays(179));
    assert.equal(await remembered(), 1);
    await cleanUp(app.site.db, rule, inDays(181));
    assert.equal(await remembered(), 0);
  });
});

describe('a logout message', () => {
  test('is a typed, signed token the application can recognise a second time', async () => {
    const received: string[] = [];
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        received.push(new URLSearchParams(body).get('logout_token') ?? '');
        res.writeHead(received.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const access = await createAccess(world, {
      client: {
        metadata: {
          backchannel_logout_uri: `http://127.0.0.1:${port}/`,
          backchannel_logout_session_required: true,
          id_token_signed_response_alg: 'EdDSA',
        },
      },
    });
    const payload = { clientId: access.client.id, sub: access.person.id, sid: 'the-session' };
    const message = { payload, idempotencyKey: 'logout:once' };
    await assert.rejects(deliverBackchannelLogout(app.site, message), /503/);
    await deliverBackchannelLogout(app.site, message);
    server.close();
    const keys = createLocalJWKSet({ keys: await listPublicKeys(app.site) });
    const verified = await Promise.all(
      received.map((token) =>
        jwtVerify(token, keys, {
          issuer: app.url,
          audience: access.client.id,
          typ: 'logout+jwt',
          algorithms: ['EdDSA'],
          currentDate: app.site.clock.now(),
        }),
      ),
    );
    assert.equal(verified[0]?.payload.jti, verified[1]?.payload.jti);
    const { sub, sid, events, nonce } = verified[0]?.payload ?? {};
    assert.deepEqual([sub, sid, nonce], [access.person.id, 'the-session', undefined]);
    assert.deepEqual(events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  });

  test('names no session to an application that was never told one', async () => {
    let received = '';
    const server = createServer((req, res) => {
      req.on('data', (chunk: Buffer) => (received += chunk.toString()));
      req.on('end', () => res.writeHead(200).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const access = await createAccess(world, {
      client: { metadata: { backchannel_logout_uri: `http://127.0.0.1:${port}/` } },
    });
    const { tokens } = await signedIn(access);
    const payload = { clientId: access.client.id, sub: access.person.id, sid: 'the-session' };
    await deliverBackchannelLogout(app.site, { payload, idempotencyKey: 'logout:whole-person' });
    server.close();
    const { sub, sid } = decodeJwt(new URLSearchParams(received).get('logout_token') ?? '');
    assert.deepEqual([tokens.claims()?.['sid'], sid, sub], [undefined, undefined, access.person.id]);
  });

  test('does not reach into the internal network unless that is allowed', async () => {
    const { client } = await createAccess(world, {
      client: { metadata: { backchannel_logout_uri: 'http://127.0.0.1:9/' } },
    });
    const config = { ...app.site.config, backchannelAllowPrivate: false };
    const message = { payload: { clientId: client.id, sub: 'x' }, idempotencyKey: 'k' };
    await assert.rejects(deliverBackchannelLogout({ ...app.site, config }, message), /not public/);
    await assert.rejects(
      deliverBackchannelLogout({ ...app.site, config: { ...config, internalHosts: ['127.0.0.1'] } }, message),
      /ECONNREFUSED/,
    );
  });
});

describe('signing out at the provider', () => {
  test('with the ID token as hint needs no question and ends at the application', async () => {
    const access = await createAccess(world, {
      client: { metadata: { ...told.metadata, post_logout_redirect_uris: ['https://app.example/bye'] } },
    });
    const { browser, tokens } = await signedIn(access);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://app.example/bye',
      state: 's',
    });
    const page = await browser.get(`/end-session?${query}`);
    assert.match(page.body, /data-auto-submit/);
    assert.match(
      page.headers.get('content-security-policy') ?? '',
      /form-action 'self' https:\/\/app\.example/,
    );
    const landed = await browser.submit(page, '/end-session/confirm', { logout: 'yes' });
    assert.equal(landed.url, 'https://app.example/bye?state=s');
    assert.equal((await messages())[0]?.payload.sid, tokens.claims()?.['sid']);
  });

  test('without a hint asks; by POST too; saying no keeps the sign-in', async () => {
    const access = await createAccess(world);
    const { browser, party } = await signedIn(access);
    const asked = await browser.post('/end-session', { client_id: access.client.id });
    assert.match(asked.body, /Do you want to sign out\?/);
    assert.doesNotMatch(asked.body, /data-auto-submit/);
    const stayed = await browser.submit(asked, '/end-session/confirm');
    assert.match(stayed.body, /You are still signed in to other applications/);
    const silent = await party.begin({ prompt: 'none' });
    assert.match((await browser.get(silent.url)).url, /[?&]code=/);
  });

  test('to an address that is not registered is refused', async () => {
    const access = await createAccess(world);
    const { browser, tokens } = await signedIn(access);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://evil.example/',
    });
    const page = await browser.get(`/end-session?${query}`);
    assert.equal(page.status, 400);
    assert.doesNotMatch(page.body, /(?:href|action)="https:\/\/evil/);
  });

  test('of nobody in particular ends on a page', async () => {
    const page = await new Browser(app.url).get('/end-session');
    const landed = await new Browser(app.url).submit(page, '/end-session/confirm').catch(() => page);
    assert.ok(landed.status < 500);
  });
});
