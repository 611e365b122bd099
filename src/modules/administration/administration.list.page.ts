// Builds the list of administrators, its orders, and its columns as a file. Reads nothing itself.
import type { CsvColumn } from '../../platform/files/csv.ts';
import { applicationTabs } from '../../web/application-tabs.ts';
import { localDateOf, untilToLastDay } from '../../web/form.ts';
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import type { PageHeader, Table, TableCell } from '../../web/view-models.ts';
import type { ListedAdministration } from './administration.lists.ts';
import { headerOf, nameOf, scopeNote, stateOf, type Page } from './administration.page.ts';

/** The list of one place is shown whole, so it is sorted here. By kind: heads first. */
export const administratorSorts = ['kind', 'person', 'until'] as const;
export type AdministratorsQuery = ListQuery<(typeof administratorSorts)[number]>;

/** In the order asked for; who has no end comes last in both directions. Given by kind, then by name. */
export function sortAdministrations(
  all: readonly ListedAdministration[],
  { sort, dir }: Pick<AdministratorsQuery, 'sort' | 'dir'>,
): ListedAdministration[] {
  if (sort === 'kind') return dir === 'asc' ? [...all] : all.toReversed();
  const sign = dir === 'asc' ? 1 : -1;
  if (sort === 'person')
    return all.toSorted((a, b) => sign * a.person.sortName.localeCompare(b.person.sortName));
  return all.toSorted((a, b) => {
    const [x, y] = [a.period.until, b.period.until];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x.getTime() - y.getTime());
  });
}

/** The owners are one of the pages of their application, and look like the others. */
function ownersHeader(page: Page, applicationId: string, subtitle: string): PageHeader {
  const { words } = page;
  const title = nameOf(page);
  return {
    title,
    subtitle,
    breadcrumbs: [{ text: words.t('rights.applications'), href: paths.applications() }, { text: title }],
    tabs: applicationTabs(words, applicationId, title, 'administrators'),
  };
}

/** What the window is called, and the table. */
export function listTitle(page: Page): string {
  const { words, place } = page;
  if (place.seat.kind === 'application') return `${nameOf(page)}: ${words.t('rights.tabs.administrators')}`;
  return words.t(place.seat.kind === 'site' ? 'administration.list.siteTitle' : 'administration.list.title');
}

export function buildListPage(
  page: Page,
  query: AdministratorsQuery,
  administrations: readonly ListedAdministration[],
) {
  const { words, place } = page;
  const { link, sort } = listLinks(place.listHref, query);
  const title = listTitle(page);
  const appoint = {
    text: words.t('administration.appoint.title'),
    href: paths.appoint(place.listHref),
    kind: 'primary' as const,
    icon: 'plus',
  };
  const takeAlong = {
    text: words.t('common.filter.export'),
    href: link().replace(place.listHref, paths.exportAdministrators(place.listHref)),
    kind: 'quiet' as const,
    icon: 'download',
  };
  const lead = words.t(`administration.list.lead.${place.seat.kind}`, { name: nameOf(page) });
  const header =
    place.seat.kind === 'application' ? ownersHeader(page, place.seat.id, lead) : headerOf(page, title, lead);
  const mayAppoint = place.kinds.length > 0;
  const actions = [takeAlong, ...(mayAppoint ? [appoint] : [])];
  const table: Table = {
    caption: title,
    columns: [
      { key: 'person', text: words.t('administration.person'), sort: sort('person') },
      { key: 'kind', text: words.t('administration.kind'), sort: sort('kind') },
      { key: 'period', text: words.t('administration.period'), sort: sort('until') },
      { key: 'givenBy', text: words.t('administration.givenBy') },
      { key: 'actions', text: words.t('administration.actions'), hidden: true },
    ],
    rows: sortAdministrations(administrations, query).map((one) => ({ cells: rowOf(page, one) })),
    empty: {
      title: words.t('administration.list.none'),
      text: words.t('administration.list.noneText'),
      icon: 'administrators',
      ...(mayAppoint ? { action: { text: appoint.text, href: appoint.href } } : {}),
    },
  };
  return { header: { ...header, actions }, table };
}

function rowOf(page: Page, one: ListedAdministration): Record<string, TableCell | string> {
  const { words, place, now } = page;
  const inherited = place.seat.kind === 'organisation' && one.organisation?.id !== place.seat.id;
  const own = one.person.id === page.actorPersonId;
  const manages = place.kinds.includes(one.kind) && !inherited;
  const label = one.person.name;
  const edit = {
    text: words.t('administration.change.action'),
    label,
    href: paths.editAdministration(place.listHref, one.id),
  };
  const end = {
    text: words.t('administration.end.action'),
    label,
    href: paths.endAdministration(place.listHref, one.id),
  };
  const actions = [...(manages && !own ? [edit] : []), ...((manages || own) && !inherited ? [end] : [])];
  return {
    person: { text: one.person.name, sub: one.person.mail },
    kind: { text: words.t(`administration.kinds.${one.kind}`), ...scopeNote(words, one, inherited) },
    period: { period: one.period, tags: [stateOf(words, one, now)] },
    givenBy: one.givenBy ?? words.t('administration.givenBySite'),
    actions: actions.length > 0 ? { actions } : '',
  };
}

/** In the language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export function administratorColumns(page: Page): CsvColumn<ListedAdministration>[] {
  const { words, zone, now } = page;
  const { t } = words;
  const yesNo = (value: boolean) => t(value ? 'administration.list.yes' : 'administration.list.no');
  return [
    { header: t('administration.person'), value: (one) => one.person.name },
    { header: t('administration.list.mail'), value: (one) => one.person.mail },
    { header: t('administration.kind'), value: (one) => t(`administration.kinds.${one.kind}`) },
    {
      header: t('administration.list.seat'),
      value: (one) => one.organisation?.name ?? one.application?.code ?? t('administration.site'),
    },
    { header: t('administration.list.subtree'), value: (one) => yesNo(one.includesSubtree) },
    { header: t('administration.from'), value: (one) => localDateOf(one.period.from, zone) },
    {
      header: t('administration.until'),
      value: (one) => (one.period.until === null ? '' : untilToLastDay(one.period.until, zone)),
    },
    { header: t('administration.state'), value: (one) => stateOf(words, one, now).text },
    { header: t('administration.givenBy'), value: (one) => one.givenBy ?? t('administration.givenBySite') },
  ];
}
