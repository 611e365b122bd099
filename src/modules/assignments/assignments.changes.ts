// Changes, ends and restores assignments. Ending is shrinking the period: nothing is ever deleted.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { AppError, invalidFields } from '../../platform/errors.ts';
import { endsLater, liesInside, type Period } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import {
  judge,
  loadActingActor,
  loadAllowance,
  requireConferrable,
  type Actor,
} from '../administration/index.ts';
import { conferredBy, factOf, lockAssignment, type StoredAssignment } from './assignments.lookup.ts';
import { offerUndo, takeUndo } from './assignments.undo-entry.ts';

export interface ChangeAssignmentPeriod {
  readonly assignmentId: string;
  readonly version: number;
  /** Only while it has not begun; absent: as it was. Null: from this moment. */
  readonly from?: Date | null | undefined;
  readonly until: Date | null;
  readonly reason?: string | undefined;
}

/**
 * Prolongs or shortens. What is added is conferred anew, under the offers of now; shortening revokes tokens.
 * @throws assignment_not_found; four_eyes, beyond_own_power; stale_edit; assignment_over; invalid_fields;
 *   assignment_overlap, assignment_outside_affiliation (conflict)
 */
export async function changeAssignmentPeriod(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ChangeAssignmentPeriod,
): Promise<{ undoId: string }> {
  const action = 'assignment.period_changed';
  const attempt = { action, subjectType: 'assignment', subjectId: input.assignmentId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const stored = await lockAssignment(change.trx, acting, input.assignmentId);
    refuseStale(stored, input.version);
    const period = newPeriod(stored, input, change.at);
    await requireMayGive(site, change, acting, stored, period);
    await writePeriod(change, stored, period);
    change.record({ ...factOf(stored), action, reason: input.reason, before: stored.period, after: period });
    const entry = { assignmentId: stored.id, version: stored.version + 1, before: stored.period };
    return { undoId: await offerUndo(change, acting, entry) };
  });
}

export interface EndAssignment {
  readonly assignmentId: string;
  readonly version: number;
  readonly reason?: string | undefined;
}

/**
 * Ends an assignment now; one that has not begun is cancelled. One may give up one's own, without a way back.
 * @returns `undoId`: absent when it was one's own.
 * @throws assignment_not_found; beyond_own_power; stale_edit; assignment_over
 */
export async function endAssignment(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: EndAssignment,
): Promise<{ undoId?: string | undefined }> {
  const attempt = { action: 'assignment.ended', subjectType: 'assignment', subjectId: input.assignmentId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const stored = await lockAssignment(change.trx, acting, input.assignmentId);
    refuseOver(stored, change.at);
    refuseStale(stored, input.version);
    const own = stored.personId === acting.personId;
    if (!own) await requireMayReach(site, change, acting, stored);
    await writeEnd(change, stored, input.reason);
    if (own) return {};
    const entry = { assignmentId: stored.id, version: stored.version + 1, before: stored.period };
    return { undoId: await offerUndo(change, acting, entry) };
  });
}

/**
 * Takes one's own last change of an assignment back, under the same rules as a change: what is restored is conferred.
 * @throws undo_expired (gone); stale_edit; four_eyes, beyond_own_power; invalid_fields
 */
export async function undoAssignmentChange(
  site: Site,
  actor: Actor,
  origin: Origin,
  undoId: string,
): Promise<{ personId: string; organisationId: string }> {
  const attempt = { action: 'assignment.undone', subjectType: 'undo_entry', subjectId: undoId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const entry = await takeUndo(change, acting, undoId);
    const stored = await lockAssignment(change.trx, acting, entry.assignmentId);
    refuseStale(stored, entry.version);
    if (entry.before === undefined) {
      await requireMayReach(site, change, acting, stored);
      await writeEnd(change, stored, undefined);
    } else {
      await requireMayGive(site, change, acting, stored, entry.before);
      await writePeriod(change, stored, entry.before);
      change.record({
        ...factOf(stored),
        action: 'assignment.undone',
        before: stored.period,
        after: entry.before,
      });
    }
    return { personId: stored.personId, organisationId: stored.organisationId };
  });
}

/** @throws assignment_over; invalid_fields */
function newPeriod(stored: StoredAssignment, input: ChangeAssignmentPeriod, at: Date): Period {
  refuseOver(stored, at);
  const from = input.from === undefined ? stored.period.from : (input.from ?? at);
  const begun = stored.period.from <= at;
  if (begun && from.getTime() !== stored.period.from.getTime()) throw invalidFields({ from: 'from_begun' });
  if (!begun && from < at) throw invalidFields({ from: 'from_in_past' });
  if (input.until !== null && input.until <= from) throw invalidFields({ until: 'until_before_from' });
  if (input.until !== null && input.until <= at) throw invalidFields({ until: 'until_in_past' });
  return { from, until: input.until };
}

/** What lies inside the period that stands was conferred already: it only takes reach and four eyes. */
async function requireMayGive(
  site: Site,
  change: Change,
  acting: Actor,
  stored: StoredAssignment,
  period: Period,
): Promise<void> {
  const within = stored.cancelledAt === null && liesInside(period, stored.period);
  const conferred = conferredBy(stored, period, false);
  const allowance = await loadAllowance(change.trx, {
    actor: acting,
    conferred: [conferred],
    at: change.at,
    zone: site.config.timeZone,
  });
  const judgement = judge(conferred, allowance);
  if (within && !judgement.allowed && judgement.reason === 'period') return;
  requireConferrable([conferred], allowance);
}

/** Whoever could give it may take it: the scope counts, ceilings do not. */
async function requireMayReach(
  site: Site,
  change: Change,
  acting: Actor,
  stored: StoredAssignment,
): Promise<void> {
  await requireMayGive(site, change, acting, { ...stored, cancelledAt: null }, stored.period);
}

function refuseOver(stored: StoredAssignment, at: Date): void {
  const over = stored.cancelledAt !== null || (stored.period.until !== null && stored.period.until <= at);
  if (over) throw new AppError('conflict', 'assignment_over');
}

async function writePeriod(change: Change, stored: StoredAssignment, period: Period): Promise<void> {
  await change.trx
    .updateTable('assignment')
    .set((eb) => ({
      valid_from: period.from,
      valid_until: period.until,
      cancelled_at: null,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', stored.id)
    .execute();
  if (endsLater(stored.period.until, period.until) || period.from > stored.period.from)
    endAccess(change, stored);
}

async function writeEnd(change: Change, stored: StoredAssignment, reason: string | undefined): Promise<void> {
  const begun = stored.period.from < change.at;
  await change.trx
    .updateTable('assignment')
    .set((eb) => ({
      ...(begun ? { valid_until: change.at } : { cancelled_at: change.at }),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', stored.id)
    .execute();
  endAccess(change, stored);
  const after = begun ? { until: change.at } : { cancelled: true };
  change.record({
    ...factOf(stored),
    action: 'assignment.ended',
    reason,
    before: { until: stored.period.until },
    after,
  });
}

/** Nothing rests yet on what has not begun: nobody is signed out for it. */
function endAccess(change: Change, stored: StoredAssignment): void {
  if (stored.period.from > change.at) return;
  const { personId, organisationId, rightId, applicationId } = stored;
  change.accessEnded({ personId, organisationId, rightId, applicationId });
}
