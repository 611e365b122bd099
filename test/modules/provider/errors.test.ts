// What goes wrong on the way in: a page in the person's language with a way on; never a stack, never a loop.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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

function assertHelpful(page: Page, title: RegExp, status: number): void {
  assert.equal(page.status, status);
  assert.match(page.body, title);
  assert.match(page.body, /<a class="button/);
  assert.doesNotMatch(page.body, /\bat \w.*\.[jt]s:\d+|node_modules/);
}

const authorize = (fields: Record<string, string>): string =>
  `/authorize?${new URLSearchParams({ response_type: 'code', scope: 'openid', ...fields })}`;

describe('a request that cannot be answered', () => {
  test('from an unknown client', async () => {
    const page = await new Browser(app.url).get(
      authorize({ client_id: 'nobody', redirect_uri: 'https://x.example/' }),
    );
    assertHelpful(page, /This application is not known here/, 400);
  });

  test('in the language of the browser', async () => {
    const dutch = new Browser(app.url, { 'accept-language': 'nl-BE,nl;q=0.9' });
    const page = await dutch.get(authorize({ client_id: 'nobody' }));
    assertHelpful(page, /Deze toepassing is hier niet bekend/, 400);
    assert.match(page.body, /<html lang="nl"/);
  });

  test('to an address that is not registered never leads there', async () => {
    const { client } = await createAccess(world);
    const page = await new Browser(app.url).get(
      authorize({ client_id: client.id, redirect_uri: 'https://evil.example/callback' }),
    );
    assertHelpful(page, /an address that is not registered/, 400);
    assert.doesNotMatch(page.body, /href="https:\/\/evil/);
  });

  test('of a disabled client, and of one whose application has ended', async () => {
    const { client } = await createAccess(world);
    await app.site.db.query('update client set disabled_at = now() where id = $1', [client.id]);
    const ended = await createAccess(world, { application: { until: '2026-06-01T00:00:00Z' } });
    for (const { id, redirectUri } of [client, ended.client]) {
      const page = await new Browser(app.url).get(authorize({ client_id: id, redirect_uri: redirectUri }));
      assertHelpful(page, /This application is not known here/, 400);
    }
  });

  test('with a wrong response type goes back to the application', async () => {
    const { client } = await createAccess(world);
    const page = await new Browser(app.url).get(
      authorize({
        client_id: client.id,
        redirect_uri: client.redirectUri,
        response_type: 'token',
        state: 's',
      }),
    );
    assert.match(page.url, /error=unsupported_response_type/);
  });

  test('at an address that does not exist gets a page, not the sign-in; one of a form only, the question again', async () => {
    const browser = new Browser(app.url);
    for (const path of ['/authorize/a/b', '/userinfo/', '/end-session/elsewhere'])
      assert.equal((await browser.get(path)).status, 404, path);
    assert.match((await browser.get('/end-session/confirm')).url, /\/end-session$/);
  });

  test('by POST works like by GET', async () => {
    const access = await createAccess(world);
    const party = await createRelyingParty(app.url, access.client);
    const attempt = await party.begin();
    const browser = new Browser(app.url);
    const page = await browser.post('/authorize', Object.fromEntries(new URL(attempt.url).searchParams));
    const landed = await enterPassword(browser, page, access.person);
    assert.equal((await attempt.redeem(landed.url)).claims()?.sub, access.person.id);
  });
});

describe('an answer that cannot be written', () => {
  test('is not given: no code, no cookie, a page with a reference', async () => {
    const access = await createAccess(world);
    const party = await createRelyingParty(app.url, access.client);
    const { browser } = await signInThrough(party, app.url, access.person);
    await app.site.db.exec('alter table oidc_step rename to oidc_step_away');
    const page = await browser.get((await party.begin()).url);
    await app.site.db.exec('alter table oidc_step_away rename to oidc_step');
    assert.equal(page.status, 500);
    assert.match(page.body, /<h1>/);
    assert.doesNotMatch(page.body, /oidc_step|code=/);
    assert.deepEqual(page.headers.getSetCookie(), []);
    assert.match((await browser.get((await party.begin()).url)).url, /[?&]code=/);
  });
});

describe('a sign-in that is interrupted', () => {
  async function atThePassword(access: Access) {
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const attempt = await party.begin();
    return { party, browser, attempt, page: await browser.get(attempt.url) };
  }

  test('by a wrong password keeps what was typed, and says no more than needed', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    const wrong = await browser.submit(page, '/sign-in', {
      login: access.person.userName,
      password: 'not mine',
    });
    const unknown = await browser.submit(wrong, '/sign-in', { login: 'nobody at all', password: 'not mine' });
    for (const refused of [wrong, unknown]) {
      assert.equal(refused.status, 422);
      assert.match(refused.body, /The user name or the password is not correct/);
      assert.doesNotMatch(refused.body, /not mine/);
    }
    assert.match(wrong.body, new RegExp(`value="${access.person.userName}"`));
    assert.match((await enterPassword(browser, wrong, access.person)).url, /[?&]code=/);
  });

  test('by an empty form names both fields', async () => {
    const { browser, page } = await atThePassword(await createAccess(world));
    const refused = await browser.submit(page, '/sign-in', { login: '', password: '' });
    assert.equal(refused.status, 422);
    assert.match(refused.body, /id="field-login-error"/);
    assert.match(refused.body, /id="field-password-error"/);
  });

  test('by time', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    app.site.clock.advance({ seconds: app.site.config.interactionSeconds + 1 });
    assertHelpful(await enterPassword(browser, page, access.person), /This step of the sign-in is over/, 410);
  });

  test('by a lost cookie', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    browser.forgetCookies((name) => name.startsWith('mandaat-step'));
    assertHelpful(await enterPassword(browser, page, access.person), /This step of the sign-in is over/, 410);
  });

  test('by a lost cookie of the way back', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    browser.forgetCookies((name) => name.startsWith('mandaat-resume'));
    assertHelpful(await enterPassword(browser, page, access.person), /This sign-in is over/, 400);
  });

  test('by the back button: the old page explains, the address is no loop', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    assert.match((await enterPassword(browser, page, access.person)).url, /[?&]code=/);
    assertHelpful(await browser.get(page.url), /This step of the sign-in is over/, 410);
    assertHelpful(await enterPassword(browser, page, access.person), /This step of the sign-in is over/, 410);
  });

  test('by a second tab: both end well', async () => {
    const access = await createAccess(world);
    const { browser, attempt, page, party } = await atThePassword(access);
    const second = await party.begin();
    const secondPage = await browser.get(second.url);
    const first = await attempt.redeem((await enterPassword(browser, page, access.person)).url);
    const other = await second.redeem((await enterPassword(browser, secondPage, access.person)).url);
    assert.equal(first.claims()?.sub, other.claims()?.sub);
  });

  test('by sending the form twice at once', async () => {
    const access = await createAccess(world);
    const { browser, page } = await atThePassword(access);
    const pages = await Promise.all([0, 1].map(() => enterPassword(browser, page, access.person)));
    assert.ok(pages.some(({ url }) => /[?&]code=/.test(url)));
    for (const { status } of pages) assert.ok(status < 500);
  });

  test('by a form from another site', async () => {
    const access = await createAccess(world);
    const { page } = await atThePassword(access);
    const answer = await fetch(`${page.url}/sign-in`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example', accept: 'text/html' },
      body: new URLSearchParams({ login: access.person.userName, password: access.person.password }),
    });
    assert.equal(answer.status, 403);
  });

  test('by going back to the application', async () => {
    const { browser, page } = await atThePassword(await createAccess(world));
    assert.match((await browser.submit(page, '/cancel')).url, /error=access_denied/);
  });

  test('may end at the application: the policy of the page allows it', async () => {
    const { page, attempt } = await atThePassword(await createAccess(world));
    const origin = new URL(new URL(attempt.url).searchParams.get('redirect_uri') ?? '').origin;
    assert.ok(page.headers.get('content-security-policy')?.includes(`form-action 'self' ${origin}`));
  });
});

