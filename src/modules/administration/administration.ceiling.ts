// How long an assignment may last: what the offers, the affiliation and the clock allow. Pure; the same function
// answers while somebody types and when the form is sent.
import type { ErrorParams } from '../../platform/errors.ts';
import { addCalendarDays, contains, earliestEnd, endsLater, type Period } from '../../platform/period.ts';

/** One offer of a right to an organisation. `period`: while offer, right and application all run. */
export interface Ceiling {
  readonly offerId: string;
  readonly period: Period;
  /** Calendar days, counted from the start of the assignment. */
  readonly maxPeriodDays: number | null;
  readonly maxUntil: Date | null;
}

export interface PeriodQuestion {
  readonly period: Period;
  /** The running time of the affiliation that carries it. */
  readonly affiliation: Period;
  readonly ceilings: readonly Ceiling[];
  /** The instant of the decision: the right must be offered then, or at the start when that is later. */
  readonly at: Date;
  /** False: the start lies in the past and stays there (a running assignment, a declared history). */
  readonly startIsNew: boolean;
  readonly zone: string;
}

export type PeriodAnswer =
  | { readonly fits: true; readonly latest: Date | null }
  | {
      readonly fits: false;
      readonly field: 'from' | 'until';
      readonly code: string;
      readonly params?: ErrorParams;
      /** The latest exclusive end that would be accepted; absent when the start is at fault. */
      readonly latest?: Date;
    };

/** The latest end the offer accepts for this start; null when it sets none. */
function latestOf(ceiling: Ceiling, from: Date, zone: string): Date | null {
  const byLength = ceiling.maxPeriodDays === null ? null : addCalendarDays(from, ceiling.maxPeriodDays, zone);
  return earliestEnd(byLength, ceiling.maxUntil);
}

/** The latest end any offer that counts accepts: null for none, undefined when the right is not offered then. */
function latestOffered(question: PeriodQuestion): Date | null | undefined {
  const { period, at, zone } = question;
  const decidedFor = period.from > at ? period.from : at;
  const ends = question.ceilings
    .filter((ceiling) => contains(ceiling.period, decidedFor))
    .map((ceiling) => latestOf(ceiling, period.from, zone))
    .filter((end) => end === null || end > period.from);
  return ends.reduce<Date | null | undefined>(
    (latest, end) => (latest === undefined || endsLater(end, latest) ? end : latest),
    undefined,
  );
}

/** Whether the period is possible, and the latest end that is. Codes are translation keys below `errors`. */
export function checkPeriod(question: PeriodQuestion): PeriodAnswer {
  const { period, affiliation, at, startIsNew } = question;
  if (startIsNew && period.from < at) return { fits: false, field: 'from', code: 'from_in_past' };
  if (!contains(affiliation, period.from))
    return { fits: false, field: 'from', code: 'from_outside_affiliation' };
  const offered = latestOffered(question);
  if (offered === undefined) return { fits: false, field: 'from', code: 'right_not_offered' };
  const latest = earliestEnd(offered, affiliation.until);
  if (period.until !== null && period.until <= period.from)
    return { fits: false, field: 'until', code: 'until_before_from' };
  if (!endsLater(period.until, latest)) return { fits: true, latest };
  const params = { latest: latest!.toISOString() };
  if (period.until === null)
    return { fits: false, field: 'until', code: 'until_required', params, latest: latest! };
  const code =
    offered === null || endsLater(offered, affiliation.until)
      ? 'until_outside_affiliation'
      : 'until_beyond_offer';
  return { fits: false, field: 'until', code, params, latest: latest! };
}
