// When something was changed last and by whom, from the record: for pages that show two versions of it.
import type { Reader } from '../../platform/db/types.ts';

export interface LastChange {
  readonly changedAt: Date;
  /** Name of the person; absent when the site itself did it. */
  readonly changedBy?: string;
}

/** @param where narrows to what has an index: the person, organisation or application it is about, else what was done */
export async function findLastChange(
  reader: Reader,
  where: {
    readonly personId?: string;
    readonly organisationId?: string;
    readonly applicationId?: string;
    readonly action?: string;
    readonly subjectId: string;
  },
  now: Date,
): Promise<LastChange> {
  const { personId, organisationId, applicationId, action, subjectId } = where;
  let query = reader
    .selectFrom('audit_event as e')
    .leftJoin('person as p', 'p.id', 'e.actor_person_id')
    .select(['e.at', 'p.given_name', 'p.family_name'])
    .where('e.subject_id', '=', subjectId)
    .where('e.outcome', '=', 'done');
  if (personId !== undefined) query = query.where('e.person_id', '=', personId);
  if (organisationId !== undefined) query = query.where('e.organisation_id', '=', organisationId);
  if (applicationId !== undefined) query = query.where('e.application_id', '=', applicationId);
  if (action !== undefined) query = query.where('e.action', '=', action);
  const row = await query.orderBy('e.at', 'desc').limit(1).executeTakeFirst();
  if (!row) return { changedAt: now };
  const named = row.family_name === null ? {} : { changedBy: `${row.given_name} ${row.family_name}` };
  return { changedAt: row.at, ...named };
}
