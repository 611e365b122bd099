// A folded condition as parameterised PostgreSQL over an application's own tables: one table per resource type, one column
// per attribute (sets as text[]), named as in the model, besides id, owner, nodes, parent_type and parent_id.
import type { Condition, Term, Value } from './condition.model.ts';
import type { AttributeType, RightsModel } from './rights-model.model.ts';
import { own } from '../../platform/own.ts';

export interface PortableSql {
  /** A boolean expression over the alias `r`, for `where`. */
  readonly where: string;
  /** Joins that bring the records above in, for behind `from <table> r`; empty for most. */
  readonly joins: string;
  /** For `$1`, `$2`, … */
  readonly values: readonly unknown[];
}

/** An expression with what it holds; undefined: nothing, so that every comparison with it is false. */
interface Expression {
  readonly text: string;
  readonly type: AttributeType;
}

const nothing = 'false';
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

class PortableWriter {
  readonly values: unknown[] = [];
  readonly #model: RightsModel;
  /** Resource type behind each alias: `r`, then `r1`, `r2`, … above it. */
  readonly #chain: string[];
  parents = 0;
  #exists = 0;

  constructor(model: RightsModel, type: string) {
    this.#model = model;
    this.#chain = [type];
    for (let above = this.#parentOf(type); above && this.#chain.length < 8; above = this.#parentOf(above)) {
      this.#chain.push(above);
    }
  }

