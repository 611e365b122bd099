// Whether two models decide on something by the same choices, so that nobody has to be asked. Pure.
import { nodesBelow } from '../decision.fold.ts';
import { maxParents } from '../evaluator.ts';
import type { RightsModel, Rule } from '../rights-model.model.ts';

export type Models = readonly [RightsModel, RightsModel];

/** True only when no subject and no record can be decided on otherwise. */
export function sameForRecords(models: Models, type: string, action: string): boolean {
  const [before, after] = models.map((model) => JSON.stringify(choicesOn(model, type, action)));
  return before === after;
}

/** Everything that decides, without the names of the choices. */
function choicesOn(model: RightsModel, type: string, action: string, depth = 0): unknown {
  const resourceType = model.resourceTypes.find(({ name }) => name === type);
  if (!resourceType?.actions.includes(action) || depth > maxParents) return null;
  const { attributes, parentType, classifiedBy } = resourceType;
  const gates = gatesOn(model, type, action).map((gate) => ({
    silence: gate.silence,
    onParent:
      gate.parent && parentType !== undefined
        ? choicesOn(model, parentType, gate.parent.action, depth + 1)
        : gate.parent,
    rules: rulesOn(gate.rules, action).map((rule) =>
      choiceOf(rule, rule.nodes && nodesBelow(model, rule.nodes)),
    ),
  }));
  return { attributes, parentType, classifiedBy, gates };
}

/** The same for one menu, tool or kind of data of the models themselves. */
export function sameForNode(models: Models, type: string, action: string, node: string): boolean {
  const [before, after] = models.map((model) => {
    const lineage = lineageOf(model, node);
    const isHere = ({ nodes }: Rule): boolean => !nodes || nodes.some((one) => lineage.includes(one));
    const gates = gatesOn(model, type, action).map(({ silence, rules, parent }) => ({
      silence,
      parent,
      rules: rulesOn(rules, action)
        .filter(isHere)
        .map((rule) => choiceOf(rule, undefined)),
      // Whether anybody is addressed at all counts where silence depends on it.
      addressed:
        silence === 'permit-unless-addressed' ? rulesOn(rules, action).map(({ groups }) => groups) : [],
    }));
    return JSON.stringify({ gates, exists: model.nodes.some(({ id }) => id === node) });
  });
  return before === after;
}

const gatesOn = (model: RightsModel, type: string, action: string) =>
  model.gates.filter(
    ({ types, actions }) => types.includes(type) && (actions === undefined || actions.includes(action)),
  );

const rulesOn = (rules: readonly Rule[], action: string): Rule[] =>
  rules.filter(({ actions }) => actions === undefined || actions.includes(action));

const choiceOf = ({ effect, groups, when }: Rule, nodes: readonly string[] | undefined) => ({
  effect,
  groups,
  when,
  nodes: nodes?.toSorted(),
});

/** The node and everything above it. */
function lineageOf(model: RightsModel, node: string): string[] {
  const found: string[] = [];
  for (let id: string | undefined = node; id !== undefined && !found.includes(id);) {
    found.push(id);
    const current: string = id;
    id = model.nodes.find((each) => each.id === current)?.parent;
  }
  return found;
}
