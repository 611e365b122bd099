// The pages on which owners keep the rights of an application, and the page on which an organisation sees what it may
// hand out. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv, sendTable } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { localDateOf, parseForm } from '../../web/form.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { recordExport } from '../../web/record-export.ts';
import { exportAction } from '../../web/view-models.ts';
import { findCovering, findLastChange } from '../administration/index.ts';
import { changeRight, createRight, endRight } from './rights.commands.ts';
import { rightColumns } from './rights.export.ts';
import { endForm, parseRightForm } from './rights.forms.ts';
import { nameIn, type Right } from './rights.model.ts';
import type { FormState, RightsPage } from './application.page.ts';
import { buildOfferedPage } from './offered.page.ts';
import { buildEndRightPage, buildRightConflict, buildRightForm, buildRightsTable } from './rights.page.ts';
import { applicationHeader, loadPlace, type Place } from './rights.place.ts';
import { countHolders, findRight, getReceiver, listOffersFor, listRightsOf } from './rights.queries.ts';

export function createRightRoutes(site: Site): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.rights(application), (req, res) => showRights(site, req, res));
  router.get(paths.exportRights(application), (req, res) => sendRights(site, req, res));
  router.post(paths.rights(application), (req, res) => create(site, req, res));
  router.get(paths.newRight(application), (req, res) => showForm(site, req, res));
  router.get(paths.editRight(application, ':rightId'), (req, res) => showForm(site, req, res));
  router.post(paths.editRight(application, ':rightId'), (req, res) => change(site, req, res));
  router.get(paths.endRight(application, ':rightId'), (req, res) => showEnd(site, req, res));
  router.post(paths.endRight(application, ':rightId'), (req, res) => end(site, req, res));
  router.get(paths.offeredRights(':organisationId'), (req, res) => showOffered(site, req, res));
  router.get(paths.exportOfferedRights(':organisationId'), (req, res) => sendOffered(site, req, res));
  return router;
}

/** What every page about an application starts from. @throws application_not_found; not_allowed for a form */
export async function loadPage(
  site: Site,
  req: Request,
  res: Response,
  toChange: boolean,
): Promise<{ place: Place; page: RightsPage }> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (toChange && !place.mayChange) throw new AppError('forbidden', 'not_allowed');
  const name = nameIn(place.names, res.words.lang, place.code);
  const application = { id: place.id, name, mayChange: place.mayChange };
  return {
    place,
    page: { words: res.words, application, now: site.clock.now(), zone: site.config.timeZone },
  };
}

async function showRights(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, false);
  const rights = await listRightsOf(site.db.reader, place.id);
  const exported = exportAction(res.words, paths.exportRights(place.id));
  const actions = place.mayChange
    ? [
        exported,
        {
          text: res.words.t('rights.new.title'),
          href: paths.newRight(place.id),
          kind: 'primary' as const,
          icon: 'plus',
        },
      ]
    : [exported];
  const header = applicationHeader(res.words, place, 'rights', page.now, actions);
  res.page(
    'rights/list',
    { header, table: buildRightsTable(page, rights) },
    { title: `${page.application.name}: ${res.words.t('rights.list.title')}` },
  );
}

async function sendRights(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, false);
  const subject = { subjectType: 'application', subjectId: place.id, applicationId: place.id };
  await recordExport(site, req, { action: 'rights.exported', ...subject });
  const rights = await listRightsOf(site.db.reader, place.id);
  await sendCsv(res, `${place.code}-rights-${localDateOf(page.now, page.zone)}`, rights, rightColumns(page));
}

/** @throws right_not_found also when it belongs to another application */
async function rightOf(site: Site, req: Request, place: Place): Promise<Right> {
  const { rightId } = req.params;
  const right = isId(rightId) ? await findRight(site.db.reader, rightId) : undefined;
  if (!right || right.applicationId !== place.id) throw notFound('right');
  return right;
}

async function showForm(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const right = req.params['rightId'] === undefined ? undefined : await rightOf(site, req, place);
  const model = buildRightForm(page, right);
  res.page('rights/form', model, { title: model.header.title });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const parsed = parseRightForm(req.body, page.zone);
  const again = (state: FormState, status: number) => {
    const model = buildRightForm(page, undefined, state);
    res.page('rights/form', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  try {
    await createRight(site, req.actor, req.origin, { ...parsed.value, applicationId: place.id, from: null });
    flashOf(req).set({ text: res.words.t('rights.new.done') });
    res.redirect(303, paths.rights(place.id));
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const right = await rightOf(site, req, place);
  const parsed = parseRightForm(req.body, page.zone);
  const again = (state: FormState, status: number) => {
    const model = buildRightForm(page, right, state);
    res.page('rights/form', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  try {
    await changeRight(site, req.actor, req.origin, { ...parsed.value, rightId: right.id });
    flashOf(req).set({ text: res.words.t('rights.edit.done') });
    res.redirect(303, paths.rights(place.id));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { applicationId: place.id, subjectId: right.id };
      const lastChange = await findLastChange(site.db.reader, where, page.now);
      const model = buildRightConflict(page, right, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function showEnd(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const right = await rightOf(site, req, place);
  const holders = await countHolders(site.db.reader, { rightId: right.id }, page.now);
  const model = buildEndRightPage(page, right, holders, changedMeanwhile);
  res.page('forms/confirm', model, { title: model.header.title, status: changedMeanwhile ? 409 : 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const { place } = await loadPage(site, req, res, true);
  const right = await rightOf(site, req, place);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    await endRight(site, req.actor, req.origin, { rightId: right.id, ...parsed.value });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showEnd(site, req, res, true);
    throw error;
  }
  flashOf(req).set({ text: res.words.t('rights.end.done') });
  res.redirect(303, paths.rights(place.id));
}

/** What an organisation may hand out: for whoever sees its people. */
async function offeredOf(site: Site, req: Request, res: Response) {
  const { organisationId } = req.params;
  const seen = isId(organisationId)
    ? await findCovering(site.db.reader, req.actor, 'person.view', organisationId)
    : [];
  if (!isId(organisationId) || seen.length === 0) throw notFound('organisation');
  const organisation = await getReceiver(site.db.reader, organisationId);
  const offers = await listOffersFor(site.db.reader, organisationId, site.clock.now());
  return buildOfferedPage(res.words, organisation, offers);
}

async function showOffered(site: Site, req: Request, res: Response): Promise<void> {
  const model = await offeredOf(site, req, res);
  res.page('rights/list', model, { title: model.header.title });
}

async function sendOffered(site: Site, req: Request, res: Response): Promise<void> {
  const { header, table } = await offeredOf(site, req, res);
  await sendTable(res, header.title.toLowerCase(), table);
}
