// Looks up what one mail must say, at the moment it goes out: in the person's language, with a link made just then.
// Never writes. A mail that has lost its reason (link used, person gone) is not sent.
import type { T, Translator } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import { paths } from '../../web/paths.ts';
import { oneTimeToken } from '../people/index.ts';
import type { MailContent, MailRequest } from './notifications.model.ts';

type ContentSite = Pick<Site, 'config' | 'db' | 'clock' | 'secrets'>;

export interface AddressedMail {
  readonly to: string;
  readonly lang: string;
  readonly content: MailContent;
}

interface Receiver {
  givenName: string;
  userName: string;
  mail: string;
  language: string;
}

/** @returns undefined when there is nothing to tell any more. */
export async function composeMail(
  site: ContentSite,
  translator: Translator,
  request: MailRequest,
): Promise<AddressedMail | undefined> {
  const receiver = await findReceiver(site, request.personId);
  if (!receiver) return undefined;
  const words = translator.forLanguage(receiver.language, site.config.timeZone);
  const content = await compose[request.template](site, words, request as never, receiver);
  const to = request.template === 'mail_changed' ? request.to : receiver.mail;
  return content && { to, lang: words.lang, content };
}

async function findReceiver(site: ContentSite, personId: string): Promise<Receiver | undefined> {
  const rows = await site.db.query<Receiver>(
    `select given_name as "givenName", user_name as "userName", mail, language from person
     where id = $1 and (valid_until is null or valid_until > $2)`,
    [personId, site.clock.now()],
  );
  return rows[0];
}

type Compose<Template extends MailRequest['template']> = (
  site: ContentSite,
  words: T,
  request: Extract<MailRequest, { template: Template }>,
  receiver: Receiver,
) => Promise<MailContent | undefined>;

const compose: { [Template in MailRequest['template']]: Compose<Template> } = {
  async invitation(site, words, { personId, linkId }, receiver) {
    const link = await findOpenLink(site, linkId);
    if (!link) return undefined;
    const { t } = words;
    const organisations = await organisationsOf(site, personId);
    const reason =
      organisations.length > 0
        ? t('notifications.invitation.reason', { organisations: words.list(organisations) })
        : t('notifications.invitation.reasonNone');
    return {
      subject: t('notifications.invitation.subject'),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      paragraphs: [reason, t('notifications.invitation.what', { userName: receiver.userName })],
      action: {
        label: t('notifications.invitation.action'),
        href: site.config.issuer + paths.invitation(oneTimeToken(site.secrets, linkId)),
      },
      afterAction: [
        t('notifications.link.once', { until: words.dateTime(link.expiresAt) }),
        t('notifications.invitation.unexpected'),
      ],
      closing: closing(site, t),
    };
  },

  async password_reset(site, words, { linkId }, receiver) {
    const link = await findOpenLink(site, linkId);
    if (!link) return undefined;
    const { t } = words;
    return {
      subject: t('notifications.passwordReset.subject'),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      paragraphs: [t('notifications.passwordReset.what')],
      action: {
        label: t('notifications.passwordReset.action'),
        href: site.config.issuer + paths.passwordReset(oneTimeToken(site.secrets, linkId)),
      },
      afterAction: [
        t('notifications.link.once', { until: words.dateTime(link.expiresAt) }),
        t('notifications.passwordReset.unexpected'),
      ],
      closing: closing(site, t),
    };
  },

  async password_changed(site, words, { at }, receiver) {
    const { t } = words;
    return {
      subject: t('notifications.passwordChanged.subject'),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      paragraphs: [
        t('notifications.passwordChanged.what', { at: words.dateTime(new Date(at)) }),
        t('notifications.passwordChanged.unexpected'),
      ],
      action: {
        label: t('notifications.passwordChanged.action'),
        href: site.config.issuer + paths.forgottenPassword(),
      },
      closing: closing(site, t),
    };
  },

  async mail_changed(site, { t }, _request, receiver) {
    return {
      subject: t('notifications.mailChanged.subject'),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      // The new address is not told: who reads this may no longer be the person.
      paragraphs: [t('notifications.mailChanged.what'), t('notifications.mailChanged.unexpected')],
      closing: closing(site, t),
    };
  },

  async audit_not_intact(site, { t }, { findingCount }, receiver) {
    return {
      subject: t('notifications.auditNotIntact.subject'),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      paragraphs: [
        t('notifications.auditNotIntact.what', { count: findingCount }),
        t('notifications.auditNotIntact.next'),
      ],
      action: { label: t('notifications.auditNotIntact.action'), href: site.config.issuer + paths.audit() },
      closing: closing(site, t),
    };
  },

  async last_administrator(site, { t }, { organisationId }, receiver) {
    const [organisation] = await site.db.query<{ name: string }>(
      'select name from organisation where id = $1',
      [organisationId],
    );
    if (!organisation) return undefined;
    const { name } = organisation;
    return {
      subject: t('notifications.lastAdministrator.subject', { organisation: name }),
      greeting: t('notifications.greeting', { name: receiver.givenName }),
      paragraphs: [t('notifications.lastAdministrator.what', { organisation: name })],
      action: {
        label: t('notifications.lastAdministrator.action'),
        href: site.config.issuer + paths.administrators(organisationId),
      },
      closing: closing(site, t),
    };
  },
};

const closing = (site: ContentSite, t: T['t']): string =>
  t('notifications.closing', { host: new URL(site.config.issuer).host });

async function findOpenLink(site: ContentSite, linkId: string): Promise<{ expiresAt: Date } | undefined> {
  const rows = await site.db.query<{ expiresAt: Date }>(
    `select expires_at as "expiresAt" from one_time_link where id = $1 and used_at is null and expires_at > $2`,
    [linkId, site.clock.now()],
  );
  return rows[0];
}

/** Where the person works now or will work: it tells them why they get this. */
async function organisationsOf(site: ContentSite, personId: string): Promise<string[]> {
  const rows = await site.db.query<{ name: string }>(
    `select distinct o.name from affiliation a join organisation o on o.id = a.organisation_id
     where a.person_id = $1 and a.cancelled_at is null and (a.valid_until is null or a.valid_until > $2)
     order by o.name limit 5`,
    [personId, site.clock.now()],
  );
  return rows.map((row) => row.name);
}
