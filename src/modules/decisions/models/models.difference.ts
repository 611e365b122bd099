// What publishing a draft would change for whom: every person of the application, every kind of record and action, before and
// after. Exact where the portal holds the records; for records that only questions describe it says that it may differ.
import { createHash, type Hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { toLookUpSql, toSql } from '../condition.sql.ts';
import { isAlways, isNever, type Condition } from '../condition.model.ts';
import { foldDecision } from '../decision.fold.ts';
import { Evaluator } from '../evaluator.ts';
import type { ResourceFacts, SubjectFacts } from '../facts.model.ts';
import { compileForms, type ModelForms } from '../forms/index.ts';
import type { RightsModel } from '../rights-model.model.ts';
import { beyond } from './beyond.ts';
import { nothing } from './models.gain.ts';
import { openQuestions, type OpenQuestion } from './open-questions.ts';
import type { Models } from './same-decision.ts';
import { fillsGroupsByWork, ownSubjectFacts, personFacts } from '../subject.facts.ts';
import {
  findCandidateIds,
  findOwnSubjects,
  findPeopleFacts,
  listSubjectTypes,
  personType,
  type Asking,
} from '../subjects.queries.ts';

export type Direction = 'gains' | 'loses' | 'differs';

export interface DifferenceLine {
  readonly type: string;
  readonly action: string;
  /** Of a menu or other item: its code. */
  readonly node?: string | undefined;
  readonly direction: Direction;
  /** How many it is said of. */
  readonly count: number;
  /** The first of them: people by id; accounts of the application's own as `type/code`. */
  readonly personIds: readonly string[];
  /** The same for lines about exactly the same people. */
  readonly about: string;
}

export interface Difference {
  /** How many were looked at: people and accounts of the application's own. */
  readonly people: number;
  /** For how many at least one line says so. */
  readonly counts: Readonly<Record<Direction, number>>;
  readonly lines: readonly DifferenceLine[];
}

/** Named per line; counted are all. */
const maxNames = 25;

type Change = Omit<DifferenceLine, 'count' | 'personIds' | 'about'>;

/** People read in one statement. */
const chunkSize = 200;

/** Compares two models for one application at one instant; remembers what it has asked the database already. */
class Comparison {
  readonly #db: Asking;
  readonly #applicationId: string;
  readonly #models: Models;
  readonly #evaluators: readonly [Evaluator, Evaluator];
  readonly #now: string;
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #held = new Map<string, Promise<boolean>>();

  readonly #questions: readonly OpenQuestion[];

  constructor(db: Asking, applicationId: string, before: RightsModel, after: RightsModel, at: Date) {
    this.#db = db;
    this.#applicationId = applicationId;
    this.#models = [before, after];
    this.#evaluators = [new Evaluator(before), new Evaluator(after)];
    this.#now = at.toISOString();
    this.#questions = openQuestions(this.#models);
  }

  /** Nothing that anybody could ask is decided by other choices. */
  get isSame(): boolean {
    return this.#questions.length === 0;
  }

  /** [type, action, node?, direction] of everything that changes for the subject. */
  async changesFor(subject: SubjectFacts): Promise<Change[]> {
    const found = await Promise.all(
      this.#questions.map(({ type, action, node }) =>
        node === undefined
          ? this.#onRecords(subject, type, action)
          : this.#onNode(subject, type, action, node),
      ),
    );
    return found.flat();
  }

  #onNode(subject: SubjectFacts, type: string, action: string, node: string): Change[] {
    const resource: ResourceFacts = { id: node, type, nodes: [node], attributes: {} };
    const [before, after] = this.#evaluators.map(
      (evaluator) => evaluator.decide({ subject, action, resource, now: this.#now }).allowed,
    );
    return before === after ? [] : [{ type, action, node, direction: after ? 'gains' : 'loses' }];
  }

  async #onRecords(subject: SubjectFacts, type: string, action: string): Promise<Change[]> {
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
      this.#someRecord(type, beyond(after, before)),
      this.#someRecord(type, beyond(before, after)),
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
    const lookUp = toLookUpSql(condition, sql.values) ?? { text: 'true', joins: '', values: sql.values };
    const joins = lookUp.joins.length > sql.joins.length ? lookUp.joins : sql.joins;
    const asking = this.#db
      .query(
        `select 1 from decision_record r${joins}
         where r.application_id = $1::uuid and r.type = $2::text and ${lookUp.text} and ${sql.text} limit 1`,
        lookUp.values,
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

interface TallyLine {
  readonly line: Change;
  readonly personIds: string[];
  readonly about: Hash;
  count: number;
}

/** What is the same for several people, together: "14 people lose: view client". Does not grow with their number. */
class Tally {
  readonly #lines = new Map<string, TallyLine>();
  readonly #counts: Record<Direction, number> = { gains: 0, loses: 0, differs: 0 };

  add(personId: string, changes: readonly Change[]): void {
    for (const direction of new Set(changes.map((change) => change.direction))) this.#counts[direction] += 1;
    for (const change of changes) {
      const key = [change.direction, change.type, change.action, change.node].join('\n');
      let known = this.#lines.get(key);
      if (!known) {
        known = { line: change, personIds: [], about: createHash('sha256'), count: 0 };
        this.#lines.set(key, known);
      }
      known.count += 1;
      known.about.update(`${personId}\n`);
      if (known.personIds.length < maxNames) known.personIds.push(personId);
    }
  }

  result(people: number): Difference {
    const lines = [...this.#lines.values()].map(({ line, count, personIds, about }) => ({
      ...line,
      count,
      personIds,
      about: about.copy().digest('base64url'),
    }));
    return { people, counts: { ...this.#counts }, lines: lines.sort((a, b) => b.count - a.count) };
  }
}

/** Everybody there is to look at. */
interface Everybody {
  readonly type: string;
  readonly ids: readonly string[];
}

async function findEverybody(
  db: Asking,
  applicationId: string,
  at: Date,
  byWork: boolean,
): Promise<Everybody[]> {
  const types = [personType, ...(await listSubjectTypes(db, applicationId))];
  const found: Everybody[] = [];
  for (const type of types)
    found.push({ type, ids: await findCandidateIds(db, applicationId, type, at, byWork) });
  return found;
}

export interface CompareOptions {
  /** Told now and then how many were looked at; may throw to stop. */
  readonly onProgress?: (done: number) => Promise<void>;
  /** When more people than this would have to be looked at, nothing is. */
  readonly maxPeople?: number;
}

/** Too many people to answer at once. */
export interface TooMany {
  readonly tooMany: number;
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
  options: Omit<CompareOptions, 'maxPeople'> = {},
): Promise<Difference> {
  return (await compareUpTo(db, applicationId, before, after, at, options)) as Difference;
}

/** The same, unless there are more people than `options.maxPeople`. */
export async function compareUpTo(
  db: Asking,
  applicationId: string,
  before: ModelForms | undefined,
  after: ModelForms,
  at: Date,
  { onProgress, maxPeople = Infinity }: CompareOptions,
): Promise<Difference | TooMany> {
  const models = [before ? compileForms(before) : nothing, compileForms(after)] as const;
  const byWork = models.some(fillsGroupsByWork);
  const everybody = await findEverybody(db, applicationId, at, byWork);
  const people = everybody.reduce((sum, { ids }) => sum + ids.length, 0);
  const comparison = new Comparison(db, applicationId, ...models, at);
  const tally = new Tally();
  if (comparison.isSame) return tally.result(people);
  if (people > maxPeople) return { tooMany: people };
  let done = 0;
  for (const { type, ids } of everybody) {
    for (let start = 0; start < ids.length; start += chunkSize) {
      const chunk = ids.slice(start, start + chunkSize);
      for (const subject of await factsOf(db, applicationId, type, chunk, at, byWork)) {
        tally.add(nameOf(subject), await comparison.changesFor(subject));
        await turn();
      }
      await onProgress?.((done += chunk.length));
    }
  }
  return tally.result(people);
}

/** A person by id; an account of the application's own as `type/code`. */
const nameOf = ({ type, id }: SubjectFacts): string => (type === personType ? id : `${type}/${id}`);

/** Of those that are known at the instant. */
async function factsOf(
  db: Asking,
  applicationId: string,
  type: string,
  ids: readonly string[],
  at: Date,
  byWork: boolean,
): Promise<SubjectFacts[]> {
  if (type === personType) {
    const rows = await findPeopleFacts(db, applicationId, at, ids);
    return rows.flatMap((row) => personFacts(row, at, byWork).facts ?? []);
  }
  const rows = Map.groupBy(await findOwnSubjects(db, applicationId, type, ids), ({ id }) => id);
  return [...rows].flatMap(([id, stored]) => ownSubjectFacts(type, id, stored, at).facts ?? []);
}
