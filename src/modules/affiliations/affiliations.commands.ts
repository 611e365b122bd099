// Adds, changes and ends affiliations.
import { sql } from 'kysely';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError, invalidFields, notFound } from '../../platform/errors.ts';
import { endsLater } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { organisationInScope, type Actor } from '../administration/index.ts';
import { requirePowerOver } from '../organisations/index.ts';
import { endCarried, loadCarried, type Carried } from './affiliations.carried.ts';
import { leavesOut, type AffiliationDetails } from './affiliations.model.ts';
import { mayEndCarried, mayGiveAffiliation } from './affiliations.policy.ts';
import { offerUndoOfAdding, offerUndoOfChange } from './affiliations.undo-change.ts';
import { offerUndoOfEnd } from './affiliations.undo.ts';
import {
  aboutAffiliation,
  idsOf,
  insertAffiliation,
  loadCarriedFacts,
  lockAffiliation,
  partiesOf,
  requireFitting,
  viewOf,
  writeDetails,
  type AffiliationRow,
} from './affiliations.write.ts';

/** How much ends along with an affiliation. */
export interface Consequences {
  readonly assignments: number;
  /** Held through the affiliation itself. */
  readonly administrations: number;
  /** Of others, delegated from those. */
  readonly delegated: number;
}

export interface AffiliationChange extends Omit<AffiliationDetails, 'type'> {
  readonly affiliationId: string;
  readonly version: number;
  /** The person has read what ends when the period becomes shorter. */
  readonly acknowledgeConsequences?: boolean;
  readonly acknowledgeLast?: boolean;
}

export interface AffiliationEnd {
  readonly affiliationId: string;
  readonly version: number;
  /** Exclusive end; default and earliest: now. */
  readonly at?: Date;
  readonly reason?: string;
  /** The person has read that an organisation then has no head administrator left. */
  readonly acknowledgeLast?: boolean;
}

/**
 * Gives a person the actor can see another affiliation. For people from outside there is `addPerson`.
 * @returns its id, and the offer to take it back
 * @throws organisation_not_found, person_not_found, not_allowed, four_eyes, person_disabled, organisation_ended,
 *   invalid_fields, affiliation_overlap. Audit: affiliation.added
 */
export async function addAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly personId: string; readonly organisationId: string; readonly details: AffiliationDetails },
): Promise<{ affiliationId: string; undoId: string }> {
  const { personId, organisationId } = input;
  const attempt = { action: 'affiliation.added', subjectType: 'affiliation', personId, organisationId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requirePowerOver(change, actor, 'affiliation.change', organisationId);
    await requireVisiblePerson(change, acting, personId);
    enforce(mayGiveAffiliation(acting.personId, personId));
    const affiliationId = await insertAffiliation(change, site.config.timeZone, input);
    return { affiliationId, undoId: await offerUndoOfAdding(change, acting, affiliationId) };
  });
}

/**
 * Changes unit, function, contact mail and period. What the affiliation carries never reaches outside it: a shorter
 * period ends it.
 * @returns the offer to take it back (never for one's own)
 * @throws affiliation_not_found, not_allowed, four_eyes (one's own, unless it only becomes shorter or gets another contact mail), stale_edit,
 *   affiliation_over, invalid_fields, affiliation_overlap, assignment_outside_affiliation (a later start),
 *   consequences_unconfirmed (conflict, `details.consequences`), ends_administration, last_administrator.
 *   Audit: affiliation.changed; ends access when shortened
 */
export async function changeAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: AffiliationChange,
): Promise<{ undoId: string | undefined }> {
  const attempt = {
    action: 'affiliation.changed',
    subjectType: 'affiliation',
    subjectId: input.affiliationId,
  };
  return runCommand(site, origin, attempt, async (change) => {
    const { found, acting } = await open(change, actor, input.affiliationId, input.version);
    if (!onlyShortens(found, input)) enforce(mayGiveAffiliation(acting.personId, found.person_id));
    await requireFitting(change, site.config.timeZone, found.organisation_id, { ...input, type: found.type });
    const ended = await endWhatReachesBeyond(change, acting, found, input);
    await writeDetails(change, found, input);
    const fact = aboutAffiliation('affiliation.changed', idsOf(found));
    change.record({ ...fact, before: viewOf(found), after: detailsOf(input) });
    if (leavesOut(viewOf(found), input, change.at)) change.accessEnded(partiesOf(found));
    return { undoId: await offerUndoOfChange(site, change, acting, found, ended) };
  });
}

/**
 * Ends an affiliation, with everything it carries; one that has not begun is cancelled.
 * @returns what ended, and the offer to take it back, for whoever could give all of it (never for one's own)
 * @throws affiliation_not_found, not_allowed, ends_administration, stale_edit, affiliation_over, invalid_fields (`on`: it
 *   ends earlier already), last_administrator, last_operator. Audit: affiliation.ended and one row for everything that ended with it; ends access
 */
