// The web application: a flat list of what a request passes. Never listens; main.ts and the tests do.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import { createTranslator, type Translator } from './platform/i18n.ts';
import type { Logger } from './platform/logger.ts';
import type { Metrics } from './platform/metrics.ts';
import { createHealthHandler } from './platform/http-server.ts';
import { isMigrated } from './platform/db/migrate.ts';
import type { PasswordHasher } from './platform/password-hash.ts';
import { createPasswordRules } from './platform/password-rules.ts';
import type { Site } from './platform/site.ts';
import { errorPage, pageNotFound } from './web/error-page.ts';
import { securityHeaders } from './web/headers.ts';
import { assetVersionOf, setUpViews } from './web/render.ts';
import { createCredentialRoutes, createThrottle, type PasswordDeps } from './modules/credentials/index.ts';
import { createAuthzenRoutes, createDecisionPoint, type DecisionPoint } from './modules/decisions/index.ts';
import { createSentMailRoutes } from './modules/notifications/index.ts';
import {
  createAccountRoutes,
  createMeRoutes,
  createPortalSessionRoutes,
  portalEdge,
} from './modules/portal/index.ts';
import { createInteractionRoutes, type ProviderHandle } from './modules/provider/index.ts';
import { createPortalPages } from './pages.ts';

export interface AppParts {
  readonly provider: ProviderHandle;
  readonly hasher: PasswordHasher;
  readonly metrics?: Metrics | undefined;
  /** Default: one for the site. */
  readonly point?: DecisionPoint | undefined;
  /** Where this process reaches itself, without final slash. Default: the issuer. */
  readonly internalUrl?: (() => string) | undefined;
  /** The process is asked to stop: it is then not ready for new work. */
  readonly isStopping?: () => boolean;
}

const viewsDir = fileURLToPath(new URL('../views', import.meta.url));
const assetsDir = fileURLToPath(new URL('../views/assets', import.meta.url));
const localesDir = fileURLToPath(new URL('../config/locales', import.meta.url));

/** Texts of all languages, read once. */
export function createSiteTranslator(site: Pick<Site, 'config'>): Translator {
  return createTranslator({ localesDir, timeZone: site.config.timeZone });
}

/** The protocol endpoints of the provider, which reads bodies and cookies itself. */
const providerPaths =
  /^\/(?:authorize(?:\/[\w-]+)?|token|userinfo|introspect|revoke|jwks|end-session(?:\/confirm|\/success)?|par|\.well-known\/(?:openid-configuration|oauth-authorization-server))$/;

/** Nothing else lies there: an address with a final slash too many must not lead a program to the sign-in page. */
const belowProviderPaths = /^\/(?:authorize|token|userinfo|introspect|revoke|jwks|end-session|par)\//;

/** Those of them that only programs call: they show no page, so that a call passes nothing that pages need. */
const machinePaths =
  /^\/(?:token|userinfo|introspect|revoke|jwks|par|\.well-known\/(?:openid-configuration|oauth-authorization-server))$/;

/** The decision point: asked by the hundred a second, so that it comes before all that pages need. */
const decisionPaths = /^\/(?:access\/v1(?:\/|$)|\.well-known\/authzen-configuration$)/;

