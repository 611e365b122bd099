// The period of a declaration that may leave its begin or its end as it is.
import { checkPeriodOrder } from '../organisations/index.ts';
import { contains, type Period } from '../../platform/period.ts';
import type { Row } from './bulk.ts';
import type { Declared } from './problems.ts';
import type { Field } from './reconcile.ts';
import type { Run } from './run.ts';

export interface WrittenPeriod {
  readonly from?: string | undefined;
  readonly until?: string | null | undefined;
}

export const periodFields: Field[] = [
  { name: 'from', column: 'valid_from' },
  { name: 'until', column: 'valid_until' },
];

/** What is written, as instants (undefined: not written); the whole is undefined when something is wrong, reported. */
export function writtenPeriod(
  run: Run,
  declared: Declared<WrittenPeriod>,
): { from: Date | undefined; until: Date | null | undefined } | undefined {
  const { from: begin, until: end } = declared.value;
  const from = run.when.begin(declared, 'from', begin);
  const until = run.when.end(declared, 'until', end);
  if ((begin !== undefined && from === undefined) || (end !== undefined && until === undefined))
    return undefined;
  return { from, until };
}

/** The columns of the period: what is not written stays as stored; something new begins now and has no end. */
export function periodOf(
  run: Run,
  declared: Declared<WrittenPeriod>,
  existing: Row | undefined,
): { valid_from: Date; valid_until: Date | null } | undefined {
  const written = writtenPeriod(run, declared);
  if (written === undefined) return undefined;
  return filledPeriod(run, declared, written, existing);
}

export function filledPeriod(
  run: Run,
  declared: Declared<WrittenPeriod>,
  written: { from: Date | undefined; until: Date | null | undefined },
  existing: Row | undefined,
): { valid_from: Date; valid_until: Date | null } | undefined {
  const from = written.from ?? (existing?.['valid_from'] as Date | undefined) ?? run.change.at;
  const until =
    written.until === undefined
      ? ((existing?.['valid_until'] as Date | null | undefined) ?? null)
      : written.until;
  if (run.problems.reportFields(declared, checkPeriodOrder(from, until))) return undefined;
  return { valid_from: from, valid_until: until };
}

/** Whether the row runs now and shall end before it would have: nobody is signed out for what has not begun. */
export function cutsShort(run: Run, existing: Row | undefined, row: Row): boolean {
  return existing !== undefined && contains(periodIn(existing), run.change.at) && stopsEarlier(existing, row);
}

export const periodIn = (row: Row): Period => ({
  from: row['valid_from'] as Date,
  until: (row['valid_until'] as Date | null | undefined) ?? null,
});

/** Whether the row shall end before it would have ended as stored. */
export function stopsEarlier(existing: Row | undefined, row: Row): boolean {
  const end = (value: unknown) => (value instanceof Date ? value.getTime() : Infinity);
  return end(row['valid_until']) < end(existing?.['valid_until']);
}
