// Conditions of the kind "some record exists that …" while one question is decided in memory: the database finds one
// witness for each, so that neither millions of records are read nor a second evaluator is needed.
import type { Database } from '../../platform/db/open.ts';
import { readResource } from './condition.evaluate.ts';
import { foldCondition } from './condition.fold.ts';
import { isNever, type Condition, type Term } from './condition.model.ts';
import { toLookUpSql, toSql } from './condition.sql.ts';
import type { Question, ResourceFacts } from './facts.model.ts';
import { findRecords, type RecordKey } from './records.queries.ts';
import type { RightsModel } from './rights-model.model.ts';

type Exists = Extract<Condition, { exists: string }>;

/** Every `exists` of a condition, inside `some` as well. @throws Error for one inside another: no form makes that. */
function existsIn(condition: Condition): Exists[] {
  if ('all' in condition) return condition.all.flatMap(existsIn);
  if ('any' in condition) return condition.any.flatMap(existsIn);
  if ('not' in condition) return existsIn(condition.not);
  if ('some' in condition) return existsIn(condition.that);
  if (!('exists' in condition)) return [];
  if (existsIn(condition.that).length > 0) throw new Error('a rights model may not nest `exists`');
  return [condition];
}

/** Whether any rule about one of these types, or about what is above them, looks for other records. */
export function looksForRecords(model: RightsModel): boolean {
  return model.gates.some((gate) => gate.rules.some((rule) => rule.when && existsIn(rule.when).length > 0));
}

/**
 * For one question: a function for `resourcesOf` that yields records enough to decide every `exists` of the model as if
 * all records were there. Undefined when the model has none.
 */
export async function findWitnesses(
  db: Database,
  applicationId: string,
  model: RightsModel,
  question: Question,
): Promise<((type: string) => Iterable<ResourceFacts>) | undefined> {
  const wanted = witnessConditions(model, question);
  if (wanted.length === 0) return undefined;
  const keys = await Promise.all(wanted.map((condition) => findOne(db, applicationId, condition)));
  const found = await findRecords(
    db,
    applicationId,
    keys.filter((key) => key !== undefined),
  );
  const byType = Map.groupBy(found.values(), (record) => record.type);
  return (type) => byType.get(type) ?? [];
}

/** One condition for each `exists` of rules that address the subject, about the found record alone. */
function witnessConditions(model: RightsModel, question: Question): Exists[] {
  const { groups } = question.subject;
  const covers = (actions: readonly string[] | undefined, action: string | undefined): boolean =>
    actions === undefined || action === undefined || actions.includes(action);
  // About the record itself only its own action counts; what is above it may be asked about another.
  const mineAbout = (type: string, action: string | undefined) =>
    model.gates
      .filter((gate) => gate.types.includes(type) && covers(gate.actions, action))
      .flatMap((gate) => gate.rules)
      .filter((rule) => rule.when && covers(rule.actions, action))
      .filter((rule) => !rule.groups || rule.groups.some((group) => groups.includes(group)));
  const conditions: Exists[] = [];
  for (let resource: ResourceFacts | undefined = question.resource; resource; resource = resource.parent) {
    const about = resource;
    for (const rule of mineAbout(about.type, about === question.resource ? question.action : undefined)) {
      // Folding first: each member of a list that a `some` ranges over asks for a witness of its own.
      const folded = foldCondition(withResource(rule.when!, about), question);
      conditions.push(...existsIn(folded).filter((condition) => !isNever(condition.that)));
    }
  }
  // Two rules that look for the same record share its witness.
  return [...new Map(conditions.map((condition) => [JSON.stringify(condition), condition])).values()];
}

async function findOne(
  db: Database,
  applicationId: string,
  condition: Exists,
): Promise<RecordKey | undefined> {
  const that = foundAsResource(condition.that);
  const sql = toSql(that, [applicationId, condition.exists]);
  const lookUp = toLookUpSql(that, sql.values) ?? { text: 'true', joins: '', values: sql.values };
  const joins = lookUp.joins.length > sql.joins.length ? lookUp.joins : sql.joins;
  const [row] = await db.query<{ id: string }>(
    `select r.id from decision_record r${joins}
     where r.application_id = $1::uuid and r.type = $2::text and ${lookUp.text} and ${sql.text} limit 1`,
    lookUp.values,
  );
  return row && { type: condition.exists, id: row.id };
}

/** The record of the question put in as what it is; absent values make their comparison false, as everywhere. */
function withResource(condition: Condition, resource: ResourceFacts): Condition {
  return mapTerms(condition, (term) => {
    if (!('resource' in term)) return term;
    const value = readResource(resource, term.resource.split('.'));
    return value === undefined ? { item: absent } : { const: value };
  });
}

/** No member of a list carries it: its name is outside what names may be. */
const absent = '\0absent';

const foundAsResource = (condition: Condition): Condition =>
  mapTerms(condition, (term) => ('found' in term ? { resource: term.found } : term));

function mapTerms(condition: Condition, change: (term: Term) => Term): Condition {
  const inside = (part: Condition): Condition => mapTerms(part, change);
  if ('all' in condition) return { all: condition.all.map(inside) };
  if ('any' in condition) return { any: condition.any.map(inside) };
  if ('not' in condition) return { not: inside(condition.not) };
  if ('has' in condition) return { has: change(condition.has) };
  if ('some' in condition) return { some: condition.some, that: inside(condition.that) };
  if ('exists' in condition) return { exists: condition.exists, that: inside(condition.that) };
  const [[operator, operands]] = Object.entries(condition) as [[string, readonly [Term, Term]]];
  return { [operator]: [change(operands[0]), change(operands[1])] } as unknown as Condition;
}
