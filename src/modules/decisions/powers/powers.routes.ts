// The page on which the owners of an application say which of its clients may ask what. Behind the sign-in; the command
// decides who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../../platform/errors.ts';
import type { T } from '../../../platform/i18n.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { formField, parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import type { Field } from '../../../web/view-models.ts';
import { applicationHeader, loadPlace, type Place } from '../../rights/index.ts';
import { decisionSections } from '../sections.ts';
import { changeDecisionPowers, decisionPowers } from './powers.commands.ts';
import { listAskingClients, type AskingClient } from './powers.queries.ts';

export function createPowerRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.decisionClients(':applicationId'), (req, res) => showClients(site, req, res));
  router.post(paths.decisionClient(':applicationId', ':clientId'), (req, res) => change(site, req, res));
  return router;
}

/** @throws application_not_found; not_allowed */
async function toChange(site: Site, req: Request): Promise<Place> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (!place.mayChange) throw new AppError('forbidden', 'not_allowed');
  return place;
}

async function showClients(site: Site, req: Request, res: Response): Promise<void> {
  const place = await toChange(site, req);
  const clients = await listAskingClients(site.db.reader, place.id);
  const { words } = res;
  const model = {
    header: applicationHeader(words, place, 'rightsModel', site.clock.now(), []),
    parts: decisionSections(words, place, 'clients'),
    title: words.t('authzen.powers.title'),
    intro: words.t('authzen.powers.intro'),
    empty: { title: words.t('authzen.powers.none'), text: words.t('authzen.powers.noneText') },
    save: words.t('common.form.save'),
    clients: clients.map((client) => ({
      name: client.name,
      id: client.id,
      version: client.version,
      action: paths.decisionClient(place.id, client.id),
      field: client.isPublic ? undefined : powersField(words, client),
      note: words.t('authzen.powers.public'),
    })),
  };
  res.page('decisions/powers', model, { title: `${model.title}: ${model.header.title}` });
}

function powersField(words: T, client: AskingClient): Field {
  return {
    id: `powers-${client.id}`,
    name: 'powers',
    label: words.t('authzen.powers.legend'),
    type: 'checkboxes',
    value: [...client.powers],
    options: decisionPowers.map((power) => ({
      value: power,
      text: words.t(`authzen.powers.powers.${power}`),
    })),
  };
}

const powersForm = z.object({
  version: formField.version(),
  powers: formField.many().pipe(z.array(z.enum(decisionPowers))),
});

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const place = await toChange(site, req);
  const parsed = parseForm(powersForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const clientId = String(req.params['clientId']);
  const input = { applicationId: place.id, clientId, ...parsed.value };
  await changeDecisionPowers(site, req.actor, req.origin, input);
  flashOf(req).set({ text: res.words.t('authzen.powers.done') });
  res.redirect(303, paths.decisionClients(place.id));
}
