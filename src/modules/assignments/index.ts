// What other modules may use of assignments.
export type { ActingOrganisation, EffectiveRight, RightsQuestion } from './assignments.effective.ts';
export { findEffectiveRights, listActingOrganisations } from './assignments.effective.ts';
