// Refuses changes that another site makes a browser send. Three walls: where the request says it comes from, SameSite
// cookies, and a token that only our own pages know.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../platform/errors.ts';
import './express.ts';
import { cameFromElsewhere, cookieOf } from './request.ts';

const field = '_csrf';

/**
 * Synchronizer token in the session. Puts `csrfToken` in `res.locals` and checks every unsafe request, so the body
 * parser and the session must come before it.
 * @throws csrf (forbidden)
 */
export function csrf(): RequestHandler {
  return (req, res, next) => {
    if (isUnsafe(req)) {
      const expected = req.session?.csrf;
      if (cameFromElsewhere(req) || expected === undefined || !sameText(sentToken(req), expected)) {
        return next(csrfError());
      }
    }
    offerToken(res, () => (req.session ? (req.session.csrf ??= randomToken()) : ''));
    next();
  };
}

/**
 * For pages without a session (sign-in): a random HttpOnly cookie, and in the form its HMAC. Whoever can plant a
 * cookie cannot make the matching field without the secret.
 * @param secrets the first signs, all verify
 * @param options.https whether the site is reached by https, which a proxy in front hides from the request
 * @throws csrf (forbidden)
 */
export function csrfForCookie(
  secrets: string | readonly string[],
  options: { https: boolean },
): RequestHandler {
  const keys = typeof secrets === 'string' ? [secrets] : secrets;
  const { https: secure } = options;
  const name = secure ? '__Host-csrf' : 'csrf';
  return (req, res, next) => {
    const seed = cookieOf(req, name);
    if (isUnsafe(req)) {
      const sent = sentToken(req);
      const known = seed !== undefined && keys.some((key) => sameText(sent, macOf(key, seed)));
      if (cameFromElsewhere(req) || !known) return next(csrfError());
    }
    offerToken(res, () => macOf(keys[0] ?? '', seed ?? plantSeed(res, name, secure)));
    next();
  };
}

function isUnsafe(req: Request): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(req.method);
}

function sentToken(req: Request): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value : '';
}

/** Lazily, so that a request that renders no page starts no session and plants no cookie. */
function offerToken(res: Response, make: () => string): void {
  let token: string | undefined;
  Object.defineProperty(res.locals, 'csrfToken', {
    configurable: true,
    enumerable: false,
    get: () => (token ??= make()),
  });
}

function plantSeed(res: Response, name: string, secure: boolean): string {
  const seed = randomToken();
  res.cookie(name, seed, { httpOnly: true, sameSite: 'lax', secure, path: '/' });
  return seed;
}

function macOf(key: string, seed: string): string {
  return createHmac('sha256', key).update(`csrf ${seed}`).digest('base64url');
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function csrfError(): AppError {
  return new AppError('forbidden', 'csrf');
}
