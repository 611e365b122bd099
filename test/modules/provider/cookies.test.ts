// Cookies: out of reach of scripts, of other sites and of plain http, and never the same before and after a sign-in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAccess, type Access } from '../../support/access.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createWorld } from '../../support/world.ts';

const issuer = 'https://id.example';
let app: TestApp;
let access: Access;

before(async () => {
  // As behind a proxy that nobody told us of: the request itself does not look like https.
  app = await startTestApp({ issuer });
  access = await createAccess(createWorld(app.site));
});
after(() => app.close());

/** A browser that keeps every cookie as it was set. */
class Jar {
  readonly lines = new Map<string, string>();

  async fetch(path: string, fields?: Record<string, string>): Promise<Response> {
    const response = await fetch(new URL(path, app.url), {
      redirect: 'manual',
      headers: {
        cookie: [...this.lines.values()].map((line) => line.split(';')[0]).join('; '),
        ...(fields ? { 'sec-fetch-site': 'same-origin' } : {}),
      },
      ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
    });
    for (const line of response.headers.getSetCookie()) this.lines.set(line.split('=')[0] ?? '', line);
    return response;
  }

  valueOf(name: string): string | undefined {
    return this.lines.get(name)?.split(/[=;]/)[1];
  }
}

const pathOf = (response: Response): string => {
  const { pathname, search } = new URL(response.headers.get('location') ?? '', issuer);
  return pathname + search;
};

async function signIn(jar: Jar): Promise<Response> {
  const query = new URLSearchParams({
    client_id: access.client.id,
    redirect_uri: access.client.redirectUri,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  const step = pathOf(await jar.fetch(`/authorize?${query}`));
  const page = await (await jar.fetch(step)).text();
  const { userName: login, password } = access.person;
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const sent = await jar.fetch(`${step}/sign-in`, { login, password, _csrf: csrf });
  assert.equal(sent.status, 303);
  return jar.fetch(pathOf(sent));
}

test('of an https site are Secure, HttpOnly, SameSite and named for it', async () => {
  const jar = new Jar();
  assert.match((await signIn(jar)).headers.get('location') ?? '', /[?&]code=/);
  assert.ok(jar.lines.has('__Host-mandaat-sso') && jar.lines.has('__Host-csrf'));
  for (const [name, line] of jar.lines) {
    assert.match(name, /^__(?:Host|Secure)-/);
    for (const flag of [/; ?secure/i, /; ?httponly/i, /; ?samesite=lax/i]) assert.match(line, flag);
    if (name.startsWith('__Host-')) assert.match(line, /; ?path=\/(?:;|$)/i);
  }
});

test('of a session planted before the sign-in open nothing after it', async () => {
  const attacker = new Jar();
  await attacker.fetch('/end-session');
  const planted = attacker.valueOf('__Host-mandaat-sso');
  assert.ok(planted, 'somebody who is not signed in has a session too');
  const victim = new Jar();
  for (const [name, line] of attacker.lines) victim.lines.set(name, line);
  await signIn(victim);
  assert.notEqual(victim.valueOf('__Host-mandaat-sso'), planted);
  const asked = await attacker.fetch('/end-session?client_id=' + access.client.id);
  assert.doesNotMatch(await asked.text(), /Do you want to sign out/);
});
