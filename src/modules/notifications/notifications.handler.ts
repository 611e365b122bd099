// Delivers outbox messages of kind `mail`.
import type { Translator } from '../../platform/i18n.ts';
import { UndeliverableError, type DeliveryHandler } from '../../platform/jobs/outbox.ts';
import { MailError, type Mailer } from '../../platform/mail.model.ts';
import type { Site } from '../../platform/site.ts';
import { composeMail } from './notifications.content.ts';
import { mailHtml, mailRequest, mailText } from './notifications.model.ts';

export interface NotificationParts {
  readonly mailer: Pick<Mailer, 'send'>;
  readonly translator: Translator;
}

/** The handler for `mail`. The Message-ID comes from the idempotency key, so a second delivery is recognised. */
export function createMailHandler(
  site: Pick<Site, 'config' | 'db' | 'clock' | 'secrets' | 'logger'>,
  { mailer, translator }: NotificationParts,
): DeliveryHandler {
  return async (message) => {
    const request = mailRequest.safeParse(message.payload);
    if (!request.success) throw new UndeliverableError('the message does not say which mail to send');
    const mail = await composeMail(site, translator, request.data);
    if (!mail) {
      site.logger.info({ message: message.id, template: request.data.template }, 'mail no longer needed');
      return;
    }
    await sendOnce(mailer, {
      to: mail.to,
      subject: mail.content.subject,
      text: mailText(mail.content),
      html: mailHtml(mail.content, mail.lang),
      lang: mail.lang,
      idempotencyKey: message.idempotencyKey,
    });
  };
}

async function sendOnce(mailer: Pick<Mailer, 'send'>, mail: Parameters<Mailer['send']>[0]): Promise<void> {
  try {
    await mailer.send(mail);
  } catch (error) {
    if (error instanceof MailError && error.permanent) {
      throw new UndeliverableError('the mail server refuses the mail', { cause: error });
    }
    throw error;
  }
}
