// The pages on which the clients of an application are registered and changed, and their secrets replaced.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { localDateOf, parseForm } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { recordExport } from '../../web/record-export.ts';
import { findLastChange } from '../administration/index.ts';
import { loadPlace, type Place } from '../rights/index.ts';
import {
  changeClient,
  createClient,
  rotateClientSecret,
  type ClientMetadataCheck,
} from './applications.clients.ts';
import { clientColumns } from './applications.export.ts';
import { keepOwnAccess, managedMetadata, parseClientForm, rotateForm } from './applications.forms.ts';
import type { Client } from './applications.model.ts';
import type { FormState, Page } from './applications.page.ts';
import { getClient, listClientsOf } from './applications.queries.ts';
import {
  buildClientConflictPage,
  buildClientForm,
  buildRotatePage,
  buildSecretPage,
} from './clients.page.ts';

export interface ClientRouteDeps {
  /** What the provider says of the metadata. */
  readonly validateClientMetadata: ClientMetadataCheck;
}

export function createClientRoutes(site: Site, deps: ClientRouteDeps): Router {
  const router = Router();
  const application = ':applicationId';
  const client = ':clientId';
  router.get(paths.exportClients(application), (req, res) => sendClients(site, req, res));
  router.get(paths.newClient(application), (req, res) => showForm(site, req, res));
  router.post(paths.clients(application), (req, res) => create(site, deps, req, res));
  router.get(paths.editClient(application, client), (req, res) => showForm(site, req, res));
  router.post(paths.editClient(application, client), (req, res) => change(site, deps, req, res));
  router.get(paths.rotateClientSecret(application, client), (req, res) => showRotate(site, req, res));
  router.post(paths.rotateClientSecret(application, client), (req, res) => rotate(site, req, res));
  return router;
}

/** @throws application_not_found; not_allowed; client_not_found */
async function loadPage(
  site: Site,
  req: Request,
  res: Response,
): Promise<{ page: Page; place: Place; client: Client | undefined }> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (!place.mayChange) throw new AppError('forbidden', 'not_allowed');
  const { clientId } = req.params;
  const client =
    typeof clientId === 'string' ? await getClient(site.db.reader, place.id, clientId) : undefined;
  return { place, client, page: { words: res.words, now: site.clock.now(), zone: site.config.timeZone } };
}

async function sendClients(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const subject = { subjectType: 'application', subjectId: place.id, applicationId: place.id };
  await recordExport(site, req, { action: 'clients.exported', ...subject });
  const clients = await listClientsOf(site.db.reader, place.id);
  const day = localDateOf(site.clock.now(), site.config.timeZone);
  await sendCsv(res, `${place.code}-clients-${day}`, clients, clientColumns(res.words));
}

async function showForm(site: Site, req: Request, res: Response): Promise<void> {
  const { page, place, client } = await loadPage(site, req, res);
  const model = buildClientForm(page, place, client);
  res.page('applications/client', model, { title: model.header.title });
}

function again(
  res: Response,
  page: Page,
  place: Place,
  client: Client | undefined,
  state: FormState,
  status: number,
): void {
  const model = buildClientForm(page, place, client, state);
  res.page('applications/client', model, { title: model.header.title, status });
}

async function create(site: Site, deps: ClientRouteDeps, req: Request, res: Response): Promise<void> {
  const { page, place } = await loadPage(site, req, res);
  const parsed = parseClientForm(req.body);
  if (!parsed.ok) return again(res, page, place, undefined, parsed, 422);
  try {
    const input = { ...parsed.value, applicationId: place.id };
    const { secret } = await createClient(site, req.actor, req.origin, input, deps.validateClientMetadata);
    showSecretOr(res, page, place, input.clientId, secret, () => {
      flashOf(req).set({ text: res.words.t('applications.clients.done') });
      res.redirect(303, paths.application(place.id));
    });
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    again(res, page, place, undefined, { typed: parsed.typed, fields }, status);
  }
}

/** The secret is in this answer and nowhere else: neither kept in the session nor in an address. */
function showSecretOr(
  res: Response,
  page: Page,
  place: Place,
  clientId: string,
  secret: string | undefined,
  otherwise: () => void,
): void {
  if (secret === undefined) return otherwise();
  const model = buildSecretPage(page, place, clientId, secret);
  res.page('applications/secret', model, { title: model.header.title });
}

async function change(site: Site, deps: ClientRouteDeps, req: Request, res: Response): Promise<void> {
  const { page, place, client } = await loadPage(site, req, res);
  const parsed = parseClientForm({ ...(req.body as object), clientId: client!.id });
  if (!parsed.ok) return again(res, page, place, client, parsed, 422);
  try {
    // What the form does not speak of (set by `mandaat apply`) stays.
    const kept = Object.entries(client!.metadata).filter(([name]) => !managedMetadata.has(name));
    const metadata = keepOwnAccess(client!.metadata, {
      ...Object.fromEntries(kept),
      ...parsed.value.metadata,
    });
    const input = { ...parsed.value, metadata, applicationId: place.id };
    const { secret } = await changeClient(site, req.actor, req.origin, input, deps.validateClientMetadata);
    showSecretOr(res, page, place, input.clientId, secret, () => {
      flashOf(req).set({ text: res.words.t('applications.clients.changed') });
      res.redirect(303, paths.application(place.id));
    });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { applicationId: place.id, subjectId: client!.id };
      const lastChange = await findLastChange(site.db.reader, where, page.now);
      const model = buildClientConflictPage(page, place, client!, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again(res, page, place, client, { typed: parsed.typed, fields }, status);
  }
}

async function showRotate(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const { page, place, client } = await loadPage(site, req, res);
  const model = buildRotatePage(page, place, client!, changedMeanwhile);
  res.page('forms/confirm', model, { title: model.header.title, status: changedMeanwhile ? 409 : 200 });
}

async function rotate(site: Site, req: Request, res: Response): Promise<void> {
  const { page, place, client } = await loadPage(site, req, res);
  const parsed = parseForm(rotateForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const input = { applicationId: place.id, clientId: client!.id, ...parsed.value };
  try {
    const { secret } = await rotateClientSecret(site, req.actor, req.origin, input);
    const model = buildSecretPage(page, place, client!.id, secret);
    res.page('applications/secret', model, { title: model.header.title });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showRotate(site, req, res, true);
    throw error;
  }
}
