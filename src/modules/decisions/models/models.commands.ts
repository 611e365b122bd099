// Keeps the versions of a rights model: a draft is written, looked at, and published; what it replaces is superseded.
import type { Change, Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';
import { checkForms, type ModelForms } from '../forms/index.ts';
import { findModel } from './models.queries.ts';
import { insertDraft, lockDraft, makeValid, rewriteDraft } from './models.store.ts';

const attemptAt = (action: string, applicationId: string) => ({
  action,
  subjectType: 'rights_model',
  subjectId: applicationId,
  applicationId,
});

/** Forms that do not fit together would be published with holes in them. @throws rights_model_faulty */
function refuseFaulty(forms: ModelForms): void {
  const problems = checkForms(forms);
  if (problems.length > 0) throw new AppError('invalid', 'rights_model_faulty', { details: { problems } });
}

/**
 * Writes the draft; the first change after a publication begins a new one.
 * @param input.version of the draft that was on the page; 0: there was none.
 * @throws application_not_found; not_allowed; stale_edit; rights_model_faulty (invalid, `details.problems`)
 */
export async function saveDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly applicationId: string; readonly forms: ModelForms; readonly version: number },
): Promise<{ number: number; version: number }> {
  const { applicationId, forms } = input;
  const attempt = attemptAt('rights_model.drafted', applicationId);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    refuseFaulty(forms);
    const draft = await lockDraft(change, applicationId);
    refuseStale(draft ?? { version: 0 }, input.version);
    const saved = draft
      ? await rewriteDraft(change, draft, forms, acting.personId)
      : await insertDraft(change, applicationId, forms, acting.personId);
    change.record({ ...attempt, after: { number: saved.number } });
    return { number: saved.number, version: saved.version };
  });
}

export interface DraftInput {
  readonly applicationId: string;
  /** Of the draft that was looked at: what is published is what was seen. */
  readonly version: number;
}

/**
 * Makes the draft valid from now on. Four eyes: whoever would gain by it cannot publish it.
 * @param input.actorGains what the preview found for the actor.
 * @throws application_not_found; not_allowed; rights_model_not_found; stale_edit; four_eyes; rights_model_faulty
 */
export async function publishDraft(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: DraftInput & { readonly note?: string | undefined; readonly actorGains: boolean },
): Promise<{ number: number }> {
  const { applicationId } = input;
  const attempt = attemptAt('rights_model.published', applicationId);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const draft = await requireDraft(change, input);
    if (input.actorGains) throw new AppError('forbidden', 'four_eyes');
    const stored = await findModel(change.trx, applicationId, 'draft');
    if (stored) refuseFaulty(stored.forms);
    const said = { note: input.note ?? null, authorId: acting.personId };
    await makeValid(change, applicationId, draft, said);
    change.record({ ...attempt, after: { number: draft.number, note: input.note } });
    return { number: draft.number };
  });
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
    await change.trx
      .updateTable('decision_model')
      .set((eb) => ({ status: 'superseded', superseded_at: change.at, version: eb('version', '+', 1) }))
      .where('id', '=', draft.id)
      .execute();
    change.record({ ...attempt, after: { number: draft.number } });
  });
}

async function requireDraft(change: Change, input: DraftInput) {
  const draft = await lockDraft(change, input.applicationId);
  if (!draft) throw notFound('rights_model');
  refuseStale(draft, input.version);
  return draft;
}
