// What the command line, the composition root and tests may use of provisioning.
export type { Problem } from './problems.ts';
export type { FieldChange, ModelChange, NounCount, PlanEntry, PlanNoun, Progress } from './run.ts';
export {
  applyDeclarations,
  planDeclarations,
  type ApplyOptions,
  type Outcome,
  type RefusedDetails,
} from './provisioning.commands.ts';
export { publishedSchema } from './provisioning.schema.ts';
export { fileSource, textSource, type SourceFile } from './sources.ts';
