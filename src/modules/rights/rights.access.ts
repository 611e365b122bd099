// Whether an actor may decide over an application, and whether a change would serve themselves.
import { sql } from 'kysely';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { applicationInScope, type Actor, type Power } from '../administration/index.ts';

/**
 * Passes when the actor holds this power over the application.
 * @throws application_not_found when they do not even see it; not_allowed (forbidden)
 */
export async function requireApplication(
  reader: Reader | Writer,
  actor: Actor,
  power: Power,
  applicationId: string,
): Promise<void> {
  const column = sql.ref('id');
  const row = await (reader as Writer)
    .selectFrom('application')
    .select(applicationInScope(actor, power, column).as('allowed'))
    .where('id', '=', applicationId)
    .where(applicationInScope(actor, 'application.view', column))
    .executeTakeFirst();
  if (!row) throw notFound('application');
  if (!row.allowed) throw new AppError('forbidden', 'not_allowed');
}

export interface Widening {
  readonly rightIds: readonly string[];
  /** Both absent: everywhere. */
  readonly organisationId?: string | null;
  readonly targetGroupId?: string | null;
  /** The time that is added. */
  readonly from: Date;
  readonly until: Date | null;
}

/**
 * Four eyes: offering a right, or offering it longer, brings dormant assignments to life and lets running ones live
 * longer. Nobody does that for an assignment of their own.
 * @throws four_eyes (forbidden)
 */
export async function refuseOwnBenefit(trx: Writer, personId: string, widening: Widening): Promise<void> {
  const { rightIds, organisationId = null, targetGroupId = null, from, until } = widening;
  if (rightIds.length === 0 || (until !== null && until <= from)) return;
  const { rows } = await sql<{ id: string }>`
    select a.id from assignment a join organisation o on o.id = a.organisation_id
    where a.person_id = ${personId}::uuid and a.right_id = any(${[...rightIds]}::uuid[])
      and a.valid_at && tstzrange(${from}::timestamptz, ${until}::timestamptz, '[)')
      and (${organisationId}::uuid is null or a.organisation_id = ${organisationId}::uuid)
      and (${targetGroupId}::uuid is null or o.target_group_id = ${targetGroupId}::uuid)
    limit 1`.execute(trx);
  if (rows.length > 0) throw new AppError('forbidden', 'four_eyes');
}
