// What other modules and the composition root may use of organisations.
export * from './identifiers.model.ts';
export * from './organisations.model.ts';
export { refuseWrong, requirePowerOver, requirePowerOverSite } from './organisations.access.ts';
export * from './organisations.commands.ts';
export { loadEndFacts, loadUnitEndFacts } from './organisations.facts.ts';
export { mayEndOrganisation, mayEndUnit } from './organisations.policy.ts';
export * from './target-groups.commands.ts';
export * from './units.commands.ts';
export * from './organisations.list.ts';
export * from './organisations.queries.ts';
export * from './organisations.reach.ts';
export * from './units.queries.ts';
export { crumbsOf, idParam, loadPlace, type Crumb, type Place } from './organisations.place.ts';
export { createOrganisationListRoutes } from './organisations.list.routes.ts';
export { createOrganisationRoutes } from './organisations.routes.ts';
export { createTargetGroupRoutes } from './target-groups.routes.ts';
export { createUnitRoutes } from './units.routes.ts';
