// What an affiliation carries: assignments and administrations, and what was delegated from those. All of it ends
// with the affiliation, in the same transaction; the database refuses anything else.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { recordEndings, shrinkAdministrations, type FallingAdministration } from '../administration/index.ts';

export interface Carried {
  readonly assignments: readonly CarriedAssignment[];
  /** Own ones and those delegated from them, whoever holds them. */
  readonly administrations: readonly CarriedAdministration[];
}

interface CarriedAssignment {
  readonly id: string;
  readonly right_id: string;
  readonly application_id: string;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly version: number;
}

interface CarriedAdministration extends FallingAdministration {
  readonly valid_until: Date | null;
  readonly version: number;
  readonly own: boolean;
}

/** Everything of the affiliation that reaches beyond `until`. */
export async function loadCarried(
  reader: Reader | Writer,
  affiliationId: string,
  until: Date,
): Promise<Carried> {
  const assignments = await sql<CarriedAssignment>`
    select a.id, a.right_id, r.application_id, a.valid_from, a.valid_until, a.version
    from assignment a join application_right r on r.id = a.right_id
    where a.affiliation_id = ${affiliationId}::uuid and a.cancelled_at is null
      and (a.valid_until is null or a.valid_until > ${until}::timestamptz)
    order by a.id`.execute(reader as Writer);
  const administrations = await sql<CarriedAdministration>`
    with recursive falling as (
      select id from administration where affiliation_id = ${affiliationId}::uuid
      union select d.id from administration d join falling on d.given_by_id = falling.id
    )
    select d.id, d.kind, d.person_id, d.organisation_id, d.application_id, d.includes_subtree, d.valid_from,
      d.valid_until, d.valid_until as was_until, d.version, d.affiliation_id = ${affiliationId}::uuid as own
    from administration d join falling on falling.id = d.id
    where d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${until}::timestamptz)
    order by d.id`.execute(reader as Writer);
  return { assignments: assignments.rows, administrations: administrations.rows };
}

/**
 * Cuts everything carried off at `until`; what would begin later is cancelled. One audit row for each.
 * @throws last_administrator unless acknowledged, last_operator
 */
export async function endCarried(
  change: Change,
  carried: Carried,
  until: Date,
  options: { readonly acknowledgeLast: boolean; readonly reason: string },
): Promise<void> {
  await endAssignments(change, carried.assignments, until, options.reason);
  const own = carried.administrations.filter((one) => one.own).map((one) => one.id);
  const ended = await shrinkAdministrations(change, own, until, options);
  recordEndings(change, ended, options.reason);
}

async function endAssignments(
  change: Change,
  assignments: readonly CarriedAssignment[],
  until: Date,
  reason: string,
): Promise<void> {
  if (assignments.length === 0) return;
  const { rows } = await sql<{
    id: string;
    person_id: string;
    organisation_id: string;
    application_id: string;
  }>`
    update assignment a set
      valid_until = case when a.valid_from < ${until}::timestamptz then ${until}::timestamptz else a.valid_until end,
      cancelled_at = case when a.valid_from < ${until}::timestamptz then null else ${change.at}::timestamptz end,
      version = a.version + 1
    from application_right r
    where r.id = a.right_id and a.id = any(${assignments.map((one) => one.id)}::uuid[])
    returning a.id, a.person_id, a.organisation_id, r.application_id`.execute(change.trx);
  const before = new Map(assignments.map((one) => [one.id, one]));
  for (const row of rows) {
    const was = before.get(row.id);
    const cancelled = was !== undefined && was.valid_from >= until;
    change.record({
      action: 'assignment.ended',
      subjectType: 'assignment',
      subjectId: row.id,
      personId: row.person_id,
      organisationId: row.organisation_id,
      applicationId: row.application_id,
      reason,
      before: { until: was?.valid_until },
      after: cancelled ? { cancelled: true } : { until },
    });
  }
}
