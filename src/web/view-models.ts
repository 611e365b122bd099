// What the components of views/components take: page builders make these, views hand them over untouched.
import type { ErrorParams } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import type { FieldState } from './form.ts';
import { periodState, type TimelineState } from './timeline.ts';

export interface Tag {
  text: string;
  state?: TimelineState | 'pending' | 'danger' | 'info' | 'neutral';
}

export interface Period {
  from: Date | string;
  /** Exclusive; none for no end. */
  until?: Date | string | null;
  soonDays?: number;
  brief?: boolean;
}

/** A link (`href`), a form of its own (`action`), or a button of the form around it (`name`, `value`). */
export interface Action {
  text: string;
  href?: string;
  action?: string;
  fields?: Record<string, string>;
  name?: string;
  value?: string;
  kind?: 'primary' | 'secondary' | 'danger' | 'quiet';
  icon?: string;
}

/** The button that takes a list along as a file. */
export const exportAction = ({ t }: Pick<T, 't'>, href: string): Action => ({
  text: t('common.filter.export'),
  href,
  icon: 'download',
});

export interface PageHeader {
  title: string;
  subtitle?: string;
  breadcrumbs?: { text: string; href?: string }[];
  tags?: Tag[];
  actions?: Action[];
  tabs?: { label: string; items: { text: string; href: string; current: boolean; count?: number }[] };
}

export interface EmptyState {
  title: string;
  text?: string;
  action?: { text: string; href: string };
  icon?: string;
}

export interface TableColumn {
  key: string;
  text: string;
  sort?: { href: string; dir?: 'asc' | 'desc' };
  numeric?: boolean;
  /** Short values, such as days, that stay on one line. */
  unbroken?: boolean;
  hidden?: boolean;
}

export interface TableCell {
  text?: string;
  /** A second, quieter line. */
  sub?: string;
  href?: string;
  /** Says that there is nothing to say. */
  quiet?: boolean;
  /** Trusted: only from components or the `html` tag of templates.ts. */
  html?: string;
  tags?: Tag[];
  period?: Period;
  /** `label` says, unseen, what the row is about: "Edit" becomes "Edit An Aerts". */
  actions?: { text: string; label?: string; href: string }[];
}

export interface Table {
  caption: string;
  captionVisible?: boolean;
  columns: TableColumn[];
  /** `whole` stands once in the place of all cells but the first. */
  rows: { cells: Record<string, TableCell | string | number>; whole?: string; current?: boolean }[];
  empty?: EmptyState;
  /** Scrolls in its own box instead of becoming cards. */
  wide?: boolean;
  /** Many narrow columns with a sign in each. */
  dense?: boolean;
  summary?: string;
}

export interface Option {
  value: string;
  text: string;
  hint?: string;
  disabled?: boolean;
}

export interface FilterBar {
  action: string;
  label: string;
  q?: string;
  placeholder?: string;
  filters?: { name: string; label: string; value?: string | undefined; options: Option[] }[];
  hidden?: { name: string; value: string }[];
  active?: { text: string; href: string }[];
  clearHref?: string;
  exportHref?: string;
  /** Name of the `data-live-region` below, which search-as-you-type replaces. The bar must stand outside of it. */
  live?: string;
}

export interface Field extends Partial<FieldState> {
  name: string;
  label: string;
  type?:
    | ('text' | 'email' | 'password' | 'number' | 'date' | 'search' | 'tel' | 'url')
    | ('textarea' | 'select' | 'checkbox' | 'radio' | 'checkboxes');
  options?: Option[];
  hint?: string;
  optional?: boolean;
  autocomplete?: string;
  inputmode?: string;
  width?: 'short' | 'medium' | 'full';
  min?: string | number;
  max?: string | number;
  maxlength?: number;
  rows?: number;
  readonly?: boolean;
  revealable?: boolean;
  prompt?: string;
  id?: string;
}

export interface ErrorSummary {
  fields?: Record<string, { code: string; params?: ErrorParams }>;
  labels?: Record<string, string>;
  errors?: { name?: string; text: string; id?: string }[];
  title?: string;
}

export interface DefinitionList {
  items: {
    term: string;
    text?: string;
    sub?: string;
    href?: string;
    html?: string;
    period?: Period;
    tags?: Tag[];
    copy?: string;
    action?: { text: string; label?: string; href: string };
  }[];
  columns?: 2;
  stacked?: boolean;
}

export interface Stats {
  items: { text: string; value: number; href?: string; note?: string; state?: 'ending' | 'danger' }[];
}

export interface Confirm {
  action: string;
  text?: string;
  consequences: { count?: number; text: string }[];
  confirm: string;
  cancelHref: string;
  danger?: boolean;
  fields?: Record<string, string>;
  html?: string;
}

export interface VersionConflict {
  changedBy?: string;
  changedAt: Date | string;
  rows: { label: string; current: string; yours: string }[];
  reloadHref: string;
  html?: string;
}

/** The tag of a period: active, upcoming, ending soon or ended, in words and by shape. */
export function periodTag(
  words: Pick<T, 't'>,
  from: Date,
  until: Date | null,
  now: Date,
  soonDays = 30,
): Tag {
  const state = periodState(from, until, now, soonDays);
  return { state, text: stateText(words, state) };
}

export function stateText(words: Pick<T, 't'>, state: TimelineState): string {
  return words.t(`common.state.${state}`);
}
