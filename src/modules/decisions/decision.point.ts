// Decides questions of one application on what is remembered and read now. No transport, no authentication: its callers
// (AuthZEN, the portal's screens) have settled for which application they ask.
import type { Site } from '../../platform/site.ts';
import { findWitnesses } from './exists.ts';
import type { Question, ResourceFacts, SubjectFacts } from './facts.model.ts';
import { verdictOf, type Unanswerable, type Verdict } from './reasons.ts';
import { catchUp, recordsOf, resourceOf, type Along } from './decision.records.ts';
import { freeValues, subjectWithRequest, type Entity, type Properties } from './request.facts.ts';
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
      const along = decideOptions.caughtUp ? undefined : await catchUp(snapshots, applicationId, asked);
      const snapshot = snapshots.of(applicationId);
      const find: FindSubjects = (at) => subjectsOf(snapshot, asked, at);
      return decideAll(site, applicationId, snapshot, asked, find, decideOptions, along);
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
  along?: Along,
): Promise<Verdict[]> {
  const loaded = await snapshot.model();
  if (!loaded) return asked.map(() => refused('no_model'));
  const at = site.clock.now();
  const [subjects, records] = await Promise.all([
    findSubjects(at),
    along?.loaded === loaded ? along.records : recordsOf(site, applicationId, loaded.model, asked),
  ]);
  const instant = at.toISOString();
  const prepared = asked.map((one, index): Prepared => {
    const known = subjects[index]!;
    const resource = resourceOf(loaded.model, one.resource, records);
    if (!known.facts || !resource) return { known, question: undefined };
    return { known, question: toQuestion(loaded.model, one, known.facts, resource, instant) };
  });
  const whole = loaded.looksForRecords
    ? await withWitnesses(site, applicationId, loaded.model, prepared)
    : prepared;
  return whole.map((one) => ({
    ...decideOne(loaded, one, options),
    model: loaded.number,
    language: one.known.language,
  }));
}

interface Prepared {
  readonly known: Known;
  /** Absent: the subject or the record is unknown. */
  readonly question: Question | undefined;
}

/** Questions whose records are looked for side by side: a long batch must not keep all connections from others. */
const atOnce = 3;

async function withWitnesses(
  site: Site,
  applicationId: string,
  model: RightsModel,
  prepared: readonly Prepared[],
): Promise<Prepared[]> {
  const whole: Prepared[] = [];
  for (let start = 0; start < prepared.length; start += atOnce) {
    const some = prepared.slice(start, start + atOnce).map(async ({ known, question }) => {
      const resourcesOf = question && (await findWitnesses(site.db, applicationId, model, question));
      return { known, question: resourcesOf ? { ...question, resourcesOf } : question };
    });
    whole.push(...(await Promise.all(some)));
  }
  return whole;
}

function decideOne(loaded: LoadedModel, { known, question }: Prepared, options: DecideOptions): Verdict {
  if (!known.facts) return refused('unknown_subject');
  if (!question) return refused('unknown_resource');
  return verdictOf(loaded.evaluator.decide(question, options));
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
