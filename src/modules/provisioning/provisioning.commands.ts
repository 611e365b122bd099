// Plans and applies declaration files: everything in one transaction, or nothing of it.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { toDomainError } from '../../platform/db/constraint-errors.ts';
import { refreshStatistics } from '../../platform/db/upkeep.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { applyAdministrations } from './apply-administrations.ts';
import { applyAffiliations } from './apply-affiliations.ts';
import { applyApplications } from './apply-applications.ts';
import { applyAssignments } from './apply-assignments.ts';
import { applyOffers } from './apply-offers.ts';
import { applyOrganisations } from './apply-organisations.ts';
import { applyPeople } from './apply-people.ts';
import { applyRightsModels } from './apply-rights-models.ts';
import { applyTargetGroups } from './apply-target-groups.ts';
import { applyUnits } from './apply-units.ts';
import type { DeclaredValue, Noun } from './provisioning.format.ts';
import { Problems, type Declared, type Problem } from './problems.ts';
import { judgeEndings } from './ends.ts';
import { flushFacts } from './reconcile.ts';
import { createRun, type Mode, type NounCount, type PlanNoun, type Run, type RunOptions } from './run.ts';
import { openDeclarations, type Declarations, type SourceFile } from './sources.ts';
import { sql } from 'kysely';

/** How many declarations are looked up, compared and written together. */
const batchSize = 1000;

export interface Outcome {
  readonly files: readonly string[];
  readonly counts: ReadonlyMap<PlanNoun, Readonly<NounCount>>;
  /** Whether anything is new or different. */
  readonly differs: boolean;
  /** Number of the rights model that was valid before, of each application that declares one; 0: none. */
  readonly validModels: ReadonlyMap<string, number>;
}

export interface RefusedDetails {
  readonly problems: readonly Problem[];
  /** All of them; `problems` holds the first 200. */
  readonly count: number;
}

export interface ApplyOptions extends Partial<RunOptions> {
  /** Done in the same transaction, after everything else: what belongs to an installation and stands in no file. */
  readonly afterwards?: ((change: Change) => Promise<void>) | undefined;
}

/**
 * Makes the site what the files declare, in one transaction. What they do not mention is left alone. Applying the same
 * files again writes nothing. Every object has its audit row, and one `provisioning.applied` tells of the whole.
 * @throws invalid `declarations_refused` with {@link RefusedDetails}; nothing is then changed
 */
export async function applyDeclarations(
  site: Site,
  sources: readonly SourceFile[],
  options: ApplyOptions = {},
  origin: Origin = { actor: { kind: 'system' } },
): Promise<Outcome> {
  const attempt = {
    action: 'provisioning.applied',
    subjectType: 'site',
    reason: sources.map((one) => one.name).join(', '),
  };
  const applied = await runCommand(site, origin, attempt, async (change) => {
    const { run, outcome } = await runThrough('apply', site, change, sources, options);
    if (outcome.differs) {
      run.facts.push({ action: 'provisioning.applied', subjectType: 'site', after: summaryOf(outcome) });
      await flushFacts(run);
    }
    await options.afterwards?.(change);
    for (const message of run.messages) change.enqueue(message);
    return outcome;
  });
  if (applied.differs) await refreshStatistics(site.db);
  return applied;
}

/**
 * What applying the files would do: it is done, and rolled back. Nothing is recorded or sent.
 * @throws invalid `declarations_refused` with {@link RefusedDetails}
 */
export async function planDeclarations(
  site: Site,
  sources: readonly SourceFile[],
  options: ApplyOptions = {},
): Promise<Outcome> {
  const done = new PlanDone();
  try {
    return await site.db.handle.transaction().execute((trx) =>
      site.db.guardTransaction(async () => {
        const ignore = () => {};
        const origin: Origin = { actor: { kind: 'system' } };
        const at = site.clock.now();
        const change: Change = {
          trx,
          at,
          now: () => site.clock.now(),
          origin,
          record: ignore,
          enqueue: ignore,
          accessEnded: ignore,
        };
        done.outcome = (await runThrough('plan', site, change, sources, options)).outcome;
        throw done;
      }),
    );
  } catch (error) {
    if (error === done && done.outcome !== undefined) return done.outcome;
    throw toDomainError(error);
  }
}

