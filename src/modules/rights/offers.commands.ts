// Offers: which organisations may hand out a right, and for how long at most. For owners of the application.
import { z } from 'zod';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Writer } from '../../platform/db/types.ts';
import { AppError, invalidFields, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { endsLater } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { offerUndo, takeUndo } from '../../platform/undo.ts';
import { loadActingActor, type Actor } from '../administration/index.ts';
import { refuseOwnBenefit, requireApplication } from './rights.access.ts';
import type { Offer } from './rights.model.ts';
import { findOffer, findRight } from './rights.queries.ts';

export interface OfferTerms {
  /** Calendar days from the start of an assignment; null: no maximum. */
  readonly maxPeriodDays: number | null;
  readonly maxUntil: Date | null;
  readonly until: Date | null;
}

export interface CreateOffer extends OfferTerms {
  readonly rightId: string;
  /** One of the two. */
  readonly organisationId?: string | undefined;
  readonly targetGroupId?: string | undefined;
  readonly from: Date | null;
}

/**
 * Lets an organisation, or every organisation of a target group, hand out a right.
 * @throws right_not_found; not_allowed; four_eyes; offer_overlap (conflict); invalid_fields
 */
export async function createOffer(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: CreateOffer,
): Promise<{ offerId: string }> {
  const { rightId, organisationId, targetGroupId } = input;
  const attempt = { action: 'offer.created', subjectType: 'offer', organisationId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const right = await requireRight(change.trx, acting, rightId);
    await requireReceiver(change.trx, input);
    const from = input.from ?? change.at;
    if (from < change.at) throw invalidFields({ from: 'from_in_past' });
    const receiver = { organisationId: organisationId ?? null, targetGroupId: targetGroupId ?? null };
    await refuseOwnBenefit(change.trx, acting.personId, {
      rightIds: [rightId],
      ...receiver,
      from,
      until: input.until,
    });
    const offerId = newId();
    await change.trx
      .insertInto('offer')
      .values({
        id: offerId,
        right_id: rightId,
        organisation_id: receiver.organisationId,
        target_group_id: receiver.targetGroupId,
        max_period_days: input.maxPeriodDays,
        max_until: input.maxUntil,
        cancelled_at: null,
        valid_from: from,
        valid_until: input.until,
      })
      .execute();
    const { maxPeriodDays, maxUntil, until } = input;
    const after = { right: right.code, ...receiver, maxPeriodDays, maxUntil, from, until };
    change.record({ ...attempt, subjectId: offerId, applicationId: right.applicationId, after });
    return { offerId };
  });
}

/**
 * Changes ceilings and end. New ceilings bind what is granted or prolonged from now on; an earlier end takes access
 * away on that day.
 * @throws offer_not_found; not_allowed; stale_edit; offer_over; four_eyes; invalid_fields
 */
