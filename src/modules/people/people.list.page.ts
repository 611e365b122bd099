// Builds the list of people with its filters and pages. Reads nothing itself.
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { periodState } from '../../web/timeline.ts';
import {
  periodTag,
  type FilterBar,
  type Option,
  type Table,
  type TableCell,
  type Tag,
} from '../../web/view-models.ts';
import { affiliationTypes, unitOptions } from '../affiliations/index.ts';
import { crumbsOf, nameIn, type Place, type UnitItem } from '../organisations/index.ts';
import { affiliationStatuses, expiringDays, type PeopleOrder, type PeoplePage } from './people.list.ts';
import type { ListedAffiliation, ListedPerson } from './people.listed.ts';

export type PeopleFilterName = 'status' | 'type' | 'unit' | 'subtree';
export type PeopleListQuery = ListQuery<PeopleOrder['sort'], PeopleFilterName>;

export interface ListInput {
  readonly place: Place;
  readonly query: PeopleListQuery;
  readonly found: PeoplePage;
  /** Undefined: too many to count. */
  readonly count: number | undefined;
  readonly units: readonly UnitItem[];
  /** Whether the selection is small enough to be sorted by start and end. */
  readonly sortable: boolean;
}

export function buildListPage(input: ListInput) {
  const { place, query, found, count, units } = input;
  const { words, organisation, powers } = place;
  const { t } = words;
  const path = paths.people(organisation.id);
  const { link } = listLinks(path, query);
  const { first, last } = found;
  const summary = count === undefined ? t('people.list.many') : t('common.results', { count });
  return {
    header: {
      title: t('people.title'),
      subtitle: t('people.list.subtitle', { organisation: place.organisationName }),
      breadcrumbs: crumbsOf(place, { text: t('people.title') }),
      actions: powers.has('person.add')
        ? [
            {
              text: t('people.new.title'),
              href: paths.newPerson(organisation.id),
              kind: 'primary' as const,
              icon: 'plus',
            },
          ]
        : [],
    },
    filter: filterBar(place, query, units),
    summary,
    table: { ...tableOf(input), summary },
    pager: {
      ...(found.hasPrevious && first ? { previousHref: link({ before: [first.key, first.id] }) } : {}),
      ...(found.hasNext && last ? { nextHref: link({ after: [last.key, last.id] }) } : {}),
    },
  };
}

function filterBar(
  { words, organisation }: Place,
  query: PeopleListQuery,
  units: readonly UnitItem[],
): FilterBar {
  const { t } = words;
  const path = paths.people(organisation.id);
  const { link, hidden } = listLinks(path, query);
  const all = { value: '', text: t('people.filter.all') };
  const statuses: Option[] = affiliationStatuses.map((value) => ({
    value,
    text: t(`people.status.${value}`, { days: expiringDays }),
  }));
  const filters = [
    // "All" has a value of its own: without one the list shows who works there now.
    {
      name: 'status',
      label: t('people.filter.status'),
      options: [...statuses, { value: 'all', text: all.text }],
    },
    {
      name: 'type',
      label: t('affiliations.field.type'),
      options: [all, ...affiliationTypes.map((value) => ({ value, text: t(`affiliations.type.${value}`) }))],
    },
    ...(units.length === 0
      ? []
      : [{ name: 'unit', label: t('affiliations.field.unit'), options: [all, ...unitOptions(units)] }]),
    ...(organisation.children === 0
      ? []
      : [
          {
            name: 'subtree',
            label: t('people.filter.subtree'),
            options: [
              { value: '', text: t('people.filter.here') },
              { value: 'yes', text: t('people.filter.below') },
            ],
          },
        ]),
  ];
  const set = filters.flatMap((filter) => {
    const value = query.filters[filter.name as PeopleFilterName];
    const option = filter.options.find((one) => one.value === value);
    return value && option
      ? [
          {
            text: `${filter.label}: ${option.text.trim()}`,
            href: link({ filters: { [filter.name]: undefined } }),
          },
        ]
      : [];
  });
  const kept = query.filters.status === undefined ? 'current' : query.filters.status;
  return {
    action: path,
    label: t('people.filter.search'),
    placeholder: t('people.filter.placeholder'),
    q: query.q,
    filters: filters.map((filter) => ({
      ...filter,
      value: filter.name === 'status' ? kept : query.filters[filter.name as PeopleFilterName],
    })),
    hidden,
    active: set,
    clearHref: path,
    exportHref: link().replace(path, paths.exportPeople(organisation.id)),
    live: 'people',
  };
}

