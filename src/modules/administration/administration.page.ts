// Builds what the pages about administrators show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { fieldStates, localDateOf, untilToLastDay, type FieldErrors, type Typed } from '../../web/form.ts';
import { staleNotice, type ConflictPage } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { readableErrors } from '../../web/readable-errors.ts';
import { periodTag, type Field, type PageHeader } from '../../web/view-models.ts';
import type { LastChange } from './administration.last-change.ts';
import { maxCandidates, type Candidate, type ListedAdministration } from './administration.lists.ts';
import type { SeatPage } from './administration.seat.ts';

export interface Page {
  readonly words: T;
  readonly place: SeatPage;
  readonly now: Date;
  readonly zone: string;
  readonly actorPersonId: string;
}

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors;
}

export const nameOf = ({ words, place }: Page): string => {
  if (typeof place.name === 'string') return place.name;
  return place.name?.[words.lang] ?? place.name?.en ?? place.name?.nl ?? words.t('administration.site');
};

export function headerOf(page: Page, title: string, subtitle?: string): PageHeader {
  const { words, place } = page;
  const list = words.t(
    place.seat.kind === 'site' ? 'administration.list.siteTitle' : 'administration.list.title',
  );
  const home = place.seat.kind === 'site' ? [] : [{ text: nameOf(page), href: place.homeHref }];
  const breadcrumbs =
    title === list
      ? [...home, { text: list }]
      : [...home, { text: list, href: place.listHref }, { text: title }];
  return { title, breadcrumbs, ...(subtitle ? { subtitle } : {}) };
}

export function scopeNote(words: T, one: ListedAdministration, inherited: boolean): { sub?: string } {
  if (inherited && one.organisation)
    return {
      sub: words.t('administration.inherited', {
        organisation:
          one.organisation.names[words.lang] ?? one.organisation.names.en ?? one.organisation.name,
      }),
    };
  return one.includesSubtree ? { sub: words.t('administration.withSubtree') } : {};
}

/** It runs, yet what it rests on does not: said in so many words. */
export function stateOf(words: T, one: ListedAdministration, now: Date) {
  const tag = periodTag(words, one.period.from, one.period.until, now);
  const dormant = !one.effective && (tag.state === 'active' || tag.state === 'ending');
  return dormant ? { text: words.t('administration.dormant'), state: 'neutral' as const } : tag;
}

/** First step of appointing: who. */
export function buildSearchPage(page: Page, q: string, candidates: readonly Candidate[]) {
  const { words, place } = page;
  const shown = candidates.slice(0, maxCandidates);
  return {
    header: headerOf(
      page,
      words.t('administration.appoint.title'),
      words.t('administration.appoint.searchLead'),
    ),
    filter: {
      action: paths.appoint(place.listHref),
      label: words.t('administration.appoint.search'),
      q,
      live: 'candidates',
    },
    count: shown.length,
    more: candidates.length > maxCandidates,
    searched: q !== '',
    candidates: shown
      .filter((one) => one.personId !== page.actorPersonId)
      .map((one) => ({
        name: one.personName,
        note: [one.organisationName, one.functionTitle, one.unitName].filter(Boolean).join(', '),
        href: `${paths.appoint(place.listHref)}?affiliation=${one.affiliationId}`,
      })),
    empty: {
      title: words.t('administration.appoint.nobody'),
      text: words.t('administration.appoint.nobodyText'),
      icon: 'search',
    },
  };
}

