// May this be done to a person? Pure: the facts are handed in.
import { allow, deny, type Decision } from '../../platform/decision.ts';

export interface PersonFacts {
  readonly personId: string;
  /** Whether some running or coming affiliation lies within the actor's power; of operators always. */
  readonly worksInScope: boolean;
  /** Whether every running or coming affiliation and administration of the person lies within the actor's power. */
  readonly whollyInScope: boolean;
  readonly hasPassword: boolean;
}

/**
 * Names and mail are the same for every organisation of the person, and whoever sets the mail address can have the
 * password reset sent there. So only who has power over all of the person's work may change them; who has left works
 * for nobody here, and whoever takes them on next would be given an account in other hands.
 */
export function mayChangePerson(facts: PersonFacts): Decision {
  if (!facts.worksInScope) return deny('person_left');
  return facts.whollyInScope ? allow : deny('person_shared');
}

/** A new invitation lets the earlier one die: that of the next organisation is not for the former one to undo. */
export function mayInvitePerson(facts: PersonFacts): Decision {
  return facts.worksInScope ? allow : deny('person_left');
}

/** Disabling oneself would be the last thing one does. */
export function mayDisablePerson(actorPersonId: string, personId: string): Decision {
  return actorPersonId === personId ? deny('four_eyes') : allow;
}
