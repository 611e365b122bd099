// What other modules may use of assignments.
export type { ChangeAssignmentPeriod, EndAssignment } from './assignments.changes.ts';
export type { ActingOrganisation, EffectiveRight, RightsQuestion } from './assignments.effective.ts';
export type { Granted, GrantRight } from './assignments.grant.ts';
export type { GrantQuestion } from './assignments.rules.ts';
export { changeAssignmentPeriod, endAssignment, undoAssignmentChange } from './assignments.changes.ts';
export { findEffectiveRights, listActingOrganisations } from './assignments.effective.ts';
export { grantRight } from './assignments.grant.ts';
export { findFieldErrors, requireGrantable } from './assignments.rules.ts';
export { createAssignmentRoutes } from './assignments.routes.ts';
export type { Holder, HolderQuery, HolderState } from './assignments.holders.ts';
export { canSortHolders, holderSorts, listHolders, streamHolders } from './assignments.holders.ts';
export type { ShownContext } from './assignments.context.ts';
export { contextText, unitNamesOf } from './assignments.context.ts';
export { createMyAccessRoutes } from './my-access.routes.ts';
