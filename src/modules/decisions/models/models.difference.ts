// What publishing a draft would change for whom: every person of the application, every kind of record and action, before and
// after. Exact where the portal holds the records; for records that only questions describe it says that it may differ.
import { toSql } from '../condition.sql.ts';
import { isAlways, isNever, notOf, allOf, type Condition } from '../condition.model.ts';
import { foldDecision } from '../decision.fold.ts';
import { Evaluator } from '../evaluator.ts';
import type { ResourceFacts, SubjectFacts } from '../facts.model.ts';
import { compileForms, type ModelForms } from '../forms/index.ts';
import type { RightsModel } from '../rights-model.model.ts';
import { fillsGroupsByWork, personFacts } from '../subject.facts.ts';
import { findCandidateIds, findPeopleFacts, personType, type Asking } from '../subjects.queries.ts';

export type Direction = 'gains' | 'loses' | 'differs';

export interface DifferenceLine {
  readonly type: string;
  readonly action: string;
  /** Of a menu or other item: its code. */
  readonly node?: string | undefined;
  readonly direction: Direction;
  readonly personIds: readonly string[];
}

export interface Difference {
  /** How many people were looked at. */
  readonly people: number;
  readonly lines: readonly DifferenceLine[];
}

const nothing: RightsModel = { resourceTypes: [], nodes: [], gates: [] };
/** People read in one statement. */
const chunkSize = 500;

/** Compares two models for one application at one instant; remembers what it has asked the database already. */
class Comparison {
  readonly #db: Asking;
  readonly #applicationId: string;
  readonly #models: readonly [RightsModel, RightsModel];
  readonly #evaluators: readonly [Evaluator, Evaluator];
  readonly #now: string;
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #held = new Map<string, Promise<boolean>>();

  constructor(db: Asking, applicationId: string, before: RightsModel, after: RightsModel, at: Date) {
    this.#db = db;
    this.#applicationId = applicationId;
    this.#models = [before, after];
    this.#evaluators = [new Evaluator(before), new Evaluator(after)];
    this.#now = at.toISOString();
  }

  /** [type, action, node?, direction] of everything that changes for the subject. */
  async changesFor(subject: SubjectFacts): Promise<Omit<DifferenceLine, 'personIds'>[]> {
    const kinds = new Map(
      this.#models
        .flatMap(({ resourceTypes }) => resourceTypes)
        .flatMap((type) =>
          type.actions.map((action) => [`${type.name} ${action}`, { type, action }] as const),
        ),
    );
    const found = await Promise.all(
      [...kinds.values()].map(({ type, action }) =>
        type.ofModel
          ? Promise.resolve(this.#onNodes(subject, type.name, action))
          : this.#onRecords(subject, type.name, action),
      ),
    );
    return found.flat();
  }

  #onNodes(subject: SubjectFacts, type: string, action: string): Omit<DifferenceLine, 'personIds'>[] {
    const ids = new Set(
      this.#models.flatMap(({ nodes }) => nodes.filter((node) => node.type === type).map(({ id }) => id)),
    );
    return [...ids].flatMap((node) => {
      const resource: ResourceFacts = { id: node, type, nodes: [node], attributes: {} };
      const [before, after] = this.#evaluators.map(
        (evaluator) => evaluator.decide({ subject, action, resource, now: this.#now }).allowed,
      );
      return before === after ? [] : [{ type, action, node, direction: after ? 'gains' : 'loses' }];
    });
  }

  async #onRecords(
    subject: SubjectFacts,
    type: string,
    action: string,
  ): Promise<Omit<DifferenceLine, 'personIds'>[]> {
    const known = { subject, now: this.#now };
    const [before, after] = this.#models.map((model) => foldDecision(model, type, action, known)) as [
      Condition,
      Condition,
    ];
    if (isSame(before, after)) return [];
    const line = (direction: Direction) => ({ type, action, direction });
    if (!(await this.#holdsRecords(type))) {
      if (isNever(before) || isAlways(after)) return [line('gains')];
      return [line(isNever(after) || isAlways(before) ? 'loses' : 'differs')];
    }
    const [gains, loses] = await Promise.all([
      this.#someRecord(type, allOf([after, notOf(before)])),
      this.#someRecord(type, allOf([before, notOf(after)])),
    ]);
    return [...(gains ? [line('gains')] : []), ...(loses ? [line('loses')] : [])];
  }

  #holdsRecords(type: string): Promise<boolean> {
    const known = this.#held.get(type);
    if (known) return known;
    const asking = this.#db
      .query('select 1 from decision_record where application_id = $1::uuid and type = $2::text limit 1', [
        this.#applicationId,
        type,
      ])
      .then((rows) => rows.length > 0);
    this.#held.set(type, asking);
    return asking;
  }

