// Takes the adding or a change of an affiliation back, judged anew: power over the organisation, four eyes, and only while
// nothing has happened to it, or rests on it, since.
import { z } from 'zod';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { offerUndo, takeUndo } from '../../platform/undo.ts';
import type { Actor } from '../administration/index.ts';
import { requirePowerOver } from '../organisations/index.ts';
import { loadCarried, type Carried } from './affiliations.carried.ts';
import { leavesOut } from './affiliations.model.ts';
import { mayGiveAffiliation } from './affiliations.policy.ts';
import {
  mayUndoEnding,
  recordRestored,
  rememberEnd,
  rememberedEnd,
  requireGivingBack,
  restoreEnds,
} from './affiliations.undo.ts';
import {
  aboutAffiliation,
  idsOf,
  lockAffiliation,
  partiesOf,
  requireFitting,
  viewOf,
  writeDetails,
  type AffiliationRow,
} from './affiliations.write.ts';

const addedKind = 'affiliation.added';
const changedKind = 'affiliation.changed';
const instant = z.iso.datetime().pipe(z.coerce.date());

/** `version`: that which the change left behind. */
const addedAffiliation = z.object({ id: z.uuid(), version: z.int() });
const changedAffiliation = addedAffiliation.extend({
  before: z.object({
    unitId: z.uuid().nullable(),
    functionTitle: z.string().nullable(),
    contactMail: z.string().nullable(),
    from: instant,
    until: instant.nullable(),
  }),
  assignments: z.array(rememberedEnd),
  administrations: z.array(rememberedEnd),
});

interface Undone {
  readonly affiliationId: string;
  readonly personId: string;
  readonly organisationId: string;
}

export const offerUndoOfAdding = (change: Change, actor: Actor, affiliationId: string): Promise<string> =>
  offerUndo(change, actor.personId, addedKind, { id: affiliationId, version: 1 });

/**
 * @param before as it was found.
 * @returns the offer, for whoever could give all of it; nobody gets one for their own: undoing is giving again.
 */
export async function offerUndoOfChange(
  site: Site,
  change: Change,
  actor: Actor,
  before: AffiliationRow,
  ended: Carried,
): Promise<string | undefined> {
  if (!(await mayUndoEnding(site, change, actor, before.person_id, ended))) return undefined;
  return offerUndo(change, actor.personId, changedKind, {
    id: before.id,
    version: before.version + 1,
    before: viewOf(before),
    assignments: ended.assignments.map(rememberEnd),
    administrations: ended.administrations.map(rememberEnd),
  });
}

/**
 * Cancels an affiliation that was just added: it counts as never having been.
 * @throws undo_expired, affiliation_not_found, not_allowed, four_eyes; undo_changed: it was changed, or somebody got a right
 *   or an administration with it. Audit: affiliation.undone
 */
export async function undoAddAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<Undone> {
  return runCommand(site, origin, attempt, async (change) => {
    const added = addedAffiliation.parse(await takeUndo(change, actor.personId, addedKind, input.undoId));
    const { found } = await openAsLeft(change, actor, added);
    await refuseUsed(change, found.id);
    await change.trx
      .updateTable('affiliation')
      .set({ cancelled_at: change.at, version: found.version + 1 })
      .where('id', '=', found.id)
      .execute();
    const fact = aboutAffiliation('affiliation.undone', idsOf(found));
    change.record({ ...fact, before: viewOf(found), after: { cancelled: true } });
    change.accessEnded(partiesOf(found));
    return { affiliationId: found.id, ...partiesOf(found) };
  });
}

/**
 * Puts an affiliation back as it was before a change, with everything that a shorter period ended.
 * @throws undo_expired, affiliation_not_found, not_allowed, four_eyes, beyond_own_power, affiliation_overlap;
 *   undo_changed: it, or what it rests on, is not as the change left it, or something reaches beyond the former end.
 *   Audit: affiliation.undone and one row for everything restored; ends access when that makes it shorter
 */
export async function undoChangeAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<Undone> {
  return runCommand(site, origin, attempt, async (change) => {
    const entry = changedAffiliation.parse(await takeUndo(change, actor.personId, changedKind, input.undoId));
    const { found, acting } = await openAsLeft(change, actor, entry);
    await requireStillFitting(change, site.config.timeZone, found, entry.before);
    await refuseReachingBeyond(change, found.id, entry.before.until);
    await writeDetails(change, found, entry.before);
    const assignments = await restoreEnds(change, 'assignment', entry.assignments);
    const administrations = await restoreEnds(change, 'administration', entry.administrations);
    const carried = await loadCarried(change.trx, found.id, change.at);
    const back = new Set(administrations.map(({ id }) => id));
    const restored = carried.administrations.filter(({ id }) => back.has(id));
    await requireGivingBack(site, change, acting, restored);
    const fact = aboutAffiliation('affiliation.undone', idsOf(found));
    change.record({ ...fact, before: viewOf(found), after: entry.before });
    recordRestored(change, 'assignment', assignments);
    recordRestored(change, 'administration', administrations);
    if (leavesOut(viewOf(found), entry.before, change.at)) change.accessEnded(partiesOf(found));
    return { affiliationId: found.id, ...partiesOf(found) };
  });
}

const attempt = { action: 'affiliation.undone', subjectType: 'affiliation' };
type Before = z.output<typeof changedAffiliation>['before'];
const refused = (): AppError => new AppError('conflict', 'undo_changed');

/** The affiliation, held, when the actor may still give it. @throws affiliation_not_found, not_allowed, four_eyes, undo_changed */
async function openAsLeft(
  change: Change,
  actor: Actor,
  left: { readonly id: string; readonly version: number },
): Promise<{ found: AffiliationRow; acting: Actor }> {
  const found = await lockAffiliation(change, left.id);
  const where = found.organisation_id;
  const acting = await requirePowerOver(change, actor, 'affiliation.change', where, 'affiliation');
  enforce(mayGiveAffiliation(acting.personId, found.person_id));
  if (found.version !== left.version) throw refused();
  return { found, acting };
}

/** Also what has ended since: it would have rested on nothing. */
async function refuseUsed(change: Change, affiliationId: string): Promise<void> {
  for (const table of ['assignment', 'administration'] as const) {
    const carried = await change.trx
      .selectFrom(table)
      .select('id')
      .where('affiliation_id', '=', affiliationId)
      .where('cancelled_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (carried) throw refused();
  }
}

/** The unit may have ended meanwhile, or the rules of the target group have become other ones. */
async function requireStillFitting(
  change: Change,
  zone: string,
  found: AffiliationRow,
  before: Before,
): Promise<void> {
  try {
    await requireFitting(change, zone, found.organisation_id, { ...before, type: found.type });
  } catch (error) {
    throw isAppError(error) && error.kind === 'invalid' ? refused() : error;
  }
}

async function refuseReachingBeyond(
  change: Change,
  affiliationId: string,
  until: Date | null,
): Promise<void> {
  if (until === null) return;
  const { assignments, administrations } = await loadCarried(change.trx, affiliationId, until);
  if (assignments.length + administrations.length > 0) throw refused();
}
