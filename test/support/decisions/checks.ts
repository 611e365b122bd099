// What truth tables, the oracle and the mutation check have in common: a question with the answer it must get.
import type { Value } from '../../../src/modules/decisions/condition.model.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { Question, ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';

export interface Check {
  readonly says: string;
  readonly question: Question;
  readonly allowed: boolean;
}

export const now = '2026-06-01T00:00:00.000Z';

/** The checks that a model answers otherwise; the first `most` of them. */
export function failing(model: RightsModel, checks: readonly Check[], most = Infinity): Check[] {
  const evaluator = new Evaluator(model);
  const found: Check[] = [];
  for (const check of checks) {
    if (evaluator.decide(check.question).allowed === check.allowed) continue;
    found.push(check);
    if (found.length >= most) break;
  }
  return found;
}

export function person(
  id: string,
  facts: {
    groups?: readonly string[];
    attributes?: Readonly<Record<string, Value>>;
    lists?: SubjectFacts['lists'];
  },
): SubjectFacts {
  return {
    id,
    type: 'person',
    groups: facts.groups ?? [],
    attributes: facts.attributes ?? {},
    lists: facts.lists ?? {},
  };
}

export function record(
  type: string,
  id: string,
  facts: Partial<Pick<ResourceFacts, 'owner' | 'parent' | 'nodes' | 'attributes'>> = {},
): ResourceFacts {
  return {
    id,
    type,
    owner: facts.owner,
    parent: facts.parent,
    nodes: facts.nodes ?? [],
    attributes: facts.attributes ?? {},
  };
}

/** A module or feature of the model itself, as the decision point gives it to the evaluator. */
export const feature = (id: string, type = 'feature') => record(type, id, { nodes: [id] });

/** The rows of a table as typed: the first line names the columns, the first word of each other line the row. */
export function readTable(text: string): { row: string; column: string; cell: string }[] {
  const [head, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([row, ...cells]) => {
    if (cells.length !== head!.length) throw new Error(`row ${row} has ${cells.length} cells`);
    return cells.map((cell, index) => ({ row: row!, column: head![index]!, cell }));
  });
}
