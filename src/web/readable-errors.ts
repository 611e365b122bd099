// Puts the dates in errors of fields into words, so that "at the latest {{latest}}" reads as a day.
import type { FieldError } from '../platform/errors.ts';
import { isAppError } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import type { FieldErrors } from './form.ts';

/** Errors whose parameter `latest` is an exclusive end (ISO) get it as the last day, in the person's language. */
export function readableErrors(words: Pick<T, 'until'>, fields: FieldErrors): Record<string, FieldError> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, error]) => {
      const latest = error.params?.['latest'];
      if (typeof latest !== 'string') return [name, error];
      return [name, { ...error, params: { ...error.params, latest: words.until(latest) } }];
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
