// Pages on the server: language, security headers, templates, and the few values they need.
import { fileURLToPath } from 'node:url';
import { decodeProtectedHeader, decodeJwt } from 'jose';
import express from 'express';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Claims } from './claims.ts';
import type { Tokens } from './relying-party.ts';
import type { EndReason, Session } from './session-store.ts';
import { dictionary, fill, isLanguage, languages } from './words.ts';
import type { Language, Words } from './words.ts';
import { worldWords } from './worlds/words.ts';
import type { WorldOptions } from './worlds/world.model.ts';

/** What each page is given. Instants are milliseconds since 1970. */
type Models = {
  welcome: { signedOut: boolean; worlds: readonly WorldOptions['code'][] };
  counter: {
    worlds: readonly WorldOptions['code'][];
    session: Session;
    refreshedAt?: number;
    userInfo?: Claims;
    askedAt?: number;
  };
  ended: { ended: { reason: EndReason; at: number } };
  message: {
    message: 'notFound' | 'stale' | 'refused' | 'unavailable' | 'failed';
    reason?: string;
    again?: boolean;
  };
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const timeZone = 'Europe/Brussels';

/** @param portalAssetsDir where `portal.css` lies. */
export function setUpPages(app: Express, portalAssetsDir: string): void {
  app.set('views', here('./views'));
  app.set('view engine', 'ejs');
  app.use('/assets/portal', express.static(portalAssetsDir, { index: false, maxAge: '5m' }));
  app.use('/assets', express.static(here('./assets'), { index: false, maxAge: '5m' }));
  app.use(protect, speak);
}

/** Renders a page with a model of its own shape. */
export function show<Page extends keyof Models>(response: Response, page: Page, model: Models[Page]): void {
  response.render(page, { ...pageHelpers(response.locals['lang']), ...viewModel(page, model) });
}

/** No script but our own file, no frame around us, nothing kept by caches. Forms may lead to the provider and back. */
const protect: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  next();
};

const speak: RequestHandler = (request, response, next) => {
  response.locals['lang'] = languageOf(request);
  next();
};

function languageOf(request: Request): Language {
  const chosen = /(?:^|;\s*)counter_lang=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  if (isLanguage(chosen)) return chosen;
  const accepted = request.acceptsLanguages(languages);
  return isLanguage(accepted) ? accepted : 'en';
}

/** What every template may use. */
export function pageHelpers(lang: Language) {
  const words: Words = dictionary[lang];
  const format = (options: Intl.DateTimeFormatOptions) => (instant: number) =>
    new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : `${lang}-BE`, { timeZone, ...options }).format(instant);
  return {
    lang,
    words,
    w: worldWords[lang],
    fill,
    languages: languages.map((code) => ({ code, name: dictionary[code].languageName })),
    time: format({ timeStyle: 'medium' }),
    // Ends are exclusive; the last valid day is what people understand.
    lastDay: (until: number) => format({ dateStyle: 'long' })(until - 1),
    remaining: (until: number) => remaining(words, until - Date.now()),
  };
}

function remaining(words: Words, milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds <= 0) return words.expired;
  return seconds < 120
    ? fill(words.seconds, { n: seconds })
    : fill(words.minutes, { n: Math.round(seconds / 60) });
}

function viewModel<Page extends keyof Models>(page: Page, model: Models[Page]): object {
  if (page !== 'counter') return model;
  const { session, ...rest } = model as Models['counter'];
  return { ...rest, ...counterModel(session.tokens) };
}

/** The tokens themselves never go to the browser: their content does, which the person may know. */
function counterModel(tokens: Tokens | undefined): object {
  if (!tokens) return {};
  return {
    claims: tokens.claims,
    idTokenExpiresAt: tokens.idTokenExpiresAt,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    hasRefreshToken: tokens.refreshToken !== undefined,
    idTokenHeader: JSON.stringify(decodeProtectedHeader(tokens.idToken), null, 2),
    idTokenPayload: JSON.stringify(decodeJwt(tokens.idToken), null, 2),
  };
}
