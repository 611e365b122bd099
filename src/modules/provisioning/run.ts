// One run of plan or apply: its transaction, what it found wrong, what it would do, and what it has looked up.
import type { AuditFact, Change, OutboxMessage } from '../../platform/change.ts';
import type { Site } from '../../platform/site.ts';
import type { Noun } from './provisioning.format.ts';
import type { Declared, Problems } from './problems.ts';
import type { Ceiling } from '../administration/index.ts';
import type { Difference, ModelForms } from '../decisions/index.ts';
import type { ContextDefinition } from '../rights/index.ts';
import type { AffiliationRules } from '../../platform/db/types.ts';
import type { Item } from './reconcile.ts';
import { beginOf, endOf, refuseWhen, type WhenOptions } from './when.ts';

/** What is counted and shown; a noun of the files, or something inside an application. */
export type PlanNoun = Noun | 'clients' | 'rights';

export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

export interface PlanEntry {
  readonly noun: PlanNoun;
  readonly action: 'create' | 'change';
  /** What people call it: `an.peeters at 44021 (employee)`. */
  readonly label: string;
  /** For a change: what becomes what. Identifiers of people are never shown. */
  readonly changes: readonly FieldChange[];
  /** Of a rights model: its old and its new document, and what publishing it changes for whom. */
  readonly model?: ModelChange | undefined;
}

export interface ModelChange {
  readonly number: number;
  /** False: it is a draft, and changes nothing for anybody until it is published. */
  readonly published: boolean;
  /** Undefined: none is valid. */
  readonly before: ModelForms | undefined;
  readonly after: ModelForms;
  readonly effect: Difference;
}

export interface NounCount {
  create: number;
  change: number;
  same: number;
}

export interface Progress {
  readonly noun: Noun;
  readonly done: number;
  readonly total: number;
}

