// The sent mail pages: in the demo they show every mail with its links; elsewhere they do not exist.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import express from 'express';
import request from 'supertest';
import { createSentMailRoutes } from '../../../src/modules/notifications/index.ts';
import type { Config } from '../../../src/platform/config.ts';
import { createTranslator } from '../../../src/platform/i18n.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { createMailer } from '../../../src/platform/mail.ts';
import { Secret } from '../../../src/platform/secret.ts';
import { setUpViews } from '../../../src/web/render.ts';
import { testConfig } from '../../support/config.ts';

let dataDir: string;
const root = new URL('../../../', import.meta.url).pathname;
const translator = createTranslator({ localesDir: join(root, 'config/locales') });
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mandaat-mail-'));
});
after(() => rm(dataDir, { recursive: true, force: true }));

function appWith(overrides: Partial<Config>) {
  const config = testConfig({ dataDir, ...overrides });
  const app = express();
  const assetsDir = join(root, 'views/assets');
  setUpViews(app, { viewsDir: join(root, 'views'), assetsDir, assetVersion: 'test', translator });
  app.use(createSentMailRoutes({ config }));
  return { app, config };
}

test('in the demo each mail is listed and shown, with links to this site only', async () => {
  const { app, config } = appWith({ demo: true });
  const empty = await request(app).get('/demo/mail').set('Accept-Language', 'nl');
  assert.match(empty.text, /Nog geen mails/);
  await createMailer(config, createLogger(config)).send({
    to: 'an@mail.example',
    subject: 'Kies <een> wachtwoord',
    text: `Hier:\n${config.issuer}/invitations/abc\nen https://evil.example/x`,
    idempotencyKey: 'one',
  });
  const list = await request(app).get('/demo/mail').set('Accept-Language', 'nl');
  assert.match(list.text, /Kies &lt;een&gt; wachtwoord/);
  const href = /href="(\/demo\/mail\/[0-9a-f]+)"/.exec(list.text)?.[1];
  const item = await request(app).get(href!);
  assert.ok(item.text.includes(`<a href="${config.issuer}/invitations/abc">`));
  assert.doesNotMatch(item.text, /href="https:\/\/evil/);
});

test('a mail that is not there, or a path instead of an id, is not found', async () => {
  const { app } = appWith({ demo: true });
  app.use((error: { kind?: string }, _req: unknown, res: express.Response, _next: unknown) => {
    res.status(error.kind === 'not_found' ? 404 : 500).end();
  });
  assert.equal((await request(app).get('/demo/mail/0123456789abcdef0123456789abcdef')).status, 404);
  assert.equal((await request(app).get('/demo/mail/..%2fsecrets')).status, 404);
});

test('outside the demo, in production, and with a mail server the pages do not exist', async () => {
  const smtpUrl = new Secret('smtp://localhost');
  for (const overrides of [{ demo: false }, { demo: true, isProduction: true }, { demo: true, smtpUrl }]) {
    assert.equal((await request(appWith(overrides).app).get('/demo/mail')).status, 404);
  }
});
