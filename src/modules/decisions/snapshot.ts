// What one process remembers of an application: its compiled model and the subjects that asked lately. Asked through
// `at()`, which first makes sure that nothing remembered is out of date.
import { LruMap } from './lru-map.ts';
import type { Site } from '../../platform/site.ts';
import { DecisionChanges, type ChangeFollower, type DecisionChange } from './decision.changes.ts';
import { Evaluator } from './evaluator.ts';
import { looksForRecords } from './exists.ts';
import { compileForms, modelFormsSchema } from './forms/index.ts';
import type { RightsModel } from './rights-model.model.ts';
import { fillsGroupsByWork, ownSubjectFacts, personFacts, type KnownSubject } from './subject.facts.ts';
import { findCandidateIds, findOwnSubjects, findPeopleFacts, personType } from './subjects.queries.ts';

/** Turns a stored document into a model. @throws when the document is not one. */
export type CompileModel = (forms: unknown) => RightsModel;

export const compileStoredForms: CompileModel = (forms) => compileForms(modelFormsSchema.parse(forms));

/** Subjects remembered per application; the ones not asked for longest go first. */
const maxSubjects = 200_000;
const maxTypes = 100;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const unknown: KnownSubject = { facts: undefined, fromMs: -Infinity, untilMs: Infinity, organisationIds: [] };

export class Snapshots implements ChangeFollower {
  readonly #site: Site;
  readonly #compile: CompileModel;
  readonly #changes: DecisionChanges;
  readonly #applications = new Map<string, ApplicationSnapshot>();
  /** Told when clients of an application changed; null: all. */
  onClientsChanged: (applicationId: string | null) => void = () => {};

  constructor(site: Site, compile: CompileModel = compileStoredForms) {
    this.#site = site;
    this.#compile = compile;
    this.#changes = new DecisionChanges(site.db, this);
  }

  /** After it, nothing that was committed before the call is remembered otherwise. */
  catchUp(): Promise<void> {
    return this.#changes.catchUp();
  }

