// Keeps the versions of a rights model: a draft is written, looked at, and published; what it replaces is superseded.
import { z } from 'zod';
import type { Change, Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';
import { offerUndo, takeUndo } from '../../../platform/undo.ts';
import {
  checkForms,
  keepingFromDraft,
  modelFormsSchema,
  type FormProblem,
  type ModelForms,
} from '../forms/index.ts';
import { askingIn } from '../subjects.queries.ts';
import { mayGain } from './models.gain.ts';
import { findModel } from './models.queries.ts';
import { insertDraft, lockDraft, makeValid, rewriteDraft, supersedeDraft } from './models.store.ts';

const attemptAt = (action: string, applicationId: string) => ({
  action,
  subjectType: 'rights_model',
  subjectId: applicationId,
  applicationId,
});

/** Forms that do not fit together would be published with holes in them. @throws rights_model_faulty */
function refuseFaulty(problems: readonly FormProblem[]): void {
  if (problems.length > 0) throw new AppError('invalid', 'rights_model_faulty', { details: { problems } });
}

/**
 * Writes the draft; the first change after a publication begins a new one. It may be unfinished.
 * @param input.version of the draft that was on the page; 0: there was none.
 * @returns undoId of the offer to take the change back.
 * @throws application_not_found; not_allowed; stale_edit; rights_model_faulty (invalid, `details.problems`)
 */
export async function saveDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly applicationId: string; readonly forms: ModelForms; readonly version: number },
): Promise<{ undoId: string }> {
  const { applicationId, forms } = input;
  const attempt = attemptAt('rights_model.drafted', applicationId);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    refuseFaulty(keepingFromDraft(checkForms(forms)));
    const draft = await lockDraft(change, applicationId);
    refuseStale(draft ?? { version: 0 }, input.version);
    const before = draft && (await findModel(change.trx, applicationId, 'draft'));
    const saved = draft
      ? await rewriteDraft(change, draft, forms, acting.personId)
      : await insertDraft(change, applicationId, forms, acting.personId);
    change.record({ ...attempt, after: { number: saved.number } });
    const payload: DraftChange = { applicationId, version: saved.version, forms: before?.forms ?? null };
    return { undoId: await offerUndo(change, acting.personId, undoKind, payload) };
  });
}

const undoKind = 'rights_model.drafted';
/** `forms`: the draft as it was before; null: the change began it. */
const draftChange = z.object({
  applicationId: z.uuid(),
  version: z.int(),
  forms: modelFormsSchema.nullable(),
});
type DraftChange = z.infer<typeof draftChange>;

/**
 * Takes the last change of the draft back while nothing happened to it since; a draft that the change began is given up.
 * @throws undo_expired (gone), undo_changed (conflict), application_not_found, not_allowed. Audit: rights_model.restored
 */
export async function undoDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly applicationId: string; readonly undoId: string },
): Promise<void> {
  const { applicationId } = input;
  const attempt = attemptAt('rights_model.restored', applicationId);
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const taken = draftChange.parse(await takeUndo(change, acting.personId, undoKind, input.undoId));
    const draft = await lockDraft(change, applicationId);
    if (taken.applicationId !== applicationId || draft?.version !== taken.version)
      throw new AppError('conflict', 'undo_changed');
    if (taken.forms) await rewriteDraft(change, draft, taken.forms, acting.personId);
    else await supersedeDraft(change, draft);
    change.record({ ...attempt, after: { number: draft.number } });
  });
}

export interface DraftInput {
  readonly applicationId: string;
  /** Of the draft that was looked at: what is published is what was seen. */
  readonly version: number;
}

/**
 * Makes the draft valid from now on. Four eyes: whoever would gain by it cannot publish it, nor who might later.
 * @throws application_not_found; not_allowed; rights_model_not_found; stale_edit; four_eyes; rights_model_faulty
 */
export async function publishDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: DraftInput & { readonly note?: string | undefined },
): Promise<{ number: number }> {
  const { applicationId } = input;
  const attempt = attemptAt('rights_model.published', applicationId);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const draft = await requireDraft(change, input);
    await refuseOwnGain(change, applicationId, acting.personId);
    const said = { note: input.note ?? null, publisherId: acting.personId };
    await makeValid(change, applicationId, draft, said);
    change.record({ ...attempt, after: { number: draft.number, note: input.note } });
    return { number: draft.number };
  });
}

/** @throws rights_model_not_found; rights_model_faulty; four_eyes */
async function refuseOwnGain(change: Change, applicationId: string, personId: string): Promise<void> {
  const draft = await findModel(change.trx, applicationId, 'draft');
  if (!draft) throw notFound('rights_model');
  refuseFaulty(checkForms(draft.forms));
  const valid = await findModel(change.trx, applicationId, 'valid');
  const asking = askingIn(change.trx);
  if (await mayGain(asking, applicationId, valid?.forms, draft.forms, personId, change.at))
    throw new AppError('forbidden', 'four_eyes');
}

/**
 * Gives the draft up. It stays among the versions, as one that was never valid.
 * @throws application_not_found; not_allowed; rights_model_not_found; stale_edit
 */
export async function discardDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: DraftInput,
): Promise<void> {
  const attempt = attemptAt('rights_model.discarded', input.applicationId);
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', input.applicationId);
    const draft = await requireDraft(change, input);
    await supersedeDraft(change, draft);
    change.record({ ...attempt, after: { number: draft.number } });
  });
}

async function requireDraft(change: Change, input: DraftInput) {
  const draft = await lockDraft(change, input.applicationId);
  if (!draft) throw notFound('rights_model');
  refuseStale(draft, input.version);
  return draft;
}
