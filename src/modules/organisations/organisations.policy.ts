// May this be done to an organisation, a unit or a target group? Pure: the facts are handed in.
import { allow, deny, type Decision } from '../../platform/decision.ts';

export interface EndFacts {
  readonly runningChildren: number;
  /** Whether nobody would be left who operates the site. */
  readonly leavesNoOperator: boolean;
}

export function mayEndOrganisation(facts: EndFacts): Decision {
  if (facts.runningChildren > 0) return deny('organisation_has_children', 'conflict');
  return facts.leavesNoOperator ? deny('last_operator', 'conflict') : allow;
}

export interface UnitEndFacts {
  readonly runningChildren: number;
  readonly affiliations: number;
}

/** A unit people still work in cannot end: their affiliations would point nowhere. */
export function mayEndUnit(facts: UnitEndFacts): Decision {
  return facts.runningChildren + facts.affiliations > 0 ? deny('unit_in_use', 'conflict') : allow;
}

/** Four eyes: whoever works in a unit, or below it, would come to work in all that it is moved into. */
export function mayMoveUnit(isOwn: boolean): Decision {
  return isOwn ? deny('four_eyes') : allow;
}
