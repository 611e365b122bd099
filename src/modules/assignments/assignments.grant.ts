// Grants a right to somebody for a period.
import { runCommand } from '../../platform/command.ts';
import type { Origin } from '../../platform/change.ts';
import { invalidFields } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import {
  loadActingActor,
  loadAllowance,
  type Actor,
  type ConferredAssignment,
} from '../administration/index.ts';
import { canonicalContext, listUnitCodes } from '../rights/index.ts';
import { holdRight, lockAffiliation } from './assignments.lookup.ts';
import { requireGrantable } from './assignments.rules.ts';
import { offerUndo } from './assignments.undo-entry.ts';

export interface GrantRight {
  readonly affiliationId: string;
  readonly rightId: string;
  /** By definition code, in any order. */
  readonly context: Readonly<Record<string, readonly string[]>>;
  /** Null: from this moment. */
  readonly from: Date | null;
  readonly until: Date | null;
  readonly reason?: string | undefined;
}

export interface Granted {
  readonly assignmentId: string;
  readonly undoId: string;
}

/**
 * Gives a right to an affiliation. Only what is offered to its organisation, with the context it asks, inside the
 * affiliation and the ceilings, and never to oneself. Audited as `assignment.granted`; can be undone for a while.
 * @throws affiliation_not_found; four_eyes, beyond_own_power (forbidden); invalid_fields (`right`, `from`, `until`,
 *   `context.<code>`); assignment_overlap, assignment_outside_affiliation (conflict)
 */
export async function grantRight(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: GrantRight,
): Promise<Granted> {
  const attempt = { action: 'assignment.granted', subjectType: 'assignment' };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const affiliation = await lockAffiliation(change.trx, acting, input.affiliationId);
    const right = await holdRight(change.trx, input.rightId);
    if (!right) throw invalidFields({ right: 'right_not_offered' });
    const { organisationId, personId } = affiliation;
    const context = canonicalContext(input.context);
    const period = { from: input.from ?? change.at, until: input.until };
    const conferred: ConferredAssignment = {
      what: 'assignment',
      personId,
      organisationId,
      rightId: right.id,
      context,
      period,
      startIsNew: true,
      affiliation: affiliation.period,
    };
    const asked = { actor: acting, conferred: [conferred], at: change.at, zone: site.config.timeZone };
    const allowance = await loadAllowance(change.trx, asked);
    const units = await listUnitCodes(change.trx, organisationId, change.at);
    requireGrantable({ conferred, allowance, definitions: right.contexts, context, units });
    const assignmentId = newId();
    await change.trx
      .insertInto('assignment')
      .values({
        id: assignmentId,
        affiliation_id: affiliation.id,
        person_id: personId,
        organisation_id: organisationId,
        right_id: right.id,
        context: JSON.stringify(context),
        reason: input.reason ?? null,
        cancelled_at: null,
        granted_by_person_id: acting.personId,
        granted_at: change.at,
        valid_from: period.from,
        valid_until: period.until,
      })
      .execute();
    change.record({
      ...attempt,
      subjectId: assignmentId,
      organisationId,
      personId,
      applicationId: right.applicationId,
      reason: input.reason,
      after: { right: right.code, context, ...period },
    });
    const undoId = await offerUndo(change, acting, { assignmentId, version: 1 });
    return { assignmentId, undoId };
  });
}
