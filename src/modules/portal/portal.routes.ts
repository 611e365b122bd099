// Signing in to the portal and out of it.
import express, { Router, type Request, type Response } from 'express';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { csrf } from '../../web/csrf.ts';
import { paths } from '../../web/paths.ts';
import { localPath } from '../../web/preferences.ts';
import { portalSession } from '../../web/session.ts';
import { endSessionsOf, portalClientId } from '../provider/index.ts';
import { endByLogoutToken } from './portal.logout.ts';
import { createPortalParty, type PortalParty } from './portal.relying-party.ts';
import './portal.request.ts';

export interface PortalDeps {
  /** Where this process reaches itself, without final slash. Default: the issuer. */
  readonly internalUrl?: (() => string) | undefined;
}

const maxPending = 5;
const pendingMs = 3600_000;

/** `/sign-in`, `/callback`, `/sign-out`, `/signed-out` and `/backchannel-logout`. */
export function createPortalSessionRoutes(site: Site, deps: PortalDeps = {}): Router {
  const router = Router();
  const party = createPortalParty(site, deps.internalUrl ?? (() => site.config.issuer));
  const session = portalSession(site);
  router.get(paths.signIn(), session, (req, res) => begin(site, party, req, res));
  router.get('/callback', session, (req, res) => finish(site, party, req, res));
  router.post(
    paths.signOut(),
    session,
    express.urlencoded({ extended: false, limit: '4kb' }),
    csrf(),
    async (req, res) => {
      const { personId, providerSid } = req.session;
      await new Promise<void>((resolve, reject) =>
        req.session.destroy((error) => (error ? reject(error) : resolve())),
      );
      if (personId) await signOutEverywhere(site, req, personId, providerSid);
      res.redirect(303, '/signed-out');
    },
  );
  router.get('/signed-out', (_req, res) => {
    const title = res.words.t('provider.loggedOut.title');
    res.page('provider/logged-out', { title }, { title, layout: 'focus' });
  });
  router.post(
    '/backchannel-logout',
    express.urlencoded({ extended: false, limit: '16kb' }),
    async (req, res) => {
      const { logout_token: token } = (req.body ?? {}) as { logout_token?: unknown };
      if (await endByLogoutToken(site, token)) res.status(200).end();
      else res.status(400).json({ error: 'invalid_request' });
    },
  );
  return router;
}

async function begin(site: Site, party: PortalParty, req: Request, res: Response): Promise<void> {
  const returnTo = localPath(req.query['return']);
  const { url, state, pending } = await party.begin(returnTo);
  const fresh = Object.entries(req.session.pending ?? {})
    .filter(([, one]) => site.clock.now().getTime() - one.begunAt < pendingMs)
    .slice(1 - maxPending);
  req.session.pending = { ...Object.fromEntries(fresh), [state]: pending };
  res.redirect(303, url);
}

/**
 * A second tab, the back button or a lost cookie bring an answer nobody waits for: whoever is signed in goes on, the
 * others begin again from a page, never by themselves, so that nothing runs in circles.
 */
async function finish(site: Site, party: PortalParty, req: Request, res: Response): Promise<void> {
  const state = typeof req.query['state'] === 'string' ? req.query['state'] : '';
  const pending = req.session.pending?.[state];
  if (!pending) {
    if (req.session.personId) return res.redirect(303, '/');
    throw new AppError('unauthenticated', 'sign_in_not_expected');
  }
  delete req.session.pending?.[state];
  if (typeof req.query['error'] === 'string') throw new AppError('unauthenticated', 'sign_in_not_finished');
  const signedIn = await party
    .finish(new URL(req.originalUrl, site.config.issuer), state, pending)
    .catch((cause) => {
      throw new AppError('unauthenticated', 'sign_in_not_finished', { cause });
    });
  await renewSession(req);
  req.session.personId = signedIn.personId;
  if (signedIn.providerSid) req.session.providerSid = signedIn.providerSid;
  req.session.signedInAt = signedIn.authTime;
  res.redirect(303, pending.returnTo);
}

/** A new identifier with every sign-in: one that was planted before is worth nothing. */
function renewSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    req.session.regenerate((error) => (error ? reject(error) : resolve())),
  );
}

/** Signing out of the portal ends the sign-in itself: the other applications are told. */
async function signOutEverywhere(
  site: Site,
  req: Request,
  personId: string,
  providerSid: string | undefined,
): Promise<void> {
  if (providerSid === undefined) return;
  const origin = { actor: { kind: 'person', personId } as const, requestId: req.requestId };
  await endSessionsOf(site, origin, { personId, clientSid: { clientId: portalClientId, sid: providerSid } });
}
