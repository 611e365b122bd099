// The steps that the forms about one subject go through: look it up, show the form or do what it says, say what was done.
import type { Request, Response } from 'express';
import { AppError, isAppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { parseForm, type Parsed } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { fieldErrorsOf } from '../../../web/readable-errors.ts';
import { loadPlace } from '../../rights/index.ts';
import { compileForms } from '../forms/index.ts';
import { fillsGroupsByWork } from '../subject.facts.ts';
import { personType } from '../subjects.queries.ts';
import type { EntryPage, EntryState } from './entry.page.ts';
import { changeFacts } from './facts.commands.ts';
import type { FactEdit } from './facts.edits.ts';
import { versionForm, type Versioned } from './facts.forms.ts';
import { findFactForms, getSubjectSheet } from './facts.queries.ts';
import { settableIn } from './facts.settable.ts';
import { subjectTitle, type SheetPage } from './sheet.header.ts';

/** @throws application_not_found; decision_subject_not_found; rights_model_not_found; not_allowed, four_eyes to change */
export async function pageOf(site: Site, req: Request, res: Response, toChange: boolean): Promise<SheetPage> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const forms = await findFactForms(site.db.reader, place.id);
  if (!forms) throw notFound('rights_model');
  const now = site.clock.now();
  const [type, id] = [String(req.params['type']), String(req.params['id'])];
  const byWork = fillsGroupsByWork(compileForms(forms));
  const sheet = await getSubjectSheet(site.db, { applicationId: place.id, type, id }, byWork, now);
  const isSelf = type === personType && id === req.actor.personId;
  if (toChange && !place.mayChange) throw new AppError('forbidden', 'not_allowed');
  if (toChange && isSelf) throw new AppError('forbidden', 'four_eyes');
  const { declared } = settableIn(forms);
  return {
    words: res.words,
    now,
    place,
    forms,
    declared,
    sheet,
    mayEdit: place.mayChange && !isSelf,
    isSelf,
  };
}

export type Build = (page: SheetPage, state: EntryState) => EntryPage;

/** Shows a form, or does what it says: a mistake or somebody else's change brings it back with what was typed. */
export async function formOrEdit<Value extends Versioned>(
  site: Site,
  req: Request,
  res: Response,
  page: SheetPage,
  build: Build,
  parsed: Parsed<Value> | undefined,
  edit: (value: Value) => FactEdit,
): Promise<void> {
  const show = (shown: SheetPage, state: EntryState, status: number): void => {
    const model = build(shown, state);
    res.page('decisions/entry', model, {
      title: `${model.header.title}: ${subjectTitle(page.sheet)}`,
      status,
    });
  };
  if (parsed === undefined) return show(page, {}, 200);
  if (!parsed.ok) return show(page, parsed, 422);
  const { version } = parsed.value;
  try {
    await commit(site, req, res, page, version, edit(parsed.value));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit')
      return show(await pageOf(site, req, res, true), { typed: parsed.typed, stale: true }, 409);
    const { fields, status } = fieldErrorsOf(error);
    show(page, { typed: parsed.typed, fields }, status);
  }
}

/** Does it, says so, and offers to take it back. */
export async function commit(
  site: Site,
  req: Request,
  res: Response,
  page: SheetPage,
  version: number,
  edit: FactEdit,
): Promise<void> {
  const subject = { applicationId: page.place.id, type: page.sheet.type, id: page.sheet.id, version };
  const { undoId } = await changeFacts(site, req.actor, req.origin, subject, edit);
  saidDone(req, res, page, undoId);
}

export function saidDone(
  req: Request,
  res: Response,
  { place, sheet }: SheetPage,
  undoId: string,
  next = paths.decisionSubject(place.id, sheet.type, sheet.id),
): void {
  flashOf(req).set({
    text: res.words.t('decisions.facts.done'),
    undo: {
      action: paths.undoDecisionSubject(place.id, sheet.type, sheet.id),
      label: res.words.t('common.undo'),
      fields: { undo: undoId },
    },
  });
  res.redirect(303, next);
}

export function versionIn(req: Request): number {
  const parsed = parseForm(versionForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  return parsed.value.version;
}
