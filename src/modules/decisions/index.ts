// What other modules and the composition root may use of the decisions.
export { createAuthzenRoutes, type AuthzenDeps } from './authzen.routes.ts';
export { createDecisionPoint, type Asked, type DecisionPoint } from './decision.point.ts';
