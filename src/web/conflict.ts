// The page on which somebody meets the change of somebody else: every field of the form in both versions, and one's own
// to send again.
import type { T } from '../platform/i18n.ts';
import type { Typed } from './form.ts';
import type { ConflictPage } from './form-page.ts';
import { isLocalDate } from './local-date.ts';
import type { Field, PageHeader, VersionConflict } from './view-models.ts';

export interface ConflictOfForm {
  readonly header: PageHeader;
  /** Where the form is, and where it is sent. */
  readonly action: string;
  /** The version that now stands. */
  readonly version: number;
  readonly typed: Typed;
  readonly lastChange: Pick<VersionConflict, 'changedAt' | 'changedBy'>;
  /** The fields of the form as it stands now, and as it was sent. */
  readonly current: readonly Field[];
  readonly yours: readonly Field[];
}

/** Fields that are empty in both versions are left out. */
export function buildConflict(words: T, form: ConflictOfForm): ConflictPage {
  const { header, action, version, typed, lastChange } = form;
  const names = new Set([...form.current, ...form.yours].map((field) => field.name));
  const rows = [...names].flatMap((name) => {
    const [current, yours] = [form.current, form.yours].map((fields) =>
      fields.find((one) => one.name === name),
    );
    const row = {
      label: (current ?? yours)!.label,
      current: current ? valueText(words, current) : '',
      yours: yours ? valueText(words, yours) : '',
    };
    return row.current === '' && row.yours === '' ? [] : [row];
  });
  return {
    header,
    action,
    typed: { ...typed, version: String(version) },
    conflict: { ...lastChange, rows, reloadHref: action },
  };
}

/** What a field holds, as whoever reads the form sees it. */
function valueText(words: T, field: Field): string {
  const values = [field.value ?? ''].flat();
  const [first = ''] = values;
  if (field.type === 'checkbox') return words.t(first === 'on' ? 'common.form.yes' : 'common.form.no');
  if (field.type === 'date') return isLocalDate(first) ? words.date(first) : first;
  if (field.options === undefined) return values.join('\n');
  return values
    .map((value) => field.options!.find((option) => option.value === value)?.text ?? value)
    .join(', ');
}
