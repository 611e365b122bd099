// What a caller is told when its call cannot be answered: the status of the specification and one sentence as text.
import type { ErrorRequestHandler } from 'express';
import '../../web/express.ts';
import type { Site } from '../../platform/site.ts';
import { TooManyFailures, Unauthenticated } from './authzen.caller.ts';
import { AuthzenError } from './authzen.schema.ts';

export function answerError(site: Site): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error);
    const { status, message } = publicError(error);
    if (status === 500) site.logger.error({ requestId: req.requestId, err: error }, 'a decision failed');
    if (error instanceof TooManyFailures) res.set('Retry-After', String(error.retryAfterSeconds));
    if (error instanceof Unauthenticated) {
      res.set('WWW-Authenticate', [
        `Basic realm="${site.config.issuer}"`,
        `Bearer realm="${site.config.issuer}"`,
      ]);
    }
    res.status(status).type('text').send(message);
  };
}

/** What the caller is told: the message of an expected error, nothing of any other. */
function publicError(error: unknown): { status: number; message: string } {
  if (error instanceof AuthzenError) return { status: error.status, message: error.message };
  const { type, status } = (error ?? {}) as { type?: string; status?: number };
  if (type === 'entity.too.large') return { status: 413, message: 'the request body is too large' };
  if (status !== undefined && status >= 400 && status < 500) return { status: 400, message: 'bad request' };
  return { status: 500, message: 'internal error' };
}
