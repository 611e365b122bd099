// Passwords: checked without telling who exists, throttled without locking anybody out, set only by their owner.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createThrottle, signIn } from '../../../src/modules/credentials/index.ts';
import { createOneTimeLink, oneTimeToken, type LinkPurpose } from '../../../src/modules/people/index.ts';
import { runCommand } from '../../../src/platform/command.ts';
import type { Origin } from '../../../src/platform/change.ts';
import { createPasswordHasher } from '../../../src/platform/password-hash.ts';
import { Browser } from '../../support/browser.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { signInToPortal } from '../../support/sign-in.ts';
import { createWorld, type PersonRef, type World } from '../../support/world.ts';

let app: TestApp;
let world: World;
const anonymous: Origin = { actor: { kind: 'anonymous' } };

before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

const deps = (waited: number[] = []) => ({
  hasher: createPasswordHasher(app.site.config),
  throttle: createThrottle(app.site, async (milliseconds) => void waited.push(milliseconds)),
});
const attempt = (person: PersonRef, address = '192.0.2.1', password = person.password) =>
  signIn(app.site, deps(), anonymous, { login: person.userName, password, address });

describe('signing in', () => {
  test('works by user name and by mail address, in any case of letters', async () => {
    const person = await world.person({ userName: 'an.peeters' });
    for (const login of ['an.peeters', ' AN.Peeters ', person.mail.toUpperCase()]) {
      const input = { login, password: person.password, address: '192.0.2.9' };
      assert.equal((await signIn(app.site, deps(), anonymous, input)).personId, person.id);
    }
  });

  test('is refused alike for a wrong password, an unknown name and somebody without one', async () => {
    const person = await world.person();
    const without = await world.person({ password: null });
    for (const [login, password] of [
      [person.userName, 'wrong'],
      ['nobody', 'wrong'],
      [without.userName, ''],
    ] as const) {
      const input = { login, password, address: '192.0.2.10' };
      await assert.rejects(signIn(app.site, deps(), anonymous, input), {
        kind: 'unauthenticated',
        code: 'sign_in_failed',
      });
    }
  });

  test('stands in the record, refused too, without the name that was typed', async () => {
    const person = await world.person();
    await attempt(person);
    await assert.rejects(attempt(person, '192.0.2.11', 'wrong'));
    const rows = await app.site.db.query<{ outcome: string; reason: string | null; text: string }>(
      'select outcome, reason, audit_event::text as text from audit_event where person_id = $1 order by at, outcome',
      [person.id],
    );
    assert.deepEqual(rows.map(({ outcome, reason }) => [outcome, reason]).sort(), [
      ['done', null],
      ['refused', 'sign_in_failed'],
    ]);
    for (const { text } of rows) assert.doesNotMatch(text, new RegExp(`${person.userName}|wrong`));
  });

  test('of somebody whose time is over is refused with the reason, only to who knew the password', async () => {
    const person = await world.person({ until: '2026-06-01T00:00:00Z' });
    await assert.rejects(attempt(person), { code: 'person_not_active' });
    await assert.rejects(attempt(person, '192.0.2.12', 'wrong'), { code: 'sign_in_failed' });
  });

  test('makes a hash anew when the parameters were raised', async () => {
    const person = await world.person();
    const hashOf = async () =>
      (
        await app.site.db.query<{ hash: string }>(
          'select hash from password_credential where person_id = $1',
          [person.id],
        )
      )[0]?.hash ?? '';
    const before = await hashOf();
    const stronger = { ...app.site.config, passwordArgon2Time: app.site.config.passwordArgon2Time + 1 };
    const input = { login: person.userName, password: person.password, address: '192.0.2.13' };
    await signIn(app.site, { ...deps(), hasher: createPasswordHasher(stronger) }, anonymous, input);
    const after = await hashOf();
    assert.notEqual(after, before);
    assert.match(after, /t=2/);
    await attempt(person);
  });
});

