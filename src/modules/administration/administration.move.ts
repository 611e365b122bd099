// Promise 2 when an organisation moves: what was delegated inside a giver's reach ends where that reach ends.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { AppError } from '../../platform/errors.ts';
import { recordEndings, shrinkAdministrations } from './administration.ending.ts';

/** Whether the scope of giver `g` holds all of what `d` administers. `covers` of the conferral, as SQL. */
const inGiversScope: RawBuilder<SqlBool> = sql<SqlBool>`(
  g.organisation_id is null or (g.organisation_id = d.organisation_id and (g.includes_subtree or not d.includes_subtree))
  or (g.includes_subtree and g.organisation_id <> d.organisation_id and exists (
    select 1 from organisation_tree t
    where t.organisation_id = d.organisation_id and t.ancestor_id = g.organisation_id)))`;

async function findUncovered(reader: Reader | Writer, movedId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select d.id from administration d join administration g on g.id = d.given_by_id
    join organisation_tree below on below.organisation_id = d.organisation_id and below.ancestor_id = ${movedId}::uuid
    where d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${at}::timestamptz)
      and not ${inGiversScope}`.execute(reader as Writer);
  return rows.map((row) => row.id);
}

/**
 * After a move: ends what its giver does not reach any more, with what was delegated from that.
 * @throws move_ends_administrations (conflict, `details.count`) unless acknowledged, last_administrator likewise.
 *   Audit: one administration.ended for each
 */
export async function endUncoveredByMove(
  change: Change,
  organisationId: string,
  acknowledged: boolean,
): Promise<void> {
  const ids = await findUncovered(change.trx, organisationId, change.at);
  if (ids.length === 0) return;
  const ended = await shrinkAdministrations(change, ids, change.now(), { acknowledgeLast: true });
  if (!acknowledged)
    throw new AppError('conflict', 'move_ends_administrations', { details: { count: ended.length } });
  recordEndings(change, ended, 'organisation_moved');
}

/**
 * After an appointment or its return: refused when an organisation moved out of the giver's reach in the meantime. The
 * row that was written waited for the move, and this statement sees the tree that came of it.
 * @throws beyond_own_power (forbidden)
 */
export async function refuseUncovered(change: Change, administrationIds: readonly string[]): Promise<void> {
  const { rows } = await sql`
    select 1 from administration d join administration g on g.id = d.given_by_id
    where d.id = any(${[...administrationIds]}::uuid[]) and d.organisation_id is not null
      and not ${inGiversScope}`.execute(change.trx);
  if (rows.length > 0) throw new AppError('forbidden', 'beyond_own_power');
}