function tableOf({ place, query, found, sortable }: ListInput): Table {
  const { words, organisation, powers } = place;
  const { t } = words;
  const showsOrganisation = query.filters.subtree === 'yes';
  const { sort } = listLinks(paths.people(organisation.id), query);
  const byPeriod = (key: 'from' | 'until') => (sortable ? { sort: sort(key) } : {});
  const filtered = query.q !== '' || Object.keys(query.filters).length > 0;
  return {
    caption: t('people.list.caption', { organisation: place.organisationName }),
    columns: [
      { key: 'name', text: t('people.field.name'), sort: sort('name') },
      { key: 'work', text: t('affiliations.field.type') },
      ...(showsOrganisation ? [{ key: 'organisation', text: t('affiliations.field.organisation') }] : []),
      { key: 'unit', text: t('affiliations.field.unit') },
      { key: 'from', text: t('common.period.from'), unbroken: true, ...byPeriod('from') },
      { key: 'until', text: t('common.period.until'), unbroken: true, ...byPeriod('until') },
      { key: 'state', text: t('people.field.state') },
    ],
    rows: found.items.map((person) => ({ cells: cellsOf(place, person) })),
    empty: filtered
      ? {
          title: t('people.list.noneFound'),
          text: t('people.list.noneFoundText'),
          action: { text: t('common.filter.clear'), href: paths.people(organisation.id) },
        }
      : {
          title: t('people.list.empty'),
          text: t('people.list.emptyText', { organisation: place.organisationName }),
          icon: 'people',
          ...(powers.has('person.add')
            ? { action: { text: t('people.new.title'), href: paths.newPerson(organisation.id) } }
            : {}),
        },
  };
}

function cellsOf(place: Place, person: ListedPerson): Record<string, TableCell | string> {
  const { words, now, organisation } = place;
  const { t } = words;
  const shown = mostRelevant(person.affiliations, organisation.id, now);
  const others = person.affiliations.length - 1;
  // The page of a person stands in an organisation they work for.
  const home = shown?.organisationId ?? organisation.id;
  return {
    name: {
      text: `${person.familyName}, ${person.givenName}`,
      href: paths.person(home, person.id),
      sub: person.mail,
    },
    work: shown
      ? {
          text: t(`affiliations.type.${shown.type}`),
          ...(shown.functionTitle === null ? {} : { sub: shown.functionTitle }),
          ...(others > 0 && shown.functionTitle === null
            ? { sub: t('people.list.others', { count: others }) }
            : {}),
        }
      : {},
    organisation: shown ? nameIn(shown.organisationNames, words.lang, shown.organisationName) : {},
    unit: shown?.unitName ?? {},
    from: shown ? words.date(shown.from) : {},
    until: shown ? { text: shown.until === null ? t('common.period.noEnd') : words.until(shown.until) } : {},
    state: { tags: statesOf(place, person, shown) },
  };
}

/** What runs now comes first, then what is to come, then what ended last; the organisation of the page before others. */
function mostRelevant(
  affiliations: readonly ListedAffiliation[],
  organisationId: string,
  now: Date,
): ListedAffiliation | undefined {
  const rank = (one: ListedAffiliation) =>
    ['active', 'ending', 'future', 'ended'].indexOf(periodState(one.from, one.until, now)) * 2 +
    (one.organisationId === organisationId ? 0 : 1);
  return affiliations.toSorted((a, b) => rank(a) - rank(b))[0];
}

function statesOf({ words, now }: Place, person: ListedPerson, shown: ListedAffiliation | undefined): Tag[] {
  if (person.disabled) return [{ text: words.t('people.state.disabled'), state: 'danger' }];
  return [
    ...(shown ? [periodTag(words, shown.from, shown.until, now)] : []),
    ...(person.invited ? [{ text: words.t('people.state.invited'), state: 'pending' as const }] : []),
  ];
}
