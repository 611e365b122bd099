// The columns of the lists of applications and of clients as files.
import type { CsvColumn } from '../../platform/files/csv.ts';
import type { T } from '../../platform/i18n.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import { nameIn } from '../rights/index.ts';
import { clientKindOf, type Client } from './applications.model.ts';
import type { Page } from './applications.page.ts';
import { maxCounted, type ListedApplication } from './applications.queries.ts';

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export function applicationColumns({ words, zone }: Page): CsvColumn<ListedApplication>[] {
  const { t, lang } = words;
  const counted = (count: number): string =>
    count > maxCounted ? t('applications.moreThan', { count: maxCounted }) : String(count);
  return [
    { header: t('applications.code'), value: (one) => one.code },
    { header: t('applications.name'), value: (one) => nameIn(one.names, lang, one.code) },
    { header: t('applications.owner'), value: (one) => nameIn(one.owner.names, lang, one.owner.name) },
    { header: t('applications.ownerCode'), value: (one) => one.owner.code },
    { header: t('applications.homeUrl'), value: (one) => one.homeUrl ?? '' },
    { header: t('applications.contactMail'), value: (one) => one.contactMail ?? '' },
    { header: t('applications.rights'), value: (one) => String(one.rights) },
    { header: t('applications.assignments'), value: (one) => counted(one.assignments) },
    { header: t('common.period.from'), value: (one) => localDateOf(one.period.from, zone) },
    {
      header: t('common.period.until'),
      value: ({ period }) => (period.until === null ? '' : untilToLastDay(period.until, zone)),
    },
  ];
}

/** What a client is; neither its secrets nor its keys. */
export function clientColumns(words: T): CsvColumn<Client>[] {
  const { t } = words;
  const label = (name: string): string => t(`applications.clients.${name}`);
  const list = (value: unknown): string => (Array.isArray(value) ? value.join('; ') : '');
  const member = (client: Client, name: string): string => String(client.metadata[name] ?? '');
  return [
    { header: label('id'), value: (client) => client.id },
    { header: t('applications.name'), value: (client) => client.name },
    { header: label('kind'), value: (client) => label(`kinds.${clientKindOf(client.metadata)}`) },
    { header: label('method'), value: (client) => member(client, 'token_endpoint_auth_method') },
    { header: label('redirectUris'), value: (client) => list(client.metadata['redirect_uris']) },
    {
      header: label('postLogoutRedirectUris'),
      value: (client) => list(client.metadata['post_logout_redirect_uris']),
    },
    { header: label('backchannelLogoutUri'), value: (client) => member(client, 'backchannel_logout_uri') },
    {
      header: t('applications.state'),
      value: (client) => (client.disabledAt === null ? t('common.state.active') : label('disabled')),
    },
  ];
}
