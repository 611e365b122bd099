// Partial evaluation: with the subject known and the record open, what remains is a condition on the record alone. It
// becomes SQL, or is handed to the application to filter its own tables.
import type { Condition, Item, Term, Value } from './condition.model.ts';
import { allOf, always, anyOf, isNever, never, notOf } from './condition.model.ts';
import { atMost, equalValues, isPresent, matchesAny, setsMeet } from './condition.evaluate.ts';
import type { SubjectFacts } from './facts.model.ts';
import { own } from '../../platform/own.ts';

/** Everything of a question but the record. */
export interface Known {
  readonly subject: SubjectFacts;
  readonly actionProperties?: Readonly<Record<string, Value>> | undefined;
  readonly context?: Readonly<Record<string, Value>> | undefined;
  readonly now: string;
}

/** A term after folding: settled, absent, or still about the record. */
type Folded = { readonly value: Value } | { readonly open: Term } | undefined;

interface Scope {
  readonly known: Known;
  /** The member inside `some`. What `exists` finds is a record and stays open. */
  readonly item?: Item | undefined;
}

const settled = (value: Value | undefined): Folded => (value === undefined ? undefined : { value });

function foldTerm(term: Term, { known, item }: Scope): Folded {
  if ('const' in term) return { value: term.const };
  if ('now' in term) return { value: known.now };
  if ('subject' in term) return settled(readSubject(known.subject, term.subject));
  if ('action' in term) return settled(known.actionProperties && own(known.actionProperties, term.action));
  if ('context' in term) return settled(known.context && own(known.context, term.context));
  return 'item' in term ? settled(item && own(item, term.item)) : { open: term };
}

export function readSubject(subject: SubjectFacts, name: string): Value | undefined {
  if (name === 'id') return subject.id;
  if (name === 'type') return subject.type;
  return name === 'groups' ? subject.groups : own(subject.attributes, name);
}

type Operator = 'eq' | 'le' | 'in' | 'meets' | 'like';
const tests: Record<Operator, (left: Value, right: Value) => boolean> = {
  eq: equalValues,
  le: atMost,
  in: (left, right) => !Array.isArray(left) && setsMeet(left, right),
  meets: setsMeet,
  like: matchesAny,
};

const toTerm = (folded: NonNullable<Folded>): Term =>
  'open' in folded ? folded.open : { const: folded.value };

function foldComparison(operator: Operator, operands: readonly [Term, Term], scope: Scope): Condition {
  const left = foldTerm(operands[0], scope);
  const right = foldTerm(operands[1], scope);
  if (!left || !right) return never;
  if ('value' in left && 'value' in right) return tests[operator](left.value, right.value) ? always : never;
  return { [operator]: [toTerm(left), toTerm(right)] } as unknown as Condition;
}

/** What remains of a condition once everything but the record is known. */
export function foldCondition(condition: Condition, known: Known): Condition {
  return fold(condition, { known });
}

function fold(condition: Condition, scope: Scope): Condition {
  if ('all' in condition) return allOf(condition.all.map((part) => fold(part, scope)));
  if ('any' in condition) return anyOf(condition.any.map((part) => fold(part, scope)));
  if ('not' in condition) return notOf(fold(condition.not, scope));
  if ('has' in condition) {
    const folded = foldTerm(condition.has, scope);
    if (folded && 'open' in folded) return { has: folded.open };
    return isPresent(folded?.value) ? always : never;
  }
  if ('some' in condition) {
    const members = own(scope.known.subject.lists, condition.some) ?? [];
    return anyOf(members.map((item) => fold(condition.that, { known: scope.known, item })));
  }
  if ('exists' in condition) {
    const that = fold(condition.that, scope);
    return isNever(that) ? never : { exists: condition.exists, that };
  }
  if ('eq' in condition) return foldComparison('eq', condition.eq, scope);
  if ('le' in condition) return foldComparison('le', condition.le, scope);
  if ('in' in condition) return foldComparison('in', condition.in, scope);
  if ('meets' in condition) return foldComparison('meets', condition.meets, scope);
  return foldComparison('like', condition.like, scope);
}

/** The same condition about the parent of the record: every path of the record gets one step up. */
export function aboutParent(condition: Condition): Condition {
  if ('all' in condition) return { all: condition.all.map(aboutParent) };
  if ('any' in condition) return { any: condition.any.map(aboutParent) };
  if ('not' in condition) return { not: aboutParent(condition.not) };
  if ('has' in condition) return { has: parentTerm(condition.has) };
  if ('some' in condition) return { some: condition.some, that: aboutParent(condition.that) };
  if ('exists' in condition) return { exists: condition.exists, that: aboutParent(condition.that) };
  const [[operator, operands]] = Object.entries(condition) as [[Operator, readonly [Term, Term]]];
  return { [operator]: [parentTerm(operands[0]), parentTerm(operands[1])] } as unknown as Condition;
}

const parentTerm = (term: Term): Term =>
  'resource' in term ? { resource: `parent.${term.resource}` } : term;
