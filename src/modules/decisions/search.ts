// The three searches: who, which records, which actions. Complete, in a fixed order, page by page after the last result,
// so that nothing is repeated or left out while things change. Every result would be allowed if it were asked.
import { setImmediate as turn } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import type { Writer } from '../../platform/db/types.ts';
import { foldDecision } from './decision.fold.ts';
import { isNever, type Condition } from './condition.model.ts';
import { toLookUpSql, toSql, type SqlCondition } from './condition.sql.ts';
import type { Asked, DecisionPoint } from './decision.point.ts';
import { toQuestion } from './decision.point.ts';
import { recordsOf, resourceOf } from './decision.records.ts';
import { findWitnesses } from './exists.ts';
import type { ResourceFacts, SubjectFacts } from './facts.model.ts';
import { freeValues, subjectWithRequest, type Entity, type Properties } from './request.facts.ts';
import type { LoadedModel } from './snapshot.ts';

export interface PageOf {
  /** Results after this one only. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface Found {
  /** In code point order. */
  readonly ids: readonly string[];
  /** More are to be had after the last. */
  readonly more: boolean;
}

interface Around {
  readonly action: { readonly name: string; readonly properties?: Properties | undefined };
  readonly context?: Properties | undefined;
}

const nothing: Found = { ids: [], more: false };
/** Subjects looked at together: what is not remembered of them is read in one statement. */
const chunkSize = 1000;

/** Who of a type may do it. Call `snapshots.catchUp()` first. */
export async function searchSubjects(
  point: DecisionPoint,
  applicationId: string,
  asked: Around & {
    readonly subjectType: string;
    readonly subjectProperties?: Properties | undefined;
    readonly resource: Entity;
  },
  page: PageOf,
): Promise<Found> {
  const { site, snapshots } = point;
  const snapshot = snapshots.of(applicationId);
  const loaded = await snapshot.model();
  if (!loaded) return nothing;
  const records = await recordsOf(site, applicationId, loaded.model, [asked]);
  const resource = resourceOf(loaded.model, asked.resource, records);
  if (!resource) return nothing;
  const at = site.clock.now();
  const instant = at.toISOString();
  const all = await snapshot.candidates(asked.subjectType, at);
  const ids: string[] = [];
  const first = firstAfter(all, page.after);
  for (let start = first; start < all.length; start += chunkSize) {
    // Whoever asks one question must not wait for everybody to be asked about.
    if (start > first) await turn();
    const subjects = await snapshot.subjects(asked.subjectType, all.slice(start, start + chunkSize), at);
    for (const { facts } of subjects) {
      if (!facts) continue;
      const allowed = isAllowed(point, applicationId, loaded, asked, facts, resource, instant);
      // Most answers are there at once: waiting for each would cost more than deciding.
      if (!(typeof allowed === 'boolean' ? allowed : await allowed)) continue;
      if (ids.length === page.limit) return { ids, more: true };
      ids.push(facts.id);
    }
  }
  return { ids, more: false };
}

function isAllowed(
  point: DecisionPoint,
  applicationId: string,
  loaded: LoadedModel,
  asked: Around & { readonly subjectProperties?: Properties | undefined },
  subject: SubjectFacts,
  resource: ResourceFacts,
  instant: string,
): boolean | Promise<boolean> {
  const entity: Entity = { type: subject.type, id: subject.id, properties: asked.subjectProperties };
  const one = { subject: entity, action: asked.action, context: asked.context };
  const question = toQuestion(loaded.model, one, subject, resource, instant);
  if (!loaded.looksForRecords) return loaded.evaluator.decide(question).allowed;
  return findWitnesses(point.site.db, applicationId, loaded.model, question).then(
    (resourcesOf) => loaded.evaluator.decide({ ...question, resourcesOf }).allowed,
  );
}

/** Which records of a type the subject may do it on. Call `snapshots.catchUp()` first. */
export async function searchResources(
  point: DecisionPoint,
  applicationId: string,
  asked: Around & { readonly subject: Entity; readonly resourceType: string },
  page: PageOf,
): Promise<Found> {
  const folded = await foldFor(point, applicationId, asked);
  if (!folded || isNever(folded.condition)) return nothing;
  if (folded.loaded.model.resourceTypes.find(({ name }) => name === asked.resourceType)?.ofModel) {
    return searchNodes(point, applicationId, folded.loaded, asked, page);
  }
  const ids = await findRecordIds(point, applicationId, asked.resourceType, folded.condition, page);
  return { ids: ids.slice(0, page.limit), more: ids.length > page.limit };
}

/**
 * As many candidates at most are fetched and sorted; with more, walking the records in order meets a page of them sooner.
 * Measured at a million records: a fetch somewhere in the table 12 µs, a look on the way 2.4 µs, equal at about 3,000.
 */
const maxCandidates = 3000;

/** One more than the page, to know whether there are more. */
async function findRecordIds(
  point: DecisionPoint,
  applicationId: string,
  type: string,
  condition: Condition,
  page: PageOf,
): Promise<string[]> {
  const first = [applicationId, type, page.after ?? ''];
  const lookUp = toLookUpSql(condition, first);
  const { db } = point.site;
  // Not prepared: the text is one person's condition, and the plan must be made for the values in it.
  const { rows } = await db.handle.transaction().execute((trx) =>
    db.guardTransaction(async () => {
      await trx.executeQuery(asMeasured);
      const few = lookUp !== undefined && (await expectedRows(trx, lookUp)) <= maxCandidates;
      const query = few
        ? amongCandidates(condition, lookUp, page.limit)
        : inOrder(condition, first, page.limit);
      return trx.executeQuery<{ id: string }>(query);
    }),
  );
  return rows.map((row) => row.id);
}

