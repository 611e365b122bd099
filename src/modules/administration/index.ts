// What other modules may use of administration.
export type {
  Allowance,
  Conferred,
  ConferredAdministration,
  ConferredAssignment,
  Judgement,
} from './administration.conferral.ts';
export type { Ceiling, PeriodAnswer, PeriodQuestion } from './administration.ceiling.ts';
export type { AppointAdministrator, ChangeAdministrationPeriod } from './administration.commands.ts';
export type { EndAdministration } from './administration.end.ts';
export type { EndedAdministration, FallingAdministration } from './administration.ending.ts';
export type { Actor, Administration, Power } from './administration.model.ts';
export {
  loadActingActor,
  loadAllowance,
  loadCeilings,
  loadConferredByMove,
} from './administration.allowance.ts';
export { checkPeriod } from './administration.ceiling.ts';
export { appointAdministrator, changeAdministrationPeriod } from './administration.commands.ts';
export { ceilingKey, judge, requireConferrable } from './administration.conferral.ts';
export { endAdministration } from './administration.end.ts';
export { keepAdministratorsBut, recordEndings, shrinkAdministrations } from './administration.ending.ts';
export { endUncoveredByMove, refuseUncovered } from './administration.move.ts';
export { mayGiveBack, undoEndAdministration } from './administration.undo.ts';
export { undoAppointment } from './administration.undo-appointment.ts';
export { findLastChange, type LastChange } from './administration.last-change.ts';
export { administrationsWith, hasPowerSomewhere, powersOf } from './administration.model.ts';
export { loadActor } from './administration.queries.ts';
export { applicationInScope, findCovering, organisationInScope } from './administration.scope.ts';
export { requireReach } from './administration.lookup.ts';
export type { ListedAdministration } from './administration.lists.ts';
export { listAdministrationsOf, listAdministratorsOf } from './administration.lists.ts';
export { createAdministrationRoutes } from './administration.routes.ts';
