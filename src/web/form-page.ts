// The models of the views in views/forms, for pages that are one form, one question or one conflict.
import type { T } from '../platform/i18n.ts';
import type { FieldErrors, Typed } from './form.ts';
import type { Confirm, DefinitionList, Field, PageHeader, VersionConflict } from './view-models.ts';

export interface Notice {
  kind?: 'info' | 'success' | 'warning' | 'danger';
  title?: string;
  text?: string;
}

/** For a question asked again, because what it is about was changed since it was first asked. */
export const staleNotice = ({ t }: Pick<T, 't'>): Notice => ({
  kind: 'warning',
  title: t('forms.stale.title'),
  text: t('forms.stale.text'),
});

/** Fields in one list stand side by side. */
export type FormEntry = Field | Field[];

export interface FormPage {
  header: PageHeader;
  /** What is wrong, by field, with {@link labelsOf} to name them. */
  errors: FieldErrors | undefined;
  labels: Record<string, string>;
  notice?: Notice | undefined;
  action: string;
  hidden?: Record<string, string>;
  sections: { title?: string; text?: string; fields: FormEntry[] }[];
  submit: string;
  cancelHref: string;
}

export interface ConfirmPage {
  header: PageHeader;
  errors?: FieldErrors | undefined;
  labels?: Record<string, string>;
  notice?: Notice | undefined;
  facts?: DefinitionList;
  confirm: Confirm;
  /** Asked along with the question. */
  fields?: Field[];
}

export interface ConflictPage {
  header: PageHeader;
  action: string;
  /** The form as it was sent, with the version that now stands. */
  typed: Record<string, string | string[]>;
  conflict: VersionConflict;
}

/** What was typed into a form, and what is wrong with it. */
export interface FormState {
  readonly typed?: Typed;
  readonly fields?: FieldErrors | undefined;
}

/** The label of every field, for the summary of errors. */
export function labelsOf(sections: FormPage['sections']): Record<string, string> {
  const fields = sections.flatMap((section) => section.fields).flat();
  return Object.fromEntries(fields.map((field) => [field.name, field.label]));
}
