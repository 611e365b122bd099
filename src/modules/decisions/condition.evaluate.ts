// The in-memory reading of the condition language: a condition becomes a function once, then runs per question.
import type { Condition, Item, Term, Value } from './condition.model.ts';
import type { Question, ResourceFacts } from './facts.model.ts';
import { own } from '../../platform/own.ts';
import { matchesPattern } from './wildcards.ts';

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
      return own(current.attributes, path[depth]!);
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
    return (question) => own(question.subject.attributes, name);
  }
  if ('resource' in term) {
    const path = term.resource.split('.');
    return (question) => readResource(question.resource, path);
  }
  if ('action' in term)
    return (question) => question.actionProperties && own(question.actionProperties, term.action);
  if ('context' in term) return (question) => question.context && own(question.context, term.context);
  if ('found' in term) {
    const path = term.found.split('.');
    return (_question, inner) => readResource(inner.found, path);
  }
  return (_question, inner) => inner.item && own(inner.item, term.item);
}

const asSet = (value: Value): readonly (string | number | boolean)[] =>
  (Array.isArray(value) ? value : [value]) as readonly (string | number | boolean)[];

export function equalValues(left: Value, right: Value): boolean {
  if (!Array.isArray(left) && !Array.isArray(right)) return left === right;
  if (!Array.isArray(left) || !Array.isArray(right)) return false;
  const [lefts, rights] = [new Set(left), new Set(right)];
  return lefts.size === rights.size && lefts.isSubsetOf(rights);
}

export function atMost(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left <= right;
  return typeof left === 'string' && typeof right === 'string' && textAtMost(left, right);
}

/** In the order of code points, as the database has it; JavaScript's own is that of UTF-16. */
function textAtMost(left: string, right: string): boolean {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    // Where two texts part inside a pair, both have the same first half.
    if (left.charCodeAt(at) !== right.charCodeAt(at)) {
      const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
      return isSurrogate(a) === isSurrogate(b) ? a < b : isSurrogate(b);
    }
  }
  return left.length <= right.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** More members than this are looked up instead of gone through. */
const fewMembers = 16;

export function setsMeet(left: Value, right: Value): boolean {
  const [lefts, rights] = [asSet(left), asSet(right)];
  if (rights.length <= fewMembers || lefts.length === 1)
    return lefts.some((member) => rights.includes(member));
  const members = new Set(rights);
  return lefts.some((member) => members.has(member));
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
      (own(question.subject.lists, name) ?? []).some((item) => part(question, { item, found: inner?.found }));
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
