// Decides questions of one application on what is remembered and read now. No transport, no authentication: its callers
// (AuthZEN, the portal's screens) have settled for which application they ask.
import type { Site } from '../../platform/site.ts';
import { findWitnesses } from './exists.ts';
import type { Question, ResourceFacts, SubjectFacts } from './facts.model.ts';
import { verdictOf, type Unanswerable, type Verdict } from './reasons.ts';
import { findRecords, keyOf, type RecordKey } from './records.queries.ts';
import {
  freeValues,
  parentInRequest,
  resourceFacts,
  subjectWithRequest,
  type Entity,
  type Properties,
} from './request.facts.ts';
import type { RightsModel } from './rights-model.model.ts';
import { Snapshots, type ApplicationSnapshot, type CompileModel, type LoadedModel } from './snapshot.ts';
import type { KnownSubject } from './subject.facts.ts';

/** One question as it was asked. */
export interface Asked {
  readonly subject: Entity;
  readonly action: { readonly name: string; readonly properties?: Properties | undefined };
  readonly resource: Entity;
  readonly context?: Properties | undefined;
}

export interface DecideOptions {
  /** Ask every gate, so that the trace is whole. */
  readonly full?: boolean | undefined;
  /** The caller has just awaited `snapshots.catchUp()`. */
  readonly caughtUp?: boolean | undefined;
}

export interface DecisionPoint {
  readonly site: Site;
  readonly snapshots: Snapshots;
  /**
   * Answers in the order asked; all at one instant, on one state of memberships.
   * @returns denied with an obstacle where model, subject, resource or action are unknown; never throws for those.
   */
  decide(applicationId: string, asked: readonly Asked[], options?: DecideOptions): Promise<Verdict[]>;
  /**
   * The same for subjects that are only thought of, such as somebody in one group of whom nothing else is known.
   * @param supposed facts by question
   */
  suppose(
    applicationId: string,
    asked: readonly Asked[],
    supposed: readonly SubjectFacts[],
    options?: DecideOptions,
  ): Promise<Verdict[]>;
}

export function createDecisionPoint(site: Site, options: { compile?: CompileModel } = {}): DecisionPoint {
  const snapshots = new Snapshots(site, options.compile);
  return {
    site,
    snapshots,
    async decide(applicationId, asked, decideOptions = {}) {
      if (!decideOptions.caughtUp) await snapshots.catchUp();
      const snapshot = snapshots.of(applicationId);
      const find: FindSubjects = (at) => subjectsOf(snapshot, asked, at);
      return decideAll(site, applicationId, snapshot, asked, find, decideOptions);
    },
    async suppose(applicationId, asked, supposed, decideOptions = {}) {
      if (!decideOptions.caughtUp) await snapshots.catchUp();
      const find: FindSubjects = async () => supposed.map((facts) => ({ facts }));
      return decideAll(site, applicationId, snapshots.of(applicationId), asked, find, decideOptions);
    },
  };
}

/** What a decision needs to know of a subject. */
type Known = Pick<KnownSubject, 'facts' | 'language'>;
type FindSubjects = (at: Date) => Promise<readonly Known[]>;

async function decideAll(
  site: Site,
  applicationId: string,
  snapshot: ApplicationSnapshot,
  asked: readonly Asked[],
  findSubjects: FindSubjects,
  options: DecideOptions,
): Promise<Verdict[]> {
  const loaded = await snapshot.model();
  if (!loaded) return asked.map(() => refused('no_model'));
  const at = site.clock.now();
  const [subjects, records] = await Promise.all([
    findSubjects(at),
    recordsOf(site, applicationId, loaded.model, asked),
  ]);
  const instant = at.toISOString();
  const verdicts = asked.map(async (one, index): Promise<Verdict> => {
    const subject = subjects[index]!;
    const resource = resourceOf(loaded.model, one.resource, records);
    const verdict = await decideOne(
      site,
      applicationId,
      loaded,
      { one, subject, resource, instant },
      options,
    );
    return { ...verdict, model: loaded.number, language: subject.language };
  });
  return Promise.all(verdicts);
}

interface Prepared {
  readonly one: Asked;
  readonly subject: Known;
  readonly resource: ResourceFacts | undefined;
  readonly instant: string;
}

async function decideOne(
  site: Site,
  applicationId: string,
  loaded: LoadedModel,
  { one, subject, resource, instant }: Prepared,
  options: DecideOptions,
): Promise<Verdict> {
  if (!subject.facts) return refused('unknown_subject');
  if (!resource) return refused('unknown_resource');
  const question = toQuestion(loaded.model, one, subject.facts, resource, instant);
  const resourcesOf = loaded.looksForRecords
    ? await findWitnesses(site.db, applicationId, loaded.model, question)
    : undefined;
  return verdictOf(loaded.evaluator.decide(resourcesOf ? { ...question, resourcesOf } : question, options));
}

export function toQuestion(
  model: RightsModel,
  one: Pick<Asked, 'subject' | 'action' | 'context'>,
  subject: SubjectFacts,
  resource: ResourceFacts,
  now: string,
): Question {
  return {
    subject: subjectWithRequest(model, subject, one.subject.properties),
    action: one.action.name,
    actionProperties: freeValues(one.action.properties),
    resource,
    context: freeValues(one.context),
    now,
  };
}

export const refused = (obstacle: Unanswerable): Verdict => ({ allowed: false, trace: [], obstacle });

/** Each subject once, however often it is asked about. */
async function subjectsOf(
  snapshot: ApplicationSnapshot,
  asked: readonly Asked[],
  at: Date,
): Promise<KnownSubject[]> {
  const first = asked[0]?.subject;
  if (first && asked.every(({ subject }) => subject.type === first.type)) {
    return snapshot.subjects(
      first.type,
      asked.map(({ subject }) => subject.id),
      at,
    );
  }
  return Promise.all(
    asked.map(async ({ subject }) => (await snapshot.subjects(subject.type, [subject.id], at))[0]!),
  );
}

/** All records of the questions in one statement, those above requested ones included. */
export async function recordsOf(
  site: Site,
  applicationId: string,
  model: RightsModel,
  asked: readonly Pick<Asked, 'resource'>[],
): Promise<ReadonlyMap<string, ResourceFacts>> {
  const keys = new Map<string, RecordKey>();
  for (const { resource } of asked) {
    const type = model.resourceTypes.find((candidate) => candidate.name === resource.type);
    if (!type || type.ofModel) continue;
    keys.set(keyOf(resource.type, resource.id), resource);
    const parent = parentInRequest(type, resource);
    if (parent) keys.set(keyOf(parent.type, parent.id), parent);
  }
  return findRecords(site.db, applicationId, [...keys.values()]);
}

export function resourceOf(
  model: RightsModel,
  given: Entity,
  records: ReadonlyMap<string, ResourceFacts>,
): ResourceFacts | undefined {
  const type = model.resourceTypes.find((candidate) => candidate.name === given.type);
  const parent = type && parentInRequest(type, given);
  return resourceFacts(model, given, {
    record: records.get(keyOf(given.type, given.id)),
    parent: parent && records.get(keyOf(parent.type, parent.id)),
  });
}
