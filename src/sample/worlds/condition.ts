// Reads a condition of the decision point over the application's own rows. With a database one would ask for SQL instead; this is
// for applications that hold their rows otherwise. The language is in docs/authzen.md.
import type { WorldRecord } from './world.model.ts';

type Term = { const: unknown } | { resource: string } | { found: string };
type Pair = readonly [Term, Term];

export type Condition =
  | { all: readonly Condition[] }
  | { any: readonly Condition[] }
  | { not: Condition }
  | { has: Term }
  | { eq: Pair }
  | { le: Pair }
  | { in: Pair }
  | { meets: Pair }
  | { like: Pair }
  | { exists: string; that: Condition };

/** The application's own records, by type and by what hangs above. */
export type Rows = {
  ofType(type: string): readonly WorldRecord[];
  parentOf(record: WorldRecord): WorldRecord | undefined;
};

/** @throws Error for an operator this application does not know: guessing would give something away. */
export function holds(condition: Condition, record: WorldRecord, rows: Rows, found?: WorldRecord): boolean {
  const again = (inner: Condition) => holds(inner, record, rows, found);
  const read = (term: Term) => valueOf(term, record, rows, found);
  const compare = ([left, right]: Pair, test: (left: unknown, right: unknown) => boolean): boolean => {
    const [one, other] = [read(left), read(right)];
    // A comparison with something absent is false.
    return one !== undefined && other !== undefined && test(one, other);
  };
  if ('all' in condition) return condition.all.every(again);
  if ('any' in condition) return condition.any.some(again);
  if ('not' in condition) return !again(condition.not);
  if ('has' in condition) return setOf(read(condition.has)).length > 0;
  if ('eq' in condition) return compare(condition.eq, isEqual);
  if ('le' in condition) return compare(condition.le, isAtMost);
  if ('in' in condition) return compare(condition.in, (one, set) => setOf(set).includes(one));
  if ('meets' in condition)
    return compare(condition.meets, (one, other) => setOf(one).some((each) => setOf(other).includes(each)));
  if ('like' in condition)
    return compare(condition.like, (text, patterns) =>
      setOf(patterns).some((pattern) => isLike(text, pattern)),
    );
  if ('exists' in condition)
    return rows.ofType(condition.exists).some((each) => holds(condition.that, record, rows, each));
  throw new Error(`a condition with ${Object.keys(condition).join(', ')} is not understood`);
}

function valueOf(term: Term, record: WorldRecord, rows: Rows, found: WorldRecord | undefined): unknown {
  if ('const' in term) return term.const;
  const path = ('found' in term ? term.found : term.resource).split('.');
  let current = 'found' in term ? found : record;
  while (path.length > 1 && path[0] === 'parent' && current) {
    current = rows.parentOf(current);
    path.shift();
  }
  if (!current) return undefined;
  const { type, id, owner, nodes, attributes } = current;
  return { ...attributes, type, id, owner, nodes }[path[0]!];
}

const setOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const isEqual = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) === Array.isArray(other) &&
  setOf(one).every((each) => setOf(other).includes(each)) &&
  setOf(other).every((each) => setOf(one).includes(each));

const isAtMost = (one: unknown, other: unknown): boolean =>
  (typeof one === 'number' && typeof other === 'number' && one <= other) ||
  (typeof one === 'string' && typeof other === 'string' && one <= other);

/** `*` stands for any text, none included. */
function isLike(text: unknown, pattern: unknown): boolean {
  const literal = String(pattern).replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  return typeof text === 'string' && new RegExp(`^${literal.replaceAll('*', '[^]*')}$`, 'u').test(text);
}
