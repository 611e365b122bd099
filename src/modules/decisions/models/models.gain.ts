// Four eyes for versions: whether somebody would be allowed more by one document than by another, now or at any later
// instant at which something begins for them, on records that are there or may come. Asked inside the publication.
import { beyond } from './beyond.ts';
import { isNever } from '../condition.model.ts';
import { foldDecision } from '../decision.fold.ts';
import { Evaluator } from '../evaluator.ts';
import type { SubjectFacts } from '../facts.model.ts';
import { compileForms, type ModelForms } from '../forms/index.ts';
import type { RightsModel } from '../rights-model.model.ts';
import { openQuestions, type OpenQuestion } from './open-questions.ts';
import { fillsGroupsByWork, personFacts } from '../subject.facts.ts';
import { findPeopleFacts, type Asking } from '../subjects.queries.ts';

/** Instants looked at; somebody for whom still more begins later is taken to gain. */
const maxInstants = 100;

/**
 * Errs on the safe side: where it cannot be told, the person gains.
 * @param before the forms that are valid; undefined: nobody may anything
 */
export async function mayGain(
  db: Asking,
  applicationId: string,
  before: ModelForms | undefined,
  after: ModelForms,
  personId: string,
  at: Date,
): Promise<boolean> {
  const models = [before ? compileForms(before) : nothing, compileForms(after)] as const;
  const questions = openQuestions(models);
  if (questions.length === 0) return false;
  const byWork = models.some(fillsGroupsByWork);
  let instant = at;
  for (let looked = 0; looked < maxInstants; looked++) {
    const [row] = await findPeopleFacts(db, applicationId, instant, [personId]);
    const known = row && personFacts(row, instant, byWork);
    if (known?.facts && gains(models, questions, known.facts, instant.toISOString())) return true;
    if (!known || known.untilMs === Infinity) return false;
    instant = new Date(known.untilMs);
  }
  return true;
}

export const nothing: RightsModel = { resourceTypes: [], nodes: [], gates: [] };

function gains(
  models: readonly [RightsModel, RightsModel],
  questions: readonly OpenQuestion[],
  subject: SubjectFacts,
  now: string,
): boolean {
  const evaluators = models.map((model) => new Evaluator(model));
  return questions.some(({ type, action, node }) => {
    if (node === undefined) {
      const [before, after] = models.map((model) => foldDecision(model, type, action, { subject, now }));
      return !isNever(beyond(after!, before!));
    }
    const resource = { id: node, type, nodes: [node], attributes: {} };
    const [before, after] = evaluators.map((each) => each.decide({ subject, action, resource, now }).allowed);
    return !before && after;
  });
}
