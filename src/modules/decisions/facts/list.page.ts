// Builds the list of the subjects that an application knows. Reads nothing itself.
import type { T } from '../../../platform/i18n.ts';
import type { listLinks, ListPage, ListQuery } from '../../../web/list-query.ts';
import { paths } from '../../../web/paths.ts';
import type { Action, FilterBar, Table } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
import type { ModelForms } from '../forms/index.ts';
import { decisionSections } from '../sections.ts';
import { personType } from '../subjects.queries.ts';
import type { ListedSubject } from './facts.list.ts';
import { groupNames } from './facts.words.ts';

export interface SubjectListInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly forms: ModelForms | undefined;
  readonly type: string;
  /** Types of the application's own. */
  readonly types: readonly string[];
  readonly query: ListQuery<'name', 'type'>;
  readonly page: ListPage<ListedSubject>;
  readonly links: ReturnType<typeof listLinks>;
  readonly exportHref: string;
}

const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.facts.${key}`, params);

export function buildSubjectListPage(input: SubjectListInput) {
  const { words, now, place, page, forms } = input;
  const actions: Action[] =
    place.mayChange && forms
      ? [{ text: say(words, 'add'), href: paths.newDecisionSubject(place.id), kind: 'primary', icon: 'plus' }]
      : [];
  return {
    header: applicationHeader(words, place, 'rightsModel', now, actions),
    parts: decisionSections(words, place, 'subjects'),
    title: say(words, 'title'),
    intro: say(words, 'intro'),
    filter: filterOf(input),
    table: tableOf(input),
    pager: { previousHref: page.previousHref, nextHref: page.nextHref },
    count: page.rows.length,
  };
}

function filterOf({ words, place, type, types, query, links, exportHref }: SubjectListInput): FilterBar {
  const options = [personType, ...types].map((value) => ({
    value,
    text: value === personType ? say(words, 'people') : say(words, 'ownType', { type: value }),
  }));
  return {
    action: paths.decisionSubjects(place.id),
    label: say(words, type === personType ? 'search' : 'searchCode'),
    q: query.q,
    live: 'subjects',
    exportHref,
    hidden: links.hidden,
    filters: [{ name: 'type', label: say(words, 'kind'), value: type, options }],
  };
}

function tableOf({ words, place, forms, type, query, page, links }: SubjectListInput): Table {
  const isFiltered = query.q !== '';
  const canAdd = place.mayChange && forms;
  return {
    caption: say(words, 'title'),
    columns: [
      { key: 'name', text: say(words, type === personType ? 'name' : 'code'), sort: links.sort('name') },
      { key: 'groups', text: say(words, 'groups') },
      { key: 'set', text: say(words, 'set') },
      { key: 'state', text: say(words, 'state') },
    ],
    rows: page.rows.map((subject) => ({
      cells: {
        name: {
          text: subject.name,
          href: paths.decisionSubject(place.id, subject.type, subject.id),
          ...(subject.userName ? { sub: subject.userName } : {}),
        },
        groups: groupNames(forms, subject.facts?.groups ?? []).join(', ') || {},
        set: words.t(subject.setByHand ? 'common.form.yes' : 'common.form.no'),
        state: {
          tags: [
            subject.facts
              ? { text: say(words, 'known'), state: 'active' as const }
              : { text: say(words, 'unknown'), state: 'ended' as const },
          ],
        },
      },
    })),
    empty: {
      title: say(words, isFiltered ? 'noneFound' : 'none'),
      text: say(words, isFiltered ? 'noneFoundText' : 'noneText'),
      icon: 'people',
      ...(isFiltered
        ? { action: { text: words.t('common.filter.clear'), href: links.link({ q: undefined }) } }
        : canAdd
          ? { action: { text: say(words, 'add'), href: paths.newDecisionSubject(place.id) } }
          : {}),
    },
  };
}
