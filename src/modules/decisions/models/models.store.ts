// Writes versions of a rights model inside somebody's change: who may, and what is recorded, is the caller's.
import type { Change } from '../../../platform/change.ts';
import { newId } from '../../../platform/ids.ts';
import type { ModelForms } from '../forms/index.ts';

/** The draft as far as writing needs it. */
export interface DraftRow {
  readonly id: string;
  readonly number: number;
  readonly version: number;
}

/** The draft, held against others who write it. */
export async function lockDraft(change: Change, applicationId: string): Promise<DraftRow | undefined> {
  return change.trx
    .selectFrom('decision_model')
    .select(['id', 'number', 'version'])
    .where('application_id', '=', applicationId)
    .where('status', '=', 'draft')
    .forUpdate()
    .executeTakeFirst();
}

/** @param authorId null: files wrote it. */
export async function rewriteDraft(
  change: Change,
  draft: DraftRow,
  forms: ModelForms,
  authorId: string | null,
): Promise<DraftRow> {
  const version = draft.version + 1;
  await change.trx
    .updateTable('decision_model')
    .set({ forms: JSON.stringify(forms), author_person_id: authorId, version })
    .where('id', '=', draft.id)
    .execute();
  return { ...draft, version };
}

/** @param authorId null: files wrote it. */
export async function insertDraft(
  change: Change,
  applicationId: string,
  forms: ModelForms,
  authorId: string | null,
): Promise<DraftRow> {
  const { last } = await change.trx
    .selectFrom('decision_model')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('application_id', '=', applicationId)
    .executeTakeFirstOrThrow();
  const draft = { id: newId(), number: (last ?? 0) + 1, version: 1 };
  await change.trx
    .insertInto('decision_model')
    .values({
      ...draft,
      application_id: applicationId,
      status: 'draft',
      forms: JSON.stringify(forms),
      note: null,
      author_person_id: authorId,
      created_at: change.at,
      valid_from: null,
      superseded_at: null,
    })
    .execute();
  return draft;
}

/**
 * The draft is valid from now on, and what was valid is superseded. Who wrote it stays its author.
 * @param said.publisherId null: files did it.
 */
export async function makeValid(
  change: Change,
  applicationId: string,
  draft: DraftRow,
  said: { readonly note: string | null; readonly publisherId: string | null },
): Promise<void> {
  await change.trx
    .updateTable('decision_model')
    .set((eb) => ({ status: 'superseded', superseded_at: change.at, version: eb('version', '+', 1) }))
    .where('application_id', '=', applicationId)
    .where('status', '=', 'valid')
    .execute();
  await change.trx
    .updateTable('decision_model')
    .set((eb) => ({
      status: 'valid',
      valid_from: change.at,
      note: said.note,
      publisher_person_id: said.publisherId,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', draft.id)
    .execute();
}

/** It stays among the versions, as one that was never valid. */
export async function supersedeDraft(change: Change, draft: DraftRow): Promise<void> {
  await change.trx
    .updateTable('decision_model')
    .set((eb) => ({ status: 'superseded', superseded_at: change.at, version: eb('version', '+', 1) }))
    .where('id', '=', draft.id)
    .execute();
}
