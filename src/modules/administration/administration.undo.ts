// Takes the end of an administration back, with what was delegated from it and ended along. Restoring is conferring:
// it is judged anew, all of it, and is offered only to whoever could give all of it.
import { sql } from 'kysely';
import { z } from 'zod';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { AppError } from '../../platform/errors.ts';
import { liesInside } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { offerUndo, takeUndo } from '../../platform/undo.ts';
import { loadActingActor, loadAllowance } from './administration.allowance.ts';
import { judge, requireConferrable, type ConferredAdministration } from './administration.conferral.ts';
import type { EndedAdministration, FallingAdministration } from './administration.ending.ts';
import type { Actor } from './administration.model.ts';
import { refuseUncovered } from './administration.move.ts';

const undoKind = 'administration.ended';

/** The end each had before, and the version it must still have. */
const rememberedEnds = z.array(
  z.object({ id: z.uuid(), version: z.int(), until: z.iso.datetime().nullable() }),
);
type RememberedEnd = z.output<typeof rememberedEnds>[number];

const conferredBy = (row: FallingAdministration, until: Date | null): ConferredAdministration => ({
  what: 'administration',
  personId: row.person_id,
  kind: row.kind,
  organisationId: row.organisation_id,
  includesSubtree: row.includes_subtree,
  applicationId: row.application_id,
  period: { from: row.valid_from, until },
});

/** Whether the actor could give all of these: none is their own, and none reaches beyond what they have. */
export async function mayGiveBack(
  reader: Reader | Writer,
  actor: Actor,
  rows: readonly FallingAdministration[],
  at: Date,
  zone: string,
): Promise<boolean> {
  const conferred = rows.map((row) => conferredBy(row, row.was_until));
  const allowance = await loadAllowance(reader, { actor, conferred, at, zone });
  return conferred.every((item) => judge(item, allowance).allowed);
}

/** @returns the offer to take the end back; undefined for whoever could not give it all back. */
export async function offerUndoOfEnd(
  change: Change,
  acting: Actor,
  ended: readonly EndedAdministration[],
  zone: string,
): Promise<string | undefined> {
  if (!(await mayGiveBack(change.trx, acting, ended, change.at, zone))) return undefined;
  const ends: RememberedEnd[] = ended.map((row) => ({
    id: row.id,
    version: row.version,
    until: row.was_until?.toISOString() ?? null,
  }));
  return offerUndo(change, acting.personId, undoKind, ends);
}

/**
 * Restores what one ending or shortening took, all or nothing.
 * @returns of how many administrations the end was taken back
 * @throws undo_expired (gone); undo_changed (conflict): something of it, or what it rests on, is not as it was;
 *   not_found, four_eyes, beyond_own_power (forbidden), invalid_fields: the actor could not give it any more.
 *   Audit: one administration.restored for each
 */
export async function undoEndAdministration(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<{ restored: number }> {
  const attempt = { action: 'administration.restored', subjectType: 'administration' };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const ends = rememberedEnds.parse(await takeUndo(change, acting.personId, undoKind, input.undoId));
    const rows = await lockAsLeft(change.trx, ends);
    const conferred = rows.map((row) => conferredBy(row, row.until_again));
    const question = { actor: acting, conferred, at: change.at, zone: site.config.timeZone };
    requireConferrable(conferred, await loadAllowance(change.trx, question));
    await restore(change.trx, ends);
    await refuseUncovered(
      change,
      ends.map(({ id }) => id),
    );
    for (const row of rows) recordRestored(change, row);
    return { restored: rows.length };
  });
}

interface LockedRow extends FallingAdministration {
  readonly until_again: Date | null;
  readonly valid_until: Date | null;
  readonly affiliation_from: Date;
  readonly affiliation_until: Date | null;
  readonly affiliation_cancelled: boolean;
  /** Null when given by nobody, or by one that comes back along. */
  readonly giver_id: string | null;
  readonly giver_until: Date | null;
  readonly giver_cancelled: boolean;
}

/** The rows, held. @throws undo_changed unless each is as the ending left it and what it rests on still carries it */
async function lockAsLeft(trx: Writer, ends: readonly RememberedEnd[]): Promise<LockedRow[]> {
  const { rows } = await sql<LockedRow>`
    select d.id, d.kind, d.person_id, d.organisation_id, d.application_id, d.includes_subtree, d.valid_from, d.valid_until,
      d.valid_until as was_until, was.until as until_again, f.valid_from as affiliation_from,
      f.valid_until as affiliation_until, f.cancelled_at is not null as affiliation_cancelled,
      g.id as giver_id, g.valid_until as giver_until, g.cancelled_at is not null as giver_cancelled
    from administration d
    join ${remembered(ends)} on was.id = d.id and was.version = d.version
    join affiliation f on f.id = d.affiliation_id
    left join administration g on g.id = d.given_by_id and g.id <> all(${ends.map(({ id }) => id)}::uuid[])
    order by d.id for no key update of d`.execute(trx);
  if (rows.length !== ends.length || !rows.every(isCarried)) throw new AppError('conflict', 'undo_changed');
  return rows;
}

function isCarried(row: LockedRow): boolean {
  const period = { from: row.valid_from, until: row.until_again };
  const affiliation = { from: row.affiliation_from, until: row.affiliation_until };
  if (row.affiliation_cancelled || !liesInside(period, affiliation)) return false;
  if (row.giver_id === null) return true;
  return !row.giver_cancelled && liesInside(period, { from: row.valid_from, until: row.giver_until });
}

async function restore(trx: Writer, ends: readonly RememberedEnd[]): Promise<void> {
  await sql`update administration d set valid_until = was.until, cancelled_at = null, version = d.version + 1
    from ${remembered(ends)} where was.id = d.id`.execute(trx);
}

const remembered = (ends: readonly RememberedEnd[]) => sql`unnest(${ends.map(({ id }) => id)}::uuid[],
  ${ends.map(({ version }) => version)}::int[], ${ends.map(({ until }) => until)}::timestamptz[]) was (id, version, until)`;

function recordRestored(change: Change, row: LockedRow): void {
  change.record({
    action: 'administration.restored',
    subjectType: 'administration',
    subjectId: row.id,
    personId: row.person_id,
    organisationId: row.organisation_id ?? undefined,
    applicationId: row.application_id ?? undefined,
    before: { until: row.valid_until },
    after: { kind: row.kind, until: row.until_again },
  });
}