export function createApp(site: Site, parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', site.config.trustProxy);
  app.set('query parser', 'simple');
  app.use(createHealthHandler({ database: () => requireMigrated(site) }, parts.isStopping ?? (() => false)));
  app.use(identify());
  if (parts.metrics) app.use(observe(parts.metrics, site.logger));
  const translator = createSiteTranslator(site);
  const point = parts.point ?? createDecisionPoint(site);
  app.use(machineEndpoints(site, parts.provider));
  app.use(
    dataHeaders(site, decisionPaths),
    createAuthzenRoutes(point, { provider: parts.provider, translator }),
  );
  app.use(securityHeaders({ issuer: site.config.issuer }));
  setUpViews(app, {
    viewsDir,
    assetsDir,
    assetVersion: assetVersionOf(assetsDir),
    translator,
    clock: site.clock,
    cacheTemplates: site.config.environment !== 'development',
  });
  app.post(['/authorize', '/end-session'], express.urlencoded({ extended: false, limit: '12kb' }), askByGet);
  // Where the form of signing out goes; whoever comes back to the address (language, history) is asked again.
  app.get('/end-session/confirm', (_req, res) => res.redirect(303, '/end-session'));
  app.all(providerPaths, parts.provider.callback);
  app.all(belowProviderPaths, (_req, _res, next) => next(pageNotFound()));
  const credentials: PasswordDeps = {
    hasher: parts.hasher,
    throttle: createThrottle(site),
    checkPassword: createPasswordRules(site.config),
  };
  app.use(createInteractionRoutes(site, parts.provider, credentials));
  app.use(createCredentialRoutes(site, credentials));
  app.use(createPortalSessionRoutes(site, { internalUrl: parts.internalUrl }));
  app.use(createSentMailRoutes(site));
  app.use(portalEdge(site));
  app.use(createMeRoutes(site, credentials));
  app.use(createAccountRoutes(site));
  for (const router of createPortalPages(site, parts.provider, point)) app.use(router);
  app.use((_req, _res, next) => next(pageNotFound()));
  app.use(
    errorPage({
      onUnexpected: (err, req) => site.logger.error({ requestId: req.requestId, err }, 'unexpected error'),
    }),
  );
  return app;
}

/** Answers are data: nothing of them is ever shown, framed, or kept, unless the endpoint says so itself. */
function dataHeaders(site: Site, paths: RegExp): RequestHandler {
  const headers = new Map([
    ['Cache-Control', 'no-store'],
    ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
    ...(site.config.issuer.startsWith('https:')
      ? [['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as const]
      : []),
  ]);
  return (req, res, next) => {
    if (paths.test(req.path)) res.setHeaders(headers);
    next();
  };
}

function machineEndpoints(site: Site, { callback }: ProviderHandle): RequestHandler[] {
  const answer: RequestHandler = (req, res, next) => {
    if (!machinePaths.test(req.path)) return next();
    callback(req, res, (err: unknown) => {
      site.logger.error({ requestId: req.requestId, err }, 'unexpected error');
      if (!res.headersSent) res.status(500).json({ error: 'server_error' });
    });
  };
  return [dataHeaders(site, machinePaths), answer];
}

/**
 * Applications may ask by POST. Browsers leave SameSite cookies out of a form that another site sends, so the question
 * is asked again by GET, where they come along. What no address can hold (16 KiB with all headers) is refused as too
 * large: it can be pushed instead. Source: OpenID Connect Core 3.1.2.1, RP-Initiated Logout 2, RFC 9126.
 */
const askByGet: RequestHandler = (req, res) => {
  const entries = Object.entries((req.body ?? {}) as Record<string, string | string[]>);
  const pairs = entries.flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as [string, string]),
  );
  res.redirect(303, `${req.path}?${new URLSearchParams(pairs)}`);
};

async function requireMigrated(site: Site): Promise<void> {
  if (!(await isMigrated(site.db))) throw new Error('migrations are missing');
}

/** An identifier of our own for every request: one from outside could be forged into our log. */
function identify(): RequestHandler {
  return (req, res, next) => {
    req.requestId = randomUUID();
    res.set('X-Request-Id', req.requestId);
    next();
  };
}

/** Paths hold identifiers and questions: what is counted and logged is the template of the route. */
function observe(metrics: Metrics, logger: Logger): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    res.once('finish', () => {
      const route = providerPaths.test(req.path)
        ? req.path.split('/')[1]
        : (req.route as { path?: string })?.path;
      const request = {
        method: req.method,
        route: typeof route === 'string' ? route : 'other',
        status: res.statusCode,
        durationSeconds: (performance.now() - started) / 1000,
      };
      metrics.observeRequest(request);
      if (logger.isLevelEnabled('debug')) logger.debug({ requestId: req.requestId, ...request }, 'answered');
    });
    next();
  };
}
