// A rights model with one thing taken out: a gate, a rule, or one part of a condition.
import type { Condition } from '../../../src/modules/decisions/condition.model.ts';
import type { Gate, RightsModel, Rule } from '../../../src/modules/decisions/rights-model.model.ts';

export interface Mutant {
  readonly says: string;
  /** The kinds of record whose answers can differ: those of the gate, and what hangs below them. */
  readonly types: readonly string[];
  readonly model: RightsModel;
}

const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, at) => at !== index);
const replaced = <T>(list: readonly T[], index: number, by: T): T[] =>
  list.map((each, at) => (at === index ? by : each));

/** The condition with one part removed, in every way there is; `undefined` when nothing of it remains. */
function* weakened(condition: Condition, at: string): Generator<[string, Condition | undefined]> {
  if ('all' in condition || 'any' in condition) {
    const [key, parts] = 'all' in condition ? ['all', condition.all] : ['any', condition.any];
    const again = (list: readonly Condition[]) => ({ [key]: list }) as unknown as Condition;
    for (const [index, part] of parts.entries()) {
      yield [`${at}.${key}[${index}]`, again(without(parts, index))];
      for (const [deeper, less] of weakened(part, `${at}.${key}[${index}]`)) {
        if (less) yield [deeper, again(replaced(parts, index, less))];
      }
    }
    return;
  }
  if ('not' in condition) {
    for (const [deeper, less] of weakened(condition.not, `${at}.not`))
      if (less) yield [deeper, { not: less }];
    return;
  }
  if ('some' in condition || 'exists' in condition) {
    for (const [deeper, less] of weakened(condition.that, `${at}.that`)) {
      if (less) yield [deeper, { ...condition, that: less }];
    }
    return;
  }
  // A single comparison is taken out with the rule's whole condition.
  if (at === 'when') yield [at, undefined];
}

function* mutantsOfGate(gate: Gate): Generator<[string, Gate]> {
  for (const [index, rule] of gate.rules.entries()) {
    yield [rule.id, { ...gate, rules: without(gate.rules, index) }];
    if (!rule.when) continue;
    for (const [where, when] of weakened(rule.when, 'when')) {
      const weaker: Rule = { ...rule, when };
      yield [`${rule.id} ${where}`, { ...gate, rules: replaced(gate.rules, index, weaker) }];
    }
  }
}

function touchedBy(gate: Gate, model: RightsModel): string[] {
  const below = model.resourceTypes.filter(({ parentType }) => parentType && gate.types.includes(parentType));
  return [...gate.types, ...below.map(({ name }) => name)];
}

export function* mutantsOf(model: RightsModel): Generator<Mutant> {
  for (const [index, gate] of model.gates.entries()) {
    const types = touchedBy(gate, model);
    yield { says: `gate ${gate.id}`, types, model: { ...model, gates: without(model.gates, index) } };
    for (const [says, changed] of mutantsOfGate(gate)) {
      yield {
        says: `${gate.id}: ${says}`,
        types,
        model: { ...model, gates: replaced(model.gates, index, changed) },
      };
    }
  }
}
