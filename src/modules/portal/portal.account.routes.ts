// The account of who is signed in: what is known of them, their language, the way to another password.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf } from '../../web/flash.ts';
import { fieldStates, parseForm, type FieldErrors } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import { rememberLanguage } from '../../web/preferences.ts';
import { changeOwnLanguage, personLanguages } from '../people/index.ts';
import { findOwnAccount, type OwnAccount } from './portal.queries.ts';
import './portal.request.ts';

const languageForm = z.object({ language: z.enum(personLanguages) });

export function createAccountRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.myAccount(), (req, res) => showAccount(site, req, res));
  router.post(paths.myAccount(), (req, res) => saveLanguage(site, req, res));
  return router;
}

async function showAccount(site: Site, req: Request, res: Response, fields?: FieldErrors): Promise<void> {
  const account = await findOwnAccount(site, req.actor.personId);
  if (!account) throw notFound('person');
  const title = res.words.t('portal.account.title');
  const states = fieldStates(res.words, { fields, initial: { language: account.language } });
  const model = {
    title,
    account: factsOf(res, account),
    fields: fields ?? {},
    language: states('language'),
    languages: personLanguages,
    passwordChangedAt: account.passwordChangedAt,
  };
  res.page('portal/account', model, { title, status: fields ? 422 : 200 });
}

function factsOf({ words }: Response, account: OwnAccount) {
  const state = account.mailVerified ? 'active' : 'pending';
  const tag = { text: words.t(`portal.account.mail.${state}`), state };
  return {
    items: [
      { term: words.t('portal.account.name'), text: `${account.givenName} ${account.familyName}` },
      { term: words.t('portal.account.userName'), text: account.userName },
      { term: words.t('portal.account.mailAddress'), text: account.mail, tags: [tag] },
    ],
  };
}

async function saveLanguage(site: Site, req: Request, res: Response): Promise<void> {
  const form = parseForm(languageForm, req.body);
  if (!form.ok) return showAccount(site, req, res, form.fields);
  const { language } = form.value;
  await changeOwnLanguage(site, req.origin, { personId: req.actor.personId, language });
  rememberLanguage(req, res, language);
  flashOf(req).set({ text: res.words.t('portal.account.saved') });
  res.redirect(303, paths.myAccount());
}