/** Second step: as what, where, from when and until when. */
export function buildAppointPage(page: Page, candidate: Candidate, state: FormState = {}) {
  const { words, place, now, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const initial = {
    kind:
      place.kinds.at(-1) === 'auditor' && place.kinds.length > 1 ? place.kinds.at(-2) : place.kinds.at(-1),
    from: localDateOf(now, zone),
  };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  const kind: Field = {
    name: 'kind',
    type: 'radio',
    label: words.t('administration.appoint.as'),
    options: place.kinds.map((value) => ({
      value,
      text: words.t(`administration.kinds.${value}`),
      hint: words.t(`administration.may.${value}`),
    })),
    ...valueOf('kind'),
  };
  const subtree: Field = {
    name: 'subtree',
    type: 'checkbox',
    label: words.t('administration.subtree'),
    hint: words.t('administration.subtreeHint'),
    ...valueOf('subtree'),
  };
  const period = periodFields(words, valueOf);
  return {
    header: headerOf(
      page,
      words.t('administration.appoint.title'),
      words.t('administration.appoint.lead', { person: candidate.personName, name: nameOf(page) }),
    ),
    errors: fields,
    labels: Object.fromEntries([kind, ...period].map((one) => [one.name, one.label])),
    action: place.listHref,
    affiliationId: candidate.affiliationId,
    fields: place.offersSubtree ? [kind, subtree] : [kind],
    period,
    reason: reasonField(words, valueOf),
    submit: words.t('administration.appoint.submit'),
    cancelHref: place.listHref,
  };
}

type States = ReturnType<typeof fieldStates>;

const periodFields = (words: T, valueOf: States): Field[] => [
  { name: 'from', type: 'date', label: words.t('administration.from'), width: 'short', ...valueOf('from') },
  {
    name: 'until',
    type: 'date',
    label: words.t('administration.until'),
    width: 'short',
    optional: true,
    ...valueOf('until'),
  },
];

const reasonField = (words: T, valueOf: States): Field => ({
  name: 'reason',
  type: 'textarea',
  label: words.t('administration.reason'),
  optional: true,
  rows: 2,
  maxlength: 500,
  ...valueOf('reason'),
});

export function buildPeriodPage(page: Page, one: ListedAdministration, state: FormState = {}) {
  const { words, place, zone } = page;
  const fields = readableErrors(words, zone, state.fields ?? {});
  const { until } = one.period;
  const initial = { until: until === null ? '' : untilToLastDay(until, zone) };
  const valueOf = fieldStates(words, { ...(state.typed ? { typed: state.typed } : {}), fields, initial });
  return {
    header: headerOf(page, words.t('administration.change.title'), one.person.name),
    facts: factsOf(page, one),
    errors: fields,
    labels: { until: words.t('administration.until') },
    action: paths.editAdministration(place.listHref, one.id),
    version: one.version,
    period: periodFields(words, valueOf).slice(1),
    reason: reasonField(words, valueOf),
    submit: words.t('common.form.save'),
    cancelHref: place.listHref,
  };
}

function factsOf({ words, now }: Page, one: ListedAdministration) {
  return {
    items: [
      { term: words.t('administration.person'), text: one.person.name, sub: one.person.mail },
      {
        term: words.t('administration.kind'),
        text: words.t(`administration.kinds.${one.kind}`),
        ...scopeNote(words, one, false),
      },
      { term: words.t('administration.period'), period: one.period, tags: [stateOf(words, one, now)] },
      { term: words.t('administration.givenBy'), text: one.givenBy ?? words.t('administration.givenBySite') },
    ],
  };
}

/** Before ending: what falls along with it, and the question when it is the last head. */
export interface EndConsequences {
  /** Administrations of others that end along. */
  readonly delegated: number;
  /** Its organisation then has no head administrator. */
  readonly isLast: boolean;
  readonly canUndo: boolean;
  /** It was changed since the question was asked first. */
  readonly changedMeanwhile: boolean;
}

export function buildEndPage(page: Page, one: ListedAdministration, ending: EndConsequences) {
  const { words, place } = page;
  const { delegated, isLast, canUndo, changedMeanwhile } = ending;
  const consequences = [
    { text: words.t('administration.end.consequence', { person: one.person.name }) },
    ...(delegated > 0
      ? [{ count: delegated, text: words.t('administration.end.delegated', { count: delegated }) }]
      : []),
    ...(isLast ? [{ text: words.t('administration.end.lastConsequence', { name: nameOf(page) }) }] : []),
    { text: words.t(canUndo ? 'administration.end.undo' : 'administration.end.noUndo') },
  ];
  const acknowledge: Field = {
    name: 'acknowledgeLast',
    type: 'checkbox',
    label: words.t('administration.end.acknowledge', { name: nameOf(page) }),
  };
  return {
    header: headerOf(page, words.t('administration.end.title'), one.person.name),
    notice: changedMeanwhile ? staleNotice(words) : undefined,
    facts: factsOf(page, one),
    acknowledge: isLast ? acknowledge : undefined,
    reason: reasonField(words, () => ({ value: '', error: undefined })),
    confirm: {
      action: paths.endAdministration(place.listHref, one.id),
      consequences,
      confirm: words.t('administration.end.submit'),
      cancelHref: place.listHref,
      fields: { version: String(one.version) },
    },
  };
}

export function buildConflictPage(
  page: Page,
  one: ListedAdministration,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const { words, zone, place } = page;
  const { until } = one.period;
  const yours =
    typeof typed['until'] === 'string' && typed['until'] !== ''
      ? words.date(typed['until'])
      : words.t('common.period.noEnd');
  const current = until === null ? words.t('common.period.noEnd') : words.date(untilToLastDay(until, zone));
  const action = paths.editAdministration(place.listHref, one.id);
  return {
    header: headerOf(page, words.t('administration.change.title'), one.person.name),
    action,
    typed: { ...typed, version: String(one.version) },
    conflict: {
      ...lastChange,
      rows: [{ label: words.t('administration.until'), current, yours }],
      reloadHref: action,
    },
  };
}
