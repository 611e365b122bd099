// Builds the list of people, and the forms for adding and changing one. Reads nothing itself.
import type { FormPage, FormState, ConfirmPage, ConflictPage } from '../../web/form-page.ts';
import { labelsOf } from '../../web/form-page.ts';
import { listLinks, type ListQuery } from '../../web/list-query.ts';
import { localDateOf } from '../../web/local-date.ts';
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
import { affiliationFields, affiliationTypes, unitOptions } from '../affiliations/index.ts';
import { crumbsOf, type Page, type Place, type UnitItem } from '../organisations/index.ts';
import { identifierFields, personFields } from './people.forms.ts';
import { affiliationStatuses, expiringDays } from './people.list.ts';
import type { ListedAffiliation, ListedPerson } from './people.listed.ts';
import type { PersonFile } from './people.queries.ts';

export type PeopleFilterName = 'status' | 'type' | 'unit' | 'subtree';
export type PeopleListQuery = ListQuery<'name', PeopleFilterName>;

export interface ListInput {
  readonly place: Place;
  readonly query: PeopleListQuery;
  readonly found: Page<ListedPerson>;
  /** Undefined: too many to count. */
  readonly count: number | undefined;
  readonly units: readonly UnitItem[];
}

export function buildListPage({ place, query, found, count, units }: ListInput) {
  const { words, organisation, powers } = place;
  const { t } = words;
  const path = paths.people(organisation.id);
  const { link } = listLinks(path, query);
  const [first, last] = [found.items[0], found.items.at(-1)];
  const keyOf = (person: ListedPerson) => [person.sortName, person.id];
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
    table: { ...tableOf(place, query, found), summary },
    pager: {
      ...(found.hasPrevious && first ? { previousHref: link({ before: keyOf(first) }) } : {}),
      ...(found.hasNext && last ? { nextHref: link({ after: keyOf(last) }) } : {}),
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
      ...{ name: 'type', label: t('affiliations.field.type') },
      options: [all, ...affiliationTypes.map((value) => ({ value, text: t(`affiliations.type.${value}`) }))],
    },
    ...(units.length === 0
      ? []
      : [{ name: 'unit', label: t('affiliations.field.unit'), options: [all, ...unitOptions(units)] }]),
    ...(organisation.children === 0
      ? []
      : [
          {
            ...{ name: 'subtree', label: t('people.filter.subtree') },
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

function tableOf(place: Place, query: PeopleListQuery, found: Page<ListedPerson>): Table {
  const { words, organisation, powers } = place;
  const { t } = words;
  const showsOrganisation = query.filters.subtree === 'yes';
  const filtered = query.q !== '' || Object.keys(query.filters).length > 0;
  return {
    caption: t('people.list.caption', { organisation: place.organisationName }),
    columns: [
      { key: 'name', text: t('people.field.name') },
      { key: 'work', text: t('affiliations.field.type') },
      ...(showsOrganisation ? [{ key: 'organisation', text: t('affiliations.field.organisation') }] : []),
      { key: 'unit', text: t('affiliations.field.unit') },
      { key: 'period', text: t('affiliations.field.period') },
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
    organisation: shown?.organisationName ?? {},
    unit: shown?.unitName ?? {},
    period: shown ? { period: { from: shown.from, until: shown.until, brief: true } } : {},
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

export function buildNewPage(place: Place, units: readonly UnitItem[], state: FormState): FormPage {
  const { words, organisation, now, zone } = place;
  const { t } = words;
  const rules = organisation.affiliationRules;
  const initial = { type: 'employee', from: localDateOf(now, zone), language: words.lang };
  const sections = [
    { title: t('people.new.who'), fields: personFields(words, state, initial) },
    {
      title: t('people.new.number'),
      text: t('people.new.numberText'),
      fields: identifierFields(words, state),
    },
    {
      title: t('people.new.work', { organisation: place.organisationName }),
      fields: affiliationFields({ words, units, rules, state, initial }),
    },
  ];
  return {
    header: {
      title: t('people.new.title'),
      breadcrumbs: crumbsOf(
        place,
        { text: t('people.title'), href: paths.people(organisation.id) },
        { text: t('people.new.title') },
      ),
    },
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.newPerson(organisation.id),
    sections,
    submit: t('people.new.submit'),
    cancelHref: paths.people(organisation.id),
  };
}

export interface KnownPerson {
  readonly givenName: string;
  readonly familyName: string;
  readonly maskedMail: string;
}

/** "The site knows this person already: do you mean them?" The form travels along, unseen. */
export function buildExistingPage(
  place: Place,
  known: KnownPerson,
  typed: Readonly<Record<string, string | string[]>>,
): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const fields = Object.fromEntries(
    Object.entries(typed).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return {
    header: {
      title: t('people.existing.title'),
      breadcrumbs: crumbsOf(
        place,
        { text: t('people.title'), href: paths.people(organisation.id) },
        { text: t('people.existing.title') },
      ),
    },
    notice: { kind: 'info', text: t('people.existing.text') },
    facts: {
      items: [
        { term: t('people.field.name'), text: `${known.givenName} ${known.familyName}` },
        { term: t('people.field.mail'), text: known.maskedMail },
      ],
    },
    confirm: {
      action: paths.newPerson(organisation.id),
      consequences: [
        { text: t('people.existing.keeps') },
        { text: t('people.existing.adds', { organisation: place.organisationName }) },
      ],
      confirm: t('people.existing.submit'),
      cancelHref: paths.newPerson(organisation.id),
      danger: false,
      fields: { ...fields, existing: 'on' },
    },
  };
}

export function buildEditPage(place: Place, person: PersonFile, state: FormState): FormPage {
  const { words, organisation } = place;
  const { t } = words;
  const { givenName, familyName, mail, language } = person;
  const sections = [{ fields: personFields(words, state, { givenName, familyName, mail, language }) }];
  return {
    header: personHeader(place, person, t('people.edit.title')),
    errors: state.fields,
    labels: labelsOf(sections),
    notice: { kind: 'info', text: t('people.edit.text') },
    action: paths.editPerson(organisation.id, person.id),
    hidden: { version: String(person.version) },
    sections,
    submit: t('common.form.save'),
    cancelHref: paths.person(organisation.id, person.id),
  };
}

export function buildEditConflict(
  place: Place,
  person: PersonFile,
  typed: Readonly<Record<string, string | string[]>>,
  changedAt: Date,
): ConflictPage {
  const { t } = place.words;
  const action = paths.editPerson(place.organisation.id, person.id);
  const rows = (['givenName', 'familyName', 'mail', 'language'] as const).map((name) => ({
    label: t(`people.field.${name}`),
    current: person[name],
    yours: String(typed[name] ?? ''),
  }));
  return {
    header: personHeader(place, person, t('people.edit.title')),
    action,
    typed: { ...typed, version: String(person.version) },
    conflict: { changedAt, rows, reloadHref: action },
  };
}

export function buildDisablePage(place: Place, person: PersonFile, lastAdministrator: boolean): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const running = <Item extends { until: Date | null; cancelledAt?: Date | null }>(items: readonly Item[]) =>
    items.filter((item) => !item.cancelledAt && (item.until === null || item.until > place.now)).length;
  return {
    header: personHeader(place, person, t('people.disable.title')),
    confirm: {
      action: paths.disablePerson(organisation.id, person.id),
      text: t('people.disable.text', { person: `${person.givenName} ${person.familyName}` }),
      consequences: [
        {
          count: running(person.assignments),
          text: t('people.disable.assignments', { count: running(person.assignments) }),
        },
        {
          count: running(person.administrations),
          text: t('people.disable.administrations', { count: running(person.administrations) }),
        },
        { text: t('people.disable.sessions') },
        { text: t('people.disable.back') },
      ],
      confirm: t('people.disable.submit'),
      cancelHref: paths.person(organisation.id, person.id),
      fields: { version: String(person.version) },
    },
    fields: [
      { name: 'reason', label: t('affiliations.end.reason'), optional: true, maxlength: 500, width: 'full' },
      ...(lastAdministrator
        ? [
            {
              ...{
                name: 'acknowledgeLast',
                type: 'checkbox' as const,
                label: t('affiliations.acknowledgeLast'),
              },
              error: words.error({ code: 'last_administrator' }),
            },
          ]
        : []),
    ],
  };
}

function personHeader(place: Place, person: PersonFile, title: string) {
  const { t } = place.words;
  const name = `${person.givenName} ${person.familyName}`;
  return {
    title,
    subtitle: name,
    breadcrumbs: crumbsOf(
      place,
      { text: t('people.title'), href: paths.people(place.organisation.id) },
      { text: name, href: paths.person(place.organisation.id, person.id) },
      { text: title },
    ),
  };
}
