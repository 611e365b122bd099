// "Sent mail": shows, in demo mode and only there, what would have been mailed, so that its links can be followed.
import { Router } from 'express';
import { notFound } from '../../platform/errors.ts';
import { createMailFolder, type StoredMail } from '../../platform/mail-folder.ts';
import type { Site } from '../../platform/site.ts';
import { paths } from '../../web/paths.ts';

/** Empty outside demo mode and wherever a mail server is configured: the pages then do not exist. */
export function createSentMailRoutes(site: Pick<Site, 'config'>): Router {
  const router = Router();
  if (!site.config.demo || site.config.isProduction || site.config.smtpUrl) return router;
  const folder = createMailFolder(site.config.dataDir);

  router.get(paths.sentMail(), async (_req, res) => {
    const mails = await folder.list();
    const { t } = res.words;
    const rows = mails.map((mail) => ({
      cells: {
        subject: { text: mail.subject, href: paths.sentMailItem(mail.id) },
        to: mail.to,
        at: res.words.dateTime(mail.sentAt),
      },
    }));
    res.page(
      'notifications/sent-mail',
      { rows },
      { title: t('notifications.sentMail.title'), layout: 'focus' },
    );
  });

  router.get(paths.sentMailItem(':mailId'), async (req, res) => {
    const mail = await folder.read(String(req.params['mailId']));
    if (!mail) throw notFound('mail');
    const model = { mail, parts: splitLinks(mail, site.config.issuer), backHref: paths.sentMail() };
    res.page('notifications/sent-mail-item', model, { title: mail.subject, layout: 'focus' });
  });
  return router;
}

/** Texts and the links between them; only addresses of this site become links. */
function splitLinks(mail: StoredMail, issuer: string): { text: string; href?: string }[] {
  return mail.text
    .split(/(https?:\/\/\S+)/)
    .map((text) => (text.startsWith(`${issuer}/`) ? { text, href: text } : { text }));
}
