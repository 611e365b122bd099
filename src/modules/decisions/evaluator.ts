// Decides questions on a compiled rights model: in memory, without input or output, a few microseconds each.
import { compileCondition, type Predicate } from './condition.evaluate.ts';
import type { Question, ResourceFacts, SubjectFacts } from './facts.model.ts';
import type { Gate, RightsModel, Rule } from './rights-model.model.ts';

export type GateOutcome = 'permit' | 'forbid' | 'silent_permit' | 'silent_deny';

/** What one gate said and the choice that made it say so; `rule` absent: nobody's choice, its silence. */
export interface GateTrace {
  readonly gate: string;
  readonly outcome: GateOutcome;
  readonly rule?: string | undefined;
}

export interface Decision {
  readonly allowed: boolean;
  /** The gates in order, up to the failing one unless a full trace was asked for. Empty: no gate covers the question. */
  readonly trace: readonly GateTrace[];
}

interface CompiledRule {
  readonly rule: Rule;
  readonly groups: ReadonlySet<string> | undefined;
  readonly holds: Predicate | undefined;
}

interface CompiledGate {
  readonly gate: Gate;
  readonly rules: readonly CompiledRule[];
}

/** Rules found by the node they speak of, so that thousands of ticks cost as much as a handful. */
interface RuleIndex {
  readonly anywhere: readonly CompiledRule[];
  readonly byNode: ReadonlyMap<string, readonly CompiledRule[]>;
}

/** The rules of one gate that address one subject: what is left to look at per question. */
interface AddressedGate {
  readonly gate: Gate;
  readonly addressed: boolean;
  readonly forbids: RuleIndex;
  readonly permits: RuleIndex;
}

function compileRule(rule: Rule): CompiledRule {
  return {
    rule,
    groups: rule.groups && new Set(rule.groups),
    holds: rule.when && compileCondition(rule.when),
  };
}

function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  const byNode = new Map<string, CompiledRule[]>();
  for (const compiled of rules) {
    for (const node of compiled.rule.nodes ?? []) byNode.set(node, [...(byNode.get(node) ?? []), compiled]);
  }
  return { anywhere: rules.filter((compiled) => !compiled.rule.nodes), byNode };
}

const covers = (list: readonly string[] | undefined, action: string) =>
  list === undefined || list.includes(action);

/** Nodes of a resource with all that is above them. */
function nodesAbove(parents: ReadonlyMap<string, string | undefined>, nodes: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const node of nodes) {
    for (let current: string | undefined = node; current !== undefined && !found.has(current);) {
      found.add(current);
      current = parents.get(current);
    }
  }
  return found;
}

/** Deepest chain of parents a decision follows. */
export const maxParents = 8;
/** A subject asks about few kinds of thing; a flood of names must not grow its cache. */
const maxCachedKinds = 1_000;

export class Evaluator {
  readonly model: RightsModel;
  readonly #parents: ReadonlyMap<string, string | undefined>;
  /** Gates by type and action, compiled when first asked for. */
  readonly #gates = new Map<string, readonly CompiledGate[]>();
  /** Per subject object: the gates with only the rules that address it. Goes with the subject's facts. */
  readonly #addressed = new WeakMap<SubjectFacts, Map<string, readonly AddressedGate[]>>();
  readonly #aboveCache = new Map<string, Set<string>>();

  constructor(model: RightsModel) {
    this.model = model;
    this.#parents = new Map(model.nodes.map((node) => [node.id, node.parent]));
  }

  /** May the subject do it? Unknown types and actions, and what no gate covers, are denied. */
  decide(question: Question, options: { full?: boolean } = {}): Decision {
    return this.#decide(question, options.full ?? false, 0);
  }

