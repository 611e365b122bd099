// Ends one administration, as a command of its own.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { loadActingActor } from './administration.allowance.ts';
import { lockWithDelegated, recordEndings, shrinkAdministrations } from './administration.ending.ts';
import { lockAdministration, requireReach } from './administration.lookup.ts';
import type { Actor } from './administration.model.ts';
import { offerUndoOfEnd } from './administration.undo.ts';

export interface EndAdministration {
  readonly administrationId: string;
  readonly version: number;
  /** The person has read that an organisation then has no head administrator left. */
  readonly acknowledgeLast?: boolean | undefined;
  readonly reason?: string | undefined;
}

/**
 * Ends an administration now, one's own included, with what was delegated from it.
 * @returns the offer to take it back, for whoever could give all of it
 * @throws administration_not_found; not_allowed; stale_edit; administration_over; last_administrator (conflict,
 *   `details.organisations`) unless acknowledged; last_operator (conflict) always
 */
export async function endAdministration(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: EndAdministration,
): Promise<{ undoId: string | undefined }> {
  const attempt = {
    action: 'administration.ended',
    subjectType: 'administration',
    subjectId: input.administrationId,
  };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const stored = await lockAdministration(change.trx, input.administrationId);
    if (stored.person_id !== acting.personId) await requireReach(change.trx, acting, stored);
    // First: the second click of a double click finds it over, and not changed by somebody else.
    if (stored.cancelled_at !== null || (stored.valid_until !== null && stored.valid_until <= change.at)) {
      throw new AppError('conflict', 'administration_over');
    }
    refuseStale(stored, input.version);
    // Whoever used it up to now holds it: after the waiting, the end is later than all they did.
    await lockWithDelegated(change.trx, [stored.id]);
    const acknowledgeLast = input.acknowledgeLast ?? false;
    const ended = await shrinkAdministrations(change, [stored.id], change.now(), { acknowledgeLast });
    recordEndings(change, ended, input.reason);
    return { undoId: await offerUndoOfEnd(change, acting, ended, site.config.timeZone) };
  });
}
