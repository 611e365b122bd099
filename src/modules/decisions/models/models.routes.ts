// The pages on which the owners of an application read, write and publish its rights model. Behind the sign-in; the commands
// decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError, isAppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { formField, parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { checkForms, keepingFromDraft, modelFormsSchema, type ModelForms } from '../forms/index.ts';
import { cellName, withGrid } from '../grids/index.ts';
import { discardDraft, publishDraft, saveDraft } from './models.commands.ts';
import { findDifference } from './difference.runs.ts';
import { mayGain } from './models.gain.ts';
import {
  buildComparingPage,
  buildDocumentPage,
  buildPreviewPage,
  buildUnfinishedPage,
} from './draft.page.ts';
import { buildGridPage } from './grid.page.ts';
import { buildModelPage } from './models.page.ts';
import { comeBack, namesInLines } from './comparing.ts';
import { problemText, type ModelPage } from './page-parts.ts';
import {
  findEditable,
  flashSaved,
  pageOf,
  requireEditable,
  undo,
  versionForm,
  versionIn,
} from './models.edit.ts';
import { findModel, findRightNames, listModels, type StoredModel } from './models.queries.ts';

export interface ModelOptions {
  /** How many people are compared within a request; more are in the background. */
  readonly peopleAtOnce?: number;
}

export function createRightsModelRoutes(site: Site, options: ModelOptions = {}): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.rightsModel(application), (req, res) => showModel(site, req, res));
  router.get(paths.rightsModelGrid(application, ':formId', ':gridId'), (req, res) =>
    showGrid(site, req, res),
  );
  router.post(paths.rightsModelGrid(application, ':formId', ':gridId'), (req, res) =>
    saveGrid(site, req, res),
  );
  router.get(paths.rightsModelDocument(application), (req, res) => showDocument(site, req, res));
  router.post(paths.rightsModelDocument(application), (req, res) => saveDocument(site, req, res));
  router.get(paths.rightsModelPreview(application), (req, res) => showPreview(site, options, req, res));
  router.post(paths.publishRightsModel(application), (req, res) => publish(site, req, res));
  router.post(paths.discardRightsModel(application), (req, res) => discard(site, req, res));
  router.post(paths.undoRightsModel(application), (req, res) => undo(site, req, res));
  return router;
}

const wanted = z
  .union([z.literal('draft'), z.coerce.number().int().positive()])
  .optional()
  .catch(undefined);

/** The version in the address; without one what is valid, or else the draft. */
async function findShown(site: Site, req: Request, applicationId: string): Promise<StoredModel | undefined> {
  const which = wanted.parse(req.query['version']);
  if (which !== undefined) return findModel(site.db.reader, applicationId, which);
  return (
    (await findModel(site.db.reader, applicationId, 'valid')) ??
    (await findModel(site.db.reader, applicationId, 'draft'))
  );
}

async function showModel(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, false);
  const versions = await listModels(site.db.reader, page.place.id);
  const shown = await findShown(site, req, page.place.id);
  const rightNames = await findRightNames(site.db.reader, page.place.id);
  const model = buildModelPage(page, versions, shown, rightNames);
  res.page('decisions/model', model, {
    title: `${model.header.title}: ${res.words.t('rights.tabs.rightsModel')}`,
  });
}

const gridAt = (req: Request) => ({
  formId: String(req.params['formId']),
  gridId: String(req.params['gridId']),
});

function renderGrid(
  res: Response,
  page: ModelPage,
  forms: ModelForms,
  at: Parameters<typeof buildGridPage>[2],
  state: Parameters<typeof buildGridPage>[3],
  status: number,
): void {
  const model = buildGridPage(page, forms, at, state);
  if (!model) throw notFound('rights_model');
  res.page('decisions/grid', model, { title: model.header.title, status });
}

async function showGrid(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const { forms, version } = await requireEditable(site, page.place.id);
  renderGrid(res, page, forms, { ...gridAt(req), version }, {}, 200);
}

/** What was sent for each cell. A name that is not a single text is as good as absent. */
function cellsIn(body: unknown) {
  const fields = new Map(Object.entries((body ?? {}) as Record<string, unknown>));
  return (row: string, column: string): string | undefined => {
    const value = fields.get(cellName(row, column));
    return typeof value === 'string' ? value.replaceAll('\r\n', '\n').replaceAll('\0', '').trim() : undefined;
  };
}

