// The pages of one record: what is said of it, and the forms that set something by hand. Behind the sign-in; the commands
// decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError, isAppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { formField, parseForm, type Parsed } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { fieldErrorsOf } from '../../../web/readable-errors.ts';
import { loadPlace } from '../../rights/index.ts';
import { parseAttributeForm, versionForm, type Versioned } from '../facts/facts.forms.ts';
import { findFactForms, findRecordChoices } from '../facts/facts.queries.ts';
import { accessListAttributes, declaredRecordFacts, hasAccessList } from '../forms/index.ts';
import { writeAccessList } from './access-list.model.ts';
import {
  buildAccessListPage,
  buildRecordAttributePage,
  type RecordFormPage,
  type RecordFormState,
} from './record.form.page.ts';
import { buildRecordPage, type RecordPage } from './record.page.ts';
import { changeRecord, undoRecord, type RecordEdit } from './records.commands.ts';
import { parseAccessListForm } from './records.forms.ts';
import { getRecordSheet } from './records.reading.ts';

export function createRecordRoutes(site: Site): Router {
  const router = Router();
  const at = [':applicationId', ':type', ':id'] as const;
  router.get(paths.decisionRecord(...at), (req, res) => showRecord(site, req, res));
  router.get(paths.recordAttribute(...at, ':name'), (req, res) => attributeForm(site, req, res));
  router.post(paths.recordAttribute(...at, ':name'), (req, res) => attributeForm(site, req, res));
  router.post(paths.clearRecordAttribute(...at, ':name'), (req, res) =>
    clear(site, req, res, [String(req.params['name'])]),
  );
  router.get(paths.recordAccessList(...at), (req, res) => accessListForm(site, req, res));
  router.post(paths.recordAccessList(...at), (req, res) => accessListForm(site, req, res));
  router.post(paths.clearRecordAccessList(...at), (req, res) => clear(site, req, res, accessListAttributes));
  router.post(paths.undoDecisionRecord(...at), (req, res) => undo(site, req, res));
  return router;
}

/** @throws application_not_found; rights_model_not_found; decision_record_not_found; not_allowed to change */
async function pageOf(site: Site, req: Request, res: Response, toChange: boolean): Promise<RecordPage> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (toChange && !place.mayChange) throw new AppError('forbidden', 'not_allowed');
  const forms = await findFactForms(site.db.reader, place.id);
  if (!forms) throw notFound('rights_model');
  const [type, id] = [String(req.params['type']), String(req.params['id'])];
  const record = await getRecordSheet(site.db.reader, { applicationId: place.id, type, id });
  return {
    words: res.words,
    place,
    forms,
    record,
    fields: declaredRecordFacts(forms, type),
    hasList: hasAccessList(forms, type),
    mayEdit: place.mayChange,
  };
}

async function showRecord(site: Site, req: Request, res: Response): Promise<void> {
  const model = buildRecordPage(await pageOf(site, req, res, false));
  res.page('decisions/record', model, { title: `${model.header.title}: ${model.header.subtitle}` });
}

/** Shows a form, or does what it says: a mistake or somebody else's change brings it back with what was typed. */
async function formOrEdit<Value extends Versioned>(
  site: Site,
  req: Request,
  res: Response,
  page: RecordPage,
  build: (page: RecordPage, state: RecordFormState) => RecordFormPage,
  parsed: Parsed<Value> | undefined,
  edit: (value: Value) => RecordEdit,
): Promise<void> {
  const show = (shown: RecordPage, state: RecordFormState, status: number): void => {
    const model = build(shown, state);
    res.page('decisions/entry', model, { title: `${model.header.title}: ${page.record.id}`, status });
  };
  if (parsed === undefined) return show(page, {}, 200);
  if (!parsed.ok) return show(page, parsed, 422);
  try {
    await commit(site, req, res, page, parsed.value.version, edit(parsed.value));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit')
      return show(await pageOf(site, req, res, true), { typed: parsed.typed, stale: true }, 409);
    const { fields, status } = fieldErrorsOf(error);
    show(page, { typed: parsed.typed, fields }, status);
  }
}

/** Does it, says so, and offers to take it back. */
async function commit(
  site: Site,
  req: Request,
  res: Response,
  { place, record }: RecordPage,
  version: number,
  edit: RecordEdit,
): Promise<void> {
  const { type, id } = record;
  const changed = { applicationId: place.id, type, id, version };
  const { undoId } = await changeRecord(site, req.actor, req.origin, changed, edit);
  flashOf(req).set({
    text: res.words.t('decisions.facts.done'),
    undo: {
      action: paths.undoDecisionRecord(place.id, type, id),
      label: res.words.t('common.undo'),
      fields: { undo: undoId },
    },
  });
  res.redirect(303, paths.decisionRecord(place.id, type, id));
}

async function attributeForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const field = page.fields.find(({ name }) => name === req.params['name']);
  if (!field) throw notFound('decision_fact');
  const { recordType } = field;
  const codes = recordType && (await findRecordChoices(site.db, page.place.id, recordType));
  const records = new Map(recordType && codes ? [[recordType, codes]] : []);
  const parsed = req.method === 'POST' ? parseAttributeForm(field, req.body) : undefined;
  await formOrEdit(
    site,
    req,
    res,
    page,
    (shown, state) => buildRecordAttributePage(shown, field, records, state),
    parsed,
    ({ value }) => ({ [field.name]: value }),
  );
}

async function accessListForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  if (!page.hasList) throw notFound('decision_fact');
  const groups = page.forms.groups.map(({ id }) => id);
  const parsed = req.method === 'POST' ? parseAccessListForm(groups, req.body) : undefined;
  await formOrEdit(site, req, res, page, buildAccessListPage, parsed, ({ levels }) =>
    writeAccessList(levels),
  );
}

/** What the application brings counts again. */
async function clear(site: Site, req: Request, res: Response, names: readonly string[]): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const parsed = parseForm(versionForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const edit = Object.fromEntries(names.map((name) => [name, null]));
  await commit(site, req, res, page, parsed.value.version, edit);
}

const undoForm = z.object({ undo: formField.id() });

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const { place, record } = await pageOf(site, req, res, true);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const undone = { applicationId: place.id, type: record.type, id: record.id };
  await undoRecord(site, req.actor, req.origin, undone, parsed.value.undo);
  flashOf(req).set({ text: res.words.t('decisions.facts.undone') });
  res.redirect(303, paths.decisionRecord(place.id, record.type, record.id));
}
