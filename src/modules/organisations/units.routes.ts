// The pages on which units are made, changed and ended. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { parseForm } from '../../web/form.ts';
import type { FormState } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { findLastChange } from '../administration/index.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import {
  unitColumns,
  buildUnitConflict,
  buildUnitEndPage,
  buildUnitInUsePage,
  buildUnitPage,
} from './units.page.ts';
import { unitChangeForm, unitForm } from './organisations.forms.ts';
import { versionForm } from './target-groups.forms.ts';
import { idParam, loadPlace } from './organisations.place.ts';
import { changeUnit, createUnit, endUnit, moveUnit } from './units.commands.ts';
import { listUnits } from './units.queries.ts';

export function createUnitRoutes(site: Site): Router {
  const router = Router();
  const one = [':organisationId', ':unitId'] as const;
  router.get(paths.units(':organisationId'), (req, res) => showNew(site, req, res));
  router.post(paths.units(':organisationId'), (req, res) => create(site, req, res));
  router.get(paths.exportUnits(':organisationId'), (req, res) => sendUnits(site, req, res));
  router.get(paths.editUnit(...one), (req, res) => showEdit(site, req, res));
  router.post(paths.editUnit(...one), (req, res) => change(site, req, res));
  router.get(paths.endUnit(...one), (req, res) => showEnd(site, req, res));
  router.post(paths.endUnit(...one), (req, res) => end(site, req, res));
  return router;
}

/** Whoever sees the organisation sees its units. */
async function sendUnits(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site, req, res);
  const units = await listUnits(site.db.reader, place.organisation.id, place.now);
  await sendCsv(res, place.words.t('organisations.units.file'), units, unitColumns(place, units));
}

async function openTree(site: Site, req: Request, res: Response) {
  const place = await loadPlace(site, req, res);
  if (!place.powers.has('organisation.change')) throw new AppError('forbidden', 'not_allowed');
  return { place, units: await listUnits(site.db.reader, place.organisation.id, place.now) };
}

async function openUnit(site: Site, req: Request, res: Response) {
  const { place, units } = await openTree(site, req, res);
  const unitId = idParam(req, 'unitId', 'unit');
  const unit = units.find((one) => one.id === unitId);
  if (!unit) throw notFound('unit');
  return { place, units, unit };
}

type State = FormState & { status?: number };

async function showNew(site: Site, req: Request, res: Response, state: State = {}): Promise<void> {
  const { place, units } = await openTree(site, req, res);
  const model = buildUnitPage(place, units, state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(unitForm, req.body);
  if (!parsed.ok) return showNew(site, req, res, { ...parsed, status: 422 });
  const { place } = await openTree(site, req, res);
  const { code, name, parent } = parsed.value;
  const organisationId = place.organisation.id;
  try {
    await createUnit(site, req.actor, req.origin, { organisationId, code, name, parentId: parent ?? null });
  } catch (error) {
    return showNew(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  flashOf(req).set({ text: place.words.t('organisations.units.made', { unit: name }) });
  res.redirect(303, paths.organisation(organisationId));
}

async function showEdit(site: Site, req: Request, res: Response, state: State = {}): Promise<void> {
  const { place, units, unit } = await openUnit(site, req, res);
  const model = buildUnitPage(place, units, state, unit);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

/** One form, two commands: a new name and a new place are recorded each for what they are. */
async function change(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(unitChangeForm, req.body);
  if (!parsed.ok) return showEdit(site, req, res, { ...parsed, status: 422 });
  const { place, units, unit } = await openUnit(site, req, res);
  const { name, parent, version } = parsed.value;
  const ref = { organisationId: place.organisation.id, unitId: unit.id };
  const moves = (parent ?? null) !== unit.parentId;
  try {
    const renames = name !== unit.name;
    if (moves) await moveUnit(site, req.actor, req.origin, { ...ref, version, parentId: parent ?? null });
    if (renames)
      await changeUnit(site, req.actor, req.origin, { ...ref, version: version + (moves ? 1 : 0), name });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { organisationId: ref.organisationId, subjectId: unit.id };
      const lastChange = await findLastChange(site.db.reader, where, place.now);
      const model = buildUnitConflict(place, units, unit, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    return showEdit(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  flashOf(req).set({ text: place.words.t('organisations.units.changed', { unit: name }) });
  res.redirect(303, paths.organisation(ref.organisationId));
}

async function showEnd(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const { place, units, unit } = await openUnit(site, req, res);
  const status = changedMeanwhile ? 409 : 200;
  const inUse = buildUnitInUsePage(place, units, unit);
  if (inUse) return res.page('forms/blocked', inUse, { title: inUse.header.title, status });
  const model = buildUnitEndPage(place, unit, changedMeanwhile);
  res.page('forms/confirm', model, { title: model.header.title, status });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const { place, unit } = await openUnit(site, req, res);
  const parsed = parseForm(versionForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const organisationId = place.organisation.id;
  try {
    await endUnit(site, req.actor, req.origin, { organisationId, unitId: unit.id, ...parsed.value });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showEnd(site, req, res, true);
    throw error;
  }
  flashOf(req).set({ text: place.words.t('organisations.units.ended', { unit: unit.name }) });
  res.redirect(303, paths.organisation(organisationId));
}
