// What the audit pages show.
import type { T } from '../../platform/i18n.ts';
import { cutPage, listLinks, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { nameIn } from '../organisations/index.ts';
import { actionKey, auditActions } from './audit.actions.ts';
import { differences } from './audit.difference.ts';
import type { AuditItem } from './audit.queries.ts';
import type { LastVerification } from './audit.verification.ts';

export type FilterName = 'action' | 'outcome' | 'person' | 'organisation' | 'application' | 'from' | 'until';
export type AuditListQuery = ListQuery<'at', FilterName>;
export const outcomes = ['done', 'refused', 'failed'] as const;
const states = { done: 'active', refused: 'pending', failed: 'danger' } as const;

export interface FilterNames {
  readonly person?: string;
  readonly organisation?: string;
  readonly application?: Parameters<typeof nameIn>[0];
}

interface ListInput {
  readonly items: readonly AuditItem[];
  readonly query: AuditListQuery;
  readonly names: FilterNames;
  readonly badge: Badge | undefined;
}

export interface Badge {
  readonly kind: 'success' | 'danger' | 'info';
  readonly text: string;
}

export function actionText(action: string, { t, has }: T): string {
  return has(actionKey(action)) ? t(actionKey(action)) : action;
}

export function actorText(item: AuditItem, { t }: T): string {
  if (item.actorKind !== 'person') return t(`audit.actor.${item.actorKind}`);
  return item.actorName ?? t('audit.actor.unknown');
}

const eventPath = (item: AuditItem): string => paths.auditEvent(`${item.lane}-${item.seq}`);

export function buildAuditList(words: T, { items, query, names, badge }: ListInput) {
  const { t } = words;
  const { link, hidden, sort } = listLinks(paths.audit(), query);
  const page = cutPage(items, query, paths.audit(), (item) => [item.at.toISOString(), item.id]);
  const kept = (['person', 'organisation', 'application'] as const).flatMap((name) => {
    const value = query.filters[name];
    return value === undefined ? [] : [{ name, value }];
  });
  const filtered = query.q !== '' || Object.keys(query.filters).length > 0;
  return {
    badge,
    filter: {
      action: paths.audit(),
      q: query.q,
      from: query.filters.from ?? '',
      until: query.filters.until ?? '',
      hidden: [...hidden, ...kept],
      selects: [
        {
          name: 'action',
          label: t('audit.filter.action'),
          value: query.filters.action,
          options: actionOptions(words),
        },
        {
          name: 'outcome',
          label: t('audit.filter.outcome'),
          value: query.filters.outcome,
          options: outcomeOptions(words),
        },
      ],
      active: activeFilters(words, query, names, link),
      clearHref: paths.audit(),
      exportHref: link().replace(paths.audit(), paths.auditExport()),
    },
    table: {
      caption: t('audit.title'),
      columns: (['at', 'action', 'who', 'subject', 'organisation', 'outcome'] as const).map((key) => ({
        key,
        text: t(`audit.column.${key}`),
        ...(key === 'at' ? { sort: sort(key) } : {}),
      })),
      rows: page.rows.map((item) => ({ cells: cellsOf(item, words) })),
      empty: filtered
        ? {
            title: t('audit.empty.filteredTitle'),
            text: t('audit.empty.filteredText'),
            action: { text: t('audit.empty.clear'), href: paths.audit() },
          }
        : { title: t('audit.empty.title'), text: t('audit.empty.text'), icon: 'audit' },
    },
    pager: { previousHref: page.previousHref, nextHref: page.nextHref },
  };
}

function cellsOf(item: AuditItem, words: T): Record<string, unknown> {
  const { t, lang } = words;
  const application = item.applicationNames ? nameIn(item.applicationNames, lang) : undefined;
  const subject = item.personName ?? application;
  return {
    at: { text: words.instant(item.at), href: eventPath(item) },
    action: actionText(item.action, words),
    who: {
      text: actorText(item, words),
      sub: item.onBehalfOf ? t('audit.event.onBehalfOf', { organisation: item.onBehalfOf }) : undefined,
    },
    subject: { text: subject, sub: subject === application ? undefined : application },
    organisation: item.organisationName ?? {},
    outcome: { tags: [{ text: t(`audit.outcome.${item.outcome}`), state: states[item.outcome] }] },
  };
}

/** All actions under their noun, which itself stands for all of them. */
function actionOptions(words: T): { value: string; text: string }[] {
  const options = Object.keys(auditActions).map((action) => ({
    value: action,
    text: actionText(action, words),
  }));
  return [
    { value: '', text: words.t('audit.filter.anyAction') },
    ...options.sort((a, b) => a.text.localeCompare(b.text, words.lang)),
  ];
}

function outcomeOptions({ t }: T): { value: string; text: string }[] {
  const options = outcomes.map((outcome) => ({
    value: outcome as string,
    text: t(`audit.outcome.${outcome}`),
  }));
  return [{ value: '', text: t('audit.filter.anyOutcome') }, ...options];
}

type Link = ReturnType<typeof listLinks>['link'];

function activeFilters(words: T, query: AuditListQuery, names: FilterNames, link: Link) {
  const { t } = words;
  const shown: Partial<Record<FilterName, string>> = {
    action: query.filters.action && actionText(query.filters.action, words),
    outcome: query.filters.outcome && t(`audit.outcome.${query.filters.outcome}`),
    person: query.filters.person && (names.person ?? t('audit.filter.onePerson')),
    organisation: query.filters.organisation && (names.organisation ?? t('audit.filter.oneOrganisation')),
    application:
      query.filters.application &&
      (names.application ? nameIn(names.application, words.lang) : t('audit.filter.oneApplication')),
    from: query.filters.from && t('audit.filter.fromChip', { date: words.date(query.filters.from) }),
    until: query.filters.until && t('audit.filter.untilChip', { date: words.date(query.filters.until) }),
  };
  return (Object.entries(shown) as [FilterName, string | undefined][])
    .filter(([, text]) => text !== undefined && text !== '')
    .map(([name, text]) => ({ text, href: link({ filters: { [name]: undefined } }) }));
}

/** @param whole only who reads the whole audit is told how large it is. */
export function buildBadge(words: T, last: LastVerification | undefined, whole: boolean): Badge {
  const { t } = words;
  if (!last) return { kind: 'info', text: t('audit.badge.never') };
  const at = words.dateTime(last.at);
  if (!last.intact) return { kind: 'danger', text: t('audit.badge.broken', { at }) };
  const text = t('audit.badge.intact', { at });
  const size = t('audit.badge.size', { rows: words.number(last.rows) });
  const published = last.publishedUntil
    ? t('audit.badge.published', { at: words.dateTime(last.publishedUntil) })
    : t('audit.badge.unpublished');
  return { kind: 'success', text: whole ? `${text} ${size} ${published}` : text };
}

export function buildAuditEvent(words: T, item: AuditItem) {
  const { t, lang } = words;
  const about = (name: FilterName, value: string) => `${paths.audit()}?${name}=${encodeURIComponent(value)}`;
  const facts = [
    { term: t('audit.column.at'), text: words.instant(item.at) },
    {
      term: t('audit.column.who'),
      text: actorText(item, words),
      ...(item.actorPersonId ? { href: about('person', item.actorPersonId) } : {}),
      ...(item.onBehalfOf ? { sub: t('audit.event.onBehalfOf', { organisation: item.onBehalfOf }) } : {}),
    },
    ...(item.personId && item.personName
      ? [{ term: t('audit.column.person'), text: item.personName, href: about('person', item.personId) }]
      : []),
    ...(item.organisationId && item.organisationName
      ? [
          {
            term: t('audit.column.organisation'),
            text: item.organisationName,
            href: about('organisation', item.organisationId),
          },
        ]
      : []),
    ...(item.applicationId && item.applicationNames
      ? [
          {
            term: t('audit.column.application'),
            text: nameIn(item.applicationNames, lang),
            href: about('application', item.applicationId),
          },
        ]
      : []),
    { term: t('audit.column.reason'), text: reasonText(item, words) },
  ];
  const proof = [
    { term: t('audit.event.place'), text: t('audit.event.placeText', { lane: item.lane, seq: item.seq }) },
    { term: t('audit.event.id'), copy: item.id },
    ...(item.subjectId ? [{ term: t('audit.event.subject'), copy: item.subjectId }] : []),
    ...(item.requestId ? [{ term: t('audit.event.request'), copy: item.requestId }] : []),
    { term: t('audit.event.hash'), copy: Buffer.from(item.hash).toString('hex') },
  ];
  return {
    header: {
      title: actionText(item.action, words),
      breadcrumbs: [{ text: t('audit.title'), href: paths.audit() }, { text: words.instant(item.at) }],
      tags: [{ text: t(`audit.outcome.${item.outcome}`), state: states[item.outcome] }],
    },
    facts,
    proof,
    differences: differences(item.before, item.after, words),
  };
}

/** The reason of a refusal is an error code; of a change it is what somebody wrote. */
function reasonText(item: AuditItem, words: T): string {
  if (item.reason === null) return '';
  if (item.outcome === 'done') return item.reason;
  const known = words.has(`errors.${item.reason}.text`) || words.has(`errors.${item.reason}`);
  return known ? words.error({ code: item.reason }) : item.reason;
}