describe('guessing', () => {
  test('from one address is stopped; the owner elsewhere is not', async () => {
    const person = await world.person();
    for (let guess = 0; guess < 10; guess++) {
      await assert.rejects(attempt(person, '198.51.100.1', 'wrong'), { code: 'sign_in_failed' });
    }
    await assert.rejects(attempt(person, '198.51.100.1'), { kind: 'limited', code: 'too_many_attempts' });
    assert.equal((await attempt(person, '198.51.100.2')).personId, person.id);
    app.site.clock.advance({ minutes: 16 });
    assert.equal((await attempt(person, '198.51.100.1')).personId, person.id);
  });

  test('is counted for the account, however its name is typed, and for the network, whatever the address', async () => {
    const person = await world.person();
    const names = ['', ' ', '\t', '\u00a0', '\0'].flatMap((blank) => [
      person.userName + blank,
      blank + person.userName,
    ]);
    for (const [index, login] of names.entries()) {
      const address = `2001:db8:1:2:${index}::${index}`;
      await assert.rejects(attempt({ ...person, userName: login }, address, 'wrong'), {
        code: 'sign_in_failed',
      });
    }
    await assert.rejects(attempt(person, '2001:db8:1:2::99'), { code: 'too_many_attempts' });
    assert.equal((await attempt(person, '2001:db8:1:3::99')).personId, person.id);
  });

  test('by user name and mail address in turn is one count, and nothing tells that they belong together', async () => {
    const person = await world.person();
    const names = [person.userName, person.mail];
    const guess = (login: string, password: string) =>
      attempt({ ...person, userName: login }, '198.51.100.7', password);
    for (let round = 0; round < 5; round++)
      for (const login of names) await assert.rejects(guess(login, 'wrong'), { code: 'sign_in_failed' });
    for (const login of names) {
      const refused = { code: 'sign_in_failed' };
      await assert.rejects(guess(login, person.password), refused, 'the eleventh is not looked at');
    }
    assert.equal((await attempt(person, '198.51.100.8')).personId, person.id);
    app.site.clock.advance({ minutes: 16 });
    assert.equal((await guess(person.mail, person.password)).personId, person.id);
  });

  test('by many at once is stopped at the same count', async () => {
    const person = await world.person();
    const guesses = Array.from({ length: 25 }, () => attempt(person, '198.51.100.5', 'wrong'));
    const outcomes = await Promise.allSettled(guesses);
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'in'));
    assert.equal(codes.filter((code) => code === 'sign_in_failed').length, 10);
    assert.equal(codes.filter((code) => code === 'too_many_attempts').length, 15);
  });

  test('from one address at whatever account is stopped after 300 failures', async () => {
    const { throttle } = deps();
    for (let guess = 0; guess < 300; guess++) {
      const attempt = { login: `nobody.${guess}`, address: '198.51.100.6' };
      await throttle.begin(attempt);
      await throttle.failed(attempt);
    }
    const person = await world.person();
    await assert.rejects(attempt(person, '198.51.100.6'), { kind: 'limited', code: 'too_many_attempts' });
    app.site.clock.advance({ minutes: 16 });
    assert.equal((await attempt(person, '198.51.100.6')).personId, person.id);
  });

  test('a right password forgets the mistakes before it', async () => {
    const person = await world.person();
    for (let round = 0; round < 3; round++) {
      for (let guess = 0; guess < 6; guess++) await assert.rejects(attempt(person, '198.51.100.3', 'wrong'));
      await attempt(person, '198.51.100.3');
    }
  });

  test('from many addresses slows the account down, but never locks it', async () => {
    const person = await world.person();
    for (let guess = 0; guess < 24; guess++) {
      await assert.rejects(attempt(person, `203.0.113.${guess}`, 'wrong'));
    }
    const waited: number[] = [];
    const input = { login: person.userName, password: person.password, address: '198.51.100.4' };
    assert.equal((await signIn(app.site, deps(waited), anonymous, input)).personId, person.id);
    assert.deepEqual(waited, [3000]);
  });

  test('keeps neither names nor addresses', async () => {
    const person = await world.person();
    await assert.rejects(attempt(person, '198.51.100.99', 'wrong'));
    const rows = await app.site.db.query<{ key: string }>('select key from rate_limit', []);
    for (const { key } of rows) assert.doesNotMatch(key, /198\.51|person\d/);
  });
});

