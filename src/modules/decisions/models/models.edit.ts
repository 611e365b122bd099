// What the pages that change a rights model have in common: for whom they are, what an edit begins from, and how it ends.
import type { Request, Response } from 'express';
import { z } from 'zod';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { formField, parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { loadPlace } from '../../rights/index.ts';
import type { ModelForms } from '../forms/index.ts';
import { undoDraft } from './models.commands.ts';
import { findModel } from './models.queries.ts';
import type { ModelPage } from './page-parts.ts';

/** @throws application_not_found; not_allowed when the page is there to change something */
export async function pageOf(site: Site, req: Request, res: Response, toChange: boolean): Promise<ModelPage> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (toChange && !place.mayChange) throw new AppError('forbidden', 'not_allowed');
  return { words: res.words, now: site.clock.now(), place };
}

export interface Editable {
  readonly forms: ModelForms;
  /** Of the draft; 0 when the first change begins one. */
  readonly version: number;
}

/** What an edit begins from: the draft, or else what is valid. */
export async function findEditable(site: Site, applicationId: string): Promise<Editable | undefined> {
  const draft = await findModel(site.db.reader, applicationId, 'draft');
  if (draft) return { forms: draft.forms, version: draft.version };
  const valid = await findModel(site.db.reader, applicationId, 'valid');
  return valid && { forms: valid.forms, version: 0 };
}

export async function requireEditable(site: Site, applicationId: string): Promise<Editable> {
  const editable = await findEditable(site, applicationId);
  if (!editable) throw notFound('rights_model');
  return editable;
}

export const versionForm = z.object({ version: z.coerce.number().int().nonnegative() });

export function versionIn(body: unknown): number {
  const parsed = parseForm(versionForm, body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  return parsed.value.version;
}

/**
 * Says on the next page that the draft was saved, with a way back.
 * @param part of the structure to come back to; absent: the document
 */
export function flashSaved(
  req: Request,
  res: Response,
  applicationId: string,
  undoId: string,
  part?: string,
): void {
  flashOf(req).set({
    text: res.words.t('decisions.edit.done'),
    undo: {
      action: paths.undoRightsModel(applicationId),
      label: res.words.t('common.undo'),
      fields: part === undefined ? { undo: undoId } : { undo: undoId, part },
    },
  });
}

const undoForm = z.object({ undo: formField.id(), part: formField.text(300).optional() });

export async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const { undo: undoId, part } = parsed.value;
  const applicationId = page.place.id;
  await undoDraft(site, req.actor, req.origin, { applicationId, undoId });
  flashOf(req).set({ text: res.words.t('decisions.edit.undone') });
  const draft = await findModel(site.db.reader, applicationId, 'draft');
  const document = draft
    ? paths.rightsModelVersion(applicationId, 'draft')
    : paths.rightsModel(applicationId);
  res.redirect(303, part === undefined ? document : paths.rightsModelPart(applicationId, part));
}
