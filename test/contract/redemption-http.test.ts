// Twenty applications (or thieves) come to the token endpoint with the same code or refresh token: one gets tokens, on
// both engines. The whole way over HTTP: marking as used and issuing is one statement at the end of the request.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oidc from 'openid-client';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { createAccess, publicClient, type Access } from '../support/access.ts';
import { Browser } from '../support/browser.ts';
import { openTestDatabase, startTestPostgres, type TestPostgres } from '../support/database.ts';
import { startTestApp, type TestApp } from '../support/provider.ts';
import { enterPassword } from '../support/sign-in.ts';
import { createWorld, type World } from '../support/world.ts';

let postgres: TestPostgres | undefined;
const engines: Record<string, () => Promise<Database>> = {
  pglite: openTestDatabase,
  postgres: async () => {
    postgres = await startTestPostgres();
    return openDatabase({ url: await postgres.createDatabase(), poolMax: 20 });
  },
};

for (const [engine, open] of Object.entries(engines)) {
  describe(`on ${engine}`, () => {
    let db: Database;
    let app: TestApp;
    let world: World;

    before(async () => {
      db = await open();
      app = await startTestApp({ db });
      world = createWorld(app.site);
    });
    after(async () => {
      await app.close();
      await db.close();
      await postgres?.stop();
    });

    type Answer = Record<string, unknown>;
    async function ask({ client }: Access, fields: Record<string, string>): Promise<Answer> {
      const authorization = `Basic ${Buffer.from(`${client.id}:${encodeURIComponent(client.secret)}`).toString('base64')}`;
      const isPublic = fields['client_id'] !== undefined;
      const headers = isPublic ? undefined : { authorization };
      const body = new URLSearchParams(fields);
      const init = { method: 'POST', body, ...(headers ? { headers } : {}) };
      return (await (await fetch(`${app.url}/token`, init)).json()) as Answer;
    }

    async function codeFor(access: Access): Promise<Record<string, string>> {
      const verifier = oidc.randomPKCECodeVerifier();
      const redirect = { redirect_uri: access.client.redirectUri };
      const query = new URLSearchParams({
        ...redirect,
        client_id: access.client.id,
        response_type: 'code',
        scope: 'openid',
        code_challenge_method: 'S256',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      });
      const browser = new Browser(app.url);
      const page = await browser.get(`/authorize?${query}`);
      const landed = await enterPassword(browser, page, access.person);
      const code = new URL(landed.url).searchParams.get('code') ?? '';
      return { grant_type: 'authorization_code', code, code_verifier: verifier, ...redirect };
    }

    async function assertOneServed(access: Access, fields: Record<string, string>): Promise<void> {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(access, fields)));
      assert.equal(answers.filter((answer) => answer['access_token'] !== undefined).length, 1);
      const refusals = answers.map((answer) => answer['error']).filter((error) => error !== undefined);
      assert.deepEqual([...new Set(refusals)], ['invalid_grant']);
    }

    test('twenty redeem one code, round after round: one is served', async () => {
      for (let round = 0; round < 3; round++) {
        const access = await createAccess(world);
        await assertOneServed(access, await codeFor(access));
      }
    });

    test('twenty use one refresh token of a public client: one is served', async () => {
      const access = await createAccess(world, { client: publicClient });
      const identity = { client_id: access.client.id };
      const first = await ask(access, { ...identity, ...(await codeFor(access)) });
      const token = String(first['refresh_token']);
      await assertOneServed(access, { ...identity, grant_type: 'refresh_token', refresh_token: token });
    });
  });
}
