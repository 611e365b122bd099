// Language and theme: two cookies, set by a small form that works on every page, signed in or not.
import type { Request, Response } from 'express';
import { isLanguage } from '../platform/i18n.ts';
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

/** Changes nothing but how pages look, so it needs no token; a post from another site is ignored all the same. */
export function preferencesRoute(req: Request, res: Response): void {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const cookie = { maxAge: yearMs, sameSite: 'lax', secure: req.secure, httpOnly: true, path: '/' } as const;
  if (!cameFromElsewhere(req)) {
    if (isLanguage(body['language'])) res.cookie('lang', body['language'], cookie);
    if (['light', 'dark', 'system'].includes(String(body['theme'])))
      res.cookie('theme', body['theme'], cookie);
  }
  res.redirect(303, localPath(body['back']));
}