  #someRecord(type: string, condition: Condition): Promise<boolean> {
    if (isNever(condition)) return Promise.resolve(false);
    const key = `${type} ${JSON.stringify(condition)}`;
    const known = this.#asked.get(key);
    if (known) return known;
    const sql = toSql(condition, [this.#applicationId, type]);
    const asking = this.#db
      .query(
        `select 1 from decision_record r${sql.joins} where r.application_id = $1::uuid and r.type = $2::text and ${sql.text} limit 1`,
        sql.values,
      )
      .then((rows) => rows.length > 0);
    this.#asked.set(key, asking);
    return asking;
  }
}

/** Whether two conditions say the same, in whatever order: a role that was moved up changes nothing for anybody. */
const isSame = (one: Condition, other: Condition): boolean =>
  JSON.stringify(one) === JSON.stringify(other) || inOneOrder(one) === inOneOrder(other);

function inOneOrder(condition: Condition): string {
  const sorted = (parts: readonly Condition[]): string =>
    [...new Set(parts.map(inOneOrder))].sort().join(' ');
  if ('all' in condition) return `all(${sorted(condition.all)})`;
  if ('any' in condition) return `any(${sorted(condition.any)})`;
  if ('not' in condition) return `not(${inOneOrder(condition.not)})`;
  return JSON.stringify(condition);
}

/** What is the same for several people, together: "14 people lose: view client". */
class Tally {
  readonly #lines = new Map<string, { line: Omit<DifferenceLine, 'personIds'>; personIds: string[] }>();

  add(personId: string, lines: readonly Omit<DifferenceLine, 'personIds'>[]): void {
    for (const line of lines) {
      const key = [line.direction, line.type, line.action, line.node].join('\n');
      const known = this.#lines.get(key);
      if (known) known.personIds.push(personId);
      else this.#lines.set(key, { line, personIds: [personId] });
    }
  }

  result(): DifferenceLine[] {
    return [...this.#lines.values()]
      .map(({ line, personIds }) => ({ ...line, personIds }))
      .sort((a, b) => b.personIds.length - a.personIds.length);
  }
}

/**
 * Looks at everybody the application knows, at the instant. Complete, however many there are.
 * @param before the forms that are valid; undefined: there are none, and nobody may anything.
 */
export async function compareForms(
  db: Asking,
  applicationId: string,
  before: ModelForms | undefined,
  after: ModelForms,
  at: Date,
): Promise<Difference> {
  const models = [before ? compileForms(before) : nothing, compileForms(after)] as const;
  const byWork = models.some(fillsGroupsByWork);
  const ids = await findCandidateIds(db, applicationId, personType, at, byWork);
  const comparison = new Comparison(db, applicationId, ...models, at);
  const tally = new Tally();
  for (let start = 0; start < ids.length; start += chunkSize) {
    const rows = await findPeopleFacts(db, applicationId, at, ids.slice(start, start + chunkSize));
    for (const row of rows) {
      const { facts } = personFacts(row, at, byWork);
      if (facts) tally.add(facts.id, await comparison.changesFor(facts));
    }
  }
  return { people: ids.length, lines: tally.result() };
}
