// Builds the list of organisations with its filters and pages. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { periodTag, type FilterBar, type Table } from '../../web/view-models.ts';
import { nameIn } from './organisations.model.ts';
import { placeOfOrganisation, type OrganisationItem, type OrganisationOrder } from './organisations.list.ts';
import type { OrganisationDetails, Page, TargetGroupItem } from './organisations.queries.ts';

type FilterName = 'group' | 'parent' | 'heads' | 'ended';
export type OrganisationListQuery = ListQuery<OrganisationOrder['sort'], FilterName>;

export interface ListInput {
  readonly words: T;
  readonly now: Date;
  readonly query: OrganisationListQuery;
  readonly found: Page<OrganisationItem>;
  readonly count: number;
  readonly groups: readonly TargetGroupItem[];
  /** The one whose organisations directly below it are asked for. */
  readonly parent: OrganisationDetails | undefined;
  readonly mayCreate: boolean;
}

export function buildListPage(input: ListInput) {
  const { words, now, query, found, count, mayCreate } = input;
  const { t } = words;
  const path = paths.organisations();
  const { link, sort } = listLinks(path, query);
  const [first, last] = [found.items[0], found.items.at(-1)];
  const placeOf = (one: OrganisationItem) => {
    const { key, id } = placeOfOrganisation(one, query.sort);
    return [key, id];
  };
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
    filter: filterBar(input),
    summary,
    table: tableOf(words, now, found, summary, sort),
    pager: {
      ...(found.hasPrevious && first ? { previousHref: link({ before: placeOf(first) }) } : {}),
      ...(found.hasNext && last ? { nextHref: link({ after: placeOf(last) }) } : {}),
    },
  };
}

function filterBar(input: ListInput): FilterBar {
  const { words, query } = input;
  const { t } = words;
  const action = paths.organisations();
  const { link, hidden } = listLinks(action, query);
  const { parent } = query.filters;
  return {
    action,
    label: t('organisations.filter.search'),
    placeholder: t('organisations.filter.placeholder'),
    q: query.q,
    hidden: [...hidden, ...(parent ? [{ name: 'parent', value: parent }] : [])],
    live: 'organisations',
    filters: filtersOf(input),
    active: activeFilters(input, link),
    clearHref: action,
    exportHref: link().replace(action, paths.exportOrganisations()),
  };
}

function filtersOf({ words, query, groups, mayCreate }: ListInput) {
  const { t } = words;
  const all = { value: '', text: t('organisations.filter.all') };
  const kinds = groups.map((group) => ({
    value: group.id,
    text: nameIn(group.names, words.lang, group.code),
  }));
  const heads = {
    name: 'heads' as const,
    label: t('organisations.filter.heads'),
    value: query.filters.heads,
    options: [all, { value: 'none', text: t('organisations.filter.headless') }],
  };
  return [
    {
      name: 'group' as const,
      label: t('organisations.field.targetGroup'),
      value: query.filters.group,
      options: [all, ...kinds],
    },
    ...(mayCreate ? [heads] : []),
    {
      name: 'ended' as const,
      label: t('organisations.filter.state'),
      value: query.filters.ended,
      options: [
        { value: '', text: t('organisations.filter.running') },
        { value: 'yes', text: t('organisations.filter.ended') },
      ],
    },
  ];
}

function activeFilters(input: ListInput, link: ReturnType<typeof listLinks>['link']) {
  const { t } = input.words;
  const without = (name: FilterName) => link({ filters: { [name]: undefined } });
  const chosen = filtersOf(input).flatMap(({ name, label, value, options }) => {
    const option = options.find((one) => one.value === value);
    return value && option ? [{ text: `${label}: ${option.text}`, href: without(name) }] : [];
  });
  const { parent, words } = input;
  if (!parent) return chosen;
  const name = nameIn(parent.names, words.lang, parent.name);
  return [...chosen, { text: t('organisations.filter.parent', { name }), href: without('parent') }];
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
        parent: one.parentName === null ? {} : nameIn(one.parentNames ?? {}, words.lang, one.parentName),
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
