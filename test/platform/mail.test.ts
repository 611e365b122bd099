// Mail over a real SMTP server and into files: once per key, right letters, failures told apart, nothing leaked.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { createLogger } from '../../src/platform/logger.ts';
import { MailError, type Mail } from '../../src/platform/mail.model.ts';
import { createMailer } from '../../src/platform/mail.ts';
import { Secret } from '../../src/platform/secret.ts';
import { testConfig } from '../support/config.ts';

const logger = createLogger({ logLevel: 'silent', logFormat: 'json' });

const mail: Mail = {
  to: 'marie.dubois@example.org',
  subject: 'Uitnodiging voor Müller & Zöhne – één',
  text: 'Beste Marié,\n\nVolg deze koppeling.\n',
  html: '<p>Beste Marié</p>',
  idempotencyKey: 'invitation:1',
};

type Received = { recipients: string[]; source: string };

/** A mail server on this machine; `refuse` is the status it answers recipients with. */
async function startServer(t: TestContext, refuse?: number) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo(address, _session, done) {
      if (refuse === undefined) return done();
      done(Object.assign(new Error(`no mailbox ${address.address}`), { responseCode: refuse }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, source: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const mailer = createMailer(
    testConfig({ smtpUrl: new Secret(`smtp://127.0.0.1:${port}`), issuer: 'https://id.example.org' }),
    logger,
  );
  t.after(async () => {
    mailer.close();
    await new Promise<void>((resolve) => void server.close(resolve));
  });
  return { mailer, received };
}

function folderMailer(t: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'mandaat-mail-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const clock = { at: new Date('2026-03-01T09:00:00Z'), now: () => clock.at };
  return { dataDir, clock, mailer: createMailer(testConfig({ dataDir }), logger, clock) };
}

describe('mail over SMTP', () => {
  it('arrives with its letters intact, and with one Message-ID per key', async (t) => {
    const { mailer, received } = await startServer(t);
    await mailer.send(mail);
    await mailer.send(mail);
    await mailer.send({ ...mail, idempotencyKey: 'invitation:2' });
    const ids = received.map(
      ({ source }) => /^Message-ID: (<[0-9a-f]{32}@id\.example\.org>)\r$/m.exec(source)?.[1],
    );
    assert.ok(ids[0]);
    assert.equal(ids[1], ids[0]);
    assert.notEqual(ids[2], ids[0]);
    const source = received[0]?.source ?? '';
    assert.match(source, /^Subject: =\?UTF-8\?/m);
    assert.match(source, /Beste Mari=C3=A9/);
    assert.match(source, /^Auto-Submitted: auto-generated\r$/m);
  });

  it('goes to exactly one address, whatever was typed', async (t) => {
    const { mailer, received } = await startServer(t);
    for (const to of ['a@example.org, b@example.org', 'a@example.org\r\nBcc: b@example.org']) {
      await mailer.send({ ...mail, to }).catch((error: unknown) => assert.ok(error instanceof MailError));
    }
    for (const { recipients } of received) assert.ok(recipients.length <= 1, recipients.join(' and '));
    assert.ok(!received.some(({ recipients }) => recipients.includes('b@example.org')));
  });

  it('tells a refusal for ever from one for now, without naming the person', async (t) => {
    for (const [status, permanent] of [
      [550, true],
      [451, false],
    ] as const) {
      const { mailer } = await startServer(t, status);
      await assert.rejects(mailer.send(mail), (error) => {
        assert.ok(error instanceof MailError);
        assert.equal(error.permanent, permanent);
        assert.match(error.code, new RegExp(`${status}$`));
        assert.doesNotMatch(`${error.message} ${error.code} ${error.stack} ${String(error.cause)}`, /marie/);
        return true;
      });
    }
  });

  it('may be tried again when nobody answers', async (t) => {
    const { mailer } = await startServer(t);
    const closed = createMailer(testConfig({ smtpUrl: new Secret('smtp://127.0.0.1:1') }), logger);
    t.after(() => closed.close());
    await assert.rejects(closed.send(mail), { name: 'MailError', permanent: false });
    assert.equal(mailer.folder, undefined);
  });
});

describe('mail without a mail server', () => {
  it('is kept as a file, newest first in the list', async (t) => {
    const { mailer, clock, dataDir } = folderMailer(t);
    assert.deepEqual(await mailer.folder?.list(), []);
    await mailer.send(mail);
    clock.at = new Date('2026-03-01T10:00:00Z');
    await mailer.send({ ...mail, idempotencyKey: 'invitation:2', subject: 'Tweede' });
    const [newest, oldest] = (await mailer.folder?.list()) ?? [];
    assert.deepEqual([newest?.subject, oldest?.subject], ['Tweede', mail.subject]);
    assert.equal(oldest?.sentAt, '2026-03-01T09:00:00.000Z');
    const { text, to } = (await mailer.folder?.read(oldest?.id ?? '')) ?? {};
    assert.deepEqual([text, to], [mail.text, mail.to]);
    const source = readFileSync(join(dataDir, 'mail', `${oldest?.id}.eml`), 'utf8');
    assert.match(source, /^To: marie\.dubois@example\.org\r$/m);
    assert.match(source, /^Date: Sun, 01 Mar 2026 09:00:00 \+0000\r$/m);
  });

  it('is kept once per key, also after a restart', async (t) => {
    const { mailer, dataDir } = folderMailer(t);
    await mailer.send(mail);
    await createMailer(testConfig({ dataDir }), logger).send({ ...mail, subject: 'Again' });
    assert.deepEqual(
      (await mailer.folder?.list())?.map(({ subject }) => subject),
      [mail.subject],
    );
    assert.equal(readdirSync(join(dataDir, 'mail')).length, 2);
  });

  it('does not read other files', async (t) => {
    const { mailer } = folderMailer(t);
    await mailer.send(mail);
    for (const id of ['../secrets', 'a'.repeat(32), '', '..%2Fsecrets']) {
      assert.equal(await mailer.folder?.read(id), undefined);
    }
  });
});
