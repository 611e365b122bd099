// What the pages about rights and the pages about offers of an application have in common. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { untilToLastDay, type FieldErrors, type Typed } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import type { Field, PageHeader } from '../../web/view-models.ts';

export interface ApplicationPlace {
  readonly id: string;
  readonly name: string;
  readonly mayChange: boolean;
}

export interface RightsPage {
  readonly words: T;
  readonly application: ApplicationPlace;
  readonly now: Date;
  readonly zone: string;
}

export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors;
}

export const dayOf = (at: Date | null, zone: string): string => (at === null ? '' : untilToLastDay(at, zone));

export function headerOf(page: RightsPage, list: { text: string; href: string }, title: string): PageHeader {
  const { application, words } = page;
  const breadcrumbs = [
    { text: words.t('rights.applications'), href: paths.applications() },
    { text: application.name, href: paths.application(application.id) },
    list,
    { text: title },
  ];
  return { title, breadcrumbs };
}

export const reasonField = (words: T): Field => ({
  name: 'reason',
  type: 'textarea',
  label: words.t('rights.reason'),
  optional: true,
  rows: 2,
  maxlength: 500,
});
