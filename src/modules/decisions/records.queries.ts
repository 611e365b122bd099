// Reads records by key, with everything above them, in one statement however many are asked for.
import type { Value } from './condition.model.ts';
import type { ResourceFacts } from './facts.model.ts';
import { maxParents } from './evaluator.ts';
import type { Asking } from './subjects.queries.ts';

export interface RecordKey {
  readonly type: string;
  readonly id: string;
}

export interface RecordRow {
  readonly type: string;
  readonly id: string;
  readonly parent_type: string | null;
  readonly parent_id: string | null;
  readonly owner: string | null;
  readonly nodes: string[];
  readonly attributes: Readonly<Record<string, Value>>;
}

const columns = 'r.type, r.id, r.parent_type, r.parent_id, r.owner, r.nodes, r.attributes';

/** Statements whose parameters (application, types, identifiers) begin at this number. */
interface Statements {
  readonly alone: string;
  readonly withParents: string;
}

function statementsFrom(first: number): Statements {
  const [application, types, ids] = [`$${first}::uuid`, `$${first + 1}::text[]`, `$${first + 2}::text[]`];
  const asked = `unnest(${types}, ${ids}) as asked(type, id)
      join decision_record r on r.application_id = ${application} and r.type = asked.type and r.id = asked.id collate "C"`;
  return {
    alone: `select ${columns} from ${asked}`,
    // `union` without `all` ends a loop in the data; the depth ends a chain that is too long.
    withParents: `with recursive found as (
      select ${columns}, 0 as depth from ${asked}
      union
      select ${columns}, f.depth + 1 from found f
        join decision_record r on r.application_id = ${application} and r.type = f.parent_type and r.id = f.parent_id
        where f.depth < ${maxParents}
    ) select distinct type, id, parent_type, parent_id, owner, nodes, attributes from found`,
  };
}

const statements = statementsFrom(1);
const statementsAlong = statementsFrom(2);

export const keyOf = (type: string, id: string): string => `${type}\n${id}`;

const valuesOf = (applicationId: string, keys: readonly RecordKey[]): unknown[] => [
  applicationId,
  keys.map((key) => key.type),
  keys.map((key) => key.id),
];

/** The records that exist, by {@link keyOf}; parents are inside them. */
export async function findRecords(
  db: Asking,
  applicationId: string,
  keys: readonly RecordKey[],
): Promise<Map<string, ResourceFacts>> {
  if (keys.length === 0) return new Map();
  return toRecords(await db.query<RecordRow>(statements.withParents, valuesOf(applicationId, keys)));
}

/** A statement for {@link DecisionChanges.catchUpAlong}, for {@link toRecords}. Looking above costs half as much again. */
export function recordsAlong(
  applicationId: string,
  keys: readonly RecordKey[],
  withParents: boolean,
): { text: string; values: unknown[] } {
  const text = withParents ? statementsAlong.withParents : statementsAlong.alone;
  return { text, values: valuesOf(applicationId, keys) };
}

export function toRecords(rows: readonly RecordRow[]): Map<string, ResourceFacts> {
  const byKey = new Map(rows.map((row) => [keyOf(row.type, row.id), row]));
  const made = new Map<string, ResourceFacts>();
  for (const key of byKey.keys()) toFacts(byKey, made, key, 0);
  return made;
}

function toFacts(
  rows: ReadonlyMap<string, RecordRow>,
  made: Map<string, ResourceFacts>,
  key: string,
  depth: number,
): ResourceFacts | undefined {
  const known = made.get(key);
  const row = rows.get(key);
  if (known || !row || depth > maxParents) return known;
  const parent =
    row.parent_type !== null && row.parent_id !== null
      ? toFacts(rows, made, keyOf(row.parent_type, row.parent_id), depth + 1)
      : undefined;
  const facts: ResourceFacts = {
    id: row.id,
    type: row.type,
    owner: row.owner ?? undefined,
    parent,
    nodes: row.nodes,
    attributes: row.attributes,
  };
  made.set(key, facts);
  return facts;
}

export const recordFacts = (row: RecordRow): ResourceFacts => ({
  id: row.id,
  type: row.type,
  owner: row.owner ?? undefined,
  nodes: row.nodes,
  attributes: row.attributes,
});