export interface RunOptions {
  readonly relativeDays: boolean;
  /** Invite every new person, not only those with `invite: true`. */
  readonly invite: boolean;
  /** Passes client metadata that the provider can serve. @throws AppError */
  readonly validateClientMetadata?: ((metadata: Record<string, unknown>) => Promise<void>) | undefined;
  /** Numbers of the rights models that were valid when a plan was shown, by application; another one is refused. */
  readonly seenModels?: ReadonlyMap<string, number> | undefined;
  /** Called for each difference, in the order of applying. */
  readonly onEntry?: ((entry: PlanEntry) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** `plan` does everything in a transaction that is rolled back, and records nothing. */
export type Mode = 'plan' | 'apply';

export interface OrganisationRef {
  readonly id: string;
  readonly code: string;
  readonly targetGroupId: string;
  readonly until: Date | null;
}

export interface TargetGroupRef {
  readonly id: string;
  readonly code: string;
  readonly rules: AffiliationRules;
}

export interface RightRef {
  readonly id: string;
  readonly applicationId: string;
  readonly contexts: readonly ContextDefinition[];
}

/** Looked-up rows by code; undefined values are codes known not to exist. */
export interface Lookups {
  readonly targetGroups: Map<string, TargetGroupRef>;
  readonly targetGroupCodes: Map<string, string>;
  readonly organisations: Map<string, OrganisationRef>;
  readonly organisationCodes: Map<string, string>;
  readonly units: Map<string, string>;
  readonly unitCodes: Map<string, string>;
  readonly applications: Map<string, string>;
  readonly rights: Map<string, RightRef>;
  readonly ceilings: Map<string, readonly Ceiling[]>;
  readonly runningUnits: Map<string, Set<string>>;
}

export interface Run {
  readonly mode: Mode;
  readonly site: Site;
  readonly change: Change;
  readonly problems: Problems;
  readonly options: RunOptions;
  readonly counts: Map<PlanNoun, NounCount>;
  readonly lookups: Lookups;
  /** The same as `problems.failed`. */
  readonly failed: Set<string>;
  /** Where each key was declared first: the number of the file and the line in one number, for there are many. */
  readonly declaredAt: Map<string, number>;
  readonly fileNames: string[];
  /** What was declared of each person, as a short digest. */
  readonly personDigests: Map<string, string>;
  /** Ids of stored periods that a declaration is already about. */
  readonly taken: Set<string>;
  /** Number of the rights model that was valid before, by application; 0: none. */
  readonly validModels: Map<string, number>;
  /** Audit rows not yet written. */
  readonly facts: AuditFact[];
  /** Messages to leave when all is done. */
  readonly messages: OutboxMessage[];
  /** What ends sooner and is judged when everything is written. */
  readonly endings: { organisations: Item[]; units: Item[]; operatorsBefore?: number };
  readonly when: When;
}

/** Reads moments of declarations; remembers days, since a file of 50,000 people has few different ones. */
export interface When {
  /** Undefined when it is not written or wrong; the latter is reported. */
  begin(declared: Declared<unknown>, field: string, text: string | undefined): Date | undefined;
  /** Undefined: not written. Null: no end. */
  end(declared: Declared<unknown>, field: string, text: string | null | undefined): Date | null | undefined;
}

export function createRun(
  mode: Mode,
  site: Site,
  change: Change,
  problems: Problems,
  options: RunOptions,
): Run {
  const facts: AuditFact[] = [];
  const messages: OutboxMessage[] = [];
  return {
    mode,
    site,
    problems,
    options,
    facts,
    messages,
    endings: { organisations: [], units: [] },
    fileNames: [],
    // What is recorded goes out in bulk, and is taken back with the savepoint it was recorded in.
    change: {
      ...change,
      record: (fact) => void facts.push(fact),
      enqueue: (message) => void messages.push(message),
    },
    counts: new Map(),
    failed: problems.failed,
    declaredAt: new Map(),
    taken: new Set(),
    personDigests: new Map(),
    validModels: new Map(),
    when: createWhen(problems, {
      zone: site.config.timeZone,
      at: change.at,
      relativeDays: options.relativeDays,
    }),
    lookups: {
      targetGroups: new Map(),
      targetGroupCodes: new Map(),
      organisations: new Map(),
      organisationCodes: new Map(),
      units: new Map(),
      unitCodes: new Map(),
      applications: new Map(),
      rights: new Map(),
      ceilings: new Map(),
      runningUnits: new Map(),
    },
  };
}

function createWhen(problems: Problems, options: WhenOptions): When {
  const begins = new Map<string, Date>();
  const ends = new Map<string, Date>();
  const read = (
    known: Map<string, Date>,
    make: (text: string, options: WhenOptions) => Date,
    declared: Declared<unknown>,
    field: string,
    text: string,
  ): Date | undefined => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const refusal = refuseWhen(text, options);
    if (refusal !== undefined) {
      problems.report(declared, [field], refusal);
      return undefined;
    }
    const made = make(text, options);
    if (known.size < 10_000) known.set(text, made);
    return made;
  };
  return {
    begin: (declared, field, text) =>
      text === undefined ? undefined : read(begins, beginOf, declared, field, text),
    end: (declared, field, text) =>
      text === undefined || text === null ? text : read(ends, endOf, declared, field, text),
  };
}

/**
 * Notes that this key is declared here. @returns false, reported, when it was declared before.
 * @param key noun and code, as in `failed`
 */
export function declareOnce(run: Run, declared: Declared<unknown>, key: string): boolean {
  if (!run.declaredAt.has(key)) {
    let file = run.fileNames.indexOf(declared.place.file);
    if (file === -1) file = run.fileNames.push(declared.place.file) - 1;
    run.declaredAt.set(key, file * maxLines + declared.place.line);
    return true;
  }
  reportTwice(run, declared, key);
  return false;
}

const maxLines = 2 ** 40;

/** A field that is not written stays as it is. @returns undefined, reported, when something new does not have it. */
export function writtenOrStored<V>(
  run: Run,
  declared: Declared<unknown>,
  field: string,
  written: V | undefined,
  stored: unknown,
): V | undefined {
  const value = written ?? (stored as V | undefined);
  if (value === undefined) run.problems.report(declared, [field], 'required');
  return value;
}

/** Reports a second declaration with the place of the first. */
export function reportTwice(run: Run, declared: Declared<unknown>, key: string): void {
  const first = run.declaredAt.get(key) ?? 0;
  const file = run.fileNames[Math.floor(first / maxLines)] ?? '';
  run.problems.report(declared, [], 'declared_twice', { what: key, file, line: first % maxLines });
}

/** Reports what is referred to and does not exist, unless its own declaration is what is wrong. */
export function reportUnknown(
  run: Run,
  declared: Declared<unknown>,
  path: readonly PropertyKey[],
  key: string,
): void {
  const [noun = '', ...code] = key.split(' ');
  if (!run.failed.has(key)) run.problems.report(declared, path, `unknown_${noun}`, { code: code.join(' ') });
}

export function countOf(run: Run, noun: PlanNoun): NounCount {
  let count = run.counts.get(noun);
  if (count === undefined) run.counts.set(noun, (count = { create: 0, change: 0, same: 0 }));
  return count;
}
