// Applies the rights models of applications, after everything else: whom a version concerns depends on the assignments.
import { isAppError } from '../../platform/errors.ts';
import { askingIn, checkForms, compareForms, declareModel, type ModelOutcome } from '../decisions/index.ts';
import { loadApplications } from './lookups.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { countOf, declareOnce, reportUnknown, type Run } from './run.ts';

type DeclaredRightsModel = Declared<DeclaredValue<'rightsModels'>>;

export async function applyRightsModels(run: Run, batch: readonly DeclaredRightsModel[]): Promise<void> {
  await loadApplications(
    run,
    batch.map(({ value }) => value.application),
  );
  for (const declared of batch) {
    const { application } = declared.value;
    if (!declareOnce(run, declared, `rights_model ${application}`)) continue;
    const applicationId = run.lookups.applications.get(application);
    if (applicationId === undefined) {
      reportUnknown(run, declared, ['application'], `application ${application}`);
    } else if (!hasMistakes(run, declared)) {
      await applyModel(run, declared, applicationId);
    }
  }
}

/** What does not fit together, each at its place in the document; codes are those of the forms behind `model_`. */
function hasMistakes(run: Run, declared: DeclaredRightsModel): boolean {
  const problems = checkForms(declared.value.document);
  for (const { code, path, params } of problems)
    run.problems.report(declared, ['document', ...path], `model_${code}`, params);
  return problems.length > 0;
}

async function applyModel(run: Run, declared: DeclaredRightsModel, applicationId: string): Promise<void> {
  const { application, document: forms, publish, note, replaces } = declared.value;
  const seen = run.options.seenModels?.get(application);
  let outcome: ModelOutcome;
  try {
    const model = { applicationId, forms, publish, note, replaces: replaces ?? seen };
    outcome = await declareModel(run.change, model);
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'conflict') throw error;
    run.problems.report(declared, replaces === undefined ? [] : ['replaces'], error.code, error.params);
    return;
  }
  run.validModels.set(application, outcome.valid?.number ?? 0);
  await tell(run, declared, applicationId, outcome);
}

async function tell(
  run: Run,
  { value }: DeclaredRightsModel,
  applicationId: string,
  { written, valid }: ModelOutcome,
): Promise<void> {
  if (written === undefined) {
    countOf(run, 'rightsModels').same += 1;
    return;
  }
  const action = valid === undefined ? 'create' : 'change';
  countOf(run, 'rightsModels')[action] += 1;
  if (run.options.onEntry === undefined) return;
  const asking = askingIn(run.change.trx);
  const effect = await compareForms(asking, applicationId, valid?.forms, value.document, run.change.at);
  const { application: label, publish: published } = value;
  const model = { number: written, published, before: valid?.forms, after: value.document, effect };
  run.options.onEntry({ noun: 'rightsModels', action, label, changes: [], model });
}
