// Writes what administrators set by hand about the subjects of an application. It stands in a document of its own, which
// synchronisation never touches; every change can be taken back for a while.
import { z } from 'zod';
import type { AuditFact, Change, Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { offerUndo, takeUndo } from '../../../platform/undo.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';
import { subjectSettingsSchema, type SubjectSettings } from '../subject.settings.ts';
import { personType } from '../subjects.queries.ts';
import { applyEdit, noFacts, type FactEdit } from './facts.edits.ts';
import { findFactForms } from './facts.queries.ts';
import { findPersonInReach, requireInReach, type SubjectRef } from './facts.reach.ts';
import { settableIn } from './facts.settable.ts';

const undoKind = 'decision_subject';

export interface VersionedSubject extends SubjectRef {
  /** Of what was set by hand, as it was on the page; 0: nothing was. */
  readonly version: number;
}

/** What stands by hand; null: nothing does, or it was taken away. */
type Standing = { readonly facts: SubjectSettings | null; readonly version: number };

const attemptAt = (action: string, { applicationId, type, id }: SubjectRef): AuditFact => ({
  action,
  subjectType: 'decision_subject',
  subjectId: `${type}/${id}`,
  applicationId,
  personId: type === personType ? id : undefined,
});

/** Four eyes: what is set of somebody decides what they may. @throws four_eyes */
function refuseSelf(actor: Actor, { type, id }: SubjectRef): void {
  if (type === personType && id === actor.personId) throw new AppError('forbidden', 'four_eyes');
}

async function requireOwner(change: Change, actor: Actor, applicationId: string): Promise<Actor> {
  const acting = await loadActingActor(change, actor.personId);
  await requireApplication(change.trx, acting, 'application.change', applicationId);
  return acting;
}

async function lockStanding({ trx }: Change, { applicationId, type, id }: SubjectRef): Promise<Standing> {
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
async function writeStanding(
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

const undoPayload = z.object({
  applicationId: z.string(),
  type: z.string(),
  id: z.string(),
  version: z.number(),
  facts: subjectSettingsSchema.nullable(),
});

const rememberUndo = (
  change: Change,
  actor: Actor,
  subject: SubjectRef,
  version: number,
  facts: Standing['facts'],
) => {
  const { applicationId, type, id } = subject;
  return offerUndo(change, actor.personId, undoKind, { applicationId, type, id, version, facts });
};

/**
 * Changes one thing that is set by hand of a subject. Audit: decision_subject.changed
 * @throws application_not_found; not_allowed; decision_subject_not_found; four_eyes; stale_edit; what {@link applyEdit} throws
 */
export async function changeFacts(
  site: Site,
  actor: Actor,
  origin: Origin,
  subject: VersionedSubject,
  edit: FactEdit,
): Promise<{ undoId: string }> {
  const attempt = attemptAt('decision_subject.changed', subject);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requireOwner(change, actor, subject.applicationId);
    await requireInReach(change.trx, subject, change.at);
    refuseSelf(acting, subject);
    const standing = await lockStanding(change, subject);
    refuseStale(standing, subject.version);
    const settable = settableIn(await findFactForms(change.trx, subject.applicationId));
    const { facts, before, after } = applyEdit(standing.facts ?? noFacts, edit, settable, change.at);
    const version = await writeStanding(change, subject, facts, standing.version);
    change.record({ ...attempt, before, after });
    return { undoId: await rememberUndo(change, acting, subject, version, standing.facts) };
  });
}

/**
 * Takes away everything that was set by hand. What the application says stays; a subject known by hand alone is unknown
 * from then on. Audit: decision_subject.removed
 * @throws application_not_found; not_allowed; decision_subject_not_found; four_eyes; stale_edit
 */
export async function removeSubject(
  site: Site,
  actor: Actor,
  origin: Origin,
  subject: VersionedSubject,
): Promise<{ undoId: string }> {
  const attempt = attemptAt('decision_subject.removed', subject);
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requireOwner(change, actor, subject.applicationId);
    refuseSelf(acting, subject);
    const standing = await lockStanding(change, subject);
    if (!standing.facts) throw notFound('decision_subject');
    refuseStale(standing, subject.version);
    const version = await writeStanding(change, subject, null, standing.version);
    change.record({ ...attempt, before: standing.facts, after: null });
    return { undoId: await rememberUndo(change, acting, subject, version, standing.facts) };
  });
}

/**
 * Takes a change back, when nothing was changed since. Audit: decision_subject.restored
 * @throws undo_expired; stale_edit; application_not_found; not_allowed; four_eyes
 */
export async function undoFacts(
  site: Site,
  actor: Actor,
  origin: Origin,
  subject: SubjectRef,
  undoId: string,
): Promise<void> {
  const attempt = attemptAt('decision_subject.restored', subject);
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await requireOwner(change, actor, subject.applicationId);
    refuseSelf(acting, subject);
    const undo = undoPayload.parse(await takeUndo(change, acting.personId, undoKind, undoId));
    const isThis =
      undo.type === subject.type && undo.id === subject.id && undo.applicationId === subject.applicationId;
    if (!isThis) throw new AppError('gone', 'undo_expired');
    const standing = await lockStanding(change, subject);
    refuseStale(standing, undo.version);
    await writeStanding(change, subject, undo.facts, standing.version);
    change.record({ ...attempt, before: standing.facts, after: undo.facts });
  });
}

export type NewSubject =
  /** User name or mail address of a person within reach. */
  { readonly person: string } | { readonly type: string; readonly id: string };

/**
 * Makes somebody or something known to the application, with nothing set yet. Audit: decision_subject.added
 * @throws application_not_found; not_allowed; four_eyes; invalid_fields (person_not_known, reserved_type, subject_exists)
 */
export async function addSubject(
  site: Site,
  actor: Actor,
  origin: Origin,
  applicationId: string,
  added: NewSubject,
): Promise<SubjectRef> {
  const attempt = {
    action: 'decision_subject.added',
    subjectType: 'application',
    subjectId: applicationId,
    applicationId,
  };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requireOwner(change, actor, applicationId);
    const subject = await toSubject(change, applicationId, added);
    refuseSelf(acting, subject);
    const standing = await lockStanding(change, subject);
    if (standing.facts) throw refusedField('person' in added ? 'person' : 'code', 'subject_exists');
    await writeStanding(change, subject, noFacts, standing.version);
    change.record(attemptAt('decision_subject.added', subject));
    return subject;
  });
}

async function toSubject(change: Change, applicationId: string, added: NewSubject): Promise<SubjectRef> {
  if (!('person' in added)) {
    if (added.type === personType) throw refusedField('type', 'reserved_type');
    return { applicationId, type: added.type, id: added.id };
  }
  const id = await findPersonInReach(change.trx, applicationId, added.person, change.at);
  if (id === undefined) throw refusedField('person', 'person_not_known');
  return { applicationId, type: personType, id };
}

const refusedField = (field: string, code: string): AppError =>
  new AppError('invalid', 'invalid_fields', { fields: { [field]: { code } } });

/** Personal data leaves the site: who took it. Before the first row leaves. Audit: decision_subject.exported */
export async function recordSubjectsExport(
  site: Site,
  origin: Origin,
  applicationId: string,
  filters: Readonly<Record<string, string>>,
): Promise<void> {
  const subject = { subjectType: 'application', subjectId: applicationId, applicationId };
  const fact = { action: 'decision_subject.exported', ...subject };
  await runCommand(site, origin, fact, async (change) => change.record({ ...fact, after: filters }));
}
