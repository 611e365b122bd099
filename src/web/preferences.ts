// Language and theme: two cookies, set by a small form that works on every page, signed in or not.
import type { Request, Response } from 'express';
import { isLanguage, type Language } from '../platform/i18n.ts';
import './express.ts';
import { cameFromElsewhere, cookieOf } from './request.ts';

export type Theme = 'light' | 'dark' | 'system';

const yearMs = 365 * 86_400_000;

export function themeOf(req: Request): Theme {
  const value = cookieOf(req, 'theme');
  return value === 'light' || value === 'dark' ? value : 'system';
}

/** A path on this site, or `/`: never an address elsewhere, whatever a browser makes of slashes and backslashes. */
export function localPath(value: unknown): string {
  if (typeof value !== 'string' || !value.startsWith('/') || /[\\\u0000-\u001f]/.test(value)) return '/';
  const base = 'http://local.invalid';
  const url = URL.canParse(value, base) ? new URL(value, base) : undefined;
  return url?.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}

const cookieFor = (req: Request) =>
  ({ maxAge: yearMs, sameSite: 'lax', secure: req.secure, httpOnly: true, path: '/' }) as const;

/** From now on this browser, and already the message about the change, speaks the language. */
export function rememberLanguage(req: Request, res: Response, language: Language): void {
  res.cookie('lang', language, cookieFor(req));
  req.chosenLanguage = language;
}

/** Changes nothing but how pages look, so it needs no token; a post from another site is ignored all the same. */
export function preferencesRoute(req: Request, res: Response): void {
  const body = (req.body ?? {}) as Record<string, unknown>;
  if (!cameFromElsewhere(req)) {
    if (isLanguage(body['language'])) rememberLanguage(req, res, body['language']);
    if (['light', 'dark', 'system'].includes(String(body['theme'])))
      res.cookie('theme', body['theme'], cookieFor(req));
  }
  res.redirect(303, localPath(body['back']));
}
