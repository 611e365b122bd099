// Turns a view and an explicit model into a page in the person's language. Never hands a request to a template.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Application, type Request, type Response } from 'express';
import { systemClock, type Clock } from '../platform/clock.ts';
import { isLanguage, type Language, type T, type Translator } from '../platform/i18n.ts';
import './express.ts';
import { takeFlash } from './flash.ts';
import { paths } from './paths.ts';
import { preferencesRoute, themeOf } from './preferences.ts';
import { cookieOf } from './request.ts';
import { createTemplates, type Templates } from './templates.ts';

export interface PageOptions {
  /** Document title and, by the page-header component, the h1. */
  title: string;
  status?: number;
  /** `portal` (default): navigation and top bar; `focus`: one quiet centred card. */
  layout?: 'portal' | 'focus';
}

export interface Navigation {
  items: { key: string; label: string; href: string; current: boolean; icon?: string; count?: number }[];
  organisations: { id: string; name: string; href: string; current: boolean }[];
  person?: { name: string; roleLabel: string };
}

export interface ViewOptions {
  viewsDir: string;
  /** Folder served under /assets, immutable for one version. */
  assetsDir: string;
  assetVersion: string;
  translator: Translator;
  clock?: Clock;
  /** Off while developing, so that a changed view shows at once. */
  cacheTemplates?: boolean;
}

const noNavigation: Navigation = { items: [], organisations: [] };

/**
 * Serves the assets and `POST /preferences`, and gives every response `page()`, `words` and its translation helpers.
 * Mount it after the headers and before sessions and routes.
 */
export function setUpViews(app: Application, options: ViewOptions): void {
  const { translator, assetVersion } = options;
  const clock = options.clock ?? systemClock;
  const templates = createTemplates(options.viewsDir, options.cacheTemplates ?? true);
  serveAssets(app, options);
  app.post('/preferences', express.urlencoded({ extended: false, limit: '2kb' }), preferencesRoute);
  app.use((req, res, next) => {
    Object.assign(res.locals, {
      languages: translator.languages,
      theme: themeOf(req),
      currentPath: pageOf(req),
      asset: (name: string) => `/assets/${name}?v=${assetVersion}`,
    });
    speakOn(req, res, translator);
    res.page = (view, model, page) => sendPage(req, res, templates, clock, view, model, page);
    res.pageText = (view, model, page) => renderPage(req, res, templates, clock, view, model, page);
    res.fragment = (view, model) => {
      const shared = { ...sharedLocals(res), ...res.words, now: clock.now() };
      res.type('html').send(templates.render(view, { ...shared, model }));
    };
    res.vary('Cookie, Accept-Language');
    next();
  });
}

/** The page somebody looks at, to come back to: after a refused form that is where the form was, not where it went. */
function pageOf(req: Request): string {
  if (req.method === 'GET' || req.method === 'HEAD') return req.originalUrl;
  const referrer = req.get('referer') ?? '';
  const url = URL.canParse(referrer) ? new URL(referrer) : undefined;
  return url?.host === req.host ? url.pathname + url.search : '/';
}

/** Read afresh each time, since who the actor is becomes known after this middleware. */
function speakOn(req: Request, res: Response, translator: Translator): void {
  const words = (): T => translator.forLanguage(chooseLanguage(req));
  Object.defineProperty(res, 'words', { configurable: true, get: words });
  for (const name of ['t', 'lang', 'date', 'dateTime', 'until', 'relative', 'number', 'list'] as const) {
    Object.defineProperty(res.locals, name, {
      configurable: true,
      enumerable: false,
      get: () => words()[name],
    });
  }
}

function sendPage(
  req: Request,
  res: Response,
  templates: Templates,
  clock: Clock,
  view: string,
  model: object,
  page: PageOptions,
): void {
  const document = renderPage(req, res, templates, clock, view, model, page);
  res.status(page.status ?? 200).set('Content-Language', res.words.lang);
  res.type('html').send(document);
}

function renderPage(
  req: Request,
  res: Response,
  templates: Templates,
  clock: Clock,
  view: string,
  model: object,
  page: PageOptions,
): string {
  const shared = { ...sharedLocals(res), ...res.words, now: clock.now(), flash: req.session?.flash, page };
  const body = templates.render(view, { ...shared, model });
  const document = templates.render(`layouts/${page.layout ?? 'portal'}`, { ...shared, body });
  // Only now: a message is not lost to a view that fails.
  takeFlash(req);
  return document;
}

function sharedLocals(res: Response): Record<string, unknown> {
  const { languages, theme, currentPath, asset, csrfToken, navigation } = res.locals;
  return {
    languages,
    theme,
    currentPath,
    asset,
    csrfToken,
    paths,
    navigation: (navigation as Navigation | undefined) ?? noNavigation,
  };
}

/** The cookie wins, then the person's own choice, then what the application or the browser asks for. */
export function chooseLanguage(req: Request): Language {
  const asked = req.uiLocales ?? req.query['ui_locales'];
  const fromUi = typeof asked === 'string' ? asked.split(/[ +]/) : [];
  const wishes = [
    req.chosenLanguage,
    cookieOf(req, 'lang'),
    req.actorLanguage,
    ...fromUi.map((tag) => tag.split('-')[0]),
  ];
  const wish = wishes.find(isLanguage);
  if (wish !== undefined) return wish;
  const accepted = req.acceptsLanguages();
  return accepted.map((tag) => tag.split('-')[0]?.toLowerCase()).find(isLanguage) ?? 'en';
}

function serveAssets(app: Application, options: ViewOptions): void {
  const favicon = join(options.assetsDir, 'favicon.svg');
  if (existsSync(favicon)) app.get('/favicon.ico', (_req, res) => res.type('svg').sendFile(favicon));
  app.use(
    '/assets',
    express.static(options.assetsDir, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders: (res) => {
        const current = (res as Response).req.query['v'] === options.assetVersion;
        res.setHeader('Cache-Control', current ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
    (_req, res) => void res.status(404).type('text').send('Not found'),
  );
}

/** A short hash over the assets, so that browsers fetch them again exactly when they changed. */
export function assetVersionOf(assetsDir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(assetsDir).sort()) hash.update(readFileSync(join(assetsDir, name)));
  return hash.digest('hex').slice(0, 12);
}