describe('somebody without a right', () => {
  const enter = async (access: Access) => {
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const attempt = await party.begin();
    return enterPassword(browser, await browser.get(attempt.url), access.person);
  };

  test('is told why, and who can help', async () => {
    const access = await createAccess(world);
    const head = await world.person({ givenName: 'Hilde', familyName: 'Hoofd' });
    await world.administration(await world.affiliation(head, access.organisation), 'head');
    const stranger = await world.person();
    await world.affiliation(stranger, access.organisation);
    const page = await enter({ ...access, person: stranger });
    assert.equal(page.status, 403);
    assert.match(page.body, /Nobody has given you a right/);
    assert.match(page.body, /Hilde Hoofd/);
    assert.match(page.body, new RegExp(head.mail));
    await app.site.db.query('update application set contact_mail = $1 where code = $2', [
      'questions@counter.example',
      access.application.code,
    ]);
    assert.match(
      (await enter({ ...access, person: stranger })).body,
      /mailto:questions@counter\.example/,
      'the application too',
    );
  });

  test('the reason is the one that helps most', async () => {
    const withoutOrganisation = await createAccess(world);
    const loner = await world.person();
    assert.match(
      (await enter({ ...withoutOrganisation, person: loner })).body,
      /You do not work for any organisation/,
    );

    // Midnight in Brussels: the last day is the one before.
    const over = await createAccess(world, { until: '2026-06-09T22:00:00Z' });
    assert.match((await enter(over)).body, /Your right for Organisation \S+ ended on 9 Jun 2026\./);

    const offered = await createAccess(world);
    await app.site.db.query(`update offer set valid_until = '2026-06-10' where id = $1`, [offered.offer.id]);
    const closed = (await enter(offered)).body;
    assert.match(closed, /is no longer open to Organisation/);
    assert.match(closed, /Keeps Application/);

    const retired = await createAccess(world);
    await app.site.db.query(`update application_right set valid_until = '2026-06-10' where id = $1`, [
      retired.right.id,
    ]);
    assert.match((await enter(retired)).body, /has not existed in Application/);

    const merged = await createAccess(world);
    await app.site.db.query(`update organisation set valid_until = '2026-06-10' where id = $1`, [
      merged.organisation.id,
    ]);
    assert.match((await enter(merged)).body, /Organisation \S+ ended on/);

    const elsewhere = await createAccess(world);
    const colleague = await world.person();
    await world.affiliation(colleague, await world.organisation());
    await app.site.db.query(`update application set contact_mail = 'owner@mail.example' where id = $1`, [
      elsewhere.application.id,
    ]);
    const notOffered = (await enter({ ...elsewhere, person: colleague })).body;
    assert.match(notOffered, /is not open to your organisation/);
    assert.match(notOffered, /mailto:owner@mail\.example/);

    const left = await createAccess(world, { until: '2026-06-10T00:00:00Z' });
    await app.site.db.query(`update affiliation set valid_until = '2026-06-10' where id = $1`, [
      left.affiliation.id,
    ]);
    assert.match((await enter(left)).body, /Your affiliation with Organisation \S+ ended on/);

    const coming = await createAccess(world);
    await app.site.db.query(`update assignment set valid_from = '2026-09-01' where id = $1`, [
      coming.assignment.id,
    ]);
    assert.match((await enter(coming)).body, /begins on 1 Sept 2026/);
  });

  test('is refused without a question when none may be asked', async () => {
    const access = await createAccess(world);
    const { browser } = await signInThrough(
      await createRelyingParty(app.url, access.client),
      app.url,
      access.person,
    );
    const elsewhere = await createAccess(world);
    const party = await createRelyingParty(app.url, elsewhere.client);
    const page = await browser.get((await party.begin({ prompt: 'none' })).url);
    assert.match(page.url, /error=access_denied/);
  });

  test('goes back to the application with an answer it can understand', async () => {
    const access = await createAccess(world, { until: '2026-06-10T00:00:00Z' });
    const party = await createRelyingParty(app.url, access.client);
    const browser = new Browser(app.url);
    const page = await enterPassword(browser, await browser.get((await party.begin()).url), access.person);
    assert.match((await browser.submit(page, '/cancel')).url, /error=access_denied/);
  });
});
