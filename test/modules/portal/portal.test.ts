// Getting into the portal and out of it, through its own provider.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { changeClient, createClient } from '../../../src/modules/applications/index.ts';
import {
  deliverBackchannelLogout,
  listSessionsOf,
  portalClientId,
} from '../../../src/modules/provider/index.ts';
import { Visitor } from '../../sample/visitor.ts';
import { Browser } from '../../support/browser.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { enterPassword, signInToPortal } from '../../support/sign-in.ts';
import { createWorld, testPassword, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

const title = (body: string): string | undefined => /<h1>([^<]*)<\/h1>/.exec(body)?.[1];

describe('the portal as a client', () => {
  test('cannot be registered by the owner of an application, and so be disabled for everybody', async () => {
    const application = await world.application();
    const owner = await world.person();
    const work = await world.affiliation(owner, await world.organisation());
    await world.administration(work, 'application_owner', { application });
    await signInToPortal(app.url, await world.person());
    const acting = [app.site, await world.actor(owner), world.origin(owner)] as const;
    const client = {
      applicationId: application.id,
      clientId: portalClientId,
      name: 'Mandaat',
      metadata: { redirect_uris: ['https://app.example/callback'] },
      claimsIn: { idToken: true, userinfo: true, accessToken: true, introspection: true },
      pkceRequired: true,
    };
    const accepted = async (): Promise<void> => {};
    const registered = await createClient(...acting, client, accepted).then(
      () => changeClient(...acting, { ...client, version: 1, disabled: true }, accepted),
      (error: unknown) => error,
    );
    const notices = await app.site.db.query(
      `select payload from outbox where kind = 'backchannel_logout' and payload ->> 'clientId' = $1`,
      [portalClientId],
    );
    assert.deepEqual(notices, [], 'nobody is signed out by it');
    assert.equal((registered as { code?: string }).code, 'client_id_taken');
  });
});

describe('the switcher of organisations', () => {
  test('leads to the list of all when there are more than it shows', async () => {
    const person = await world.person();
    const work = await world.affiliation(person, await world.organisation());
    const administer = async () =>
      world.administration(work, 'local', { organisation: await world.organisation() });
    const more = /<a href="\/organisations">All organisations<\/a>/;
    for (let count = 0; count < 25; count++) await administer();
    const { browser, page } = await signInToPortal(app.url, person, '/me/access');
    assert.doesNotMatch(page.body, more);
    await administer();
    assert.match((await browser.get('/me/access')).body, more);
  });
});

describe('signing in to the portal', () => {
  test('leads to where one wanted to be', async () => {
    const { page } = await signInToPortal(app.url, await world.person(), '/me/sessions?from=mail');
    assert.equal(page.url, `${app.url}/me/sessions?from=mail`);
    assert.equal(page.status, 200);
  });

  test('never leads elsewhere', async () => {
    const { page } = await signInToPortal(app.url, await world.person(), '/sign-in?return=//evil.example/');
    assert.ok(page.url.startsWith(`${app.url}/`));
  });

  test('is known to the next page also when the database is slow and the browser does not wait for the body', async () => {
    const person = await world.person();
    const { db } = app.site;
    const query = db.query.bind(db);
    const slowly: typeof db.query = async (text, values) => {
      if (text.includes('portal_session') && !text.startsWith('select')) await delay(100);
      return query(text, values);
    };
    Object.assign(db, { query: slowly });
    try {
      const visitor = new Visitor();
      const entrance = await visitor.open(`${app.url}/me/sessions`);
      const action = /action="([^"]*\/sign-in)"/.exec(entrance.html)?.[1] ?? '';
      const csrf = /name="_csrf" value="([^"]*)"/.exec(entrance.html)?.[1] ?? '';
      const fields = { _csrf: csrf, login: person.userName, password: person.password };
      const page = await visitor.post(new URL(action, app.url).href, fields);
      assert.deepEqual([page.status, page.path], [200, '/me/sessions']);
    } finally {
      Object.assign(db, { query });
    }
  });

  test('is not asked of a program, which gets an answer it can read', async () => {
    const answer = await fetch(`${app.url}/me/sessions`, { headers: { accept: 'application/json' } });
    assert.equal(answer.status, 401);
    assert.equal(((await answer.json()) as { code: string }).code, 'sign_in_needed');
  });

  test('speaks the language of the person', async () => {
    const { page } = await signInToPortal(app.url, await world.person({ language: 'nl' }));
    assert.equal(title(page.body), 'Mijn aanmeldingen en sessies');
  });

  test('keeps no cookie value in the database, and no session before the sign-in after it', async () => {
    const person = await world.person();
    const browser = new Browser(app.url);
    const first = await browser.get('/me/sessions');
    const before = browser.cookie('mandaat-portal');
    await enterPassword(browser, first, person);
    const after = browser.cookie('mandaat-portal');
    assert.notEqual(before, after);
    const id =
      decodeURIComponent(after ?? '')
        .slice(2)
        .split('.')[0] ?? '';
    const digest = createHash('sha256').update(id).digest();
    const rows = await app.site.db.query<{ person_id: string }>(
      'select person_id from portal_session where id_hash = $1',
      [digest],
    );
    assert.deepEqual(rows, [{ person_id: person.id }]);
  });

  test('that nobody began is explained, not repeated', async () => {
    const page = await new Browser(app.url).get('/callback?code=x&state=y');
    assert.equal(page.status, 401);
    assert.match(page.body, /This sign-in was not expected/);
  });

  test('that came back already goes on', async () => {
    const { browser } = await signInToPortal(app.url, await world.person());
    assert.doesNotMatch((await browser.get('/callback?code=x&state=y')).url, /callback|sign-in|interaction/);
  });

  test('that was given up says so', async () => {
    const browser = new Browser(app.url);
    const authorize = await fetch(`${app.url}/sign-in`, { redirect: 'manual' });
    const state = new URL(authorize.headers.get('location') ?? '').searchParams.get('state') ?? '';
    browser.take(authorize);
    const page = await browser.get(`/callback?error=access_denied&state=${state}`);
    assert.match(page.body, /You are not signed in/);
  });
});

