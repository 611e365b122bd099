// Creates, changes and ends rights together with their context definitions. For owners of the application.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Names, Writer } from '../../platform/db/types.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { contains, endsLater } from '../../platform/period.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { loadActingActor, type Actor } from '../administration/index.ts';
import { refuseOwnBenefit, requireApplication } from './rights.access.ts';
import { checkDefinitions, writeContexts, type ContextInput } from './rights.contexts.ts';
import type { Right } from './rights.model.ts';
import { findRight } from './rights.queries.ts';

export interface RightInput {
  readonly code: string;
  readonly names: Names;
  readonly descriptions: Names;
  readonly position: number;
  readonly until: Date | null;
  readonly contexts: readonly ContextInput[];
}

/**
 * Adds a right to an application. Nobody can hand it out before it is offered.
 * @throws application_not_found; not_allowed; code_taken (conflict); invalid_fields
 */
export async function createRight(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: RightInput & { readonly applicationId: string; readonly from: Date | null },
): Promise<{ rightId: string }> {
  const { applicationId } = input;
  const attempt = { action: 'right.created', subjectType: 'right', applicationId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    await requireApplication(change.trx, acting, 'application.change', applicationId);
    checkDefinitions(input.contexts);
    const rightId = newId();
    const { code, position } = input;
    await change.trx
      .insertInto('application_right')
      .values({
        id: rightId,
        application_id: applicationId,
        code,
        position,
        names: JSON.stringify(input.names),
        descriptions: JSON.stringify(input.descriptions),
        valid_from: input.from ?? change.at,
        valid_until: input.until,
      })
      .execute();
    await writeContexts(change, rightId, input.contexts);
    change.record({ ...attempt, subjectId: rightId, after: summaryOf(input) });
    return { rightId };
  });
}

/**
 * Changes a right. Context definitions are matched by code; what assignments use can be neither removed nor turned
 * into something else; list values that are no longer given are withdrawn, not deleted. By its code a right fills groups of
 * the rights model and stands in tokens: nobody renames one that they hold.
 * @throws right_not_found; not_allowed; stale_edit; context_in_use (conflict); four_eyes; invalid_fields
 */
export async function changeRight(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: RightInput & { readonly rightId: string; readonly version: number },
): Promise<void> {
  const attempt = { action: 'right.changed', subjectType: 'right', subjectId: input.rightId };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const right = await lockRight(change.trx, acting, input.rightId);
    refuseStale(right, input.version);
    checkDefinitions(input.contexts);
    if (endsLater(input.until, right.period.until)) {
      const widening = { rightIds: [right.id], from: right.period.until!, until: input.until };
      await refuseOwnBenefit(change.trx, acting.personId, widening);
    }
    if (input.code !== right.code) {
      const renaming = { rightIds: [right.id], from: change.at, until: null };
      await refuseOwnBenefit(change.trx, acting.personId, renaming);
    }
    await change.trx
      .updateTable('application_right')
      .set((eb) => ({
        code: input.code,
        position: input.position,
        valid_until: input.until,
        names: JSON.stringify(input.names),
        descriptions: JSON.stringify(input.descriptions),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', right.id)
      .execute();
    await writeContexts(change, right.id, input.contexts);
    // A new code changes what tokens say; an earlier end takes access away.
    const isLess = endsLater(right.period.until, input.until) || right.code !== input.code;
    if (isLess && contains(right.period, change.at)) change.accessEnded({ rightId: right.id });
    change.record({
      ...attempt,
      applicationId: right.applicationId,
      before: summaryOf(right),
      after: summaryOf(input),
    });
  });
}

/**
 * Ends a right now, for everybody who holds it.
 * @throws right_not_found; not_allowed; stale_edit; right_over (conflict)
 */
export async function endRight(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly rightId: string; readonly version: number; readonly reason?: string | undefined },
): Promise<void> {
  const attempt = { action: 'right.ended', subjectType: 'right', subjectId: input.rightId };
  await runCommand(site, origin, attempt, async (change) => {
    const acting = await loadActingActor(change, actor.personId);
    const right = await lockRight(change.trx, acting, input.rightId);
    if (right.period.from >= change.at || !endsLater(right.period.until, change.at))
      throw new AppError('conflict', 'right_over');
    refuseStale(right, input.version);
    await change.trx
      .updateTable('application_right')
      .set((eb) => ({ valid_until: change.at, version: eb('version', '+', 1) }))
      .where('id', '=', right.id)
      .execute();
    change.accessEnded({ rightId: right.id });
    const before = { until: right.period.until };
    change.record({
      ...attempt,
      applicationId: right.applicationId,
      reason: input.reason,
      before,
      after: { until: change.at },
    });
  });
}

/** What the record keeps of a right. */
function summaryOf(right: RightInput | Right) {
  const { code, names, descriptions, position, contexts } = right;
  const until = 'period' in right ? right.period.until : right.until;
  return {
    code,
    names,
    descriptions,
    position,
    until,
    contexts: contexts.map(({ code: context, kind, required }) => ({ context, kind, required })),
  };
}

async function lockRight(trx: Writer, actor: Actor, rightId: string): Promise<Right> {
  await trx.selectFrom('application_right').select('id').where('id', '=', rightId).forNoKeyUpdate().execute();
  const right = await findRight(trx, rightId);
  if (!right) throw notFound('right');
  await requireApplication(trx, actor, 'application.change', right.applicationId).catch((error: unknown) => {
    throw error instanceof AppError && error.kind === 'not_found' ? notFound('right') : error;
  });
  return right;
}
