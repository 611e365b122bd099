// The pages on which applications and their clients are kept. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { localDateOf, parseForm } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { recordExport } from '../../web/record-export.ts';
import { findLastChange, hasPowerSomewhere } from '../administration/index.ts';
import { findNamedOrganisation, loadPlace } from '../rights/index.ts';
import { changeApplication, createApplication, endApplication } from './applications.commands.ts';
import { applicationColumns } from './applications.export.ts';
import { endForm, parseApplicationForm } from './applications.forms.ts';
import {
  buildConflictPage,
  buildEndPage,
  buildForm,
  buildListPage,
  buildOverviewPage,
  type FormState,
  type Page,
} from './applications.page.ts';
import {
  countApplicationHolders,
  getVisibleApplication,
  listApplications,
  listClientsOf,
} from './applications.queries.ts';
import { createClientRoutes, type ClientRouteDeps } from './clients.routes.ts';
import { createHolderRoutes } from './holders.routes.ts';

export function createApplicationRoutes(site: Site, deps: ClientRouteDeps): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.applications(), (req, res) => showList(site, req, res));
  router.get(paths.exportApplications(), (req, res) => sendList(site, req, res));
  router.post(paths.applications(), (req, res) => create(site, req, res));
  router.get(paths.newApplication(), (req, res) => showNew(site, req, res));
  router.get(paths.application(application), (req, res) => showOverview(site, req, res));
  router.get(paths.editApplication(application), (req, res) => showEdit(site, req, res));
  router.post(paths.editApplication(application), (req, res) => change(site, req, res));
  router.get(paths.endApplication(application), (req, res) => showEnd(site, req, res));
  router.post(paths.endApplication(application), (req, res) => end(site, req, res));
  router.use(createClientRoutes(site, deps));
  router.use(createHolderRoutes(site));
  return router;
}

const pageOf = (site: Site, res: Response): Page => ({
  words: res.words,
  now: site.clock.now(),
  zone: site.config.timeZone,
});

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  if (!hasPowerSomewhere(req.actor, 'application.view')) throw new AppError('forbidden', 'not_allowed');
  const page = pageOf(site, res);
  const applications = await listApplications(site.db.reader, req.actor, page.now);
  const model = buildListPage(page, applications, hasPowerSomewhere(req.actor, 'application.create'));
  res.page('applications/list', model, { title: model.header.title });
}

async function sendList(site: Site, req: Request, res: Response): Promise<void> {
  if (!hasPowerSomewhere(req.actor, 'application.view')) throw new AppError('forbidden', 'not_allowed');
  const page = pageOf(site, res);
  await recordExport(site, req, { action: 'applications.exported', subjectType: 'application' });
  const applications = await listApplications(site.db.reader, req.actor, page.now);
  const name = `${res.words.t('applications.list.title').toLowerCase()}-${localDateOf(page.now, page.zone)}`;
  await sendCsv(res, name, applications, applicationColumns(page));
}

function requireCreate(req: Request): void {
  if (!hasPowerSomewhere(req.actor, 'application.create')) throw new AppError('forbidden', 'not_allowed');
}

async function showNew(site: Site, req: Request, res: Response): Promise<void> {
  requireCreate(req);
  const model = buildForm(pageOf(site, res), undefined);
  res.page('applications/form', model, { title: model.header.title });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  requireCreate(req);
  const page = pageOf(site, res);
  const parsed = parseApplicationForm(req.body, page.zone);
  const again = (state: FormState, status: number) => {
    const model = buildForm(page, undefined, state);
    res.page('applications/form', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  const refuse = (code: string) => again({ typed: parsed.typed, fields: { owner: { code } } }, 422);
  if (parsed.value.owner === undefined) return refuse('required');
  const owner = await findNamedOrganisation(site.db.reader, parsed.value.owner);
  if (!('id' in owner)) return refuse(owner.refused);
  try {
    const input = { ...parsed.value, ownerOrganisationId: owner.id, from: null };
    const { applicationId } = await createApplication(site, req.actor, req.origin, input);
    flashOf(req).set({ text: res.words.t('applications.new.done') });
    res.redirect(303, paths.application(applicationId));
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function showOverview(site: Site, req: Request, res: Response): Promise<void> {
  const page = pageOf(site, res);
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const application = await getVisibleApplication(site.db.reader, req.actor, place.id);
  const clients = await listClientsOf(site.db.reader, place.id);
  const model = buildOverviewPage(page, place, application, clients);
  res.page('applications/overview', model, { title: model.header.title });
}

/** The application in the address, to change it. @throws application_not_found; not_allowed */
async function toChange(site: Site, req: Request) {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (!place.mayChange) throw new AppError('forbidden', 'not_allowed');
  return getVisibleApplication(site.db.reader, req.actor, place.id);
}

async function showEdit(site: Site, req: Request, res: Response): Promise<void> {
  const model = buildForm(pageOf(site, res), await toChange(site, req));
  res.page('applications/form', model, { title: model.header.title });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const page = pageOf(site, res);
  const application = await toChange(site, req);
  const parsed = parseApplicationForm(req.body, page.zone);
  const again = (state: FormState, status: number) => {
    const model = buildForm(page, application, state);
    res.page('applications/form', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  try {
    await changeApplication(site, req.actor, req.origin, { ...parsed.value, applicationId: application.id });
    flashOf(req).set({ text: res.words.t('applications.edit.done') });
    res.redirect(303, paths.application(application.id));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { applicationId: application.id, subjectId: application.id };
      const lastChange = await findLastChange(site.db.reader, where, page.now);
      const model = buildConflictPage(page, application, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function showEnd(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const page = pageOf(site, res);
  const application = await toChange(site, req);
  const holders = await countApplicationHolders(site.db.reader, application.id, page.now);
  const model = buildEndPage(page, application, holders, changedMeanwhile);
  res.page('forms/confirm', model, { title: model.header.title, status: changedMeanwhile ? 409 : 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const application = await toChange(site, req);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    await endApplication(site, req.actor, req.origin, { applicationId: application.id, ...parsed.value });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showEnd(site, req, res, true);
    throw error;
  }
  flashOf(req).set({ text: res.words.t('applications.end.done') });
  res.redirect(303, paths.applications());
}
