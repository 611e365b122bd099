// The pages of some routers without the sign-in: the person is named by a header. For tests of pages alone; the way
// through the sign-in is tested with the whole application.
import express, { type Express, type Router } from 'express';
import { join } from 'node:path';
import { createSiteTranslator } from '../../src/app.ts';
import { loadActor } from '../../src/modules/administration/index.ts';
import type { Site } from '../../src/platform/site.ts';
import { errorPage, pageNotFound } from '../../src/web/error-page.ts';
import type { Flash } from '../../src/web/flash.ts';
import { securityHeaders } from '../../src/web/headers.ts';
import { setUpViews } from '../../src/web/render.ts';

const root = join(import.meta.dirname, '../..');

/** `x-person`: who is signed in; `x-organisation`: on whose behalf. Unexpected errors are thrown into the test's log. */
export function createPagesApp(site: Site, routers: readonly Router[]): Express {
  const app = express();
  app.set('query parser', 'simple');
  app.use(securityHeaders({ issuer: site.config.issuer }));
  setUpViews(app, {
    viewsDir: join(root, 'views'),
    assetsDir: join(root, 'views/assets'),
    assetVersion: 'test',
    translator: createSiteTranslator(site),
    clock: site.clock,
  });
  let flash: Flash | undefined;
  app.use(express.urlencoded({ extended: false }), async (req, res, next) => {
    const personId = req.get('x-person') ?? '';
    const session = {};
    Object.defineProperty(session, 'flash', {
      get: () => flash,
      set: (value: Flash) => {
        flash = value;
      },
      configurable: true,
    });
    req.session = session as typeof req.session;
    req.actor = await loadActor(site.db.reader, personId, site.clock.now());
    req.actorName = 'Test Person';
    req.origin = { actor: { kind: 'person', personId, onBehalfOfOrganisationId: req.get('x-organisation') } };
    Object.assign(res.locals, { csrfToken: 'token' });
    next();
  });
  for (const router of routers) app.use(router);
  app.use((_req, _res, next) => next(pageNotFound()));
  app.use(errorPage({ onUnexpected: (error) => process.stderr.write(`${String(error)}\n`) }));
  return app;
}
