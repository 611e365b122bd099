// Appoints administrators and changes how long they stay. Whatever they may then do is conferred, and judged as such.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { AdministrationKind } from '../../platform/db/types.ts';
import { AppError, invalidFields, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { endsLater, liesInside, type Period } from '../../platform/period.ts';
import { refuseStale } from '../../platform/stale.ts';
import type { Site } from '../../platform/site.ts';
import { loadActingActor, loadAllowance } from './administration.allowance.ts';
import { requireConferrable, type ConferredAdministration } from './administration.conferral.ts';
import { shrinkAdministrations, type EndedAdministration } from './administration.ending.ts';
import { lockAdministration, requireReach, type StoredAdministration } from './administration.lookup.ts';
import type { Actor } from './administration.model.ts';
import { refuseUncovered } from './administration.move.ts';
import { findCovering } from './administration.scope.ts';
import { offerUndoOfAppointment } from './administration.undo-appointment.ts';
import { offerUndoOfEnd } from './administration.undo.ts';

export interface AppointAdministrator {
  /** The affiliation whose work it is: it ends with it. */
  readonly affiliationId: string;
  readonly kind: AdministrationKind;
  /** For head, local, and an auditor of one organisation. */
  readonly organisationId?: string | undefined;
  /** For an application owner. */
  readonly applicationId?: string | undefined;
  readonly includesSubtree?: boolean | undefined;
  /** Null: from this moment. */
  readonly from: Date | null;
  readonly until: Date | null;
  readonly reason?: string | undefined;
}

/**
 * Appoints somebody. Heads appoint heads and local administrators inside their own scope and time; operators appoint
 * anybody but themselves. Audited as `administration.appointed`.
 * @returns its id, and the offer to take it back
 * @throws not_found out of scope; four_eyes, beyond_own_power (forbidden); invalid_fields; administration_overlap
 */
export async function appointAdministrator(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: AppointAdministrator,
): Promise<{ administrationId: string; undoId: string }> {
  const { kind, organisationId, applicationId } = input;
  const subject = { subjectType: 'administration', organisationId, applicationId };
  return runCommand(site, origin, { action: 'administration.appointed', ...subject }, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const affiliation = await findVisibleAffiliation(change, acting, input.affiliationId);
    const period = { from: input.from ?? change.at, until: input.until };
    const conferred: ConferredAdministration = {
      what: 'administration',
      personId: affiliation.person_id,
      kind,
      organisationId: organisationId ?? null,
      includesSubtree: input.includesSubtree ?? false,
      applicationId: applicationId ?? null,
      period,
    };
    const through = await requireMayConfer(site, change, acting, conferred);
    refuseImpossiblePeriod(period, affiliation, change.at);
    const administrationId = newId();
    const given = through?.kind === 'operator' ? null : (through?.id ?? null);
    await change.trx
      .insertInto('administration')
      .values({
        id: administrationId,
        kind,
        affiliation_id: input.affiliationId,
        person_id: affiliation.person_id,
        affiliation_organisation_id: affiliation.organisation_id,
        organisation_id: organisationId ?? null,
        includes_subtree: conferred.includesSubtree,
        application_id: applicationId ?? null,
        given_by_id: given,
        given_by_person_id: acting.personId,
        given_at: change.at,
        cancelled_at: null,
        valid_from: period.from,
        valid_until: period.until,
      })
      .execute();
    await refuseUncovered(change, [administrationId]);
    change.record({
      action: 'administration.appointed',
      ...subject,
      subjectId: administrationId,
      personId: affiliation.person_id,
      reason: input.reason,
      after: { kind, includesSubtree: conferred.includesSubtree, givenBy: given, ...period },
    });
    return { administrationId, undoId: await offerUndoOfAppointment(change, acting, administrationId) };
  });
}

export interface ChangeAdministrationPeriod {
  readonly administrationId: string;
  readonly version: number;
  readonly until: Date | null;
  /** As in {@link EndAdministration}: for a shortened period of the last head administrator. */
  readonly acknowledgeLast?: boolean | undefined;
  readonly reason?: string | undefined;
}

/**
 * Prolongs or shortens an administration. Shortening takes what was delegated from it along. It stays with whoever
 * gave it and cannot outlive that; an operator who prolongs it further takes it over.
 * @returns for a shortened one, the offer to take that back
 * @throws not_found; four_eyes, beyond_own_power; stale_edit; administration_over; last_administrator; invalid_fields
 */
