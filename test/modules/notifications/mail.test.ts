// What the mails say, to whom, in which language, and what they never carry.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { raiseAuditAlarm } from '../../../src/modules/audit/index.ts';
import { createMailHandler } from '../../../src/modules/notifications/index.ts';
import { createOneTimeLink, findUsableLink } from '../../../src/modules/people/index.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { createTranslator, languages } from '../../../src/platform/i18n.ts';
import { createOutbox, type Outbox } from '../../../src/platform/jobs/outbox.ts';
import { MailError, type Mail } from '../../../src/platform/mail.model.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type PersonRef, type World } from '../../support/world.ts';

const translator = createTranslator({
  localesDir: new URL('../../../config/locales', import.meta.url).pathname,
});
const system = { actor: { kind: 'system' } } as const;
const attempt = { action: 'test.mailed', subjectType: 'test' };

let site: TestSite;
let world: World;
let sent: Mail[];
let failWith: Error | undefined;
let outbox: Outbox;
before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  const mailer = {
    send: async (mail: Mail) => {
      if (failWith) throw failWith;
      sent.push(mail);
    },
  };
  outbox = createOutbox(site, { mail: createMailHandler(site, { mailer, translator }) });
});
beforeEach(() => {
  sent = [];
  failWith = undefined;
});
after(() => site.close());

async function request(payload: Record<string, unknown>): Promise<void> {
  await runCommand(site, system, attempt, async (change) => change.enqueue({ kind: 'mail', payload }));
  await outbox.drain();
}

async function invite(
  person: PersonRef,
  purpose: 'invitation' | 'password_reset' = 'invitation',
): Promise<string> {
  return runCommand(site, system, attempt, (change) =>
    createOneTimeLink(change, site.secrets, { personId: person.id, purpose, ttlSeconds: 3600 }),
  );
}

test('an invitation is in the language of the person and says why, with a link that works', async () => {
  const person = await world.person({ givenName: 'Zoë', language: 'nl', password: null });
  await world.affiliation(person, await world.organisation({ name: 'Gemeente Lier <x>' }));
  const linkId = await invite(person);
  await request({ template: 'invitation', personId: person.id, linkId });
  const [mail] = sent;
  assert.equal(mail?.to, person.mail);
  assert.equal(mail.subject, 'Stel uw account in');
  assert.match(mail.text, /^Dag Zoë,/);
  assert.match(mail.text, /voor Gemeente Lier <x>\./);
  assert.match(mail.html!, /voor Gemeente Lier &lt;x&gt;\./, 'what people type is never markup');
  const token = /\/invitations\/(\S+)/.exec(mail.text)?.[1];
  const found = await findUsableLink(
    site.db.reader,
    site.secrets,
    decodeURIComponent(token!),
    site.clock.now(),
  );
  assert.equal(found?.id, linkId);
  const { rows } = await import('kysely').then(({ sql }) =>
    sql<{ text: string }>`select outbox::text as text from outbox`.execute(site.db.handle),
  );
  assert.ok(
    rows.every((row) => !row.text.includes(token!) && !row.text.includes(person.mail)),
    'neither link nor address is stored',
  );
});

test('a link that was used, replaced or has expired is not sent any more', async () => {
  const person = await world.person({ password: null });
  const first = await invite(person);
  const second = await invite(person);
  await request({ template: 'invitation', personId: person.id, linkId: first });
  assert.equal(sent.length, 0);
  await request({ template: 'invitation', personId: person.id, linkId: second });
  assert.equal(sent.length, 1);
  const third = await invite(person);
  site.clock.advance({ hours: 2 });
  await request({ template: 'invitation', personId: person.id, linkId: third });
  assert.equal(sent.length, 1);
});

test('nobody who was disabled gets mail', async () => {
  const person = await world.person({ until: '2026-02-01T00:00:00Z' });
  await request({
    template: 'password_reset',
    personId: person.id,
    linkId: await invite(person, 'password_reset'),
  });
  assert.equal(sent.length, 0);
});

test('a changed address is told to the old one, without telling the new one', async () => {
  const person = await world.person({ mail: 'new@mail.example' });
  await request({ template: 'mail_changed', personId: person.id, to: 'old@mail.example' });
  assert.equal(sent[0]?.to, 'old@mail.example');
  assert.ok(!JSON.stringify(sent).includes('new@mail.example'));
});

test('every mail has its words in every language', async () => {
  const organisation = await world.organisation({ name: 'Stad' });
  for (const language of languages) {
    const person = await world.person({ language });
    const reset = await invite(person, 'password_reset');
    const invitation = await invite(person);
    await request({ template: 'invitation', personId: person.id, linkId: invitation });
    await request({ template: 'password_reset', personId: person.id, linkId: reset });
    await request({ template: 'mail_changed', personId: person.id, to: 'old@mail.example' });
    await request({ template: 'password_changed', personId: person.id, at: '2026-03-01T09:00:00.000Z' });
    await request({ template: 'last_administrator', personId: person.id, organisationId: organisation.id });
  }
  assert.equal(sent.length, 20);
  assert.equal(new Set(sent.map((mail) => mail.subject)).size, 20, 'each template differs in each language');
  for (const mail of sent) {
    assert.doesNotMatch(mail.text + mail.html, /notifications\.|\{\{|undefined/);
    assert.match(mail.html!, new RegExp(`<html lang="(${languages.join('|')})">`));
  }
});

test('the same message always has the same key, and a server that says never ends it', async () => {
  const person = await world.person();
  failWith = new MailError('ECONNECTION', false);
  await request({ template: 'mail_changed', personId: person.id, to: 'old@mail.example' });
  const pending = await site.db.handle
    .selectFrom('outbox')
    .selectAll()
    .where('delivered_at', 'is', null)
    .executeTakeFirstOrThrow();
  assert.deepEqual(
    [pending.attempts, pending.failed_at, pending.last_error],
    [1, null, 'MailError ECONNECTION'],
  );
  failWith = undefined;
  site.clock.advance({ seconds: 10 });
  await outbox.drain();
  assert.equal(sent[0]?.idempotencyKey, pending.idempotency_key);
  failWith = new MailError('EENVELOPE 550', true);
  await request({ template: 'mail_changed', personId: person.id, to: 'gone@mail.example' });
  const failed = await site.db.handle
    .selectFrom('outbox')
    .selectAll()
    .where('failed_at', 'is not', null)
    .execute();
  assert.equal(failed.length, 1);
});

test('operators hear that the audit is not intact, in their language, and nobody else does', async () => {
  const agency = await world.organisation();
  const operator = await world.person({ language: 'fr' });
  await world.administration(await world.affiliation(operator, agency), 'operator');
  const head = await world.person();
  await world.administration(await world.affiliation(head, agency), 'head');
  await raiseAuditAlarm(site, 3);
  await outbox.drain();
  assert.deepEqual(
    sent.map((mail) => [mail.to, mail.subject]),
    [[operator.mail, 'Le journal n’est pas intact']],
  );
  assert.match(sent[0]!.text, /3 anomalies/);
});
