// The first step of every command about one organisation: may this actor, now, do this here?
import type { Change } from '../../platform/change.ts';
import { AppError, invalidFields, notFound, type FieldError } from '../../platform/errors.ts';
import {
  findCovering,
  hasPowerSomewhere,
  loadActingActor,
  type Actor,
  type Power,
} from '../administration/index.ts';

/**
 * Loads the actor again and asks for the power over the organisation.
 * @returns the actor as of this transaction
 * @throws <noun>_not_found when the organisation lies outside what they administer; not_allowed when it lies inside but
 *   their administration does not include this
 */
export async function requirePowerOver(
  change: Change,
  actor: Actor,
  power: Power,
  organisationId: string,
  noun = 'organisation',
): Promise<Actor> {
  const current = await loadActingActor(change, actor.personId);
  const covering = await findCovering(change.trx, current, power, organisationId);
  if (covering.length > 0) return current;
  const seeing = await findCovering(change.trx, current, 'organisation.view', organisationId);
  throw seeing.length > 0 ? new AppError('forbidden', 'not_allowed') : notFound(noun);
}

/** For powers over the whole site. @throws not_allowed */
export async function requirePowerOverSite(change: Change, actor: Actor, power: Power): Promise<Actor> {
  const current = await loadActingActor(change, actor.personId);
  if (!hasPowerSomewhere(current, power)) throw new AppError('forbidden', 'not_allowed');
  return current;
}

/** @throws invalid_fields when there is anything in it */
export function refuseWrong(...wrong: readonly Record<string, FieldError>[]): void {
  const all = Object.assign({}, ...wrong) as Record<string, FieldError>;
  if (Object.keys(all).length > 0) throw invalidFields(all);
}