  #decide(question: Question, full: boolean, depth: number): Decision {
    const gates = this.#gatesFor(question.subject, question.resource.type, question.action);
    const trace: GateTrace[] = [];
    let allowed = gates.length > 0;
    for (const gate of gates) {
      const said = gate.gate.parent ? this.#askParent(gate, question, depth) : this.#ask(gate, question);
      trace.push(said);
      if (said.outcome === 'permit' || said.outcome === 'silent_permit') continue;
      allowed = false;
      if (!full) break;
    }
    return { allowed, trace };
  }

  #ask(gate: AddressedGate, question: Question): GateTrace {
    const id = gate.gate.id;
    const forbid = this.#findMatch(gate.forbids, question);
    if (forbid) return { gate: id, outcome: 'forbid', rule: forbid.rule.id };
    const permit = this.#findMatch(gate.permits, question);
    if (permit) return { gate: id, outcome: 'permit', rule: permit.rule.id };
    const { silence } = gate.gate;
    const open = silence === 'permit' || (silence === 'permit-unless-addressed' && !gate.addressed);
    return { gate: id, outcome: open ? 'silent_permit' : 'silent_deny' };
  }

  #askParent(gate: AddressedGate, question: Question, depth: number): GateTrace {
    const id = gate.gate.id;
    const { parent } = question.resource;
    // Records cannot be nested deeper than this by their types; a loop in the data must not hang the decision.
    if (!parent || depth >= maxParents) return { gate: id, outcome: 'silent_deny' };
    const onParent = { ...question, resource: parent, action: gate.gate.parent!.action };
    const { allowed, trace } = this.#decide(onParent, false, depth + 1);
    if (allowed) return { gate: id, outcome: 'permit' };
    const failing = trace.at(-1);
    return {
      gate: id,
      outcome: 'silent_deny',
      rule: failing && [failing.gate, failing.rule].filter(Boolean).join('/'),
    };
  }

  #findMatch(rules: RuleIndex, question: Question): CompiledRule | undefined {
    const holds = (rule: CompiledRule) => !rule.holds || rule.holds(question);
    const anywhere = rules.anywhere.find(holds);
    if (anywhere || rules.byNode.size === 0) return anywhere;
    for (const node of this.#above(question.resource)) {
      const match = rules.byNode.get(node)?.find(holds);
      if (match) return match;
    }
    return undefined;
  }

  #above(resource: ResourceFacts): Set<string> {
    if (resource.nodes.length !== 1) return nodesAbove(this.#parents, resource.nodes);
    const node = resource.nodes[0]!;
    let above = this.#aboveCache.get(node);
    if (!above) {
      above = nodesAbove(this.#parents, resource.nodes);
      if (this.#parents.has(node)) this.#aboveCache.set(node, above);
    }
    return above;
  }

  #gatesFor(subject: SubjectFacts, type: string, action: string): readonly AddressedGate[] {
    let ofSubject = this.#addressed.get(subject);
    if (!ofSubject) this.#addressed.set(subject, (ofSubject = new Map()));
    const key = `${type} ${action}`;
    let gates = ofSubject.get(key);
    if (!gates) {
      gates = this.#compiled(type, action).map((gate) => addressTo(gate, subject));
      if (ofSubject.size < maxCachedKinds) ofSubject.set(key, gates);
    }
    return gates;
  }

  /** The gates that cover an action of a type, in order; none for what the model does not know. */
  #compiled(type: string, action: string): readonly CompiledGate[] {
    const key = `${type} ${action}`;
    const known = this.#gates.get(key);
    if (known) return known;
    const resourceType = this.model.resourceTypes.find((candidate) => candidate.name === type);
    // Names from requests are not kept: the cache would grow with every misspelling.
    if (!resourceType?.actions.includes(action)) return [];
    const gates = this.model.gates
      .filter((gate) => gate.types.includes(type) && covers(gate.actions, action))
      .map((gate) => compileGate(gate, action));
    this.#gates.set(key, gates);
    return gates;
  }
}

function compileGate(gate: Gate, action: string): CompiledGate {
  return { gate, rules: gate.rules.filter((rule) => covers(rule.actions, action)).map(compileRule) };
}

function addressTo({ gate, rules }: CompiledGate, subject: SubjectFacts): AddressedGate {
  const mine = rules.filter(({ groups }) => !groups || subject.groups.some((group) => groups.has(group)));
  const withEffect = (effect: Rule['effect']) =>
    indexRules(mine.filter(({ rule }) => rule.effect === effect));
  return { gate, addressed: mine.length > 0, forbids: withEffect('forbid'), permits: withEffect('permit') };
}
