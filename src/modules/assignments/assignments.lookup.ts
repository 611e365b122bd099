// Finds the assignment or affiliation a command is about, held until the end of its transaction.
import type { ContextValues, Writer } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import type { Period } from '../../platform/period.ts';
import { findCovering, type Actor, type ConferredAssignment } from '../administration/index.ts';
import { findRight, type Right } from '../rights/index.ts';

export interface StoredAffiliation {
  readonly id: string;
  readonly personId: string;
  readonly organisationId: string;
  readonly period: Period;
}

export interface StoredAssignment {
  readonly id: string;
  readonly affiliationId: string;
  readonly personId: string;
  readonly organisationId: string;
  readonly rightId: string;
  readonly rightCode: string;
  readonly applicationId: string;
  readonly context: ContextValues;
  readonly period: Period;
  readonly cancelledAt: Date | null;
  readonly version: number;
  readonly affiliation: Period;
}

/**
 * The affiliation, which nobody can end before this transaction does.
 * @throws affiliation_not_found also when it lies out of the actor's scope, or was withdrawn
 */
export async function lockAffiliation(
  trx: Writer,
  actor: Actor,
  affiliationId: string,
): Promise<StoredAffiliation> {
  const row = await trx
    .selectFrom('affiliation')
    .select(['id', 'person_id', 'organisation_id', 'valid_from', 'valid_until'])
    .where('id', '=', affiliationId)
    .where('cancelled_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (!row || (await findCovering(trx, actor, 'person.view', row.organisation_id)).length === 0) {
    throw notFound('affiliation');
  }
  const period = { from: row.valid_from, until: row.valid_until };
  return { id: row.id, personId: row.person_id, organisationId: row.organisation_id, period };
}

/**
 * The right with its contexts as they stay until the end of the transaction: a context that went while it was being given
 * was left behind in the assignment.
 */
export async function holdRight(trx: Writer, rightId: string): Promise<Right | undefined> {
  await trx.selectFrom('application_right').select('id').where('id', '=', rightId).forShare().execute();
  return findRight(trx, rightId);
}

/**
 * The assignment, held for a change.
 * @throws assignment_not_found also when it is out of the actor's scope and not their own
 */
export async function lockAssignment(
  trx: Writer,
  actor: Actor,
  assignmentId: string,
): Promise<StoredAssignment> {
  const row = await trx
    .selectFrom('assignment as a')
    .innerJoin('affiliation as f', 'f.id', 'a.affiliation_id')
    .innerJoin('application_right as r', 'r.id', 'a.right_id')
    .select(['a.id', 'a.affiliation_id', 'a.person_id', 'a.organisation_id', 'a.right_id', 'a.context'])
    .select(['a.valid_from', 'a.valid_until', 'a.cancelled_at', 'a.version', 'r.code', 'r.application_id'])
    .select(['f.valid_from as affiliation_from', 'f.valid_until as affiliation_until'])
    .where('a.id', '=', assignmentId)
    .forNoKeyUpdate('a')
    .executeTakeFirst();
  if (!row) throw notFound('assignment');
  const own = row.person_id === actor.personId;
  if (!own && (await findCovering(trx, actor, 'person.view', row.organisation_id)).length === 0)
    throw notFound('assignment');
  return {
    id: row.id,
    affiliationId: row.affiliation_id,
    personId: row.person_id,
    organisationId: row.organisation_id,
    rightId: row.right_id,
    rightCode: row.code,
    applicationId: row.application_id,
    context: row.context,
    period: { from: row.valid_from, until: row.valid_until },
    cancelledAt: row.cancelled_at,
    version: row.version,
    affiliation: { from: row.affiliation_from, until: row.affiliation_until },
  };
}

/** What giving this assignment this period confers. `startIsNew`: the start is being chosen now. */
export function conferredBy(
  stored: StoredAssignment,
  period: Period,
  startIsNew: boolean,
): ConferredAssignment {
  const { personId, organisationId, rightId, context, affiliation } = stored;
  return { what: 'assignment', personId, organisationId, rightId, context, period, startIsNew, affiliation };
}

/** Where a record of this assignment belongs. */
export const factOf = (stored: StoredAssignment) => ({
  subjectType: 'assignment',
  subjectId: stored.id,
  personId: stored.personId,
  organisationId: stored.organisationId,
  applicationId: stored.applicationId,
});