describe('a link in a mail', () => {
  async function linkFor(person: PersonRef, purpose: LinkPurpose, ttlSeconds = 3600): Promise<string> {
    const fact = { action: 'person.invited', subjectType: 'person' };
    const id = await runCommand(app.site, anonymous, fact, (change) =>
      createOneTimeLink(change, app.site.secrets, { personId: person.id, purpose, ttlSeconds }),
    );
    return oneTimeToken(app.site.secrets, id);
  }

  test('of an invitation sets the password, once, and leads to the sign-in', async () => {
    const person = await world.person({ password: null, givenName: 'Fatima' });
    const path = `/invitations/${await linkFor(person, 'invitation')}`;
    const browser = new Browser(app.url);
    const page = await browser.get(path);
    assert.match(page.body, /Welcome, Fatima/);
    const weak = await browser.submit(page, path, { password: 'password password' });
    assert.equal(weak.status, 422);
    const done = await browser.submit(weak, path, { password: 'violet ladders sing quietly' });
    assert.match(done.body, /Your password is set/);
    const signedIn = await signInToPortal(app.url, { ...person, password: 'violet ladders sing quietly' });
    assert.equal(signedIn.page.status, 200);
    const again = await browser.submit(page, path, { password: 'another fine sentence here' });
    assert.equal(again.status, 410);
  });

  test('used by two at once sets one password', async () => {
    const person = await world.person({ password: null });
    const path = `/invitations/${await linkFor(person, 'invitation')}`;
    const browser = new Browser(app.url);
    const page = await browser.get(path);
    const tries = ['violet ladders sing quietly', 'seven brown kettles whistle'];
    const pages = await Promise.all(tries.map((password) => browser.submit(page, path, { password })));
    assert.deepEqual(pages.map(({ status }) => status).sort(), [200, 410]);
  });

  test('does not work when it has expired, was replaced, is for something else, or was not made here', async () => {
    const person = await world.person();
    const expired = await linkFor(person, 'invitation', 60);
    app.site.clock.advance({ seconds: 61 });
    const replaced = await linkFor(person, 'invitation');
    const reset = await linkFor(person, 'password_reset');
    await linkFor(person, 'invitation');
    for (const path of [
      `/invitations/${expired}`,
      `/invitations/${replaced}`,
      `/invitations/${reset}`,
      '/invitations/made-up',
    ]) {
      const page = await new Browser(app.url).get(path);
      assert.equal(page.status, 410, path);
      assert.match(page.body, /This link no longer works/);
      assert.match(page.body, /href="\/password-reset"/, 'and leads to the next one');
    }
  });

  test('to reset ends every session, and is asked for without telling who exists', async () => {
    const person = await world.person();
    const { browser } = await signInToPortal(app.url, person);
    const forgetful = new Browser(app.url);
    const form = await forgetful.get('/password-reset');
    const [known, unknown] = [
      await forgetful.submit(form, '/password-reset', { login: person.mail }),
      await forgetful.submit(form, '/password-reset', { login: 'nobody@mail.example' }),
    ];
    const strip = (body: string) => body.replace(/value="[^"]*"/g, '');
    assert.equal(strip(known.body), strip(unknown.body));
    const mails = await app.site.db.query<{ payload: { linkId: string; personId: string } }>(
      `select payload from outbox where kind = 'mail' and payload ->> 'template' = 'password_reset'`,
      [],
    );
    assert.equal(mails.length, 1);
    const path = `/password-resets/${oneTimeToken(app.site.secrets, mails[0]?.payload.linkId ?? '')}`;
    const done = await forgetful.submit(await forgetful.get(path), path, {
      password: 'violet ladders sing quietly',
    });
    assert.match(done.body, /Your password is set/);
    assert.match((await browser.get('/me/sessions')).body, /name="password"/);
    const told = await app.site.db.query<{ payload: { personId: string } }>(
      `select payload from outbox where kind = 'mail' and payload ->> 'template' = 'password_changed'`,
      [],
    );
    assert.deepEqual(
      told.map(({ payload }) => payload.personId),
      [person.id],
      'the owner is told',
    );
  });

  test('dies with every other one when a password is set or changed, by whatever way', async () => {
    const invited = await world.person({ password: null });
    const [invitation, reset] = [
      await linkFor(invited, 'invitation'),
      await linkFor(invited, 'password_reset'),
    ];
    const path = `/password-resets/${reset}`;
    const browser = new Browser(app.url);
    await browser.submit(await browser.get(path), path, { password: 'violet ladders sing quietly' });
    assert.equal((await new Browser(app.url).get(`/invitations/${invitation}`)).status, 410);

    const member = await world.person();
    const asked = await linkFor(member, 'password_reset');
    const { browser: own } = await signInToPortal(app.url, member);
    const done = await own.submit(await own.get('/me/password'), '/me/password', {
      currentPassword: member.password,
      password: 'seven brown kettles whistle',
    });
    assert.equal(done.status, 200);
    assert.equal((await new Browser(app.url).get(`/password-resets/${asked}`)).status, 410);
  });

  test('is not sent without end: the page says so and keeps what was typed', async () => {
    const person = await world.person();
    const browser = new Browser(app.url);
    const form = await browser.get('/password-reset');
    const answers = [];
    for (let asked = 0; asked < 15; asked++)
      answers.push(await browser.submit(form, '/password-reset', { login: person.userName }));
    const last = answers.at(-1);
    assert.equal(last?.status, 429);
    assert.match(last.body, /Look at your mail/);
    assert.match(last.body, new RegExp(`value="${person.userName}"`));
  });

  test('is sent ten times for an account whichever of its names was typed, and answered alike after that', async () => {
    const person = await world.person();
    const browser = new Browser(app.url);
    const form = await browser.get('/password-reset');
    const ask = (login: string) => browser.submit(form, '/password-reset', { login });
    for (let round = 0; round < 6; round++)
      for (const login of [person.userName, person.mail]) assert.equal((await ask(login)).status, 200);
    const [mails] = await app.site.db.query<{ count: number }>(
      `select count(*)::int as count from outbox
       where payload ->> 'template' = 'password_reset' and payload ->> 'personId' = $1`,
      [person.id],
    );
    assert.equal(mails?.count, 10);
  });

  test('takes as long to ask for whether or not somebody has the name', async () => {
    const person = await world.person();
    const browser = new Browser(app.url);
    const form = await browser.get('/password-reset');
    for (const login of [person.userName, 'nobody@mail.example']) {
      const begun = performance.now();
      await browser.submit(form, '/password-reset', { login });
      assert.ok(performance.now() - begun > 240, `${login} is answered at the same moment`);
    }
  });

  test('is asked for on the way to an application, and leads back to that sign-in and nowhere else', async () => {
    const browser = new Browser(app.url);
    const signInPage = await browser.get('/sign-in');
    const path = new URL(signInPage.url).pathname;
    assert.match(signInPage.body, new RegExp(`href="/password-reset\\?back=${path}"`));
    const form = await browser.get(`/password-reset?back=${path}`);
    const sent = await browser.submit(form, '/password-reset', { login: 'nobody@mail.example' });
    assert.match(sent.body, new RegExp(`href="${path}"`));
    const elsewhere = await browser.get('/password-reset?back=https://evil.example/');
    assert.doesNotMatch(elsewhere.body, /href="[^"]*evil/);
  });
});
