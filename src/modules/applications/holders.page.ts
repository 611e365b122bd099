// Builds the page that shows who holds what in an application. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import type { listLinks, ListPage, ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { periodTag, type FilterBar, type Table, type Tag } from '../../web/view-models.ts';
import { contextText, type Holder, type HolderQuery } from '../assignments/index.ts';
import { applicationHeader, nameIn, type Place, type Right } from '../rights/index.ts';

export type HolderSort = NonNullable<HolderQuery['order']>['sort'];
export type HolderListQuery = ListQuery<HolderSort, 'right' | 'organisation' | 'state'>;

export interface HoldersInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly rights: readonly Right[];
  readonly query: HolderListQuery;
  readonly page: ListPage<Holder>;
  readonly exportHref: string;
  readonly links: ReturnType<typeof listLinks>;
  /** Whether there are few enough to be sorted by anything. */
  readonly sortable: boolean;
}

export function buildHoldersPage(input: HoldersInput) {
  const { words, now, place, rights, page } = input;
  const contexts = new Map(rights.map((right) => [right.id, right.contexts]));
  const head = (name: string): string => words.t(`applications.holdersPage.${name}`);
  const table: Table = {
    caption: head('title'),
    columns: (['person', 'organisation', 'right', 'from', 'until', 'state'] as const).map((key) => ({
      key,
      text: columnText(words, key),
      unbroken: key === 'from' || key === 'until',
      ...(input.sortable && key !== 'right' && key !== 'state' ? { sort: input.links.sort(key) } : {}),
    })),
    rows: page.rows.map((holder) => {
      const context = contextText(words, holder, contexts.get(holder.rightId) ?? []).join('; ');
      return {
        cells: {
          person: holder.personName,
          organisation: { text: holder.organisation.name, sub: holder.organisation.code },
          right: {
            text: nameIn(holder.rightNames, words.lang, holder.rightCode),
            ...(context ? { sub: context } : {}),
          },
          from: words.date(holder.period.from),
          until:
            holder.period.until === null ? words.t('common.period.noEnd') : words.until(holder.period.until),
          state: { tags: [stateOf(words, holder, now)] },
        },
      };
    }),
    empty: { title: head('none'), text: head('noneText'), icon: 'people' },
  };
  const pager = { previousHref: page.previousHref, nextHref: page.nextHref };
  return {
    header: applicationHeader(words, place, 'holders', now),
    filter: filterOf(input),
    table,
    pager,
    count: page.rows.length,
  };
}

function columnText(words: T, key: string): string {
  if (key === 'state') return words.t('applications.state');
  return key === 'from' || key === 'until'
    ? words.t(`common.period.${key}`)
    : words.t(`applications.holdersPage.${key}`);
}

/** The period runs, yet something the right rests on does not: said in so many words. */
function stateOf(words: T, holder: Holder, now: Date): Tag {
  if (holder.cancelled) return { text: words.t('applications.holdersPage.cancelled'), state: 'ended' };
  const tag = periodTag(words, holder.period.from, holder.period.until, now);
  const dormant = !holder.effective && (tag.state === 'active' || tag.state === 'ending');
  return dormant ? { text: words.t('applications.holdersPage.dormant'), state: 'neutral' } : tag;
}

function filterOf({ words, place, rights, query, exportHref, links }: HoldersInput): FilterBar {
  const head = (name: string): string => words.t(`applications.holdersPage.${name}`);
  const { right, state = 'current', organisation } = query.filters as Partial<Record<string, string>>;
  const rightOptions = rights.map((one) => ({
    value: one.id,
    text: nameIn(one.names, words.lang, one.code),
  }));
  const states = ['current', 'future', 'past', 'all'].map((value) => ({
    value,
    text: head(`states.${value}`),
  }));
  const hidden = [...links.hidden, ...(organisation ? [{ name: 'organisation', value: organisation }] : [])];
  const active = organisation
    ? [{ text: organisation, href: links.link({ filters: { organisation: undefined } }) }]
    : [];
  return {
    action: paths.holders(place.id),
    label: head('search'),
    q: query.q,
    live: 'holders',
    exportHref,
    hidden,
    active,
    filters: [
      {
        name: 'right',
        label: head('right'),
        value: right,
        options: [{ value: '', text: head('everyRight') }, ...rightOptions],
      },
      { name: 'state', label: words.t('applications.state'), value: state, options: states },
    ],
  };
}
