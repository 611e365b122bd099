// The in-memory reading of the condition language: a condition becomes a function once, then runs per question.
import type { Condition, Item, Term, Value } from './condition.model.ts';
import type { Question, ResourceFacts } from './facts.model.ts';

/** The member inside `some` and the record inside `exists`; both stay visible when one is nested in the other. */
interface Inner {
  readonly item?: Item | undefined;
  readonly found?: ResourceFacts | undefined;
}
type Read = (question: Question, inner: Inner) => Value | undefined;
export type Predicate = (question: Question, inner?: Inner) => boolean;

const outermost: Inner = {};

/** A value of a resource by its path: `id`, `type`, `owner`, an attribute, or any of these of its parent. */
export function readResource(
  resource: ResourceFacts | undefined,
  path: readonly string[],
): Value | undefined {
  let current = resource;
  let depth = 0;
  for (; path[depth] === 'parent'; depth++) current = current?.parent;
  if (!current) return undefined;
  switch (path[depth]) {
    case 'id':
      return current.id;
    case 'type':
      return current.type;
    case 'owner':
      return current.owner;
    case 'nodes':
      return current.nodes;
    default:
      return current.attributes[path[depth]!];
  }
}

function compileTerm(term: Term): Read {
  if ('const' in term) return () => term.const;
  if ('now' in term) return (question) => question.now;
  if ('subject' in term) {
    const name = term.subject;
    if (name === 'id') return (question) => question.subject.id;
    if (name === 'type') return (question) => question.subject.type;
    if (name === 'groups') return (question) => question.subject.groups;
    return (question) => question.subject.attributes[name];
  }
  if ('resource' in term) {
    const path = term.resource.split('.');
    return (question) => readResource(question.resource, path);
  }
  if ('action' in term) return (question) => question.actionProperties?.[term.action];
  if ('context' in term) return (question) => question.context?.[term.context];
  if ('found' in term) {
    const path = term.found.split('.');
    return (_question, inner) => readResource(inner.found, path);
  }
  return (_question, inner) => inner.item?.[term.item];
}

const asSet = (value: Value): readonly (string | number | boolean)[] =>
  (Array.isArray(value) ? value : [value]) as readonly (string | number | boolean)[];

export function equalValues(left: Value, right: Value): boolean {
  if (!Array.isArray(left) && !Array.isArray(right)) return left === right;
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  return left.every((member) => right.includes(member)) && right.every((member) => left.includes(member));
}

export function atMost(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left <= right;
  // Code units and code points order alike below U+D800; texts compared here are dates, instants and codes.
  return typeof left === 'string' && typeof right === 'string' && left <= right;
}

export function setsMeet(left: Value, right: Value): boolean {
  const members = asSet(right);
  return asSet(left).some((member) => members.includes(member));
}

const patterns = new Map<string, RegExp>();

/** Whether the text matches a pattern with `*`; everything else in the pattern stands for itself. */
export function matchesPattern(text: string, pattern: string): boolean {
  if (!pattern.includes('*')) return text === pattern;
  let compiled = patterns.get(pattern);
  if (!compiled) {
    const source = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    compiled = new RegExp(`^${source.join('[^]*')}$`, 'u');
    if (patterns.size > 10_000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

export function matchesAny(text: Value, patternSet: Value): boolean {
  return (
    typeof text === 'string' && asSet(patternSet).some((pattern) => matchesPattern(text, String(pattern)))
  );
}

const isIn = (left: Value, right: Value) => !Array.isArray(left) && asSet(right).includes(left as string);

function compare(operands: readonly [Term, Term], test: (left: Value, right: Value) => boolean): Predicate {
  const [left, right] = [compileTerm(operands[0]), compileTerm(operands[1])];
  return (question, inner = outermost) => {
    const leftValue = left(question, inner);
    if (leftValue === undefined) return false;
    const rightValue = right(question, inner);
    return rightValue !== undefined && test(leftValue, rightValue);
  };
}

/** Turns a condition into a function. @throws never: absent values make comparisons false. */
export function compileCondition(condition: Condition): Predicate {
  if ('all' in condition) {
    const parts = condition.all.map(compileCondition);
    return (question, inner) => parts.every((part) => part(question, inner));
  }
  if ('any' in condition) {
    const parts = condition.any.map(compileCondition);
    return (question, inner) => parts.some((part) => part(question, inner));
  }
  if ('not' in condition) {
    const part = compileCondition(condition.not);
    return (question, inner) => !part(question, inner);
  }
  if ('has' in condition) {
    const read = compileTerm(condition.has);
    return (question, inner = outermost) => isPresent(read(question, inner));
  }
  if ('eq' in condition) return compare(condition.eq, equalValues);
  if ('le' in condition) return compare(condition.le, atMost);
  if ('in' in condition) return compare(condition.in, isIn);
  if ('meets' in condition) return compare(condition.meets, setsMeet);
  if ('like' in condition) return compare(condition.like, matchesAny);
  const part = compileCondition(condition.that);
  if ('some' in condition) {
    const name = condition.some;
    return (question, inner) =>
      (question.subject.lists[name] ?? []).some((item) => part(question, { item, found: inner?.found }));
  }
  const type = condition.exists;
  return (question, inner) => {
    for (const found of question.resourcesOf?.(type) ?? []) {
      if (part(question, { item: inner?.item, found })) return true;
    }
    return false;
  };
}

export const isPresent = (value: Value | undefined): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0);