describe('a session of the portal', () => {
  test('ends after an hour without a click, and never outlives its limit', async () => {
    const { browser } = await signInToPortal(app.url, await world.person());
    const isIn = async () => (await browser.get('/me/sessions')).body.includes('session');
    app.site.clock.advance({ minutes: 59 });
    assert.match((await browser.get('/me/sessions')).body, /This session|Unknown browser/);
    for (let hour = 0; hour < 11; hour++) {
      app.site.clock.advance({ minutes: 59 });
      await isIn();
    }
    app.site.clock.advance({ minutes: 13 });
    assert.match((await browser.get('/me/sessions')).body, /name="password"/);

    const idle = await signInToPortal(app.url, await world.person());
    app.site.clock.advance({ minutes: 61 });
    assert.match((await idle.browser.get('/me/sessions')).body, /name="password"/);
  });

  test('ends with signing out, together with the sign-in itself', async () => {
    const person = await world.person();
    const { browser, page } = await signInToPortal(app.url, person);
    const out = await browser.submit(page, '/sign-out');
    assert.equal(out.url, `${app.url}/signed-out`);
    assert.match(out.body, /You are signed out/);
    assert.deepEqual(await listSessionsOf(app.site, person.id), []);
    assert.match((await browser.get('/me/sessions')).body, /name="password"/);
  });

  test('cannot be ended by another site', async () => {
    const { browser } = await signInToPortal(app.url, await world.person());
    assert.equal((await browser.post('/sign-out', { _csrf: 'guessed' })).status, 403);
    assert.equal((await browser.get('/me/sessions')).status, 200);
  });

  test('ends when another of one’s sessions ends it', async () => {
    const person = await world.person();
    const [here, there] = [await signInToPortal(app.url, person), await signInToPortal(app.url, person)];
    const page = await here.browser.get('/me/sessions');
    const after = await here.browser.submit(page, '/end-others');
    assert.match(after.body, /All other sessions have ended/);
    assert.match((await there.browser.get('/me/sessions')).body, /name="password"/);
    assert.equal((await listSessionsOf(app.site, person.id)).length, 1);
  });

  test('can be ended one by one, but only one’s own', async () => {
    const [person, other] = [await world.person(), await world.person()];
    const here = await signInToPortal(app.url, person);
    await signInToPortal(app.url, other);
    const [theirs] = await listSessionsOf(app.site, other.id);
    const token = /name="_csrf" value="([^"]+)"/.exec(here.page.body)?.[1] ?? '';
    await here.browser.post(`/me/sessions/${theirs?.uid}/end`, { _csrf: token });
    assert.equal((await listSessionsOf(app.site, other.id)).length, 1);
    const [own] = await listSessionsOf(app.site, person.id);
    await here.browser.post(`/me/sessions/${own?.uid}/end`, { _csrf: token });
    assert.match((await here.browser.get('/me/sessions')).body, /name="password"/);
  });

  test('stands among the last sign-ins, and the page says when there were more', async () => {
    const person = await world.person();
    const { browser, page } = await signInToPortal(app.url, person);
    assert.doesNotMatch(page.body, /Only the last 20 sign-ins/);
    for (let again = 0; again < 20; again++) await signInToPortal(app.url, person);
    const { body } = await browser.get('/me/sessions');
    assert.match(body, /Only the last 20 sign-ins are shown here/);
    assert.equal(body.match(/Signed in<\/span>/g)?.length, 20);
  });

  test('ends by a logout token of the provider, and by no other', async () => {
    const person = await world.person();
    const { browser } = await signInToPortal(app.url, person);
    const send = (token: string) =>
      fetch(`${app.url}/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
    assert.equal((await send('x.y.z')).status, 400);
    assert.equal((await browser.get('/me/sessions')).status, 200);
    // The row makes the portal an ordinary receiver, so that a real token goes over the wire.
    const application = await world.application();
    await world.client(application, {
      id: portalClientId,
      metadata: { backchannel_logout_uri: `${app.url}/backchannel-logout` },
    });
    const payload = { clientId: portalClientId, sub: person.id };
    await deliverBackchannelLogout(app.site, { payload, idempotencyKey: 'one' });
    const rows = await app.site.db.query('select 1 from portal_session where person_id = $1', [person.id]);
    assert.deepEqual(rows, []);
  });
});

describe('changing one’s password', () => {
  test('needs the present one, follows the rules, and ends the other sessions', async () => {
    const person = await world.person();
    const [here, there] = [await signInToPortal(app.url, person), await signInToPortal(app.url, person)];
    const form = await here.browser.get('/me/password');
    const wrong = await here.browser.submit(form, '/me/password', {
      currentPassword: 'something else',
      password: 'a very different sentence',
    });
    assert.match(wrong.body, /This is not your current password/);
    const weak = await here.browser.submit(form, '/me/password', {
      currentPassword: testPassword,
      password: 'short',
    });
    assert.match(weak.body, /at least 15 characters/);
    const done = await here.browser.submit(form, '/me/password', {
      currentPassword: testPassword,
      password: 'violet ladders sing quietly',
    });
    assert.match(done.body, /Your password was changed/);
    const told = await app.site.db.query(
      `select 1 from outbox where payload ->> 'template' = 'password_changed' and payload ->> 'personId' = $1`,
      [person.id],
    );
    assert.equal(told.length, 1, 'the owner is told by mail');
    assert.match((await there.browser.get('/me/sessions')).body, /name="password"/);
    const again = await signInToPortal(app.url, { ...person, password: 'violet ladders sing quietly' });
    assert.equal(again.page.status, 200);
  });
});

describe('one’s account', () => {
  test('shows what is known, and keeps the language for pages, mails and applications', async () => {
    const person = await world.person({ givenName: 'Noor', language: 'en' });
    const { browser, page } = await signInToPortal(app.url, person, '/me/account');
    assert.match(page.body, /Noor/);
    assert.ok(page.body.includes(person.userName) && page.body.includes(person.mail));
    const saved = await browser.submit(page, '/me/account', { language: 'nl' });
    assert.equal(title(saved.body), 'Mijn account');
    assert.match(saved.body, /Uw taal is opgeslagen/, 'already the message speaks it');
    const [row] = await app.site.db.query<{ language: string; version: number }>(
      'select language, version from person where id = $1',
      [person.id],
    );
    assert.equal(row?.language, 'nl');
    const events = await app.site.db.query<{ before: unknown; after: unknown }>(
      `select before, after from audit_event where person_id = $1 and action = 'person.changed'`,
      [person.id],
    );
    assert.deepEqual(events, [{ before: { language: 'en' }, after: { language: 'nl' } }]);
    await browser.submit(saved, '/me/account', { language: 'nl' });
    const [after] = await app.site.db.query<{ version: number }>('select version from person where id = $1', [
      person.id,
    ]);
    assert.equal(after?.version, row.version, 'the same again is no change');
  });

  test('refuses a language it does not speak', async () => {
    const { browser, page } = await signInToPortal(app.url, await world.person(), '/me/account');
    const refused = await browser.submit(page, '/me/account', { language: 'la' });
    assert.equal(refused.status, 422);
  });
});
