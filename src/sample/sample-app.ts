// A small application that is connected to Mandaat: the counter of a local authority, and the example to copy from.
// Reading order: this file (what it answers), relying-party.ts (what it asks the provider), logout-token.ts.
// It shares no code with the rest of the product, only the style sheet.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { setUpPages, show } from './pages.ts';
import { createRelyingParty } from './relying-party.ts';
import type { RelyingParty } from './relying-party.ts';
import { SessionStore } from './session-store.ts';
import type { Session } from './session-store.ts';
import { isLanguage } from './words.ts';
import type { WorldOptions } from './worlds/world.model.ts';
import { createWorldRoutes } from './worlds/worlds.routes.ts';

export type SampleOptions = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** 0: any free port. */
  port: number;
  /** Directory with the product's `portal.css`, whose look this application borrows. */
  assetsDir: string;
  /** Address to listen on; this machine only unless said otherwise. */
  host?: string;
  /** Where browsers and the provider reach it, when a proxy stands in front. Without final slash. */
  baseUrl?: string;
  roleClaim?: string;
  /** Further applications, which ask the decision point: each with a screen of its own. */
  worlds?: readonly WorldOptions[];
  /** Told what happened, without tokens or personal data. */
  log?: (event: string, details?: Record<string, unknown>) => void;
};

export type RunningSample = {
  readonly url: string;
  readonly port: number;
  /** Finishes what is in flight, then closes. */
  stop(): Promise<void>;
};

type Deps = {
  provider: () => RelyingParty;
  sessions: SessionStore;
  baseUrl: () => string;
  worlds: readonly WorldOptions[];
  issuer: string;
  log: NonNullable<SampleOptions['log']>;
};

/** A token that is over within this time is renewed before it is used. */
const renewBeforeMs = 30_000;
const cookieName = 'counter_session';

