// Nobody gets past without being signed in: a page sends them to sign in and back to where they wanted to be.
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../platform/errors.ts';
import { paths } from './paths.ts';

/**
 * The answer to somebody who is not signed in: a redirect for a page, an error for anything else.
 * @throws unauthenticated `sign_in_needed`
 */
export function askToSignIn(req: Request, res: Response): void {
  const isPage = (req.method === 'GET' || req.method === 'HEAD') && req.accepts(['html', 'json']) === 'html';
  if (!isPage) throw new AppError('unauthenticated', 'sign_in_needed');
  res.redirect(303, `${paths.signIn()}?return=${encodeURIComponent(req.originalUrl)}`);
}

/**
 * Lets through who may.
 * @throws forbidden `not_allowed`
 */
export function requireThat(mayPass: (req: Request) => boolean): RequestHandler {
  return (req, _res, next) => next(mayPass(req) ? undefined : new AppError('forbidden', 'not_allowed'));
}
