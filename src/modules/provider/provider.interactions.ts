// The pages of a sign-in: who are you, for whom do you act, why can you not. Everything lies below the path of the
// interaction's cookie, so that steps in two tabs do not meet.
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import type { InteractionResults, Provider } from 'oidc-provider';
import { z } from 'zod';
import type { Origin } from '../../platform/change.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { csrfForCookie } from '../../web/csrf.ts';
import { fieldStates, parseForm } from '../../web/form.ts';
import { signIn, type SignInDeps } from '../credentials/index.ts';
import { applicationOf } from './provider.account.ts';
import { parseActingHint } from './provider.acting.ts';
import type { ProviderHandle } from './provider.instance.ts';
import { portalClientId } from './provider.portal-client.ts';
import { passwordAcr } from './provider.prompts.ts';
import { applicationName, chooserModel, deniedModel, findLanguage } from './provider.interaction-models.ts';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

export type InteractionDeps = SignInDeps;

interface Step {
  readonly interaction: Interaction;
  readonly client: Awaited<ReturnType<Provider['Client']['find']>>;
  /** Path of this step, for the forms on its pages. */
  readonly path: string;
}

/** Routes below `/interaction/:uid`. Mount before the provider's callback. */
export function createInteractionRoutes(site: Site, handle: ProviderHandle, deps: InteractionDeps): Router {
  const router = Router();
  const step = loadStep(site, handle);
  router.use('/interaction/:uid', express.urlencoded({ extended: false, limit: '8kb' }));
  router.use(
    '/interaction/:uid',
    csrfForCookie(site.secrets.cookieKeys, { https: site.config.issuer.startsWith('https:') }),
  );

  router.get('/interaction/:uid', async (req, res) => {
    const found = await step(req, res);
    const page = pages[found.interaction.prompt.name] ?? pages['consent'];
    if (req.query['as'] === 'other') return showSignIn(res, found, {});
    await page?.(site, handle, req, res, found);
  });
  router.post('/interaction/:uid/sign-in', signInRoute(site, handle, deps, step));
  router.post('/interaction/:uid/organisation', async (req, res) => {
    const { interaction } = await step(req, res);
    const { organisationId } = z.object({ organisationId: z.uuid().optional() }).parse(req.body ?? {});
    // Whether it may be chosen is decided anew when the request goes on.
    if (interaction.prompt.name !== 'select_account')
      return res.redirect(303, `/interaction/${interaction.uid}`);
    await finish(handle, req, res, { select_account: { organisationId } });
  });
  router.post('/interaction/:uid/cancel', async (req, res) => {
    await step(req, res);
    const result = { error: 'access_denied', error_description: 'the person did not go on' };
    await handle.current().interactionFinished(req, res, result, { mergeWithLastSubmission: false });
  });
  return router;
}

function loadStep(site: Site, handle: ProviderHandle) {
  return async (req: Request, res: Response): Promise<Step> => {
    const provider = handle.current();
    const interaction = await provider.interactionDetails(req, res).catch((cause: unknown) => {
      throw new AppError('gone', 'sign_in_step_over', { cause });
    });
    if (interaction.uid !== req.params['uid']) throw new AppError('gone', 'sign_in_step_over');
    const client = await provider.Client.find(String(interaction.params['client_id']));
    if (!client) throw new AppError('gone', 'sign_in_step_over');
    const redirect = interaction.params['redirect_uri'];
    if (typeof redirect === 'string') res.allowFormActionTo(redirect);
    await speakTheirLanguage(site, req, interaction);
    return { interaction, client, path: `/interaction/${interaction.uid}` };
  };
}

/** Of whoever is signed in already their own; else the one the application asks for. */
async function speakTheirLanguage(site: Site, req: Request, interaction: Interaction): Promise<void> {
  const { ui_locales: asked } = interaction.params;
  if (typeof asked === 'string') req.uiLocales = asked;
  const personId = interaction.session?.accountId;
  const language = personId && (await findLanguage(site.db, personId));
  if (language) req.actorLanguage = language;
}

