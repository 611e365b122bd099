// The SQL reading of a folded condition, over the records an application synchronised. Values only ever travel as
// parameters. Comparisons with something absent are null in SQL, which counts as false; `not` makes that explicit.
import { own } from '../../platform/own.ts';
import type { Condition, Term, Value } from './condition.model.ts';

export interface SqlCondition {
  /** A boolean expression over the record alias `r` and the joined parents `r1`, `r2`, … */
  readonly text: string;
  /** Joins that bring the parents in, to be put behind `from decision_record r`. */
  readonly joins: string;
  readonly values: readonly unknown[];
}

/** As in decision_terms(): code points. */
const maxTermLength = 200;

const columns: Readonly<Record<string, string>> = {
  id: 'to_jsonb(%.id)',
  type: 'to_jsonb(%.type)',
  owner: 'to_jsonb(%.owner)',
  nodes: 'to_jsonb(%.nodes)',
};

class Writer {
  readonly values: unknown[];
  parents = 0;
  #exists = 0;

  constructor(first: readonly unknown[]) {
    this.values = [...first];
  }

  parameter(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** @param found alias of the record that an `exists` around it looks for */
  write(condition: Condition, found?: string): string {
    const inside = (part: Condition): string => this.write(part, found);
    if ('all' in condition) return joined(condition.all.map(inside), ' and ', 'true');
    if ('any' in condition) return joined(condition.any.map(inside), ' or ', 'false');
    if ('not' in condition) return `(not coalesce(${inside(condition.not)}, false))`;
    if ('exists' in condition) {
      const alias = `e${++this.#exists}`;
      const type = this.parameter(condition.exists, 'text');
      const lookup = this.lookUp(condition.that, alias);
      const that = lookup === '' ? '' : `${lookup} and `;
      return `exists (select 1 from decision_record ${alias} where ${alias}.application_id = r.application_id
        and ${alias}.type = ${type} and ${that}${this.write(condition.that, alias)})`;
    }
    if ('some' in condition) throw new Error('a condition must be folded before it is written as SQL');
    // The planner knows nothing of values inside jsonb and would think them very rare: `coalesce` makes it guess a half.
    return `coalesce(${this.#leaf(condition, found)}, false)`;
  }

  /**
   * A condition that follows from this one and that an index serves; empty when there is none. Of several that must all
   * hold only the sharpest: reading the long list of a common value would cost more than looking at the rows.
   */
  lookUp(condition: Condition, found?: string): string {
    if (sharpness(condition) === 0) return '';
    if ('all' in condition) return this.lookUp(sharpestOf(condition.all)!, found);
    if ('any' in condition) {
      const parts = condition.any.map((part) => this.lookUp(part, found));
      return parts.includes('') ? '' : joined(parts, ' or ', '');
    }
    return this.#served(condition as Leaf, found);
  }

  #leaf(condition: Leaf, found: string | undefined): string {
    if ('has' in condition) {
      const term = this.term(condition.has, found);
      return `(${term} is not null and ${term} <> '[]'::jsonb)`;
    }
    if ('eq' in condition) return this.#equal(condition.eq, found);
    if ('le' in condition) return this.#atMost(condition.le, found);
    if ('in' in condition) return this.#in(condition.in, found);
    if ('meets' in condition) return this.#meets(condition.meets, found);
    return this.#like(condition.like, found);
  }

  /** The jsonb value of a term; null when absent. */
  term(term: Term, found: string | undefined): string {
    if ('const' in term) return this.parameter(JSON.stringify(term.const), 'jsonb');
    if ('resource' in term) return this.#path(term.resource, 'r');
    if ('found' in term && found) return this.#path(term.found, found);
    throw new Error('a condition must be folded before it is written as SQL');
  }

