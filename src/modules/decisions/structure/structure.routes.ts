// The pages on which owners put the structure of a rights model together: roles, kinds of record, modules, rows, columns, lists.
// Everything goes into the draft. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError, isAppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import type { ModelForms } from '../forms/index.ts';
import { saveDraft } from '../models/models.commands.ts';
import { flashSaved, pageOf, requireEditable, versionForm, versionIn } from '../models/models.edit.ts';
import type { ModelPage } from '../models/page-parts.ts';
import { indexOfKey, withMovedThing, withoutThing, withThing } from './edits.ts';
import { countOutside } from './outside.queries.ts';
import { itemsOf, type Item, type Part } from './part.model.ts';
import { findPart } from './parts.ts';
import { buildPartPage } from './part.page.ts';
import { buildStructurePage, type Standing } from './structure.page.ts';
import { createBeginRoutes } from './begin.routes.ts';
import type { FormState } from './fields.page.ts';
import { buildRemovePage } from './remove.page.ts';
import { buildThingPage, hrefAfter } from './thing.page.ts';

export function createStructureRoutes(site: Site): Router {
  const router = Router();
  const [application, part, key] = [':applicationId', ':partId', ':key'];
  const item = paths.rightsModelItem(application, part, key);
  const removal = paths.removeRightsModelItem(application, part, key);
  router.use(createBeginRoutes(site));
  router.get(paths.rightsModelStructure(application), (req, res) => showStructure(site, req, res));
  router.get(paths.rightsModelPart(application, part), (req, res) => showPart(site, req, res));
  router.get(paths.addToRightsModel(application, part), (req, res) => showThing(site, req, res));
  router.post(paths.addToRightsModel(application, part), (req, res) => saveThing(site, req, res));
  router.get(item, (req, res) => showThing(site, req, res));
  router.post(item, (req, res) => saveThing(site, req, res));
  router.post(paths.moveRightsModelItem(application, part, key), (req, res) => move(site, req, res));
  router.get(removal, (req, res) => showRemoval(site, req, res));
  router.post(removal, (req, res) => remove(site, req, res));
  return router;
}

async function showStructure(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const model = buildStructurePage(page, await requireEditable(site, page.place.id));
  res.page('decisions/structure', model, { title: model.header.title });
}

interface Wanted {
  readonly page: ModelPage;
  readonly standing: Standing;
  readonly part: Part;
}

/** The part of the address in the document as it stands now. @throws rights_model_part_not_found */
async function loadPart(site: Site, req: Request, res: Response): Promise<Wanted> {
  const page = await pageOf(site, req, res, true);
  const standing = await requireEditable(site, page.place.id);
  const part = findPart(standing.forms, String(req.params['partId']));
  if (!part) throw notFound('rights_model_part');
  return { page, standing, part };
}

interface Thing {
  readonly key: string;
  readonly item: Item;
}

/** @returns undefined where something is added @throws rights_model_part_not_found when somebody took it out meanwhile */
function thingOf(req: Request, { standing, part }: Wanted): Thing | undefined {
  const { key } = req.params;
  if (key === undefined) {
    if (part.fixed) throw notFound('rights_model_part');
    return undefined;
  }
  const item = itemsOf(standing.forms, part)[indexOfKey(standing.forms, part, String(key))];
  if (!item) throw notFound('rights_model_part');
  return { key: String(key), item };
}

async function showPart(site: Site, req: Request, res: Response): Promise<void> {
  const { page, standing, part } = await loadPart(site, req, res);
  if (part.shape === 'single') return res.redirect(303, paths.rightsModelItem(page.place.id, part.id, '1'));
  const model = buildPartPage(page, standing, part);
  res.page('decisions/part', model, { title: model.header.title });
}

function renderThing(
  res: Response,
  { page, standing, part }: Wanted,
  thing: Thing | undefined,
  state: FormState,
  status: number,
): void {
  const model = buildThingPage(page, standing, part, thing, state);
  res.page('decisions/thing', model, { title: model.header.title, status });
}