async function saveGrid(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const applicationId = page.place.id;
  const editable = await requireEditable(site, applicationId);
  const at = gridAt(req);
  const version = versionIn(req.body);
  // Filled in on top of what stands now, so that a stale page shows both and loses neither.
  const filled = modelFormsSchema.safeParse(
    withGrid(editable.forms, at.formId, at.gridId, cellsIn(req.body)),
  );
  if (!filled.success) throw new AppError('invalid', 'bad_request');
  const again = (state: Parameters<typeof buildGridPage>[3], status: number) =>
    renderGrid(res, page, filled.data, { ...at, version: editable.version }, state, status);
  const problems = keepingFromDraft(checkForms(filled.data));
  if (problems.length > 0) return again({ problems }, 422);
  try {
    const input = { applicationId, forms: filled.data, version };
    const { undoId } = await saveDraft(site, req.actor, req.origin, input);
    flashSaved(req, res, applicationId, undoId);
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return again({ stale: true }, 409);
    throw error;
  }
  res.redirect(303, paths.rightsModelVersion(applicationId, 'draft'));
}

async function showDocument(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const editable = await findEditable(site, page.place.id);
  const text = editable ? JSON.stringify(editable.forms, null, 2) : '';
  const model = buildDocumentPage(page, text, editable?.version ?? 0);
  res.page('decisions/document', model, { title: model.header.title });
}

/** The document, or what keeps it from being one. */
function readDocument(page: ModelPage, text: string): { forms: ModelForms } | { problems: string[] } {
  const { words } = page;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problems: [words.t('decisions.document.notJson')] };
  }
  const parsed = modelFormsSchema.safeParse(value);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.join(' › '));
    return { problems: places.map((place) => words.t('decisions.document.wrongAt', { place })) };
  }
  const problems = keepingFromDraft(checkForms(parsed.data));
  if (problems.length === 0) return { forms: parsed.data };
  return {
    problems: problems.map((problem) => `${problemText(words, problem)} (${problem.path.join(' › ')})`),
  };
}

const documentForm = versionForm.extend({ document: formField.text(2_000_000) });

async function saveDocument(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const applicationId = page.place.id;
  const parsed = parseForm(documentForm, req.body);
  const version = versionIn(req.body);
  const text = parsed.ok ? parsed.value.document : '';
  const read = readDocument(page, text);
  const again = (problems: readonly string[], status: number, standing: number) => {
    const model = buildDocumentPage(page, text, standing, problems);
    res.page('decisions/document', model, { title: model.header.title, status });
  };
  if ('problems' in read) return again(read.problems, 422, version);
  try {
    const input = { applicationId, forms: read.forms, version };
    const { undoId } = await saveDraft(site, req.actor, req.origin, input);
    flashSaved(req, res, applicationId, undoId);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'stale_edit') throw error;
    const standing = await findEditable(site, applicationId);
    return again([res.words.t('decisions.edit.stale')], 409, standing?.version ?? 0);
  }
  res.redirect(303, paths.rightsModelVersion(applicationId, 'draft'));
}

async function requireDraft(site: Site, { place }: ModelPage): Promise<StoredModel> {
  const draft = await findModel(site.db.reader, place.id, 'draft');
  if (!draft) throw notFound('rights_model');
  return draft;
}

async function showPreview(site: Site, options: ModelOptions, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const draft = await requireDraft(site, page);
  const unfinished = buildUnfinishedPage(page, draft);
  if (unfinished) return res.page('decisions/preview', unfinished, { title: unfinished.header.title });
  const applicationId = page.place.id;
  const valid = await findModel(site.db.reader, applicationId, 'valid');
  const { peopleAtOnce: atOnce } = options;
  const standing = await findDifference(site, { applicationId, before: valid, after: draft, atOnce });
  if (standing.state !== 'done') {
    if (standing.state === 'running') comeBack(res);
    const model = buildComparingPage(page, draft, standing);
    return res.page('decisions/preview', model, { title: model.header.title });
  }
  const { personId } = req.actor;
  const gains = await mayGain(site.db, applicationId, valid?.forms, draft.forms, personId, page.now);
  const names = await namesInLines(site, standing.difference);
  const model = buildPreviewPage(page, { draft, valid, ...standing }, names, gains);
  res.page('decisions/preview', model, { title: model.header.title });
}

const publishForm = versionForm.extend({ note: formField.text(500).optional() });

async function publish(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const parsed = parseForm(publishForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const input = { applicationId: page.place.id, ...parsed.value };
  const { number } = await publishDraft(site, req.actor, req.origin, input);
  flashOf(req).set({ text: res.words.t('decisions.preview.done', { number }) });
  res.redirect(303, paths.rightsModel(page.place.id));
}

async function discard(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const input = { applicationId: page.place.id, version: versionIn(req.body) };
  await discardDraft(site, req.actor, req.origin, input);
  flashOf(req).set({ text: res.words.t('decisions.preview.discarded') });
  res.redirect(303, paths.rightsModel(page.place.id));
}
