// What one condition gives that another does not, with what is plainly the same left out: mostly a version only adds or only takes
// away, and then one of the two questions needs no look at any record. Pure.
import { allOf, anyOf, never, notOf, type Condition } from '../condition.model.ts';

/** Alternatives of one condition at most: beyond it, telling them apart would cost more than asking the records. */
const maxAlternatives = 64;

/** One alternative: what must hold together, by what it says. */
type Alternative = ReadonlyMap<string, Condition>;

/** Fulfilled by the records that fulfil the condition and not the other; `never` when the other plainly says at least as much. */
export function beyond(condition: Condition, other: Condition): Condition {
  const [mine, others] = [alternativesOf(condition), alternativesOf(other)];
  if (!mine || !others) return allOf([condition, notOf(other)]);
  const left = mine.filter((one) => !isContradiction(one) && !others.some((each) => says(each, one)));
  if (left.length === 0) return never;
  const whatIsLeft =
    left.length === mine.length ? condition : anyOf(left.map((one) => allOf([...one.values()])));
  return allOf([whatIsLeft, notOf(other)]);
}

/** Everything the first asks for, the second asks for too. */
const says = (first: Alternative, second: Alternative): boolean =>
  [...first.keys()].every((key) => second.has(key));

const keyOf = (condition: Condition): string => JSON.stringify(condition);

const isContradiction = (one: Alternative): boolean =>
  [...one.values()].some((each) => 'not' in each && one.has(keyOf(each.not)));

/** As alternatives of things that must hold together; undefined when there are too many. */
function alternativesOf(condition: Condition, isNegated = false): Alternative[] | undefined {
  if ('not' in condition) return alternativesOf(condition.not, !isNegated);
  if ('all' in condition || 'any' in condition) {
    const parts = 'all' in condition ? condition.all : condition.any;
    return 'any' in condition === isNegated ? together(parts, isNegated) : either(parts, isNegated);
  }
  const one = isNegated ? notOf(condition) : condition;
  return [new Map([[keyOf(one), one]])];
}

function either(parts: readonly Condition[], isNegated: boolean): Alternative[] | undefined {
  const found: Alternative[] = [];
  for (const part of parts) {
    const alternatives = alternativesOf(part, isNegated);
    if (!alternatives || found.length + alternatives.length > maxAlternatives) return undefined;
    found.push(...alternatives);
  }
  return found;
}

function together(parts: readonly Condition[], isNegated: boolean): Alternative[] | undefined {
  let found: Alternative[] = [new Map()];
  for (const part of parts) {
    const alternatives = alternativesOf(part, isNegated);
    if (!alternatives || found.length * alternatives.length > maxAlternatives) return undefined;
    found = found.flatMap((one) => alternatives.map((other) => new Map([...one, ...other])));
  }
  return found;
}
