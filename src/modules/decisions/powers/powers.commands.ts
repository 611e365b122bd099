// What a client may ask of the decision point of its application.
import type { Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import type { DecisionPower } from '../../../platform/db/types.ts';
import { notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { refuseStale } from '../../../platform/stale.ts';
import { loadActingActor, type Actor } from '../../administration/index.ts';
import { requireApplication } from '../../rights/index.ts';

export const decisionPowers = [
  'evaluate',
  'search',
  'synchronise',
  'explain',
] as const satisfies DecisionPower[];

/**
 * Counts at the client's next question. Audit: client.decision_powers_changed
 * @param input.version of the client
 * @throws application_not_found; not_allowed; client_not_found; stale_edit
 */
export async function changeDecisionPowers(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: {
    readonly applicationId: string;
    readonly clientId: string;
    readonly powers: readonly DecisionPower[];
    readonly version: number;
  },
): Promise<void> {
  const { applicationId, clientId } = input;
  const attempt = {
    action: 'client.decision_powers_changed',
    subjectType: 'client',
    subjectId: clientId,
    applicationId,
  };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    const standing = await change.trx
      .selectFrom('client')
      .select(['decision_powers', 'version'])
      .where('id', '=', clientId)
      .where('application_id', '=', applicationId)
      .forUpdate()
      .executeTakeFirst();
    if (!standing) throw notFound('client');
    refuseStale(standing, input.version);
    const powers = decisionPowers.filter((power) => input.powers.includes(power));
    await change.trx
      .updateTable('client')
      .set((eb) => ({ decision_powers: powers, version: eb('version', '+', 1) }))
      .where('id', '=', clientId)
      .execute();
    change.record({ ...attempt, before: { powers: standing.decision_powers }, after: { powers } });
  });
}
