// What other modules and the composition root may use of the decisions.
export { createAuthzenRoutes, type AuthzenDeps } from './authzen.routes.ts';
export { createDecisionPoint, type Asked, type DecisionPoint } from './decision.point.ts';
export { createComparisonRoutes } from './comparison/comparison.routes.ts';
export { createSubjectListRoutes } from './facts/list.routes.ts';
export { createSubjectRoutes } from './facts/sheet.routes.ts';
export { createRecordListRoutes } from './records/list.routes.ts';
export { createRecordRoutes } from './records/record.routes.ts';
export { createPowerRoutes } from './powers/powers.routes.ts';
export { createQuestionRoutes } from './questions/questions.routes.ts';
export { createRightsModelRoutes } from './models/models.routes.ts';
export { createStructureRoutes } from './structure/structure.routes.ts';
export { publishDraft, saveDraft } from './models/models.commands.ts';
export { declareModel, type DeclaredModel, type ModelOutcome } from './models/models.declare.ts';
export { compareForms, type Difference, type DifferenceLine } from './models/models.difference.ts';
export { documentLines, effectLines } from './models/models.text.ts';
export { checkForms, modelFormsSchema, type ModelForms } from './forms/index.ts';
export { storeDemoExamples } from './worlds/worlds.store.ts';
export { readWorld, worldNames } from './worlds/worlds.files.ts';
