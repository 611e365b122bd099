// The one error type of the product. Protocol edges (HTML, problem+json, OAuth, AuthZEN) each map it once.

export type ErrorKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'gone' | 'limited' | 'unavailable';

export type ErrorParams = Readonly<Record<string, string | number>>;

/** What is wrong with one field of a form; `code` is a translation key below `errors`. */
export interface FieldError {
  readonly code: string;
  readonly params?: ErrorParams;
}

export interface AppErrorOptions {
  readonly params?: ErrorParams;
  readonly fields?: Readonly<Record<string, FieldError>>;
  /** What else the page needs to help on: shown to the person, so never a secret. */
  readonly details?: unknown;
  readonly cause?: unknown;
}

/**
 * An expected refusal. `code` is stable and is the translation key (`errors.<code>`); `cause` never leaves the
 * process. What is out of an actor's scope is always `not_found`, so that identifiers do not leak.
 */
export class AppError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly params: ErrorParams;
  readonly fields: Readonly<Record<string, FieldError>> | undefined;
  readonly details: unknown;

  constructor(kind: ErrorKind, code: string, options: AppErrorOptions = {}) {
    super(`${kind}: ${code}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.params = options.params ?? {};
    this.fields = options.fields;
    this.details = options.details;
  }
}

export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError;
}

/** @throws not_found always: for what does not exist or is out of scope, which must look the same. */
export function notFound(noun: string): AppError {
  return new AppError('not_found', `${noun}_not_found`);
}

/** An error about typed input, field by field. */
export function invalidFields(fields: Record<string, FieldError | string>): AppError {
  const entries = Object.entries(fields).map(
    ([name, value]) => [name, typeof value === 'string' ? { code: value } : value] as const,
  );
  return new AppError('invalid', 'invalid_fields', { fields: Object.fromEntries(entries) });
}