  #path(path: string, root: string): string {
    const steps = path.split('.');
    let depth = 0;
    while (steps[depth] === 'parent') depth++;
    const name = steps[depth] ?? 'id';
    if (root !== 'r' && depth > 0) return this.#parentOfFound(root, depth, name);
    this.parents = Math.max(this.parents, depth);
    return this.#column(depth === 0 ? root : `r${depth}`, name);
  }

  #column(alias: string, name: string): string {
    const known = own(columns, name);
    return known ? known.replace('%', alias) : `(${alias}.attributes -> ${this.parameter(name, 'text')})`;
  }

  /** Inside `exists` parents are looked up one by one: they are rare there. */
  #parentOfFound(root: string, depth: number, name: string): string {
    let from = root;
    let joins = '';
    for (let step = 1; step <= depth; step++) {
      const alias = `${root}p${step}`;
      joins +=
        step === 1
          ? `decision_record ${alias}`
          : ` join decision_record ${alias} on ${isParent(alias, from)}`;
      from = alias;
    }
    return `(select ${this.#column(from, name)} from ${joins} where ${isParent(`${root}p1`, root)})`;
  }

  /** The record has one of these values, or all of them, under that name. */
  #served(condition: Leaf, found: string | undefined): string {
    const lookup = lookupOf(condition);
    if (!lookup) return '';
    const { open, values, how } = lookup;
    const place =
      'resource' in open ? ['r', open.resource] : 'found' in open && found ? [found, open.found] : undefined;
    if (!place) return '';
    const [root, path] = place as [string, string];
    const steps = path.split('.');
    const depth = steps.findIndex((step) => step !== 'parent');
    if (root !== 'r' && depth > 0) return '';
    this.parents = Math.max(this.parents, depth);
    const alias = depth === 0 ? root : `r${depth}`;
    const name = steps[depth]!;
    if (name === 'id') return `${alias}.id = any(${this.parameter(values, 'text[]')})`;
    const terms = values.map((value) => [...`${name}=${value}`].slice(0, maxTermLength).join(''));
    return `${alias}.terms ${how === 'any' ? '&&' : '@>'} ${this.parameter(terms, 'text[]')}`;
  }

  #equal([left, right]: readonly [Term, Term], found: string | undefined): string {
    const [a, b] = [this.term(left, found), this.term(right, found)];
    // Sets are equal when each contains the other; everything else is equal as it stands.
    return `(${a} = ${b} or (jsonb_typeof(${a}) = 'array' and jsonb_typeof(${b}) = 'array' and ${a} @> ${b} and ${a} <@ ${b}))`;
  }

  #atMost([left, right]: readonly [Term, Term], found: string | undefined): string {
    const [a, b] = [this.term(left, found), this.term(right, found)];
    return `(case when jsonb_typeof(${a}) = 'number' and jsonb_typeof(${b}) = 'number'
      then (${a})::numeric <= (${b})::numeric
      when jsonb_typeof(${a}) = 'string' and jsonb_typeof(${b}) = 'string'
      then (${a} #>> '{}') collate "C" <= (${b} #>> '{}') collate "C" else false end)`;
  }

  #in([left, right]: readonly [Term, Term], found: string | undefined): string {
    const [a, b] = [this.term(left, found), this.term(right, found)];
    // A jsonb array contains a single value that is one of its members; a single value contains itself.
    return `(jsonb_typeof(${a}) <> 'array' and ${b} @> ${a})`;
  }

  #meets([left, right]: readonly [Term, Term], found: string | undefined): string {
    const texts = textsOf(right) ?? textsOf(left);
    if (texts) {
      const open = this.term(textsOf(right) ? left : right, found);
      return `(${open} ?| ${this.parameter(texts, 'text[]')})`;
    }
    const [a, b] = [this.term(left, found), this.term(right, found)];
    const members = (value: string) =>
      `jsonb_array_elements(case jsonb_typeof(${value}) when 'array' then ${value} else jsonb_build_array(${value}) end)`;
    return `(${a} is not null and ${b} is not null and exists (select 1 from ${members(a)} a join ${members(b)} b on a.value = b.value))`;
  }

  #like([left, right]: readonly [Term, Term], found: string | undefined): string {
    const a = this.term(left, found);
    const patterns = textsOf(right);
    if (!patterns) throw new Error('patterns must be known before a condition is written as SQL');
    const list = this.parameter(patterns.map(toLikePattern), 'text[]');
    return `(jsonb_typeof(${a}) = 'string' and (${a} #>> '{}') like any(${list}))`;
  }
}

