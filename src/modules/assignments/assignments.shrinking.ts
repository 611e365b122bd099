// Cuts the assignments of affiliations off, for whatever ends or shortens those.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';

export interface CutAssignment {
  readonly id: string;
  readonly person_id: string;
  readonly organisation_id: string;
  readonly right_id: string;
  readonly application_id: string;
  readonly valid_until: Date | null;
  readonly cancelled_at: Date | null;
}

/**
 * Ends the assignments of these affiliations at `until`; what would begin later is cancelled. Records each; the caller
 * tells of the ended access, since the whole affiliation ends.
 */
export async function shrinkAssignments(
  change: Change,
  affiliationIds: readonly string[],
  until: Date,
  reason?: string,
): Promise<CutAssignment[]> {
  if (affiliationIds.length === 0) return [];
  const { rows } = await sql<CutAssignment>`
    update assignment a set
      valid_until = case when a.valid_from < ${until}::timestamptz then ${until}::timestamptz else a.valid_until end,
      cancelled_at = case when a.valid_from < ${until}::timestamptz then null else ${change.at}::timestamptz end,
      version = a.version + 1
    from application_right r
    where r.id = a.right_id and a.affiliation_id = any(${[...affiliationIds]}::uuid[]) and a.cancelled_at is null
      and (a.valid_until is null or a.valid_until > ${until}::timestamptz)
    returning a.id, a.person_id, a.organisation_id, a.right_id, r.application_id, a.valid_until, a.cancelled_at`.execute(
    change.trx,
  );
  for (const row of rows) {
    change.record({
      ...{
        action: 'assignment.ended',
        subjectType: 'assignment',
        subjectId: row.id,
        personId: row.person_id,
        reason,
      },
      ...{ organisationId: row.organisation_id, applicationId: row.application_id },
      after: { until: row.valid_until, cancelled: row.cancelled_at !== null },
    });
  }
  return rows;
}
