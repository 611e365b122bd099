// The document of what is set by hand of one subject: read and held, written, remembered to be taken back. Shared by the
// commands.
import { z } from 'zod';
import type { AuditFact, Change } from '../../../platform/change.ts';
import { AppError } from '../../../platform/errors.ts';
import { offerUndo } from '../../../platform/undo.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';
import { subjectSettingsSchema, type SubjectSettings } from '../subject.settings.ts';
import { personType } from '../subjects.queries.ts';
import type { SubjectRef } from './facts.reach.ts';

export const undoKind = 'decision_subject';

export interface VersionedSubject extends SubjectRef {
  /** Of what was set by hand, as it was on the page; 0: nothing was. */
  readonly version: number;
}

/** What stands by hand; null: nothing does, or it was taken away. */
export type Standing = { readonly facts: SubjectSettings | null; readonly version: number };

export const attemptAt = (action: string, { applicationId, type, id }: SubjectRef): AuditFact => ({
  action,
  subjectType: 'decision_subject',
  subjectId: `${type}/${id}`,
  applicationId,
  personId: type === personType ? id : undefined,
});

/** Four eyes: what is set of somebody decides what they may. @throws four_eyes */
export function refuseSelf(actor: Actor, { type, id }: SubjectRef): void {
  if (type === personType && id === actor.personId) throw new AppError('forbidden', 'four_eyes');
}

export async function requireOwner(change: Change, actor: Actor, applicationId: string): Promise<Actor> {
  const acting = await loadActingActor(change, actor.personId);
  await requireApplication(change.trx, acting, 'application.change', applicationId);
  return acting;
}

export async function lockStanding(
  { trx }: Change,
  { applicationId, type, id }: SubjectRef,
): Promise<Standing> {
  const row = await trx
    .selectFrom('decision_subject')
    .select(['facts', 'version'])
    .where('application_id', '=', applicationId)
    .where('type', '=', type)
    .where('id', '=', id)
    .where('source', '=', 'portal')
    .forUpdate()
    .executeTakeFirst();
  if (!row) return { facts: null, version: 0 };
  const isGone = typeof row.facts === 'object' && row.facts !== null && 'gone' in row.facts;
  return { facts: isGone ? null : subjectSettingsSchema.parse(row.facts), version: row.version };
}

/** Writes on top of the version that was locked. @throws stale_edit when somebody else wrote the first one meanwhile */
export async function writeStanding(
  { trx }: Change,
  { applicationId, type, id }: SubjectRef,
  facts: SubjectSettings | null,
  version: number,
): Promise<number> {
  const text = JSON.stringify(facts ?? { gone: true });
  const written = await trx
    .insertInto('decision_subject')
    .values({ application_id: applicationId, type, id, source: 'portal', facts: text, version: version + 1 })
    .onConflict((conflict) =>
      conflict
        .constraint('decision_subject_pk')
        .doUpdateSet({ facts: text, version: version + 1 })
        .where('decision_subject.version', '=', version),
    )
    .returning('version')
    .executeTakeFirst();
  if (!written) throw new AppError('conflict', 'stale_edit');
  return written.version;
}

export const undoPayload = z.object({
  applicationId: z.string(),
  type: z.string(),
  id: z.string(),
  version: z.number(),
  facts: subjectSettingsSchema.nullable(),
});

export const rememberUndo = (
  change: Change,
  actor: Actor,
  subject: SubjectRef,
  version: number,
  facts: Standing['facts'],
) => {
  const { applicationId, type, id } = subject;
  return offerUndo(change, actor.personId, undoKind, { applicationId, type, id, version, facts });
};