/** Thrown to roll the transaction of a plan back. */
class PlanDone extends Error {
  outcome: Outcome | undefined;
}

async function runThrough(
  mode: Mode,
  site: Site,
  change: Change,
  sources: readonly SourceFile[],
  options: ApplyOptions,
): Promise<{ run: Run; outcome: Outcome }> {
  // Two at once would find each other's rows half way: one waits for the other.
  await sql`select pg_advisory_xact_lock(hashtext('provisioning'))`.execute(change.trx);
  const problems = new Problems();
  const declarations = await openDeclarations(sources, problems);
  const run = createRun(mode, site, change, problems, { relativeDays: false, invite: false, ...options });
  await applyAll(run, declarations);
  await judgeEndings(run);
  if (problems.count === 0) await checkAtOnce(run, declarations);
  if (problems.count > 0) {
    const details: RefusedDetails = { problems: inOrder(problems.list), count: problems.count };
    throw new AppError('invalid', 'declarations_refused', { params: { count: problems.count }, details });
  }
  await flushFacts(run);
  const counts = [...run.counts.values()];
  const differs = counts.some((count) => count.create + count.change > 0);
  const { validModels } = run;
  return { run, outcome: { files: declarations.files, counts: run.counts, differs, validModels } };
}

/** The order matters: what others refer to comes first. */
async function applyAll(run: Run, declarations: Declarations): Promise<void> {
  const each = <N extends Noun>(
    noun: N,
    apply: (run: Run, batch: Declared<DeclaredValue<N>>[]) => Promise<void>,
  ) => applyEach(run, declarations, noun, apply);
  await each('targetGroups', applyTargetGroups);
  await applyTogether(run, declarations, 'organisations', applyOrganisations);
  await applyTogether(run, declarations, 'units', applyUnits);
  await each('people', applyPeople);
  await each('affiliations', applyAffiliations);
  await each('applications', applyApplications);
  await each('offers', applyOffers);
  await each('administrations', applyAdministrations);
  await each('assignments', applyAssignments);
  await each('rightsModels', applyRightsModels);
}

async function applyEach<N extends Noun>(
  run: Run,
  declarations: Declarations,
  noun: N,
  apply: (run: Run, batch: Declared<DeclaredValue<N>>[]) => Promise<void>,
): Promise<void> {
  let done = 0;
  for await (const batch of declarations.batches(noun, batchSize)) {
    await apply(run, batch);
    done += batch.length;
    run.options.onProgress?.({ noun, done, total: Math.max(done, declarations.counts[noun]) });
  }
}

/** For trees, whose parents may stand anywhere in the files: held in memory all at once. */
async function applyTogether<N extends Noun>(
  run: Run,
  declarations: Declarations,
  noun: N,
  apply: (run: Run, all: Declared<DeclaredValue<N>>[]) => Promise<void>,
): Promise<void> {
  const all: Declared<DeclaredValue<N>>[] = [];
  for await (const batch of declarations.batches(noun, batchSize)) all.push(...batch);
  await apply(run, all);
  if (all.length > 0) run.options.onProgress?.({ noun, done: all.length, total: all.length });
}

/** What the database would only refuse at the commit is refused here, so that it is a problem like any other. */
async function checkAtOnce(run: Run, declarations: Declarations): Promise<void> {
  try {
    await sql`set constraints all immediate`.execute(run.change.trx);
  } catch (cause) {
    const error = toDomainError(cause);
    if (!isAppError(error)) throw cause;
    run.problems.add(
      { file: declarations.files.join(', '), line: 1, column: 1 },
      '',
      error.code,
      error.params,
    );
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted(
    ({ place: a }, { place: b }) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
}

function summaryOf(outcome: Outcome): object {
  return { files: outcome.files, counts: Object.fromEntries(outcome.counts) };
}
