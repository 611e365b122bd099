// Takes the ending of an affiliation back, with everything that ended along with it.
import { sql } from 'kysely';
import { z } from 'zod';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { offerUndo, takeUndo } from '../../platform/undo.ts';
import { mayGiveBack, refuseUncovered, type Actor } from '../administration/index.ts';
import { requirePowerOver } from '../organisations/index.ts';
import { mayGiveAffiliation } from './affiliations.policy.ts';
import { loadCarried, type Carried } from './affiliations.carried.ts';
import { aboutAffiliation, lockAffiliation, type AffiliationRow } from './affiliations.write.ts';

const undoKind = 'affiliation.ended';

/** The end each row had before, and the version it must still have. */
export const rememberedEnd = z.object({ id: z.uuid(), version: z.int(), until: z.iso.datetime().nullable() });
const endedAffiliation = z.object({
  affiliation: rememberedEnd,
  assignments: z.array(rememberedEnd),
  administrations: z.array(rememberedEnd),
});
type EndedAffiliation = z.infer<typeof endedAffiliation>;
type RememberedEnd = z.infer<typeof rememberedEnd>;

/** @param row as it is before the end, which makes it one version newer */
export const rememberEnd = (row: {
  readonly id: string;
  readonly version: number;
  readonly valid_until: Date | null;
}): RememberedEnd => ({
  id: row.id,
  version: row.version + 1,
  until: row.valid_until?.toISOString() ?? null,
});

/** Undoing is giving again: only who could give all of it may, and nobody for their own affiliation. */
export async function mayUndoEnding(
  site: Site,
  change: Change,
  actor: Actor,
  personId: string,
  { administrations }: Carried,
): Promise<boolean> {
  if (actor.personId === personId) return false;
  return mayGiveBack(change.trx, actor, administrations, change.at, site.config.timeZone);
}

/** @param found as it was before it ended. @returns the offer, for whoever could give all of it. */
export async function offerUndoOfEnd(
  site: Site,
  change: Change,
  actor: Actor,
  found: AffiliationRow,
  carried: Carried,
): Promise<string | undefined> {
  if (!(await mayUndoEnding(site, change, actor, found.person_id, carried))) return undefined;
  const payload: EndedAffiliation = {
    affiliation: rememberEnd(found),
    assignments: carried.assignments.map(rememberEnd),
    administrations: carried.administrations.map(rememberEnd),
  };
  return offerUndo(change, actor.personId, undoKind, payload);
}

/**
 * Restores what {@link endAffiliation} ended, all or nothing, judged again: four eyes, power over the organisation, and
 * every administration that comes back is conferred anew. Restored assignments count only as far as they are
 * still offered: that is evaluated whenever they are read.
 * @returns the affiliation
 * @throws undo_expired, affiliation_not_found, not_allowed, four_eyes, beyond_own_power, undo_changed (something
 *   was changed since), affiliation_overlap. Audit: affiliation.restored and one row for everything restored
 */
export async function undoEndAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<{ affiliationId: string; personId: string; organisationId: string }> {
  const attempt = { action: 'affiliation.restored', subjectType: 'affiliation' };
  return runCommand(site, origin, attempt, async (change) => {
    const ended = endedAffiliation.parse(await takeUndo(change, actor.personId, undoKind, input.undoId));
    const found = await lockAffiliation(change, ended.affiliation.id);
    const acting = await requirePowerOver(
      change,
      actor,
      'affiliation.change',
      found.organisation_id,
      'affiliation',
    );
    enforce(mayGiveAffiliation(acting.personId, found.person_id));
    await restoreEnds(change, 'affiliation', [ended.affiliation]);
    const assignments = await restoreEnds(change, 'assignment', ended.assignments);
    const administrations = await restoreEnds(change, 'administration', ended.administrations);
    const carried = await loadCarried(change.trx, found.id, change.at);
    await requireGivingBack(site, change, acting, carried.administrations);
    const ids = { personId: found.person_id, organisationId: found.organisation_id };
    change.record({
      ...aboutAffiliation('affiliation.restored', { id: found.id, ...ids }),
      before: { until: found.valid_until, cancelled: found.cancelled_at !== null },
      after: { until: ended.affiliation.until },
    });
    recordRestored(change, 'assignment', assignments);
    recordRestored(change, 'administration', administrations);
    return { affiliationId: found.id, ...ids };
  });
}

/** @throws beyond_own_power (forbidden): some of it the actor could not give, or its giver not any more after a move */
export async function requireGivingBack(
  site: Site,
  change: Change,
  acting: Actor,
  administrations: Carried['administrations'],
): Promise<void> {
  if (!(await mayGiveBack(change.trx, acting, administrations, change.at, site.config.timeZone)))
    throw new AppError('forbidden', 'beyond_own_power');
  await refuseUncovered(
    change,
    administrations.map(({ id }) => id),
  );
}

interface Restored {
  readonly id: string;
  readonly person_id: string;
  readonly organisation_id: string | null;
  readonly valid_until: Date | null;
}

/** @throws undo_changed when any of the rows is not as the ending left it */
export async function restoreEnds(
  change: Change,
  table: 'affiliation' | 'assignment' | 'administration',
  rows: readonly RememberedEnd[],
): Promise<readonly Restored[]> {
  if (rows.length === 0) return [];
  const { rows: restored } = await sql<Restored>`
    update ${sql.table(table)} t set valid_until = was.until, cancelled_at = null, version = t.version + 1
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.version)}::int[],
      ${rows.map((row) => row.until)}::timestamptz[]) was (id, version, until)
    where t.id = was.id and t.version = was.version
    returning t.id, t.person_id, t.organisation_id, t.valid_until`.execute(change.trx);
  if (restored.length !== rows.length) throw new AppError('conflict', 'undo_changed');
  return restored;
}

export function recordRestored(
  change: Change,
  noun: 'assignment' | 'administration',
  rows: readonly Restored[],
): void {
  for (const row of rows) {
    change.record({
      action: `${noun}.restored`,
      subjectType: noun,
      subjectId: row.id,
      personId: row.person_id,
      organisationId: row.organisation_id ?? undefined,
      after: { until: row.valid_until },
    });
  }
}
