// The page on which the rights model of an application begins, when there is none to bring in.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { isAppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { saveDraft } from '../models/models.commands.ts';
import { findEditable, flashSaved, pageOf } from '../models/models.edit.ts';
import type { ModelPage } from '../models/page-parts.ts';
import { firstDocument } from './begin.ts';
import type { FormState } from './fields.page.ts';
import { buildBeginPage } from './thing.page.ts';

export function createBeginRoutes(site: Site): Router {
  const router = Router();
  const path = paths.beginRightsModel(':applicationId');
  router.get(path, (req, res) => showBegin(site, req, res));
  router.post(path, (req, res) => begin(site, req, res));
  return router;
}

/** @throws rights_model_not_found where a model stands already: it is changed, not begun */
async function loadEmpty(site: Site, req: Request, res: Response): Promise<ModelPage> {
  const page = await pageOf(site, req, res, true);
  if (await findEditable(site, page.place.id)) throw notFound('rights_model');
  return page;
}

function render(res: Response, page: ModelPage, state: FormState, status: number): void {
  const model = buildBeginPage(page, state);
  res.page('decisions/thing', model, { title: model.header.title, status });
}

async function showBegin(site: Site, req: Request, res: Response): Promise<void> {
  render(res, await loadEmpty(site, req, res), {}, 200);
}

const anyForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

async function begin(site: Site, req: Request, res: Response): Promise<void> {
  const page = await loadEmpty(site, req, res);
  const applicationId = page.place.id;
  const { typed } = parseForm(anyForm, req.body);
  const first = firstDocument(typed, (kind) => res.words.t(`decisions.kinds.${kind}`));
  if (!('forms' in first)) return render(res, page, { typed, fields: first.fields }, 422);
  try {
    const input = { applicationId, forms: first.forms, version: 0 };
    const { undoId } = await saveDraft(site, req.actor, req.origin, input);
    flashSaved(req, res, applicationId, undoId);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'stale_edit') throw error;
    return render(res, page, { typed, stale: true }, 409);
  }
  res.redirect(303, paths.rightsModelStructure(applicationId));
}