export async function changeAdministrationPeriod(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: ChangeAdministrationPeriod,
): Promise<{ undoId: string | undefined }> {
  const action = 'administration.period_changed';
  const subject = { subjectType: 'administration', subjectId: input.administrationId };
  return runCommand(site, origin, { action, ...subject }, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const stored = await lockAdministration(change.trx, input.administrationId);
    await requireReach(change.trx, acting, stored);
    refuseOver(stored, change.at);
    refuseStale(stored, input.version);
    const period = { from: stored.valid_from, until: input.until };
    const prolonged = endsLater(period.until, stored.valid_until);
    const through = await requireMayConfer(site, change, acting, { ...conferredOf(stored), period });
    const shortened = prolonged
      ? []
      : await shorten(change, stored, input.until, input.acknowledgeLast ?? false);
    if (prolonged) await prolong(change, stored, input.until, through?.kind === 'operator');
    change.record({
      action,
      ...subject,
      personId: stored.person_id,
      reason: input.reason,
      organisationId: stored.organisation_id ?? undefined,
      applicationId: stored.application_id ?? undefined,
      before: { until: stored.valid_until },
      after: { until: input.until },
    });
    if (shortened.length === 0) return { undoId: undefined };
    return { undoId: await offerUndoOfEnd(change, acting, shortened, site.config.timeZone) };
  });
}

async function requireMayConfer(
  site: Site,
  change: Change,
  acting: Actor,
  conferred: ConferredAdministration,
) {
  const question = { actor: acting, conferred: [conferred], at: change.at, zone: site.config.timeZone };
  return requireConferrable([conferred], await loadAllowance(change.trx, question))[0] ?? null;
}

const conferredOf = (stored: StoredAdministration) => ({
  what: 'administration' as const,
  personId: stored.person_id,
  kind: stored.kind,
  organisationId: stored.organisation_id,
  includesSubtree: stored.includes_subtree,
  applicationId: stored.application_id,
});

async function prolong(
  change: Change,
  stored: StoredAdministration,
  until: Date | null,
  byOperator: boolean,
): Promise<void> {
  const outer = { from: stored.affiliation_from, until: stored.affiliation_until };
  const period = { from: stored.valid_from, until };
  if (!liesInside(period, outer))
    throw invalidFields({ until: untilError('until_outside_affiliation', outer.until) });
  const outlivesGiver = stored.given_by_id !== null && endsLater(until, stored.giver_until);
  if (outlivesGiver && !byOperator) {
    throw invalidFields({ until: untilError('administration_outlives_giver', stored.giver_until) });
  }
  await change.trx
    .updateTable('administration')
    .set((eb) => ({
      valid_until: until,
      version: eb('version', '+', 1),
      ...(outlivesGiver ? { given_by_id: null } : {}),
    }))
    .where('id', '=', stored.id)
    .execute();
}

async function shorten(
  change: Change,
  stored: StoredAdministration,
  until: Date | null,
  acknowledgeLast: boolean,
): Promise<readonly EndedAdministration[]> {
  if (until === null || stored.valid_until?.getTime() === until.getTime()) return [];
  if (until <= stored.valid_from || until < change.at) throw invalidFields({ until: 'until_before_from' });
  return shrinkAdministrations(change, [stored.id], until, { acknowledgeLast });
}

const untilError = (code: string, latest: Date | null) => ({
  code,
  ...(latest === null ? {} : { params: { latest: latest.toISOString() } }),
});

function refuseOver(stored: StoredAdministration, at: Date): void {
  const over = stored.cancelled_at !== null || (stored.valid_until !== null && stored.valid_until <= at);
  if (over) throw new AppError('conflict', 'administration_over');
}

/** The affiliation of somebody the actor can see, held until the end of the transaction. */
async function findVisibleAffiliation(change: Change, acting: Actor, affiliationId: string) {
  const affiliation = await change.trx
    .selectFrom('affiliation')
    .select(['id', 'person_id', 'organisation_id', 'valid_from', 'valid_until', 'cancelled_at'])
    .where('id', '=', affiliationId)
    .forShare()
    .executeTakeFirst();
  if (!affiliation || affiliation.cancelled_at !== null) throw notFound('affiliation');
  const covering = await findCovering(change.trx, acting, 'person.view', affiliation.organisation_id);
  if (covering.length === 0) throw notFound('affiliation');
  return affiliation;
}

function refuseImpossiblePeriod(
  period: Period,
  affiliation: { valid_from: Date; valid_until: Date | null },
  at: Date,
): void {
  if (period.from < at) throw invalidFields({ from: 'from_in_past' });
  if (period.until !== null && period.until <= period.from)
    throw invalidFields({ until: 'until_before_from' });
  const outer = { from: affiliation.valid_from, until: affiliation.valid_until };
  if (period.from < outer.from) throw invalidFields({ from: 'from_outside_affiliation' });
  if (!liesInside(period, outer))
    throw invalidFields({ until: untilError('until_outside_affiliation', outer.until) });
}
