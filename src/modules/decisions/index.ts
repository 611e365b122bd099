// What other modules and the composition root may use of the decisions.
export { createAuthzenRoutes, type AuthzenDeps } from './authzen.routes.ts';
export { createDecisionPoint, type Asked, type DecisionPoint } from './decision.point.ts';
export { createComparisonRoutes } from './comparison/comparison.routes.ts';
export { createPowerRoutes } from './powers/powers.routes.ts';
export { createQuestionRoutes } from './questions/questions.routes.ts';
export { createRightsModelRoutes } from './models/models.routes.ts';
export { publishDraft, saveDraft } from './models/models.commands.ts';
export { storeDemoModels } from './worlds/worlds.store.ts';