  #parentOf(type: string): string | undefined {
    return this.#model.resourceTypes.find(({ name }) => name === type)?.parentType;
  }

  parameter(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  joins(): string {
    return this.#chain
      .slice(1, this.parents + 1)
      .map((type, index) => {
        const below = index === 0 ? 'r' : `r${index}`;
        return `left join ${quote(type)} r${index + 1} on r${index + 1}."id" = ${below}."parent_id"`;
      })
      .join(' ');
  }

  /** @param found alias and type of the record that an `exists` around it looks for */
  write(condition: Condition, found?: { alias: string; type: string }): string {
    const inside = (part: Condition): string => this.write(part, found);
    if ('all' in condition)
      return condition.all.length ? `(${condition.all.map(inside).join(' and ')})` : 'true';
    if ('any' in condition)
      return condition.any.length ? `(${condition.any.map(inside).join(' or ')})` : nothing;
    // A comparison with something absent is null, which counts as false.
    if ('not' in condition) return `(not coalesce(${inside(condition.not)}, false))`;
    if ('exists' in condition) {
      const alias = `e${++this.#exists}`;
      const that = this.write(condition.that, { alias, type: condition.exists });
      return `exists (select 1 from ${quote(condition.exists)} ${alias} where ${that})`;
    }
    if ('some' in condition) throw new Error('a condition must be folded before it is written as SQL');
    if ('has' in condition) {
      const term = this.#expression(condition.has, found);
      if (!term) return nothing;
      return term.type === 'set' ? `coalesce(cardinality(${term.text}), 0) > 0` : `${term.text} is not null`;
    }
    const [[operator, operands]] = Object.entries(condition) as [[string, readonly [Term, Term]]];
    const [left, right] = operands.map((operand) => this.#expression(operand, found));
    return left && right ? this.#compare(operator, left, right) : nothing;
  }

  #compare(operator: string, left: Expression, right: Expression): string {
    const [leftSet, rightSet] = [left.type === 'set', right.type === 'set'];
    switch (operator) {
      case 'eq':
        if (leftSet && rightSet) return `(${left.text} @> ${right.text} and ${left.text} <@ ${right.text})`;
        return comparable(left, right) ? `${left.text} = ${right.text}` : nothing;
      case 'le':
        if (!comparable(left, right) || leftSet || left.type === 'truth') return nothing;
        return left.type === 'number'
          ? `${left.text} <= ${right.text}`
          : `${left.text} collate "C" <= ${right.text} collate "C"`;
      case 'in':
        if (leftSet) return nothing;
        return this.#meets(left, right);
      case 'meets':
        return this.#meets(left, right);
      default:
        return isText(left) ? `${left.text} like any(${this.#patterns(right)})` : nothing;
    }
  }

  #meets(left: Expression, right: Expression): string {
    const [leftSet, rightSet] = [left.type === 'set', right.type === 'set'];
    if (leftSet && rightSet) return `${left.text} && ${right.text}`;
    if (rightSet) return isText(left) ? `${left.text} = any(${right.text})` : nothing;
    if (leftSet) return isText(right) ? `${right.text} = any(${left.text})` : nothing;
    return comparable(left, right) ? `${left.text} = ${right.text}` : nothing;
  }

  /** The patterns are a parameter already: they are rewritten where they stand. */
  #patterns(right: Expression): string {
    const index = Number(/^\$(\d+)/.exec(right.text)?.[1]) - 1;
    if (!(index >= 0)) throw new Error('patterns must be known before a condition is written as SQL');
    const patterns = [this.values[index] as string | string[]].flat();
    this.values[index] = patterns.map((pattern) =>
      pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%'),
    );
    return `$${index + 1}::text[]`;
  }

  #expression(term: Term, found: { alias: string; type: string } | undefined): Expression | undefined {
    if ('const' in term) return this.#constant(term.const);
    if ('resource' in term) {
      const steps = term.resource.split('.');
      const depth = steps.findIndex((step) => step !== 'parent');
      const type = this.#chain[depth];
      if (depth < 0 || !type) return undefined;
      this.parents = Math.max(this.parents, depth);
      return this.#column(depth === 0 ? 'r' : `r${depth}`, type, steps[depth]!);
    }
    return 'found' in term && found && !term.found.includes('.')
      ? this.#column(found.alias, found.type, term.found)
      : undefined;
  }

  #constant(value: Value): Expression {
    if (Array.isArray(value)) return { text: this.parameter(value, 'text[]'), type: 'set' };
    if (typeof value === 'number') return { text: this.parameter(value, 'numeric'), type: 'number' };
    if (typeof value === 'boolean') return { text: this.parameter(value, 'boolean'), type: 'truth' };
    return { text: this.parameter(value, 'text'), type: 'text' };
  }

  #column(alias: string, type: string, name: string): Expression | undefined {
    if (name === 'type') {
      // A parent that is not there has no type: the join then gives a row without an id.
      const text = `case when ${alias}."id" is not null then ${this.parameter(type, 'text')} end`;
      return { text, type: 'text' };
    }
    const known = name === 'nodes' ? 'set' : name === 'id' || name === 'owner' ? 'text' : undefined;
    const attributes =
      this.#model.resourceTypes.find((candidate) => candidate.name === type)?.attributes ?? {};
    const kind = known ?? own(attributes, name)?.type;
    return kind && { text: `${alias}.${quote(name)}`, type: kind };
  }
}

const isText = ({ type }: Expression): boolean => type === 'text' || type === 'date';

const comparable = (left: Expression, right: Expression): boolean =>
  left.type === right.type || (isText(left) && isText(right));

/** @param model undefined: nothing is allowed, whatever the condition */
export function toPortableSql(
  condition: Condition,
  model: RightsModel | undefined,
  type: string,
): PortableSql {
  if (!model) return { where: nothing, joins: '', values: [] };
  const writer = new PortableWriter(model, type);
  const where = writer.write(condition);
  return { ...withUsedValues(where, writer.values), joins: writer.joins() };
}

/** A comparison that could never hold leaves values behind that nothing speaks of, which PostgreSQL refuses. */
function withUsedValues(where: string, values: readonly unknown[]): Pick<PortableSql, 'where' | 'values'> {
  const used: number[] = [];
  const renumbered = where.replaceAll(/\$(\d+)::/g, (_match, digits: string) => {
    const number = Number(digits);
    if (!used.includes(number)) used.push(number);
    return `$${used.indexOf(number) + 1}::`;
  });
  return { where: renumbered, values: used.map((number) => values[number - 1]) };
}
