// May this be done to an affiliation? Pure: the facts are handed in.
import { allow, deny, type Decision } from '../../platform/decision.ts';

/** Four eyes: nobody gives themselves an affiliation, or a longer one. Ending one's own is allowed. */
export function mayGiveAffiliation(actorPersonId: string, personId: string): Decision {
  return actorPersonId === personId ? deny('four_eyes') : allow;
}

export interface CarriedFacts {
  /** Each administration held through the affiliation that would end, and whether the actor may decide over it. */
  readonly administrations: readonly { readonly kind: string; readonly withinReach: boolean }[];
  readonly own: boolean;
}

/**
 * Ending an affiliation takes the administrations held through it away. Whoever may not take the administration of a
 * head or an operator away by itself may not do it by this detour; the other kinds leave with the work.
 */
export function mayEndCarried(facts: CarriedFacts): Decision {
  if (facts.own) return allow;
  const guarded = facts.administrations.filter((one) => one.kind === 'head' || one.kind === 'operator');
  return guarded.every((one) => one.withinReach) ? allow : deny('ends_administration');
}
