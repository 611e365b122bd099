// Takes an appointment back, while nothing has happened to it and nothing was delegated from it since.
import { z } from 'zod';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { offerUndo, takeUndo } from '../../platform/undo.ts';
import { loadActingActor } from './administration.allowance.ts';
import { lockWithDelegated, shrinkAdministrations } from './administration.ending.ts';
import { lockAdministration, requireReach } from './administration.lookup.ts';
import type { Actor } from './administration.model.ts';

const undoKind = 'administration.appointed';
const appointed = z.object({ id: z.uuid(), version: z.int() });

export const offerUndoOfAppointment = (
  change: Change,
  actor: Actor,
  administrationId: string,
): Promise<string> => offerUndo(change, actor.personId, undoKind, { id: administrationId, version: 1 });

/**
 * Ends an administration that was just given; one that has not begun is cancelled. Judged as an end is: what the appointed
 * did meanwhile stays.
 * @throws undo_expired (gone); administration_not_found, not_allowed; undo_changed (conflict): it was changed or ended, or
 *   passed on; last_administrator, last_operator (conflict): nobody else is left by now. Audit: administration.undone
 */
export async function undoAppointment(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<void> {
  const attempt = { action: 'administration.undone', subjectType: 'administration' };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const given = appointed.parse(await takeUndo(change, acting.personId, undoKind, input.undoId));
    const stored = await lockAdministration(change.trx, given.id);
    await requireReach(change.trx, acting, stored);
    if (stored.version !== given.version) throw refused();
    await lockWithDelegated(change.trx, [stored.id]);
    const until = change.now();
    const ended = await shrinkAdministrations(change, [stored.id], until, { acknowledgeLast: false });
    if (stored.version !== given.version || ended.length !== 1)
      throw new AppError('conflict', 'undo_changed');
    change.record({
      ...attempt,
      subjectId: stored.id,
      personId: stored.person_id,
      organisationId: stored.organisation_id ?? undefined,
      applicationId: stored.application_id ?? undefined,
      before: { kind: stored.kind, until: stored.valid_until },
      after: { until: ended[0]!.valid_until, cancelled: ended[0]!.cancelled_at !== null },
    });
  });
}

const refused = (): AppError => new AppError('conflict', 'undo_changed');
