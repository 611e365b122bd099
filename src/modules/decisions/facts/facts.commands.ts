// Writes what administrators set by hand about the subjects of an application. It stands in a document of its own, which
// synchronisation never touches; every change can be taken back for a while.
import type { Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { takeUndo } from '../../../platform/undo.ts';
import type { Actor } from '../../administration/index.ts';
import { applyEdit, noFacts, type FactEdit } from './facts.edits.ts';
import { findFactForms } from './facts.queries.ts';
import { requireInReach, type SubjectRef } from './facts.reach.ts';
import { settableIn } from './facts.settable.ts';
import {
  attemptAt,
  lockStanding,
  refuseSelf,
  rememberUndo,
  requireOwner,
  undoKind,
  undoPayload,
  writeStanding,
  type VersionedSubject,
} from './facts.standing.ts';

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