/**
 * What the planner takes the costs to be, for this transaction: pages are in memory or on fast disks, and a look inside
 * jsonb or an array takes a microsecond. With the usual settings it read all of 20,000 records (30 ms) for 170.
 */
const asMeasured = CompiledQuery.raw(
  `select set_config('random_page_cost', '1.1', true), set_config('cpu_operator_cost', '0.02', true)`,
);

const ofTypeAfter = `r.application_id = $1::uuid and r.type = $2::text and r.id > $3::text collate "C"`;

const candidates = (lookUp: SqlCondition): string =>
  `select r.id from decision_record r${lookUp.joins} where ${ofTypeAfter} and ${lookUp.text}`;

/** From statistics, without looking at a record. */
async function expectedRows(trx: Writer, lookUp: SqlCondition): Promise<number> {
  const text = `explain (format json) ${candidates(lookUp)}`;
  const { rows } = await trx.executeQuery<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    CompiledQuery.raw(text, [...lookUp.values]),
  );
  return rows[0]!['QUERY PLAN'][0].Plan['Plan Rows'];
}

/** Few: all are found by index and sorted, then looked at until the page is full. */
function amongCandidates(condition: Condition, lookUp: SqlCondition, limit: number): CompiledQuery {
  const exact = toSql(condition, [...lookUp.values, limit + 1]);
  const text = `with candidate as materialized (${candidates(lookUp)})
    select r.id from (select c.id from candidate c order by c.id) c
    join decision_record r on r.application_id = $1::uuid and r.type = $2::text and r.id = c.id${exact.joins}
    where ${exact.text} order by c.id limit $${lookUp.values.length + 1}::int`;
  return CompiledQuery.raw(text, [...exact.values]);
}

/** Many: the records are walked in the order of the primary key until the page is full. */
function inOrder(condition: Condition, first: readonly unknown[], limit: number): CompiledQuery {
  const exact = toSql(condition, [...first, limit + 1]);
  const text = `select r.id from decision_record r${exact.joins}
    where ${ofTypeAfter} and ${exact.text} order by r.id limit $4::int`;
  return CompiledQuery.raw(text, [...exact.values]);
}

/** Menus, tools and kinds of data are the model's own: few, and in memory. */
async function searchNodes(
  point: DecisionPoint,
  applicationId: string,
  { model }: LoadedModel,
  asked: Around & { readonly subject: Entity; readonly resourceType: string },
  page: PageOf,
): Promise<Found> {
  const nodes = model.nodes.filter((node) => node.type === asked.resourceType).map((node) => node.id);
  const ordered = nodes.toSorted(inCodePoints);
  const questions = ordered.slice(firstAfter(ordered, page.after)).map((id) => ({
    subject: asked.subject,
    action: asked.action,
    context: asked.context,
    resource: { type: asked.resourceType, id },
  }));
  const verdicts = await point.decide(applicationId, questions, { caughtUp: true });
  const ids = questions
    .filter((_question, index) => verdicts[index]!.allowed)
    .map(({ resource }) => resource.id);
  return { ids: ids.slice(0, page.limit), more: ids.length > page.limit };
}

/** What the subject may do with the record, in the order of the model. Call `snapshots.catchUp()` first. */
export async function searchActions(
  point: DecisionPoint,
  applicationId: string,
  asked: Omit<Asked, 'action'>,
): Promise<readonly string[]> {
  const loaded = await point.snapshots.of(applicationId).model();
  const type = loaded?.model.resourceTypes.find(({ name }) => name === asked.resource.type);
  if (!type) return [];
  const questions = type.actions.map((name) => ({ ...asked, action: { name } }));
  const verdicts = await point.decide(applicationId, questions, { caughtUp: true });
  return type.actions.filter((_name, index) => verdicts[index]!.allowed);
}

export interface FoldedFor {
  readonly loaded: LoadedModel;
  readonly condition: Condition;
}

/** The condition that is left for the record once everything else is known; undefined: nothing can be allowed. */
export async function foldFor(
  point: DecisionPoint,
  applicationId: string,
  asked: Around & { readonly subject: Entity; readonly resourceType: string },
): Promise<FoldedFor | undefined> {
  const { site, snapshots } = point;
  const snapshot = snapshots.of(applicationId);
  const loaded = await snapshot.model();
  if (!loaded) return undefined;
  const at = site.clock.now();
  const [subject] = await snapshot.subjects(asked.subject.type, [asked.subject.id], at);
  if (!subject?.facts) return undefined;
  const condition = foldDecision(loaded.model, asked.resourceType, asked.action.name, {
    subject: subjectWithRequest(loaded.model, subject.facts, asked.subject.properties),
    actionProperties: freeValues(asked.action.properties),
    context: freeValues(asked.context),
    now: at.toISOString(),
  });
  return { loaded, condition };
}

/** Where the entries after this one begin, in a list in code point order. */
function firstAfter(ordered: readonly string[], after: string | undefined): number {
  if (after === undefined) return 0;
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inCodePoints(ordered[middle]!, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As the database orders under "C": by bytes of UTF-8, which is by code point. */
function inCodePoints(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left), Buffer.from(right));
}
