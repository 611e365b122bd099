// A whole decision with the record left open: the gates of one type and action as one condition on the record.
import { aboutParent, foldCondition, type Known } from './condition.fold.ts';
import { allOf, always, anyOf, isNever, never, notOf, type Condition } from './condition.model.ts';
import { maxParents } from './evaluator.ts';
import type { Gate, RightsModel, Rule } from './rights-model.model.ts';

/** Every node at or below the named ones: what a record may directly sit in to be covered. */
export function nodesBelow(model: RightsModel, nodes: readonly string[]): string[] {
  const found = new Set(nodes);
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const node of model.nodes)
      if (node.parent !== undefined && found.has(node.parent)) found.add(node.id);
  }
  return [...found];
}

/**
 * The condition under which the subject may do the action on a record of the type; `never` when no gate covers it.
 * Agrees with Evaluator.decide for every record (property-tested).
 */
export function foldDecision(
  model: RightsModel,
  type: string,
  action: string,
  known: Known,
  depth = 0,
): Condition {
  const resourceType = model.resourceTypes.find((candidate) => candidate.name === type);
  if (!resourceType?.actions.includes(action)) return never;
  const gates = model.gates.filter(
    (gate) => gate.types.includes(type) && (gate.actions === undefined || gate.actions.includes(action)),
  );
  if (gates.length === 0) return never;
  const folded: Condition[] = [];
  for (const gate of gates) {
    const one = foldGate(model, gate, resourceType.parentType, action, known, depth);
    // The others cannot open what one keeps shut.
    if (isNever(one)) return never;
    folded.push(one);
  }
  return allOf(folded);
}

function foldGate(
  model: RightsModel,
  gate: Gate,
  parentType: string | undefined,
  action: string,
  known: Known,
  depth: number,
): Condition {
  if (gate.parent) {
    if (parentType === undefined || depth >= maxParents) return never;
    const onParent = foldDecision(model, parentType, gate.parent.action, known, depth + 1);
    return isNever(onParent) ? never : allOf([{ has: { resource: 'parent.id' } }, aboutParent(onParent)]);
  }
  const mine = gate.rules.filter(
    (rule) =>
      (rule.actions === undefined || rule.actions.includes(action)) &&
      (rule.groups === undefined || rule.groups.some((group) => known.subject.groups.includes(group))),
  );
  const matching = (effect: Rule['effect']) =>
    anyOf(mine.filter((rule) => rule.effect === effect).map((rule) => foldRule(model, rule, known)));
  const open = gate.silence === 'permit' || (gate.silence === 'permit-unless-addressed' && mine.length === 0);
  return allOf([notOf(matching('forbid')), open ? always : matching('permit')]);
}

function foldRule(model: RightsModel, rule: Rule, known: Known): Condition {
  const where: Condition = rule.nodes
    ? { meets: [{ resource: 'nodes' }, { const: nodesBelow(model, rule.nodes) }] }
    : always;
  return allOf([where, rule.when ? foldCondition(rule.when, known) : always]);
}
