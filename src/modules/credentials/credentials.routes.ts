// Pages to set a password without being signed in: from an invitation, and when it was forgotten.
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Origin } from '../../platform/change.ts';
import { isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { csrfForCookie } from '../../web/csrf.ts';
import { fieldStates, parseForm, type FieldErrors } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import type { LinkPurpose } from '../people/index.ts';
import {
  getLinkOwner,
  requestPasswordReset,
  setPasswordByLink,
  type LinkOwner,
  type PasswordDeps,
} from './credentials.passwords.ts';

const passwordForm = z.object({ password: z.string().max(1024) });
const resetForm = z.object({ login: z.string().max(254), back: z.string().optional() });

/** `/invitations/:token`, `/password-resets/:token` and `/password-reset`. The token is never logged. */
export function createCredentialRoutes(site: Site, deps: PasswordDeps): Router {
  const router = Router();
  const edge = [
    express.urlencoded({ extended: false, limit: '8kb' }),
    csrfForCookie(site.secrets.cookieKeys, { https: site.config.issuer.startsWith('https:') }),
  ];
  for (const [path, purpose] of [
    [paths.invitation(':token'), 'invitation'],
    [paths.passwordReset(':token'), 'password_reset'],
  ] as const) {
    router.get(path, edge, async (req: Request, res: Response) => {
      showPassword(site, req, res, purpose, await getLinkOwner(site, tokenOf(req), purpose));
    });
    router.post(path, edge, (req: Request, res: Response) => setPassword(site, deps, purpose, req, res));
    router.use(path, explainUnusableLink);
  }
  router.get(paths.forgottenPassword(), edge, (req: Request, res: Response) => showReset(req, res, {}));
  router.post(paths.forgottenPassword(), edge, (req: Request, res: Response) =>
    requestReset(site, deps, req, res),
  );
  return router;
}

const tokenOf = (req: Request): string => String(req.params['token'] ?? '');
const originOf = (req: Request): Origin => ({ actor: { kind: 'anonymous' }, requestId: req.requestId });

/** A link that is over leads to the next one. */
const explainUnusableLink: ErrorRequestHandler = (error, req, res, next) => {
  if (!isAppError(error) || error.code !== 'link_not_usable' || !req.accepts('html')) return next(error);
  const title = res.words.t('errors.link_not_usable.title');
  res.page('credentials/link-over', { title }, { title, layout: 'focus', status: 410 });
};

async function requestReset(site: Site, deps: PasswordDeps, req: Request, res: Response): Promise<void> {
  const form = parseForm(resetForm, req.body);
  if (!form.ok) return showReset(req, res, form, 422);
  try {
    await requestPasswordReset(site, deps, originOf(req), {
      login: form.value.login,
      address: req.ip ?? 'unknown',
    });
  } catch (error) {
    if (!isAppError(error) || error.code !== 'too_many_attempts') throw error;
    const login = { code: 'too_many_resets', params: error.params };
    return showReset(req, res, { typed: form.typed, fields: { login } }, 429);
  }
  const title = res.words.t('credentials.resetSent.title');
  res.page('credentials/reset-sent', { title, back: signInOf(req) }, { title, layout: 'focus' });
}

/** The sign-in that somebody left to say that they forgot their password; else that of the portal. */
function signInOf(req: Request): string {
  const asked: unknown = (req.body as Record<string, unknown> | undefined)?.['back'] ?? req.query['back'];
  return typeof asked === 'string' && /^\/interaction\/[\w-]{1,100}$/.test(asked) ? asked : paths.signIn();
}

async function setPassword(
  site: Site,
  deps: PasswordDeps,
  purpose: LinkPurpose,
  req: Request,
  res: Response,
): Promise<void> {
  const token = tokenOf(req);
  const owner = await getLinkOwner(site, token, purpose);
  const form = parseForm(passwordForm, req.body);
  if (!form.ok) return showPassword(site, req, res, purpose, owner, form.fields);
  try {
    await setPasswordByLink(site, deps, originOf(req), { token, purpose, password: form.value.password });
  } catch (error) {
    if (!isAppError(error) || !error.fields) throw error;
    return showPassword(site, req, res, purpose, owner, error.fields);
  }
  const title = res.words.t('credentials.done.title');
  res.page('credentials/done', { title, userName: owner.userName }, { title, layout: 'focus' });
}

function showPassword(
  site: Site,
  req: Request,
  res: Response,
  purpose: LinkPurpose,
  owner: LinkOwner,
  fields?: FieldErrors,
): void {
  const title = res.words.t(`credentials.${purpose}.title`);
  const { userName, givenName } = owner;
  const states = fieldStates(res.words, { fields, initial: {} });
  const model = {
    title,
    purpose,
    userName,
    givenName,
    fields: fields ?? {},
    action: req.path,
    minimum: site.config.passwordMinLength,
    password: states('password'),
  };
  res.page('credentials/set-password', model, { title, layout: 'focus', status: fields ? 422 : 200 });
}

function showReset(
  req: Request,
  res: Response,
  state: { typed?: Readonly<Record<string, string | string[]>>; fields?: FieldErrors },
  status = 200,
): void {
  const title = res.words.t('credentials.reset.title');
  const states = fieldStates(res.words, { ...state, initial: {} });
  const model = { title, login: states('login'), fields: state.fields ?? {}, back: signInOf(req) };
  res.page('credentials/reset', model, { title, layout: 'focus', status });
}
