// The last handler: any error becomes a page in the person's language with a way on, or problem+json. Never a stack.
import type { ErrorRequestHandler, Request, Response } from 'express';
import { AppError, isAppError, type ErrorKind } from '../platform/errors.ts';
import type { T } from '../platform/i18n.ts';
import './express.ts';

export interface ErrorPageOptions {
  /** Told about unexpected errors only, with the request's identifier. */
  onUnexpected?: (error: unknown, req: Request) => void;
}

const statuses: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  limited: 429,
  unavailable: 503,
};

/** HTTP status of an error: 422 when fields of a form are at fault, 500 for whatever is not an AppError. */
export function statusOf(error: unknown): number {
  if (!isAppError(error)) return 500;
  return error.kind === 'invalid' && error.fields !== undefined ? 422 : statuses[error.kind];
}

export function errorPage(options: ErrorPageOptions = {}): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const error = fromFramework(thrown);
    if (!isAppError(error)) options.onUnexpected?.(error, req);
    if (res.headersSent) return next(thrown);
    const status = statusOf(error);
    if (status === 429 || status === 503) res.set('Retry-After', String(retryAfterSeconds(error)));
    if (wantsJson(req)) return sendProblem(error, status, req, res);
    sendPage(error, status, req, res, options);
  };
}

/** For the end of the router: what no route answered does not exist. */
export function pageNotFound(): AppError {
  return new AppError('not_found', 'page_not_found');
}

/** Express and its body parsers throw errors with a status of their own; those are the sender's fault, not ours. */
function fromFramework(error: unknown): unknown {
  if (isAppError(error)) return error;
  const { status, expose } = (error ?? {}) as { status?: number; expose?: boolean };
  if (expose !== true && !(error instanceof URIError)) return error;
  if (status === 413) return new AppError('invalid', 'too_large', { cause: error });
  return new AppError('invalid', 'bad_request', { cause: error });
}

function retryAfterSeconds(error: unknown): number {
  const seconds = isAppError(error) ? Number(error.params['retryAfterSeconds']) : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 30;
}

function wantsJson(req: Request): boolean {
  return req.accepts(['html', 'json']) === 'json';
}

function textsOf(error: unknown, words: T): { title: string; text: string } {
  const params = isAppError(error) ? error.params : {};
  const keys = isAppError(error) ? [error.code, error.kind] : ['unexpected'];
  const key = keys.find((name) => words.has(`errors.${name}.title`)) ?? 'unexpected';
  return { title: words.t(`errors.${key}.title`, params), text: words.t(`errors.${key}.text`, params) };
}

function sendPage(
  error: unknown,
  status: number,
  req: Request,
  res: Response,
  options: ErrorPageOptions,
): void {
  try {
    const { title, text } = textsOf(error, res.words);
    const model = {
      title,
      text,
      status,
      kind: isAppError(error) ? error.kind : 'unexpected',
      requestId: isAppError(error) ? undefined : req.requestId,
    };
    res.page('error/error', model, { title, status, layout: 'focus' });
  } catch (failure) {
    options.onUnexpected?.(failure, req);
    // A broken view or a request that failed before the views were set up still gets an answer, and not a loop.
    res
      .status(status)
      .type('text')
      .send(`Error ${status}${req.requestId ? ` (${req.requestId})` : ''}`);
  }
}

/** Source: RFC 9457. `code` is stable; `title` is in the caller's language. */
function sendProblem(error: unknown, status: number, req: Request, res: Response): void {
  const code = isAppError(error) ? error.code : 'unexpected';
  const texts = res.words === undefined ? undefined : textsOf(error, res.words);
  const fields = isAppError(error) ? error.fields : undefined;
  const problem = { type: 'about:blank', title: texts?.title ?? code, status, code, detail: texts?.text };
  res
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...problem, fields, requestId: req.requestId }));
}
