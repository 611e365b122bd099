// Sending mail: through a mail server when there is one, else into files that the demo shows.
// Must never log or throw an address, a subject or a text.
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { Logger } from './logger.ts';
import { createMailFolder } from './mail-folder.ts';
import { MailError, type Mail, type Mailer } from './mail.model.ts';

const TIMEOUT_MS = 20_000;

type MailConfig = Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir' | 'issuer'>;

/** With `SMTP_URL` over SMTP (pooled connections), else as `.eml` files in `DATA_DIR/mail`. */
export function createMailer(config: MailConfig, logger: Logger, clock: Clock = systemClock): Mailer {
  const smtpUrl = config.smtpUrl?.reveal();
  return smtpUrl === undefined ? fileMailer(config, clock) : smtpMailer(config, smtpUrl, logger);
}

function smtpMailer(config: MailConfig, smtpUrl: string, logger: Logger): Mailer {
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
  const transport = createTransport({ pool: true, url: smtpUrl, ...timeouts });
  return {
    async send(mail) {
      try {
        await transport.sendMail(messageOf(mail, config));
      } catch (error) {
        throw toMailError(error);
      }
      logger.debug({ messageKey: digest(mail.idempotencyKey) }, 'mail handed to the mail server');
    },
    folder: undefined,
    close: () => transport.close(),
  };
}

function fileMailer(config: MailConfig, clock: Clock): Mailer {
  const folder = createMailFolder(config.dataDir);
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      const sentAt = clock.now();
      const { message } = await transport.sendMail({ ...messageOf(mail, config), date: sentAt });
      const { to, subject, text, lang } = mail;
      const source = Buffer.isBuffer(message) ? message : Buffer.from('');
      await folder.add(
        { id: digest(mail.idempotencyKey), to, subject, text, lang, sentAt: sentAt.toISOString() },
        source,
      );
    },
    folder,
    close: () => transport.close(),
  };
}

function messageOf(mail: Mail, config: MailConfig): SendMailOptions {
  return {
    from: config.mailFrom,
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    messageId: `<${digest(mail.idempotencyKey)}@${new URL(config.issuer).hostname}>`,
    // Keeps out-of-office replies away. Source: RFC 3834 §5.
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(mail.lang === undefined ? {} : { 'Content-Language': mail.lang }),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** Servers repeat addresses in their answers, so only the kind of failure is kept, not even as a cause. */
function toMailError(error: unknown): MailError {
  const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  // A refused sign-in (EAUTH) is also 5xx, but is the operator's to repair: the mail itself is fine.
  return new MailError(status > 0 ? `${code} ${status}` : code, status >= 500 && code !== 'EAUTH');
}