async function showThing(site: Site, req: Request, res: Response): Promise<void> {
  const wanted = await loadPart(site, req, res);
  renderThing(res, wanted, thingOf(req, wanted), {}, 200);
}

const anyForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** Filled in on top of what stands now, so that a stale page shows both and loses neither. */
async function saveThing(site: Site, req: Request, res: Response): Promise<void> {
  const wanted = await loadPart(site, req, res);
  const thing = thingOf(req, wanted);
  const { typed } = parseForm(anyForm, req.body);
  const version = versionIn(req.body);
  const edited = withThing(wanted.standing.forms, wanted.part, thing?.key, typed);
  if (!('forms' in edited)) {
    const { fields, problems } = edited;
    return renderThing(res, wanted, thing, { typed, fields, problems }, 422);
  }
  if (!(await save(site, req, res, wanted, edited.forms, version)))
    renderThing(res, wanted, thing, { typed, stale: true }, 409);
}

/** Saves, and goes back to the part. @returns false: somebody else changed the draft meanwhile; nothing was saved */
async function save(
  site: Site,
  req: Request,
  res: Response,
  { page, part }: Wanted,
  forms: ModelForms,
  version: number,
): Promise<boolean> {
  const applicationId = page.place.id;
  try {
    const { undoId } = await saveDraft(site, req.actor, req.origin, { applicationId, forms, version });
    flashSaved(req, res, applicationId, undoId, part.id);
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return false;
    throw error;
  }
  res.redirect(303, hrefAfter(page, part));
  return true;
}

const isUnordered = ({ shape }: Part): boolean => shape === 'members' || shape === 'single';

const moveForm = versionForm.extend({ by: z.enum(['1', '-1']) });

async function move(site: Site, req: Request, res: Response): Promise<void> {
  const wanted = await loadPart(site, req, res);
  const thing = thingOf(req, wanted);
  const parsed = parseForm(moveForm, req.body);
  if (!parsed.ok || !thing || isUnordered(wanted.part)) throw new AppError('invalid', 'bad_request');
  const { by, version } = parsed.value;
  const forms = withMovedThing(wanted.standing.forms, wanted.part, thing.key, by === '1' ? 1 : -1);
  if (await save(site, req, res, wanted, forms, version)) return;
  flashOf(req).set({ kind: 'warning', text: res.words.t('structure.moveStale') });
  res.redirect(303, paths.rightsModelPart(wanted.page.place.id, wanted.part.id));
}

async function renderRemoval(
  site: Site,
  res: Response,
  { page, standing, part }: Wanted,
  thing: Thing,
  status: number,
): Promise<void> {
  const removal = withoutThing(standing.forms, part, thing.key);
  const outside = await countOutside(site.db, page.place.id, part, thing.key);
  const found = { removal, outside, stale: status === 409 };
  const model = buildRemovePage(page, standing, part, thing, found);
  res.page('decisions/remove', model, { title: model.header.title, status });
}

/** @throws rights_model_part_not_found also where nothing is taken out */
function removableOf(req: Request, wanted: Wanted): Thing {
  const thing = thingOf(req, wanted);
  if (!thing || wanted.part.fixed) throw notFound('rights_model_part');
  return thing;
}

async function showRemoval(site: Site, req: Request, res: Response): Promise<void> {
  const wanted = await loadPart(site, req, res);
  await renderRemoval(site, res, wanted, removableOf(req, wanted), 200);
}

async function remove(site: Site, req: Request, res: Response): Promise<void> {
  const wanted = await loadPart(site, req, res);
  const thing = removableOf(req, wanted);
  const version = versionIn(req.body);
  const { forms } = withoutThing(wanted.standing.forms, wanted.part, thing.key);
  if (!forms) return renderRemoval(site, res, wanted, thing, 422);
  if (!(await save(site, req, res, wanted, forms, version)))
    await renderRemoval(site, res, wanted, thing, 409);
}
