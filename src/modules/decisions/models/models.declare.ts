// The rights model of an application as a file declares it: the document becomes a draft, and valid when the file says so.
// The same versions as in the portal; what somebody is preparing there is never written over.
import type { Change } from '../../../platform/change.ts';
import { AppError } from '../../../platform/errors.ts';
import type { ModelForms } from '../forms/index.ts';
import { findModel, type StoredModel } from './models.queries.ts';
import { insertDraft, lockDraft, makeValid, rewriteDraft } from './models.store.ts';

export interface DeclaredModel {
  readonly applicationId: string;
  /** A document in which `checkForms` found nothing wrong. */
  readonly forms: ModelForms;
  readonly note?: string | undefined;
  /** False: it stays a draft, for somebody to look at and publish in the portal. */
  readonly publish: boolean;
  /** Number of the version that has to be valid by now, 0 for none; absent: whichever is. */
  readonly replaces?: number | undefined;
}

export interface ModelOutcome {
  /** Number of the version that was written; undefined: everything is as declared already. */
  readonly written: number | undefined;
  /** What was valid before. */
  readonly valid: StoredModel | undefined;
}

/**
 * Makes the valid version (or the draft) what is declared. It acts as the site itself, so there is no person who could
 * gain: four eyes between people is what `publish: false` is for.
 * @throws rights_model_moved_on, rights_model_draft_waits (conflict). Audit: rights_model.drafted or .published
 */
export async function declareModel(change: Change, declared: DeclaredModel): Promise<ModelOutcome> {
  const { applicationId, forms, publish } = declared;
  const locked = await lockDraft(change, applicationId);
  const valid = await findModel(change.trx, applicationId, 'valid');
  const draft = locked && (await findModel(change.trx, applicationId, 'draft'));
  if (saysTheSame(valid, forms)) return { written: undefined, valid };
  const standsAsDraft = saysTheSame(draft, forms);
  if (!publish && standsAsDraft) return { written: undefined, valid };
  refuseMovedOn(declared, valid);
  if (draft && !standsAsDraft && draft.authorId !== null) {
    throw new AppError('conflict', 'rights_model_draft_waits', { params: { number: draft.number } });
  }
  const kept = locked && standsAsDraft ? locked : undefined;
  const written =
    kept ??
    (locked
      ? await rewriteDraft(change, locked, forms, null)
      : await insertDraft(change, applicationId, forms, null));
  if (publish)
    await makeValid(change, applicationId, written, { note: declared.note ?? null, publisherId: null });
  change.record({
    action: publish ? 'rights_model.published' : 'rights_model.drafted',
    subjectType: 'rights_model',
    subjectId: applicationId,
    applicationId,
    after: { number: written.number, note: publish ? declared.note : undefined },
  });
  return { written: written.number, valid };
}

/** What is valid by now is not what the file was made from, or not what the plan was shown for. */
function refuseMovedOn({ replaces }: DeclaredModel, valid: StoredModel | undefined): void {
  const number = valid?.number ?? 0;
  if (replaces === undefined || replaces === number) return;
  throw new AppError('conflict', 'rights_model_moved_on', { params: { number, expected: replaces } });
}

const saysTheSame = (stored: StoredModel | undefined, forms: ModelForms): boolean =>
  stored !== undefined && inOrder(stored.forms) === inOrder(forms);

/** The document as text, whatever the order of the names in it: the database keeps none. */
const inOrder = (forms: ModelForms): string =>
  JSON.stringify(forms, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
