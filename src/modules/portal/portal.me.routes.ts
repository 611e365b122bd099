// What somebody sees and ends of their own: sign-ins, sessions, the password.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { isAppError } from '../../platform/errors.ts';
import type { Names } from '../../platform/db/types.ts';
import type { T } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf } from '../../web/flash.ts';
import { fieldStates, parseForm, type FieldErrors } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import { changePassword, type PasswordDeps } from '../credentials/index.ts';
import { endSessionsOf, listSessionsOf } from '../provider/index.ts';
import './portal.request.ts';
import { listRecentSignIns, shownSignIns } from './portal.queries.ts';

const passwordPath = '/me/password';
const passwordForm = z.object({ currentPassword: z.string().max(1024), password: z.string().max(1024) });

/** `/me/sessions` and `/me/password`: for everybody who is signed in, about themselves only. */
export function createMeRoutes(site: Site, deps: PasswordDeps): Router {
  const router = Router();
  router.get(paths.mySessions(), (req, res) => showSessions(site, req, res));
  router.post(paths.endSession(':uid'), async (req, res) => {
    const uid = z.string().max(100).parse(req.params['uid']);
    await endSessionsOf(site, req.origin, { personId: req.actor.personId, uid });
    flashOf(req).set({ text: res.words.t('portal.sessions.endedOne') });
    res.redirect(303, paths.mySessions());
  });
  router.post(`${paths.mySessions()}/end-others`, async (req, res) => {
    await endOthers(site, req);
    flashOf(req).set({ text: res.words.t('portal.sessions.endedOthers') });
    res.redirect(303, paths.mySessions());
  });
  router.get(passwordPath, (_req, res) => showPassword(site, res));
  router.post(passwordPath, (req, res) => postPassword(site, deps, req, res));
  return router;
}

function endOthers(site: Site, req: Request): Promise<void> {
  const exceptPortalSid = req.session.providerSid ?? '';
  return endSessionsOf(site, req.origin, { personId: req.actor.personId, exceptPortalSid });
}

const nameIn = (words: T, names: Names | null): string =>
  names ? (names[words.lang] ?? names.en ?? names.nl ?? '') : 'Mandaat';

async function showSessions(site: Site, req: Request, res: Response): Promise<void> {
  const { words } = res;
  const { personId } = req.actor;
  const [sessions, signIns] = await Promise.all([
    listSessionsOf(site, personId, { providerSid: req.session.providerSid }),
    listRecentSignIns(site, personId),
  ]);
  const title = words.t('portal.sessions.title');
  const model = {
    title,
    sessions: sessions.map((session) => ({
      ...session,
      device: session.device || words.t('portal.sessions.unknownDevice'),
      applications: words.list(session.applications.map((names) => nameIn(words, names))),
      endAction: paths.endSession(session.uid),
    })),
    hasOthers: sessions.some((session) => !session.isCurrent),
    summary:
      signIns.length > shownSignIns ? words.t('portal.sessions.only', { count: shownSignIns }) : undefined,
    signIns: signIns.slice(0, shownSignIns).map(({ at, outcome, names }) => ({
      at,
      done: outcome === 'done',
      application: nameIn(words, names),
    })),
  };
  res.page('portal/sessions', model, { title });
}

function showPassword(site: Site, res: Response, fields?: FieldErrors): void {
  const title = res.words.t('portal.password.title');
  const states = fieldStates(res.words, { fields, initial: {} });
  const model = {
    title,
    fields: fields ?? {},
    action: passwordPath,
    minimum: site.config.passwordMinLength,
    currentPassword: states('currentPassword'),
    password: states('password'),
  };
  res.page('portal/password', model, { title, status: fields ? 422 : 200 });
}

async function postPassword(site: Site, deps: PasswordDeps, req: Request, res: Response): Promise<void> {
  const form = parseForm(passwordForm, req.body);
  if (!form.ok) return showPassword(site, res, form.fields);
  const { personId } = req.actor;
  try {
    await changePassword(site, deps, req.origin, { personId, ...form.value, address: req.ip ?? 'unknown' });
  } catch (error) {
    if (!isAppError(error) || !error.fields) throw error;
    return showPassword(site, res, error.fields);
  }
  await endOthers(site, req);
  flashOf(req).set({ text: res.words.t('portal.password.changed') });
  res.redirect(303, paths.mySessions());
}
