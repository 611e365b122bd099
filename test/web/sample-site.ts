// A small site with our views and edge helpers, for tests of the edge alone.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import session from 'express-session';
import { createTranslator } from '../../src/platform/i18n.ts';
import { errorPage, pageNotFound } from '../../src/web/error-page.ts';
import { securityHeaders } from '../../src/web/headers.ts';
import { setUpViews } from '../../src/web/render.ts';

const root = join(import.meta.dirname, '../..');

export interface SampleSite {
  issuer?: string;
  /** Extra views by name. */
  views?: Record<string, string>;
  routes(app: Express): void;
  /** What `onUnexpected` was told. */
  unexpected?: unknown[];
}

/** Views of the sample live in a temporary folder that begins as a copy of the real layouts and components. */
export function sampleSite(options: SampleSite): Express {
  const app = express();
  app.use(securityHeaders({ issuer: options.issuer ?? 'http://localhost' }));
  setUpViews(app, {
    viewsDir: viewsWith(options.views ?? {}),
    assetsDir: join(root, 'views/assets'),
    assetVersion: 'v1',
    translator: createTranslator({ localesDir: join(root, 'config/locales') }),
    clock: { now: () => new Date('2026-11-22T08:00:00Z') },
  });
  app.use(express.urlencoded({ extended: false }), express.json());
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
  options.routes(app);
  app.use((_req, _res, next) => next(pageNotFound()));
  app.use(errorPage({ onUnexpected: (error) => options.unexpected?.push(error) }));
  return app;
}

function viewsWith(views: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'views-'));
  for (const name of ['layouts', 'partials', 'components', 'error']) {
    cpSync(join(root, 'views', name), join(dir, name), { recursive: true });
  }
  mkdirSync(join(dir, 'sample'));
  for (const [name, text] of Object.entries(views)) writeFileSync(join(dir, `sample/${name}.ejs`), text);
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