  /** The same, with rows read in the same statement: see {@link DecisionChanges.catchUpAlong}. */
  catchUpAlong<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#changes.catchUpAlong(text, values);
  }

  /** The application as of now; call {@link catchUp} first. */
  of(applicationId: string): ApplicationSnapshot {
    let snapshot = this.#applications.get(applicationId);
    if (!snapshot) {
      snapshot = new ApplicationSnapshot(this.#site, applicationId, this.#compile);
      this.#applications.set(applicationId, snapshot);
    }
    return snapshot;
  }

  forget(changes: readonly DecisionChange[]): void {
    for (const change of changes) {
      if (change.kind === 'client') this.onClientsChanged(change.applicationId);
      else if (change.applicationId !== null) this.#applications.get(change.applicationId)?.forget(change);
      else for (const snapshot of this.#applications.values()) snapshot.forget(change);
    }
  }

  forgetAll(): void {
    this.#applications.clear();
    this.onClientsChanged(null);
  }
}

export interface LoadedModel {
  readonly evaluator: Evaluator;
  readonly model: RightsModel;
  /** The document it was made from, as it is kept. */
  readonly stored: unknown;
  /** Number of the version, for explanations. */
  readonly number: number;
  readonly byWork: boolean;
  /** See {@link looksForRecords}. */
  readonly looksForRecords: boolean;
  /** Records of some type lie below others. */
  readonly hasParents: boolean;
}

export class ApplicationSnapshot {
  readonly #site: Site;
  readonly #applicationId: string;
  readonly #compile: CompileModel;
  #model: Promise<LoadedModel | undefined> | undefined;
  #loaded: LoadedModel | undefined;
  /** By type, then by id. */
  readonly #subjects = new Map<string, LruMap<string, KnownSubject>>();
  /** Reads under way; one that is forgotten meanwhile still answers its own question but is not remembered. */
  readonly #loading = new Map<string, Promise<KnownSubject>>();
  readonly #candidates = new Map<string, Promise<string[]>>();

  constructor(site: Site, applicationId: string, compile: CompileModel) {
    this.#site = site;
    this.#applicationId = applicationId;
    this.#compile = compile;
  }

  /** The valid version; undefined: there is none, and everything is denied. */
  model(): Promise<LoadedModel | undefined> {
    return (this.#model ??= this.#keepModel());
  }

  /** The version that is remembered and may be out of date: for guesses that a look then proves. */
  get lastModel(): LoadedModel | undefined {
    return this.#loaded;
  }

  #keepModel(): Promise<LoadedModel | undefined> {
    const loading = this.#loadModel();
    loading.then(
      (loaded) => {
        if (this.#model === loading) this.#loaded = loaded;
      },
      // A failed read must be tried again by the next question.
      () => {
        if (this.#model === loading) this.#model = undefined;
      },
    );
    return loading;
  }

  async #loadModel(): Promise<LoadedModel | undefined> {
    const [row] = await this.#site.db.query<{ forms: unknown; number: number }>(
      `select forms, number from decision_model where application_id = $1::uuid and status = 'valid'`,
      [this.#applicationId],
    );
    if (!row) return undefined;
    const model = this.#compile(row.forms);
    return {
      evaluator: new Evaluator(model),
      model,
      stored: row.forms,
      number: row.number,
      byWork: fillsGroupsByWork(model),
      looksForRecords: looksForRecords(model),
      hasParents: model.resourceTypes.some(({ parentType }) => parentType !== undefined),
    };
  }

  /** What is known of each, in the order asked. */
  async subjects(type: string, ids: readonly string[], at: Date): Promise<KnownSubject[]> {
    const atMs = at.getTime();
    const remembered = this.#subjects.get(type);
    const found: (KnownSubject | undefined)[] = ids.map((id) => {
      const known = remembered?.get(id);
      return known && known.fromMs <= atMs && atMs < known.untilMs ? known : undefined;
    });
    if (found.includes(undefined)) await this.#fillIn(type, ids, at, found);
    return found as KnownSubject[];
  }

  async #fillIn(
    type: string,
    ids: readonly string[],
    at: Date,
    found: (KnownSubject | undefined)[],
  ): Promise<void> {
    const missing = new Set<string>();
    for (const [index, id] of ids.entries()) {
      if (found[index]) continue;
      if (type === personType && !uuid.test(id)) found[index] = unknown;
      else if (!this.#loading.has(subjectKey(type, id))) missing.add(id);
    }
    if (missing.size > 0) this.#load(type, [...missing], at);
    const waiting = ids.map((id, index) => found[index] ?? this.#loading.get(subjectKey(type, id))!);
    for (const [index, subject] of (await Promise.all(waiting)).entries()) {
      // Read for a question of a moment ago, and that moment was the last of something.
      const isOver = at.getTime() >= subject.untilMs;
      found[index] = isOver
        ? ((await this.#read(type, [ids[index]!], at)).get(ids[index]!) ?? unknown)
        : subject;
    }
  }

  #load(type: string, ids: readonly string[], at: Date): void {
    const read = this.#read(type, ids, at);
    for (const id of ids) {
      const key = subjectKey(type, id);
      const mine = read.then((subjects) => subjects.get(id) ?? { ...unknown, fromMs: at.getTime() });
      this.#loading.set(key, mine);
      mine
        .then((subject) => {
          if (this.#loading.get(key) === mine) this.#remember(type, id, subject);
        })
        .catch(() => {})
        .finally(() => {
          if (this.#loading.get(key) === mine) this.#loading.delete(key);
        });
    }
  }

  #remember(type: string, id: string, subject: KnownSubject): void {
    let ofType = this.#subjects.get(type);
    if (!ofType) {
      // Types come from requests: names nobody uses must not pile up.
      if (this.#subjects.size >= maxTypes) this.#subjects.clear();
      this.#subjects.set(type, (ofType = new LruMap(maxSubjects)));
    }
    ofType.set(id, subject);
  }

  async #read(type: string, ids: readonly string[], at: Date): Promise<Map<string, KnownSubject>> {
    const { db } = this.#site;
    if (type === personType) {
      const byWork = (await this.model())?.byWork ?? false;
      const rows = await findPeopleFacts(db, this.#applicationId, at, ids);
      return new Map(rows.map((row) => [row.id, personFacts(row, at, byWork)]));
    }
    const rows = Map.groupBy(await findOwnSubjects(db, this.#applicationId, type, ids), (row) => row.id);
    return new Map([...rows].map(([id, stored]) => [id, ownSubjectFacts(type, id, stored, at)]));
  }

  /** Identifiers of all who may be known now, in code point order; whoever is not there is denied everything. */
  async candidates(type: string, at: Date): Promise<readonly string[]> {
    const known = this.#candidates.get(type);
    if (known) return known;
    const byWork = (await this.model())?.byWork ?? false;
    const loading = findCandidateIds(this.#site.db, this.#applicationId, type, at, byWork);
    if (this.#candidates.size >= maxTypes) this.#candidates.clear();
    this.#candidates.set(type, loading);
    loading.catch(() => this.#candidates.delete(type));
    return loading;
  }

  forget(change: DecisionChange): void {
    if (change.kind === 'subject') {
      const key = subjectKey(change.subjectType ?? '', change.subjectId ?? '');
      this.#subjects.get(change.subjectType ?? '')?.delete(change.subjectId ?? '');
      this.#loading.delete(key);
      this.#candidates.delete(change.subjectType ?? '');
      return;
    }
    if (change.kind === 'model') this.#model = this.#loaded = undefined;
    this.#candidates.clear();
    this.#loading.clear();
    if (change.kind !== 'organisation') return this.#subjects.clear();
    const people = this.#subjects.get(personType);
    for (const [id, subject] of people?.entries() ?? []) {
      if (subject.organisationIds.includes(change.subjectId ?? '')) people!.delete(id);
    }
  }
}

const subjectKey = (type: string, id: string): string => `${type}\n${id}`;
