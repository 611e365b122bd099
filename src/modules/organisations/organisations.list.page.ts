// Builds the list of organisations with its filters and pages. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { periodTag, type FilterBar, type Table } from '../../web/view-models.ts';
import { nameIn } from './organisations.model.ts';
import type { OrganisationItem, OrganisationOrder, Page, TargetGroupItem } from './organisations.queries.ts';

export type OrganisationListQuery = ListQuery<OrganisationOrder['sort'], 'group' | 'ended'>;

export interface ListInput {
  readonly words: T;
  readonly now: Date;
  readonly query: OrganisationListQuery;
  readonly found: Page<OrganisationItem>;
  readonly count: number;
  readonly groups: readonly TargetGroupItem[];
  readonly mayCreate: boolean;
}

export function buildListPage({ words, now, query, found, count, groups, mayCreate }: ListInput) {
  const { t } = words;
  const path = paths.organisations();
  const { link, sort } = listLinks(path, query);
  const [first, last] = [found.items[0], found.items.at(-1)];
  const placeOf = (one: OrganisationItem) => [one[query.sort], one.id];
  const summary = t('common.results', { count });
  return {
    header: {
      title: t('organisations.title'),
      subtitle: t('organisations.list.subtitle'),
      actions: mayCreate
        ? [
            {
              text: t('organisations.targetGroups.title'),
              href: paths.targetGroups(),
              kind: 'secondary' as const,
            },
            {
              text: t('organisations.new.title'),
              href: paths.newOrganisation(),
              kind: 'primary' as const,
              icon: 'plus',
            },
          ]
        : [],
    },
    filter: filterBar(words, query, groups),
    summary,
    table: tableOf(words, now, found, summary, sort),
    pager: {
      ...(found.hasPrevious && first ? { previousHref: link({ before: placeOf(first) }) } : {}),
      ...(found.hasNext && last ? { nextHref: link({ after: placeOf(last) }) } : {}),
    },
  };
}

function filterBar(words: T, query: OrganisationListQuery, groups: readonly TargetGroupItem[]): FilterBar {
  const { t } = words;
  const action = paths.organisations();
  const all = { value: '', text: t('organisations.filter.all') };
  const kinds = groups.map((group) => ({
    value: group.id,
    text: nameIn(group.names, words.lang, group.code),
  }));
  return {
    action,
    label: t('organisations.filter.search'),
    placeholder: t('organisations.filter.placeholder'),
    q: query.q,
    hidden: listLinks(action, query).hidden,
    live: 'organisations',
    clearHref: action,
    filters: [
      {
        name: 'group',
        label: t('organisations.field.targetGroup'),
        value: query.filters.group,
        options: [all, ...kinds],
      },
      {
        name: 'ended',
        label: t('organisations.filter.state'),
        value: query.filters.ended,
        options: [
          { value: '', text: t('organisations.filter.running') },
          { value: 'yes', text: t('organisations.filter.ended') },
        ],
      },
    ],
  };
}

function tableOf(
  words: T,
  now: Date,
  found: Page<OrganisationItem>,
  summary: string,
  sort: ReturnType<typeof listLinks>['sort'],
): Table {
  const { t } = words;
  return {
    caption: t('organisations.title'),
    summary,
    columns: [
      { key: 'name', text: t('organisations.field.name'), sort: sort('name') },
      { key: 'code', text: t('organisations.field.code'), sort: sort('code') },
      { key: 'group', text: t('organisations.field.targetGroup') },
      { key: 'parent', text: t('organisations.field.parent') },
      { key: 'state', text: t('organisations.field.state') },
    ],
    rows: found.items.map((one) => ({
      cells: {
        name: { text: nameIn(one.names, words.lang, one.name), href: paths.organisation(one.id) },
        code: one.code,
        group: nameIn(one.targetGroupNames, words.lang),
        parent: one.parentName ?? {},
        state: { tags: [periodTag(words, one.from, one.until, now)] },
      },
    })),
    empty: {
      title: t('organisations.list.noneFound'),
      text: t('organisations.list.noneFoundText'),
      action: { text: t('common.filter.clear'), href: paths.organisations() },
    },
  };
}
