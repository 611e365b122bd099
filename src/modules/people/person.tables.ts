// The tables on the page of one person: affiliations, rights, administrations, each with what can be done about it.
import { paths } from '../../web/paths.ts';
import { periodTag, type Table, type Tag } from '../../web/view-models.ts';
import { contextText } from '../assignments/index.ts';
import { nameIn, type Place } from '../organisations/index.ts';
import type { Right } from '../rights/index.ts';
import type {
  PersonAdministration,
  PersonAffiliation,
  PersonAssignment,
  PersonFile,
} from './people.queries.ts';

export interface Seen {
  readonly place: Place;
  readonly person: PersonFile;
  /** One's own page: nobody gives themselves anything. */
  readonly own: boolean;
  /** With their contexts, to put the values of assignments into words. */
  readonly rights: readonly Right[];
  readonly mayEdit: boolean;
}

const isOver = (one: { until: Date | null; cancelledAt: Date | null }, now: Date): boolean =>
  one.cancelledAt !== null || (one.until !== null && one.until <= now);

function stateTag(place: Place, one: { from: Date; until: Date | null; cancelledAt: Date | null }): Tag {
  if (one.cancelledAt !== null) return { text: place.words.t('people.state.cancelled'), state: 'neutral' };
  return periodTag(place.words, one.from, one.until, place.now);
}

export function affiliationsOf({ place, person, own }: Seen): Table {
  const { words, organisation, powers, now } = place;
  const { t } = words;
  const actionsOf = (one: PersonAffiliation) => {
    const mine = one.organisationId === organisation.id && powers.has('affiliation.change');
    if (!mine || isOver(one, now)) return [];
    const label = t(`affiliations.type.${one.type}`);
    const where = [organisation.id, person.id, one.id] as const;
    return [
      ...(own ? [] : [{ text: t('people.action.change'), label, href: paths.editAffiliation(...where) }]),
      { text: t('people.action.end'), label, href: paths.endAffiliation(...where) },
    ];
  };
  return {
    caption: t('people.person.affiliations'),
    columns: [
      { key: 'type', text: t('affiliations.field.type') },
      { key: 'organisation', text: t('affiliations.field.organisation') },
      { key: 'function', text: t('affiliations.field.function') },
      { key: 'period', text: t('affiliations.field.period') },
      { key: 'state', text: t('people.field.state') },
      { key: 'actions', text: t('people.field.actions'), hidden: true },
    ],
    rows: person.affiliations.map((one) => ({
      cells: {
        type: t(`affiliations.type.${one.type}`),
        organisation: {
          text: nameIn(one.organisationNames, words.lang, one.organisationName),
          ...(one.unitName === null ? {} : { sub: one.unitName }),
        },
        function: one.functionTitle ?? {},
        period: { period: { from: one.from, until: one.until, brief: true } },
        state: { tags: [stateTag(place, one)] },
        actions: { actions: actionsOf(one) },
      },
    })),
  };
}

export function assignmentsOf({ place, person, own, rights }: Seen): Table {
  const { words, organisation, powers, now } = place;
  const { t } = words;
  const actionsOf = (one: PersonAssignment) => {
    const mine = one.organisationId === organisation.id && powers.has('assignment.grant');
    if (!mine || isOver(one, now)) return [];
    const label = nameIn(one.rightNames, words.lang, one.rightCode);
    const where = [organisation.id, person.id, one.id] as const;
    return [
      ...(own ? [] : [{ text: t('people.action.change'), label, href: paths.editAssignment(...where) }]),
      { text: t('people.action.end'), label, href: paths.endAssignment(...where) },
    ];
  };
  const contextsOf = (one: PersonAssignment): string =>
    contextText(words, one, rights.find((right) => right.id === one.rightId)?.contexts ?? []).join(' · ');
  return {
    caption: t('people.person.assignments'),
    columns: [
      { key: 'right', text: t('people.field.right') },
      { key: 'context', text: t('people.field.context') },
      { key: 'period', text: t('affiliations.field.period') },
      { key: 'state', text: t('people.field.state') },
      { key: 'actions', text: t('people.field.actions'), hidden: true },
    ],
    rows: person.assignments.map((one) => ({
      cells: {
        right: {
          text: nameIn(one.rightNames, words.lang, one.rightCode),
          sub: nameIn(one.applicationNames, words.lang),
        },
        context: contextsOf(one) || {},
        period: { period: { from: one.from, until: one.until, brief: true } },
        state: { tags: [stateTag(place, one)] },
        actions: { actions: actionsOf(one) },
      },
    })),
    empty: {
      title: t('people.person.noAssignments'),
      text: t('people.person.noAssignmentsText', { person: person.givenName }),
      icon: 'rights',
    },
  };
}

export function administrationsOf({ place, person }: Seen): Table {
  const { words, now } = place;
  const { t } = words;
  const row = (one: PersonAdministration) => ({
    cells: {
      kind: t(`people.administration.${one.kind}`),
      organisation: {
        text: nameIn(one.organisationNames, words.lang, one.organisationName),
        ...(one.includesSubtree ? { sub: t('people.administration.subtree') } : {}),
      },
      period: { period: { from: one.from, until: one.until, brief: true } },
      state: { tags: [periodTag(words, one.from, one.until, now)] },
    },
  });
  return {
    caption: t('people.person.administrations'),
    columns: [
      { key: 'kind', text: t('people.field.kind') },
      { key: 'organisation', text: t('affiliations.field.organisation') },
      { key: 'period', text: t('affiliations.field.period') },
      { key: 'state', text: t('people.field.state') },
    ],
    rows: person.administrations.map(row),
  };
}
