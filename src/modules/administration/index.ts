// What other modules may use of administration.
export type { Actor, Administration, Power } from './administration.model.ts';
export { administrationsWith, hasPowerSomewhere, powersOf } from './administration.model.ts';
export { loadActor } from './administration.queries.ts';
export { applicationInScope, findCovering, organisationInScope } from './administration.scope.ts';