type Leaf = Exclude<
  Condition,
  { all: unknown } | { any: unknown } | { not: unknown } | { exists: string } | { some: string }
>;

interface Lookup {
  readonly open: Term;
  readonly values: readonly string[];
  readonly how: 'any' | 'all';
}

/** The texts that a comparison looks for in an attribute; truths are too common, and numbers are written in many ways. */
function lookupOf(condition: Condition): Lookup | undefined {
  const [operator, operands] = Object.entries(condition)[0] as [string, readonly [Term, Term]];
  if (operator !== 'eq' && operator !== 'in' && operator !== 'meets') return undefined;
  const [left, right] = operands;
  const known = textsOf(right) ?? textsOf(left);
  const open = textsOf(right) ? left : right;
  // Everything contains nothing: such a look-up would say nothing.
  if (!known || known.length === 0 || !('resource' in open || 'found' in open)) return undefined;
  const name = ('resource' in open ? open.resource : open.found).split('.').at(-1)!;
  if (name === 'type' || name === 'parent') return undefined;
  const isAny = operator === 'meets' || (operator === 'in' && open === left);
  return { open, values: known, how: isAny ? 'any' : 'all' };
}

/** How few records an index look-up would leave, by its kind; 0: none is possible. */
function sharpness(condition: Condition): number {
  if ('all' in condition) return Math.max(0, ...condition.all.map(sharpness));
  if ('any' in condition) return condition.any.length === 0 ? 0 : Math.min(...condition.any.map(sharpness));
  const lookup = lookupOf(condition);
  if (!lookup) return 0;
  const path =
    'resource' in lookup.open ? lookup.open.resource : 'found' in lookup.open ? lookup.open.found : '';
  if (path === 'id') return 3;
  // Membership and ownership tell records apart; a single value is often a status that most records share.
  return 'eq' in condition && path !== 'owner' ? 1 : 2;
}

function sharpestOf(conditions: readonly Condition[]): Condition | undefined {
  const best = Math.max(0, ...conditions.map(sharpness));
  return best === 0 ? undefined : conditions.find((condition) => sharpness(condition) === best);
}

function textsOf(term: Term): string[] | undefined {
  if (!('const' in term)) return undefined;
  const members = Array.isArray(term.const) ? term.const : [term.const as Value];
  return members.every((member) => typeof member === 'string') ? (members as string[]) : undefined;
}

const toLikePattern = (pattern: string) => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');

const isParent = (alias: string, of: string) =>
  `${alias}.application_id = ${of}.application_id and ${alias}.type = ${of}.parent_type and ${alias}.id = ${of}.parent_id`;

const joined = (parts: readonly string[], operator: string, empty: string): string =>
  parts.length === 0 ? empty : `(${parts.join(operator)})`;

/**
 * @param values parameters the caller uses before: the first of the condition is numbered after them.
 * @throws Error when the condition still speaks of the subject.
 */
export function toSql(condition: Condition, values: readonly unknown[] = []): SqlCondition {
  const writer = new Writer(values);
  const text = writer.write(condition);
  return { text, joins: joinsOf(writer.parents), values: writer.values };
}

/**
 * A condition that every record of the other one fulfils too, and that indexes answer without looking at records; undefined
 * when there is none. Only to find candidates with.
 * @param values as for {@link toSql}
 */
export function toLookUpSql(condition: Condition, values: readonly unknown[] = []): SqlCondition | undefined {
  const writer = new Writer(values);
  const text = writer.lookUp(condition);
  return text === '' ? undefined : { text, joins: joinsOf(writer.parents), values: writer.values };
}

function joinsOf(parents: number): string {
  let joins = '';
  for (let depth = 1; depth <= parents; depth++) {
    joins += ` left join decision_record r${depth} on ${isParent(`r${depth}`, depth === 1 ? 'r' : `r${depth - 1}`)}`;
  }
  return joins;
}