export async function changeOffer(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: OfferTerms & { readonly offerId: string; readonly version: number },
): Promise<void> {
  const attempt = { action: 'offer.changed', subjectType: 'offer', subjectId: input.offerId };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const { offer, applicationId } = await lockOffer(change, acting, input.offerId, input.version);
    const { maxPeriodDays, maxUntil, until } = input;
    if (until !== null && (until <= offer.period.from || until < change.at))
      throw invalidFields({ until: 'until_before_from' });
    if (endsLater(until, offer.period.until)) {
      const widening = { rightIds: [offer.rightId], ...receiverOf(offer), from: offer.period.until!, until };
      await refuseOwnBenefit(change.trx, acting.personId, widening);
    }
    await change.trx
      .updateTable('offer')
      .set((eb) => ({
        max_period_days: maxPeriodDays,
        max_until: maxUntil,
        valid_until: until,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', offer.id)
      .execute();
    if (endsLater(offer.period.until, until)) endAccess(change, offer);
    const before = {
      maxPeriodDays: offer.maxPeriodDays,
      maxUntil: offer.maxUntil,
      until: offer.period.until,
    };
    const where = { applicationId, organisationId: offer.organisation?.id };
    change.record({ ...attempt, ...where, before, after: { maxPeriodDays, maxUntil, until } });
  });
}

/**
 * Ends an offer now; one that has not begun is cancelled. Assignments that rest on no other offer stop counting.
 * @throws offer_not_found; not_allowed; stale_edit; offer_over (conflict)
 */
export async function endOffer(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly offerId: string; readonly version: number; readonly reason?: string | undefined },
): Promise<{ undoId: string }> {
  const attempt = { action: 'offer.ended', subjectType: 'offer', subjectId: input.offerId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const { offer, applicationId } = await lockOffer(change, acting, input.offerId, input.version);
    const begun = offer.period.from < change.at;
    await change.trx
      .updateTable('offer')
      .set((eb) => ({
        ...(begun ? { valid_until: change.at } : { cancelled_at: change.at }),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', offer.id)
      .execute();
    endAccess(change, offer);
    change.record({
      ...attempt,
      applicationId,
      organisationId: offer.organisation?.id,
      reason: input.reason,
      before: { until: offer.period.until },
      after: begun ? { until: change.at } : { cancelled: true },
    });
    const until = offer.period.until?.toISOString() ?? null;
    const payload: EndedOffer = { offerId: offer.id, version: offer.version + 1, until };
    return { undoId: await offerUndo(change, acting.personId, undoKind, payload) };
  });
}

const undoKind = 'offer.ended';
const endedOffer = z.object({ offerId: z.uuid(), version: z.int(), until: z.iso.datetime().nullable() });
type EndedOffer = z.infer<typeof endedOffer>;

/**
 * Takes the ending of an offer back while nothing happened to it since. Judged as a new offer would be: power over the
 * application, and nobody brings an assignment of their own back to life. What rested on it counts again.
 * @throws undo_expired (gone), undo_changed, offer_overlap (conflict), offer_not_found, not_allowed, four_eyes.
 *   Audit: offer.restored
 */
export async function undoEndOffer(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly undoId: string },
): Promise<void> {
  const attempt = { action: 'offer.restored', subjectType: 'offer' };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const ended = endedOffer.parse(await takeUndo(change, acting.personId, undoKind, input.undoId));
    const { offer, applicationId } = await holdOffer(change, acting, ended.offerId);
    if (offer.version !== ended.version) throw new AppError('conflict', 'undo_changed');
    const until = ended.until === null ? null : new Date(ended.until);
    const widening = { rightIds: [offer.rightId], ...receiverOf(offer), from: change.at, until };
    await refuseOwnBenefit(change.trx, acting.personId, widening);
    await change.trx
      .updateTable('offer')
      .set((eb) => ({ valid_until: until, cancelled_at: null, version: eb('version', '+', 1) }))
      .where('id', '=', offer.id)
      .execute();
    change.record({
      ...attempt,
      subjectId: offer.id,
      applicationId,
      organisationId: offer.organisation?.id,
      before: { until: offer.period.until, cancelled: offer.cancelledAt !== null },
      after: { until },
    });
  });
}

const receiverOf = (offer: Offer) => ({
  organisationId: offer.organisation?.id ?? null,
  targetGroupId: offer.targetGroup?.id ?? null,
});

/** Nothing rests yet on what has not begun: nobody is signed out for it. */
function endAccess(change: Change, offer: Offer): void {
  if (offer.period.from > change.at) return;
  const { rightId } = offer;
  if (offer.organisation) change.accessEnded({ rightId, organisationId: offer.organisation.id });
  if (offer.targetGroup) change.accessEnded({ rightId, targetGroupId: offer.targetGroup.id });
}

async function requireRight(trx: Writer, actor: Actor, rightId: string) {
  const right = await findRight(trx, rightId);
  if (!right) throw notFound('right');
  await requireApplication(trx, actor, 'offer.change', right.applicationId);
  return right;
}

/** @throws invalid_fields when the receiver is neither or both, or does not exist */
async function requireReceiver(trx: Writer, { organisationId, targetGroupId }: CreateOffer): Promise<void> {
  if ((organisationId === undefined) === (targetGroupId === undefined))
    throw invalidFields({ receiver: 'choose' });
  const found = await trx
    .selectFrom(organisationId === undefined ? 'target_group' : 'organisation')
    .select('id')
    .where('id', '=', organisationId ?? targetGroupId!)
    .executeTakeFirst();
  if (!found) throw invalidFields({ receiver: 'receiver_unknown' });
}

/** Held until the end of the transaction. @throws offer_not_found, not_allowed */
async function holdOffer(change: Change, actor: Actor, offerId: string) {
  await change.trx.selectFrom('offer').select('id').where('id', '=', offerId).forNoKeyUpdate().execute();
  const offer = await findOffer(change.trx, offerId);
  if (!offer) throw notFound('offer');
  const { applicationId } = await requireRight(change.trx, actor, offer.rightId).catch((error: unknown) => {
    throw error instanceof AppError && error.kind === 'not_found' ? notFound('offer') : error;
  });
  return { offer, applicationId };
}

/** @throws offer_not_found, not_allowed, stale_edit, offer_over */
async function lockOffer(change: Change, actor: Actor, offerId: string, version: number) {
  const { offer, applicationId } = await holdOffer(change, actor, offerId);
  const over = offer.cancelledAt !== null || (offer.period.until !== null && offer.period.until <= change.at);
  if (over) throw new AppError('conflict', 'offer_over');
  refuseStale(offer, version);
  return { offer, applicationId };
}
