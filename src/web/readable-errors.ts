// Puts the dates in errors of fields into words, so that "at the latest {{latest}}" reads as a day.
import { isAppError, type FieldError } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import type { FieldErrors } from './form.ts';
import { lastDayToUntil, localDateOf, untilToLastDay } from './local-date.ts';

const dayMs = 86_400_000;

/**
 * The last day, `YYYY-MM-DD`, of a period in whole days that ends at this instant or before: a limit in the middle of a
 * day leaves the day before it.
 */
export function lastWholeDay(until: Date, zone: string): string {
  const day = untilToLastDay(until, zone);
  if (lastDayToUntil(day, zone) <= until) return day;
  return localDateOf(new Date(Date.parse(`${day}T12:00:00Z`) - dayMs), 'UTC');
}

/** Errors whose parameter `latest` is an exclusive end (ISO) get it as the last whole day, in the person's language. */
export function readableErrors(
  words: Pick<T, 'date'>,
  zone: string,
  fields: FieldErrors,
): Record<string, FieldError> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, error]) => {
      const latest = error.params?.['latest'];
      if (typeof latest !== 'string') return [name, error];
      const day = words.date(lastWholeDay(new Date(latest), zone));
      return [name, { ...error, params: { ...error.params, latest: day } }];
    }),
  );
}

/**
 * What a command refused about the fields of a form, to show it again with them.
 * @throws the error itself when it is about anything else
 */
export function fieldErrorsOf(error: unknown): { fields: FieldErrors; status: 409 | 422 } {
  if (!isAppError(error) || error.fields === undefined) throw error;
  return { fields: error.fields, status: error.kind === 'conflict' ? 409 : 422 };
}
