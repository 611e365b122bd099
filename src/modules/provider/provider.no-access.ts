// Why somebody cannot enter an application, in the one reason that helps most, and who can do something about it.
import type { Site } from '../../platform/site.ts';

export type NoAccessReason =
  | 'no_affiliation'
  | 'affiliation_ended'
  | 'assignment_ended'
  | 'assignment_future'
  | 'offer_ended'
  | 'no_right';

export interface NoAccess {
  readonly reason: NoAccessReason;
  /** When it ended, or when it begins. */
  readonly at: Date | null;
  readonly organisation: string | null;
  readonly helpers: readonly { name: string; mail: string; organisation: string }[];
}

interface FactsRow {
  affiliations: number;
  affiliation_ended_at: Date | null;
  affiliation_organisation: string | null;
}

interface AssignmentRow {
  organisation: string;
  valid_from: Date;
  valid_until: Date | null;
  affiliation_until: Date | null;
  is_running: boolean;
  affiliation_runs: boolean;
}

const factsOfPerson = `select
    (select count(*)::int from affiliation where person_id = $1::uuid and valid_at @> $2::timestamptz) as affiliations,
    last.valid_until as affiliation_ended_at, last.name as affiliation_organisation
  from (select 1) one left join lateral (
    select f.valid_until, o.name from affiliation f join organisation o on o.id = f.organisation_id
    where f.person_id = $1::uuid and f.cancelled_at is null and f.valid_until <= $2::timestamptz
    order by f.valid_until desc limit 1) last on true`;

// The one nearest to now tells most: running ones first, then the last that ended, then the next to begin.
const nearestAssignment = `select o.name as organisation, a.valid_from, a.valid_until, f.valid_until as affiliation_until,
    a.valid_at @> $3::timestamptz as is_running, f.valid_at @> $3::timestamptz as affiliation_runs
  from assignment a join application_right r on r.id = a.right_id join organisation o on o.id = a.organisation_id
    join affiliation f on f.id = a.affiliation_id
  where a.person_id = $1::uuid and r.application_id = $2::uuid and a.cancelled_at is null
  order by (a.valid_at @> $3::timestamptz) desc, (a.valid_until <= $3::timestamptz) desc nulls last,
    a.valid_until desc nulls last limit 1`;

const helpersOf = `select distinct p.given_name || ' ' || p.family_name as name, p.mail, o.name as organisation
  from affiliation f
  join organisation_tree t on t.organisation_id = f.organisation_id
  join administration d on d.organisation_id = t.ancestor_id and d.kind in ('head', 'local')
    and (t.depth = 0 or d.includes_subtree) and d.valid_at @> $2::timestamptz and d.person_id <> $1::uuid
  join effective_administration($2::timestamptz, array[d.id]) e on e.administration_id = d.id
  join person p on p.id = d.person_id join organisation o on o.id = t.ancestor_id
  where f.person_id = $1::uuid and f.cancelled_at is null
    and (f.valid_at @> $2::timestamptz or f.valid_until > $2::timestamptz - interval '1 year')
  order by organisation, name limit 6`;

/** The reason, from the nearest to the most general, with the administrators of the person's organisations. */
export async function explainNoAccess(
  site: Site,
  { personId, applicationId }: { personId: string; applicationId: string },
): Promise<NoAccess> {
  const at = site.clock.now();
  const [[facts], [assignment], helpers] = await Promise.all([
    site.db.query<FactsRow>(factsOfPerson, [personId, at]),
    site.db.query<AssignmentRow>(nearestAssignment, [personId, applicationId, at]),
    site.db.query<{ name: string; mail: string; organisation: string }>(helpersOf, [personId, at]),
  ]);
  return { ...reasonOf(facts, assignment, at), helpers };
}

function reasonOf(
  facts: FactsRow | undefined,
  assignment: AssignmentRow | undefined,
  at: Date,
): Omit<NoAccess, 'helpers'> {
  if (assignment) {
    const organisation = assignment.organisation;
    if (assignment.is_running && assignment.affiliation_runs)
      return { reason: 'offer_ended', at: null, organisation };
    const end = assignment.valid_until;
    if (end !== null && end <= at) {
      // Ending an affiliation ends its assignments in the same instant: then that is the reason.
      const withAffiliation = assignment.affiliation_until?.getTime() === end.getTime();
      return { reason: withAffiliation ? 'affiliation_ended' : 'assignment_ended', at: end, organisation };
    }
    if (assignment.valid_from > at)
      return { reason: 'assignment_future', at: assignment.valid_from, organisation };
  }
  if (facts && facts.affiliations > 0) return { reason: 'no_right', at: null, organisation: null };
  if (facts?.affiliation_ended_at) {
    const organisation = facts.affiliation_organisation;
    return { reason: 'affiliation_ended', at: facts.affiliation_ended_at, organisation };
  }
  return { reason: 'no_affiliation', at: null, organisation: null };
}
