// Builds the start page of an administrator: figures, and what ends soon.
import type { T } from '../../platform/i18n.ts';
import { paths } from '../../web/paths.ts';
import type { Action, FilterBar, PageHeader, Stats, Table } from '../../web/view-models.ts';
import { nameIn, type OrganisationItem, type Page } from '../organisations/index.ts';
import type { EndingSoon } from './people.ending.ts';
import { expiringDays } from './people.list.ts';
import type { Figure, Overview } from './people.queries.ts';

export interface OverviewInput {
  readonly words: T;
  readonly actorName: string;
  readonly overview: Overview;
  readonly ending: Page<EndingSoon>;
  readonly organisations: readonly OrganisationItem[];
  /** More than are listed here: they are searched for instead. */
  readonly manyOrganisations: boolean;
  /** Whether they administer people somewhere, and whether they audit somewhere. */
  readonly administers: boolean;
  readonly audits: boolean;
  /** For operators: how many organisations nobody heads. */
  readonly headless: number | undefined;
}

export interface OverviewPage {
  header: PageHeader;
  stats: Stats;
  ending: Table;
  /** To all of it, when not all of it stands here. */
  endingActions: Action[] | undefined;
  organisations: Table | undefined;
  search: FilterBar | undefined;
  organisationActions: Action[] | undefined;
}

export function buildOverviewPage(input: OverviewInput): OverviewPage {
  const { words, organisations, headless } = input;
  const operates = headless !== undefined;
  const { t } = words;
  const only = organisations.length === 1 ? organisations[0] : undefined;
  return {
    header: {
      title: t('people.overview.title'),
      subtitle: only ? nameIn(only.names, words.lang, only.name) : t(`people.overview.${reachOf(input)}`),
      actions:
        only && input.administers
          ? [{ text: t('people.new.title'), href: paths.newPerson(only.id), kind: 'primary', icon: 'plus' }]
          : [],
    },
    stats: { items: figuresOf(input, only) },
    ending: endingTable(words, input.ending.items),
    endingActions: input.ending.hasNext
      ? [{ text: t('people.overview.allEnding'), href: paths.endingSoon(), kind: 'quiet' }]
      : undefined,
    organisations: only || input.manyOrganisations ? undefined : organisationTable(words, organisations),
    search: input.manyOrganisations ? organisationSearch(words) : undefined,
    organisationActions:
      operates && !input.manyOrganisations
        ? [{ text: t('people.overview.allOrganisations'), href: paths.organisations(), kind: 'quiet' }]
        : undefined,
  };
}

/** What the figures are about: an auditor sees, and administers nothing. */
const reachOf = ({ administers, audits }: OverviewInput): 'all' | 'allAudited' | 'allSeen' =>
  administers ? (audits ? 'allSeen' : 'all') : 'allAudited';

/** With one organisation the figures lead into its list; with more, what ends leads to the list over all of them. */
function figuresOf({ words, overview, headless }: OverviewInput, only: OrganisationItem | undefined) {
  const { t } = words;
  const people = only && paths.people(only.id);
  const figure = (name: keyof Overview | 'headless', value: Figure, href?: string) => ({
    text: t(`people.overview.${name}`, { count: value.count, days: expiringDays }),
    value: value.count,
    ...(href === undefined ? {} : { href }),
    ...(value.more ? { note: t('people.overview.more') } : {}),
  });
  const unheaded = `${paths.organisations()}?heads=none`;
  const warns = (count: number) => (count > 0 ? { state: 'ending' as const } : {});
  return [
    figure('people', overview.people, people),
    {
      ...figure('expiring', overview.expiring, people ? `${people}?status=expiring` : paths.endingSoon()),
      ...warns(overview.expiring.count),
    },
    figure('invited', overview.invited, people && `${people}?status=invited`),
    ...(only ? [] : [figure('organisations', overview.organisations, paths.organisations())]),
    ...(headless === undefined
      ? []
      : [{ ...figure('headless', { count: headless, more: false }, unheaded), ...warns(headless) }]),
  ];
}

/** What ends soon, also as a list of its own: then the end can be sorted by. */
export function endingTable(
  words: T,
  ending: readonly EndingSoon[],
  sort?: Table['columns'][number]['sort'],
): Table {
  const { t } = words;
  return {
    caption: t('people.overview.ending'),
    columns: [
      { key: 'person', text: t('people.field.name') },
      { key: 'what', text: t('people.overview.what') },
      { key: 'organisation', text: t('affiliations.field.organisation') },
      { key: 'period', text: t('affiliations.field.period'), ...(sort ? { sort } : {}) },
    ],
    rows: ending.map((one) => ({
      cells: {
        person: { text: one.personName, href: paths.person(one.organisationId, one.personId) },
        what:
          one.what === 'affiliation'
            ? t(`affiliations.type.${one.type}`)
            : { text: nameIn(one.rightNames, words.lang), sub: nameIn(one.applicationNames, words.lang) },
        organisation: nameIn(one.organisationNames, words.lang, one.organisationName),
        period: { period: { from: one.from, until: one.until } },
      },
    })),
    empty: { title: t('people.overview.nothingEnds', { days: expiringDays }), icon: 'clock' },
  };
}

function organisationTable(words: T, organisations: readonly OrganisationItem[]): Table {
  const { t } = words;
  return {
    caption: t('people.overview.list'),
    columns: [
      { key: 'name', text: t('people.field.name') },
      { key: 'code', text: t('organisations.field.code') },
      { key: 'people', text: t('people.title'), hidden: true },
    ],
    rows: organisations.map((one) => ({
      cells: {
        name: { text: nameIn(one.names, words.lang, one.name), href: paths.organisation(one.id) },
        code: one.code,
        people: { actions: [{ text: t('people.title'), label: one.name, href: paths.people(one.id) }] },
      },
    })),
  };
}

function organisationSearch({ t }: T): FilterBar {
  return {
    action: paths.organisations(),
    label: t('organisations.filter.search'),
    placeholder: t('organisations.filter.placeholder'),
  };
}