/** Starts the application. The provider need not run yet. */
export async function startSampleApp(options: SampleOptions): Promise<RunningSample> {
  let baseUrl = options.baseUrl ?? '';
  let provider: RelyingParty | undefined;
  const app = createSampleApp(options.assetsDir, {
    provider: () =>
      (provider ??= createRelyingParty({ ...options, baseUrl, roleClaim: options.roleClaim ?? 'roles' })),
    sessions: new SessionStore(),
    baseUrl: () => baseUrl,
    worlds: options.worlds ?? [],
    issuer: options.issuer,
    log: options.log ?? (() => {}),
  });
  const server = await new Promise<Server>((resolve, reject) => {
    const starting = app.listen(options.port, options.host ?? '127.0.0.1', (error?: Error) =>
      error ? reject(error) : resolve(starting),
    );
  });
  const { port } = server.address() as AddressInfo;
  if (baseUrl === '') baseUrl = `http://localhost:${port}`;
  return {
    url: baseUrl,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function createSampleApp(assetsDir: string, deps: Deps): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  setUpPages(app, assetsDir);
  app.get('/', showWelcome(deps));
  app.get('/language', chooseLanguage);
  app.get('/sign-in', signIn(deps));
  app.get('/callback', finishSignIn(deps));
  app.get('/counter', requireSignIn(deps), showCounter(deps));
  app.post('/refresh', requireSignIn(deps), renewTokens(deps));
  app.post('/userinfo', requireSignIn(deps), askUserInfo(deps));
  app.post('/sign-out', signOut(deps));
  app.post(
    '/backchannel-logout',
    express.urlencoded({ extended: false, limit: '32kb' }),
    receiveLogout(deps),
  );
  app.get('/session', tellSession(deps));
  app.use(createWorldRoutes({ ...deps, signedIn: (request) => signedIn(deps, request) }));
  app.use((_request, response) => void show(response.status(404), 'message', { message: 'notFound' }));
  app.use(showFailure(deps));
  return app;
}

function showWelcome({ sessions, worlds }: Deps): RequestHandler {
  return (request, response) => {
    if (currentSession(sessions, request)?.tokens) return response.redirect(303, '/counter');
    const signedOut = readCookie(request, 'counter_signed_out') === '1';
    show(response.clearCookie('counter_signed_out'), 'welcome', { signedOut, worlds: codesOf(worlds) });
  };
}

function chooseLanguage(request: Request, response: Response): void {
  const { to } = request.query;
  if (isLanguage(to)) response.cookie('counter_lang', to, { sameSite: 'lax', maxAge: 31_536_000_000 });
  response.redirect(303, '/');
}

/** Begins a sign-in; `?switch=1` asks again for whom, `?target_group=…&organisation=…` says for whom. */
function signIn({ provider, sessions, baseUrl }: Deps): RequestHandler {
  return async (request, response) => {
    const { switch: chooseAgain, target_group: targetGroup, organisation: code } = request.query;
    const { url, pending } = await provider().begin({
      language: response.locals['lang'],
      chooseAgain: chooseAgain === '1',
      ...(isFilled(targetGroup) && isFilled(code)
        ? { organisation: { targetGroup: targetGroup.trim(), code: code.trim() } }
        : {}),
    });
    const session = currentSession(sessions, request) ?? sessions.create();
    sessions.remember(session, pending);
    setSessionCookie(response, session, baseUrl());
    response.redirect(303, url);
  };
}

function finishSignIn({ provider, sessions, baseUrl, log }: Deps): RequestHandler {
  return async (request, response) => {
    const before = currentSession(sessions, request);
    const { state } = request.query;
    const pending = isFilled(state) ? before?.pending.get(state) : undefined;
    if (!before || !pending) {
      // Back button or a bookmark: who is signed in already just goes on.
      if (before?.tokens) return response.redirect(303, '/counter');
      return show(response.status(400), 'message', { message: 'stale', again: true });
    }
    before.pending.delete(pending.state);
    const tokens = await provider().complete(request.originalUrl, pending);
    // A new identifier at sign-in: one that somebody planted before is worth nothing.
    const session = sessions.create();
    sessions.delete(before);
    session.tokens = tokens;
    session.signedInAt = Date.now();
    setSessionCookie(response, session, baseUrl());
    log('signed_in', { roles: tokens.claims.roles.length });
    response.redirect(303, '/counter');
  };
}

/** Lets through with living tokens, renewed when needed; otherwise says what happened or begins a sign-in. */
function requireSignIn({ provider, sessions }: Deps): RequestHandler {
  return async (request, response, next) => {
    const session = currentSession(sessions, request);
    if (session?.tokens && session.tokens.accessTokenExpiresAt - Date.now() < renewBeforeMs) {
      await renew(provider(), sessions, session);
    }
    if (session?.ended) return show(response.status(401), 'ended', { ended: session.ended });
    if (!session?.tokens) return response.redirect(303, '/');
    response.locals['session'] = session;
    next();
  };
}

function showCounter({ worlds }: Deps): RequestHandler {
  return (_request, response) =>
    show(response, 'counter', { session: sessionOf(response), worlds: codesOf(worlds) });
}

function renewTokens({ provider, sessions, worlds }: Deps): RequestHandler {
  return async (_request, response) => {
    const session = sessionOf(response);
    await renew(provider(), sessions, session);
    if (session.ended) return response.redirect(303, '/counter');
    show(response, 'counter', { session, worlds: codesOf(worlds), refreshedAt: Date.now() });
  };
}

function askUserInfo({ provider, sessions, worlds }: Deps): RequestHandler {
  return async (_request, response) => {
    const session = sessionOf(response);
    if (!session.tokens) return response.redirect(303, '/counter');
    try {
      const userInfo = await provider().userInfo(session.tokens);
      show(response, 'counter', { session, worlds: codesOf(worlds), userInfo, askedAt: Date.now() });
    } catch (error) {
      if (!(error instanceof WWWAuthenticateChallengeError)) throw error;
      sessions.end(session, 'refused');
      response.redirect(303, '/counter');
    }
  };
}

/** Ends the session here first, then at the provider, which tells the other applications. */
function signOut({ provider, sessions }: Deps): RequestHandler {
  return async (request, response) => {
    const session = currentSession(sessions, request);
    const idToken = session?.tokens?.idToken;
    if (session) sessions.delete(session);
    response.clearCookie(cookieName);
    if (idToken === undefined) return response.redirect(303, '/');
    response.cookie('counter_signed_out', '1', { sameSite: 'lax', httpOnly: true, maxAge: 300_000 });
    response.redirect(303, await provider().signOutUrl(idToken));
  };
}

/** The provider, not a browser, calls this: no cookie, the signed token is the only proof. */
function receiveLogout({ provider, sessions, log }: Deps): RequestHandler {
  return async (request, response) => {
    response.set('cache-control', 'no-store');
    try {
      const logoutToken: unknown = request.body?.logout_token;
      const notice = await provider().acceptLogout(typeof logoutToken === 'string' ? logoutToken : '');
      log('logged_out', { sessions: sessions.endBy(notice) });
      response.status(200).end();
    } catch (error) {
      log('logout_refused', { reason: error instanceof Error ? error.message : 'unknown' });
      response.status(400).json({ error: 'invalid_request' });
    }
  };
}

/** For the script of the page: is this session still alive? */
function tellSession({ sessions }: Deps): RequestHandler {
  return (request, response) => {
    const session = currentSession(sessions, request);
    response.set('cache-control', 'no-store').json({ signedIn: session?.tokens !== undefined });
  };
}

/** One refresh at a time: a second one with the same token would count as theft and end everything. */
async function renew(provider: RelyingParty, sessions: SessionStore, session: Session): Promise<void> {
  session.refreshing ??= renewNow(provider, sessions, session).finally(
    () => (session.refreshing = undefined),
  );
  await session.refreshing;
}

async function renewNow(provider: RelyingParty, sessions: SessionStore, session: Session): Promise<void> {
  if (!session.tokens?.refreshToken) return sessions.end(session, 'refused');
  try {
    const tokens = await provider.refresh(session.tokens);
    // A logout that came in meanwhile wins.
    if (session.tokens) session.tokens = tokens;
  } catch (error) {
    if (!(error instanceof ResponseBodyError) || error.error !== 'invalid_grant') throw error;
    sessions.end(session, 'refused');
  }
}

function showFailure({ log }: Deps): ErrorRequestHandler {
  return (error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    if (error instanceof AuthorizationResponseError) {
      const reason = error.error_description ?? error.error;
      return show(response.status(403), 'message', { message: 'refused', reason, again: true });
    }
    log('failed', { reason: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' });
    const unreachable = isUnreachable(error);
    const message = unreachable ? 'unavailable' : 'failed';
    return show(response.status(unreachable ? 503 : 500), 'message', { message, again: true });
  };
}

/** Nobody answers, or not in time: `fetch` has one word for the first, openid-client a code for the second. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === 'fetch failed' || ('code' in error && error.code === 'OAUTH_TIMEOUT');
}

const codesOf = (worlds: readonly WorldOptions[]) => worlds.map(({ code }) => code);

function signedIn({ sessions }: Deps, request: Request): { subject: string; name: string } | undefined {
  return currentSession(sessions, request)?.tokens?.claims;
}

function sessionOf(response: Response): Session {
  return response.locals['session'] as Session;
}

function currentSession(sessions: SessionStore, request: Request): Session | undefined {
  return sessions.find(readCookie(request, cookieName));
}

/** Lax: sent when the provider redirects back, not with a form that another site posts. */
function setSessionCookie(response: Response, session: Session, baseUrl: string): void {
  response.cookie(cookieName, session.id, {
    httpOnly: true,
    sameSite: 'lax',
    secure: baseUrl.startsWith('https:'),
  });
}

function readCookie(request: Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('=', 2));
  return pairs.find(([key]) => key === name)?.[1];
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
