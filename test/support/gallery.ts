// Serves every component with sample data: `node test/support/gallery.ts [port]`, then look at /, /focus and /error.
// With `--shots DIR` it takes screenshots in light, dark, on a phone and on paper, runs axe, and stops.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { createTranslator } from '../../src/platform/i18n.ts';
import { AppError } from '../../src/platform/errors.ts';
import { errorPage, pageNotFound } from '../../src/web/error-page.ts';
import { securityHeaders } from '../../src/web/headers.ts';
import { assetVersionOf, setUpViews } from '../../src/web/render.ts';
import { galleryModel, galleryNavigation, galleryNow } from './gallery-model.ts';
import { openBrowser } from './screenshot.ts';

const root = join(import.meta.dirname, '../..');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

export function createGallery(): Express {
  const app = express();
  app.use(securityHeaders({ issuer: 'http://localhost' }));
  setUpViews(app, {
    viewsDir: join(root, 'views'),
    assetsDir: join(root, 'views/assets'),
    assetVersion: assetVersionOf(join(root, 'views/assets')),
    translator: createTranslator({ localesDir: join(root, 'config/locales') }),
    clock: { now: () => galleryNow },
    cacheTemplates: false,
  });
  app.use((req, res, next) => {
    req.session = { flash: galleryModel.flash } as typeof req.session;
    Object.assign(res.locals, { navigation: galleryNavigation, csrfToken: 'sample' });
    next();
  });
  app.get('/', (req, res) =>
    res.page('gallery', searched(String(req.query['q'] ?? '')), { title: 'Gallery' }),
  );
  app.get('/check', (req, res) => void res.send(`<p>${new URLSearchParams(req.url.split('?')[1])}</p>`));
  app.get('/focus', (_req, res) => res.page('gallery-focus', {}, { title: 'Gallery', layout: 'focus' }));
  app.get('/error', () => {
    throw new Error('sample');
  });
  app.get('/csrf', () => {
    throw new AppError('forbidden', 'csrf');
  });
  app.use((_req, _res, next) => next(pageNotFound()));
  app.use(errorPage({ onUnexpected: (error) => say(String(error)) }));
  return app;
}

/** The model with the people whose name contains the words. */
function searched(q: string): typeof galleryModel {
  const rows = galleryModel.table.rows.filter((row) => JSON.stringify(row.cells).toLowerCase().includes(q));
  return { ...galleryModel, filter: { ...galleryModel.filter, q }, table: { ...galleryModel.table, rows } };
}

async function shoot(base: string, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  await using browser = await openBrowser();
  const wide = { width: 1366, height: 900 };
  const phone = { width: 390, height: 844 };
  const tablet = { width: 1000, height: 800 };
  for (const path of ['/', '/focus', '/error']) {
    for (const [name, viewport] of Object.entries({ wide, phone, tablet })) {
      for (const theme of ['light', 'dark'] as const) {
        await using page = await browser.open(`${base}${path}`, { viewport, theme, language: 'nl' });
        const file = join(dir, `${path.slice(1) || 'gallery'}-${name}-${theme}.png`);
        await page.page.evaluate('scrollTo(0, 0)');
        await page.screenshot(file);
        say(`${file} ${(await page.audit()).join('\n  ') || 'axe clean'} ${await page.overflow()}`);
      }
    }
  }
  await using page = await browser.open(`${base}/`, { viewport: wide, theme: 'light', language: 'nl' });
  await page.print(join(dir, 'gallery.pdf'));
}

if (import.meta.main) {
  const shots = process.argv.indexOf('--shots');
  const server = createGallery().listen(shots > 0 ? 0 : Number(process.argv[2] ?? 3100), '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  say(base);
  if (shots > 0) {
    await shoot(base, process.argv[shots + 1] ?? 'data/gallery');
    server.close();
  }
}
