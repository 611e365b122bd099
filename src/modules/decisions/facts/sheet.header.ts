// What the pages of one subject have in common: whom they are about, and the top of the page.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Action, PageHeader } from '../../../web/view-models.ts';
import { nameIn, type Place } from '../../rights/index.ts';
import type { DeclaredFacts, ModelForms } from '../forms/index.ts';
import type { SubjectSheet } from './facts.queries.ts';

export interface SheetPage {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly forms: ModelForms;
  readonly declared: DeclaredFacts;
  readonly sheet: SubjectSheet;
  /** The actor is not the subject and may change the application. */
  readonly mayEdit: boolean;
  readonly isSelf: boolean;
}

export const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.facts.${key}`, params);

export const subjectTitle = ({ name, id }: SubjectSheet): string => name ?? id;

/** @param title of a page below that of the subject; absent: this is the page of the subject */
export function sheetHeader(
  { words, place, sheet }: SheetPage,
  title?: string,
  actions: Action[] = [],
): PageHeader {
  const subject = subjectTitle(sheet);
  const here = { text: subject, href: paths.decisionSubject(place.id, sheet.type, sheet.id) };
  return {
    title: title ?? subject,
    subtitle: title
      ? subject
      : sheet.name
        ? (sheet.userName ?? '')
        : say(words, 'ownType', { type: sheet.type }),
    breadcrumbs: [
      { text: nameIn(place.names, words.lang, place.code), href: paths.application(place.id) },
      { text: words.t('rights.tabs.rightsModel'), href: paths.rightsModel(place.id) },
      { text: say(words, 'title'), href: paths.decisionSubjects(place.id) },
      ...(title ? [here, { text: title }] : [{ text: subject }]),
    ],
    ...(actions.length > 0 ? { actions } : {}),
  };
}