async function finish(handle: ProviderHandle, req: Request, res: Response, result: object): Promise<void> {
  await handle.current().interactionFinished(req, res, result as InteractionResults, {
    mergeWithLastSubmission: true,
  });
}

type StepPage = (
  site: Site,
  handle: ProviderHandle,
  req: Request,
  res: Response,
  step: Step,
) => Promise<void> | void;

/** By the name of what is asked for. */
const pages: Readonly<Record<string, StepPage>> = {
  login: (_site, _handle, _req, res, step) => showSignIn(res, step, {}),
  async select_account(site, _handle, _req, res, step) {
    const title = res.words.t('provider.chooser.title');
    res.page('provider/chooser', await chooserModel(site, res.words, step), { title, layout: 'focus' });
  },
  async no_access(site, _handle, _req, res, step) {
    const title = res.words.t('provider.noAccess.title');
    const model = await deniedModel(site, res.words, step);
    res.page('provider/no-access', model, { title, layout: 'focus', status: 403 });
  },
  // Every application is the site's own: what it asks for is what it was registered for.
  consent: (_site, handle, req, res) => finish(handle, req, res, { consent: {} }),
};

const signInForm = z.object({ login: z.string().max(254), password: z.string().max(1024) });

function signInRoute(
  site: Site,
  handle: ProviderHandle,
  deps: InteractionDeps,
  load: (req: Request, res: Response) => Promise<Step>,
): RequestHandler {
  return async (req, res) => {
    const step = await load(req, res);
    const form = parseForm(signInForm, req.body);
    if (!form.ok) return showSignIn(res, step, { typed: form.typed, fields: form.fields }, 422);
    const origin: Origin = { actor: { kind: 'anonymous' }, requestId: req.requestId };
    const applicationId = step.client && applicationOf(step.client).applicationId;
    const attempt = { ...form.value, address: req.ip ?? 'unknown', applicationId };
    try {
      const { personId } = await signIn(site, deps, origin, attempt);
      const login = { accountId: personId, acr: passwordAcr, amr: ['pwd'], remember: true };
      await handle.current().interactionFinished(req, res, { login }, { mergeWithLastSubmission: false });
    } catch (error) {
      if (!isAppError(error) || !['unauthenticated', 'limited', 'forbidden'].includes(error.kind))
        throw error;
      if (error.code === 'person_not_active') return showInactive(res, step, error);
      const status = error.kind === 'limited' ? 429 : 422;
      showSignIn(res, step, { typed: form.typed, failure: error }, status);
    }
  };
}

interface SignInState {
  typed?: Readonly<Record<string, string | string[]>>;
  fields?: Readonly<Record<string, { code: string }>>;
  failure?: AppError;
}

function showSignIn(res: Response, step: Step, state: SignInState, status = 200): void {
  const { words } = res;
  const hint = step.interaction.params['login_hint'];
  const login = typeof hint === 'string' && hint.length <= 254 && !parseActingHint(hint) ? hint : undefined;
  const states = fieldStates(words, { typed: state.typed, fields: state.fields, initial: { login } });
  const title = words.t('provider.signIn.title');
  const model = {
    path: step.path,
    title,
    application: step.client && applicationName(words, step.client),
    // The portal is nothing to go back to: it is where people come to sign in.
    canGoBack: step.client !== undefined && step.client.clientId !== portalClientId,
    login: states('login'),
    password: states('password'),
    failure: state.failure && words.error(state.failure),
    fields: state.fields ?? {},
  };
  res.page('provider/sign-in', model, { title, layout: 'focus', status });
}

function showInactive(res: Response, step: Step, error: AppError): void {
  const { until } = error.details as { until: Date | null };
  const title = res.words.t('provider.inactive.title');
  const model = {
    path: step.path,
    title,
    until,
    application: step.client && applicationName(res.words, step.client),
  };
  res.page('provider/inactive', model, { title, layout: 'focus', status: 403 });
}
