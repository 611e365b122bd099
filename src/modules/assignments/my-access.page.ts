// Builds the page on which people see their own access: each organisation with the work done there, the rights, and
// who administers it. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { contains } from '../../platform/period.ts';
import { paths } from '../../web/paths.ts';
import { periodState } from '../../web/timeline.ts';
import {
  exportAction,
  periodTag,
  stateText,
  type DefinitionList,
  type Stats,
  type Table,
  type Tag,
} from '../../web/view-models.ts';
import type { ListedAdministration } from '../administration/index.ts';
import { nameIn, type Right } from '../rights/index.ts';
import { contextText } from './assignments.context.ts';
import { affiliationText } from './assignments.page.ts';
import type { OwnAffiliation, OwnRight } from './my-access.queries.ts';

export interface MyAccess {
  readonly affiliations: readonly OwnAffiliation[];
  readonly rights: readonly OwnRight[];
  /** Definitions of the rights, for the names of context values. */
  readonly definitions: readonly Right[];
  readonly administrations: readonly ListedAdministration[];
  /** By organisation: whom one can ask there. */
  readonly administrators: ReadonlyMap<string, readonly ListedAdministration[]>;
}

export function buildMyAccessPage(words: T, now: Date, access: MyAccess) {
  const byOrganisation = Map.groupBy(access.affiliations, (one) => one.organisation.id);
  const organisations = [...byOrganisation.values()].map((affiliations) =>
    organisationOf(words, now, access, affiliations),
  );
  const running = access.rights.filter((right) => right.effectiveUntil !== undefined);
  const ending = running.filter(
    ({ period, effectiveUntil }) => periodState(period.from, effectiveUntil ?? null, now) === 'ending',
  );
  const stats: Stats = {
    items: [
      {
        text: words.t('assignments.mine.organisations'),
        value: organisations.filter((one) => one.runs).length,
      },
      { text: words.t('assignments.mine.rightsNow'), value: running.length },
      {
        text: words.t('assignments.mine.endingSoon'),
        value: ending.length,
        ...(ending.length > 0 ? { state: 'ending' as const } : {}),
      },
    ],
  };
  return {
    header: {
      title: words.t('assignments.mine.title'),
      subtitle: words.t('assignments.mine.lead'),
      actions: access.rights.length > 0 ? [exportAction(words, paths.exportMyAccess())] : [],
    },
    stats,
    organisations: organisations.sort((a, b) => Number(b.runs) - Number(a.runs)),
    empty: {
      title: words.t('assignments.mine.none'),
      text: words.t('assignments.mine.noneText'),
      icon: 'access',
    },
    administrations:
      access.administrations.length > 0
        ? administrationsTable(words, now, access.administrations)
        : undefined,
  };
}

function organisationOf(words: T, now: Date, access: MyAccess, affiliations: readonly OwnAffiliation[]) {
  const { organisation } = affiliations[0]!;
  const name = nameIn(organisation.names, words.lang, organisation.name);
  const rights = access.rights.filter((right) => right.organisationId === organisation.id);
  const work: DefinitionList = {
    stacked: true,
    items: affiliations.map((one) => ({
      term: affiliationText(words, one),
      period: one.period,
      tags: [periodTag(words, one.period.from, one.period.until, now)],
    })),
  };
  return {
    name,
    runs: affiliations.some((one) => contains(one.period, now)),
    work,
    rights: rightsTable(words, now, rights, access.definitions, name),
    administrators: (access.administrators.get(organisation.id) ?? []).map((one) => ({
      name: one.person.name,
      mail: one.person.mail,
      note: [
        words.t(`administration.kinds.${one.kind}`),
        one.organisation && one.organisation.id !== organisation.id
          ? nameIn(one.organisation.names, words.lang, one.organisation.name)
          : '',
      ]
        .filter(Boolean)
        .join(', '),
    })),
  };
}

function rightsTable(
  words: T,
  now: Date,
  rights: readonly OwnRight[],
  definitions: readonly Right[],
  organisation: string,
): Table {
  const contexts = new Map(definitions.map((right) => [right.id, right.contexts]));
  return {
    caption: words.t('assignments.mine.rightsAt', { organisation }),
    columns: [
      { key: 'right', text: words.t('assignments.right') },
      { key: 'application', text: words.t('assignments.application') },
      { key: 'period', text: words.t('assignments.period') },
    ],
    rows: inOrderOfUse(rights, now).map((right) => {
      const notes = [
        nameIn(right.rightDescriptions, words.lang, ''),
        ...contextText(words, right, contexts.get(right.rightId) ?? []),
      ];
      const sub = notes.filter(Boolean).join(' · ');
      const application = nameIn(right.applicationNames, words.lang, right.applicationCode);
      const until = untilOf(right);
      return {
        cells: {
          right: { text: nameIn(right.rightNames, words.lang, right.rightCode), ...(sub ? { sub } : {}) },
          application: { text: application, ...(right.applicationUrl ? { href: right.applicationUrl } : {}) },
          period: { period: { from: right.period.from, until }, tags: [stateOf(words, now, right, until)] },
        },
      };
    }),
    empty: {
      title: words.t('assignments.mine.noRights'),
      text: words.t('assignments.mine.noRightsText'),
      icon: 'rights',
    },
  };
}

export const untilOf = (right: OwnRight): Date | null =>
  right.effectiveUntil === undefined ? right.period.until : right.effectiveUntil;

/** What counts now first, then what is to come, then what is over. */
function inOrderOfUse(rights: readonly OwnRight[], now: Date): readonly OwnRight[] {
  const rank = { active: 0, ending: 0, future: 1, ended: 2 };
  const rankOf = (right: OwnRight): number => rank[periodState(right.period.from, untilOf(right), now)];
  return rights.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/** A period that runs, of a right that does not count because something it rests on ended, says so. */
function stateOf(words: T, now: Date, right: OwnRight, until: Date | null): Tag {
  const state = periodState(right.period.from, until, now);
  const dormant = right.effectiveUntil === undefined && (state === 'active' || state === 'ending');
  return dormant
    ? { text: words.t('assignments.mine.dormant'), state: 'neutral' }
    : { text: stateText(words, state), state };
}

function administrationsTable(words: T, now: Date, administrations: readonly ListedAdministration[]): Table {
  const place = (one: ListedAdministration): string =>
    one.organisation
      ? nameIn(one.organisation.names, words.lang, one.organisation.name)
      : one.application
        ? nameIn(one.application.names, words.lang, one.application.code)
        : words.t('administration.site');
  return {
    caption: words.t('assignments.mine.administrations'),
    columns: [
      { key: 'kind', text: words.t('administration.kind') },
      { key: 'place', text: words.t('assignments.mine.where') },
      { key: 'period', text: words.t('administration.period') },
    ],
    rows: administrations.map((one) => ({
      cells: {
        kind: words.t(`administration.kinds.${one.kind}`),
        place: {
          text: place(one),
          ...(one.includesSubtree ? { sub: words.t('administration.withSubtree') } : {}),
        },
        period: { period: one.period, tags: [periodTag(words, one.period.from, one.period.until, now)] },
      },
    })),
  };
}