export async function endAffiliation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: AffiliationEnd,
): Promise<{ undoId: string | undefined; consequences: Consequences; cancelled: boolean }> {
  const attempt = { action: 'affiliation.ended', subjectType: 'affiliation', subjectId: input.affiliationId };
  return runCommand(site, origin, attempt, async (change) => {
    const { found, acting } = await open(change, actor, input.affiliationId, input.version, { own: true });
    const until = input.at !== undefined && input.at > change.at ? input.at : change.at;
    const cancelled = found.valid_from >= until;
    if (!cancelled && !endsLater(found.valid_until, until))
      throw invalidFields({ on: 'ends_earlier_already' });
    const carried = await loadCarried(change.trx, found.id, cancelled ? change.at : until);
    enforce(mayEndCarried(await loadCarriedFacts(change, acting, found.person_id, carried)));
    const options = { acknowledgeLast: input.acknowledgeLast ?? false, reason: 'affiliation_ended' };
    await endCarried(change, carried, cancelled ? change.at : until, options);
    await change.trx
      .updateTable('affiliation')
      .set({
        ...(cancelled ? { cancelled_at: change.at } : { valid_until: until }),
        version: found.version + 1,
      })
      .where('id', '=', found.id)
      .execute();
    const fact = aboutAffiliation('affiliation.ended', idsOf(found));
    const after = cancelled ? { cancelled: true } : { until };
    change.record({ ...fact, reason: input.reason, before: { until: found.valid_until }, after });
    if (found.valid_from <= change.at) change.accessEnded(partiesOf(found));
    const undoId = await offerUndoOfEnd(site, change, acting, found, carried);
    return { undoId, consequences: countConsequences(carried), cancelled };
  });
}

export function countConsequences(carried: Carried): Consequences {
  const administrations = carried.administrations.filter((one) => one.own).length;
  return {
    assignments: carried.assignments.length,
    administrations,
    delegated: carried.administrations.length - administrations,
  };
}

/** The affiliation, when the actor may change it. Their own they may always see and end. */
async function open(
  change: Change,
  actor: Actor,
  affiliationId: string,
  version: number,
  options: { readonly own?: boolean } = {},
): Promise<{ found: AffiliationRow; acting: Actor }> {
  const found = await lockAffiliation(change, affiliationId);
  const isOwn = options.own === true && found.person_id === actor.personId;
  const acting = isOwn
    ? actor
    : await requirePowerOver(change, actor, 'affiliation.change', found.organisation_id, 'affiliation');
  const over = found.cancelled_at !== null || (found.valid_until !== null && found.valid_until <= change.at);
  if (over) throw new AppError('conflict', 'affiliation_over');
  refuseStale({ ...viewOf(found), version: found.version }, version);
  return { found, acting };
}

async function requireVisiblePerson(change: Change, actor: Actor, personId: string): Promise<void> {
  const person = await change.trx
    .selectFrom('person')
    .select('valid_until')
    .where('id', '=', personId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('affiliation')
          .select('affiliation.id')
          .whereRef('affiliation.person_id', '=', 'person.id')
          .where(organisationInScope(actor, 'person.view', sql.ref('affiliation.organisation_id'))),
      ),
    )
    .executeTakeFirst();
  if (!person) throw notFound('person');
  if (person.valid_until !== null && person.valid_until <= change.at)
    throw new AppError('conflict', 'person_disabled');
}

/** @returns what ended. @throws consequences_unconfirmed, ends_administration, last_administrator */
async function endWhatReachesBeyond(
  change: Change,
  acting: Actor,
  found: AffiliationRow,
  input: AffiliationChange,
): Promise<Carried> {
  const { until } = input;
  if (until === null || !endsLater(found.valid_until, until)) return { assignments: [], administrations: [] };
  const carried = await loadCarried(change.trx, found.id, until);
  if (carried.assignments.length + carried.administrations.length === 0) return carried;
  if (input.acknowledgeConsequences !== true) {
    throw new AppError('conflict', 'consequences_unconfirmed', {
      details: { consequences: countConsequences(carried) },
    });
  }
  enforce(mayEndCarried(await loadCarriedFacts(change, acting, found.person_id, carried)));
  const options = { acknowledgeLast: input.acknowledgeLast ?? false, reason: 'affiliation_shortened' };
  await endCarried(change, carried, until, options);
  return carried;
}

/** Unit and function fill groups of rights models: another one may give more. */
function onlyShortens(found: AffiliationRow, input: AffiliationChange): boolean {
  const sameWork = input.unitId === found.unit_id && input.functionTitle === found.function_title;
  return sameWork && input.from >= found.valid_from && !endsLater(input.until, found.valid_until);
}

const detailsOf = (details: Omit<AffiliationDetails, 'type'>) => ({
  unitId: details.unitId,
  functionTitle: details.functionTitle,
  contactMail: details.contactMail,
  from: details.from,
  until: details.until,
});
