// Why somebody cannot enter an application, in the one reason that helps most, and who can do something about it.
import type { Site } from '../../platform/site.ts';

export type NoAccessReason =
  | 'no_affiliation'
  | 'affiliation_ended'
  | 'assignment_ended'
  | 'assignment_future'
  | 'organisation_ended'
  | 'right_ended'
  | 'offer_ended'
  | 'not_offered'
  | 'no_right';

/** What only who keeps the application can change. */
const ownersReasons: readonly NoAccessReason[] = ['right_ended', 'offer_ended', 'not_offered'];

interface Owner {
  readonly organisation: string;
  readonly mail: string | null;
  /** It takes them, or nobody else is known; otherwise they answer questions about the application. */
  readonly decides: boolean;
}

export interface NoAccess {
  readonly reason: NoAccessReason;
  /** When it ended, or when it begins. */
  readonly at: Date | null;
  readonly organisation: string | null;
  readonly helpers: readonly { name: string; mail: string; organisation: string }[];
  /** Who keeps the application; absent when they can do nothing here and gave no address. */
  readonly owner: Owner | undefined;
}

interface FactsRow {
  affiliations: number;
  is_offered: boolean;
  affiliation_ended_at: Date | null;
  affiliation_organisation: string | null;
}

interface AssignmentRow {
  organisation: string;
  valid_from: Date;
  valid_until: Date | null;
  affiliation_until: Date | null;
  is_running: boolean;
  organisation_until: Date | null;
  organisation_runs: boolean;
  right_until: Date | null;
  right_runs: boolean;
}

const factsOfPerson = `select
    (select count(*)::int from affiliation where person_id = $1::uuid and valid_at @> $2::timestamptz) as affiliations,
    exists (select 1 from affiliation f join organisation o on o.id = f.organisation_id
      join offer q on q.organisation_id = o.id or q.target_group_id = o.target_group_id
      join application_right r on r.id = q.right_id and r.valid_at @> $2::timestamptz
      where f.person_id = $1::uuid and f.valid_at @> $2::timestamptz and q.valid_at @> $2::timestamptz
        and r.application_id = $3::uuid) as is_offered,
    last.valid_until as affiliation_ended_at, last.name as affiliation_organisation
  from (select 1) one left join lateral (
    select f.valid_until, o.name from affiliation f join organisation o on o.id = f.organisation_id
    where f.person_id = $1::uuid and f.cancelled_at is null and f.valid_until <= $2::timestamptz
    order by f.valid_until desc limit 1) last on true`;

// The one nearest to now tells most: running ones first, then the last that ended, then the next to begin.
const nearestAssignment = `select o.name as organisation, a.valid_from, a.valid_until, f.valid_until as affiliation_until,
    a.valid_at @> $3::timestamptz as is_running, o.valid_until as organisation_until,
    o.valid_at @> $3::timestamptz as organisation_runs, r.valid_until as right_until,
    r.valid_at @> $3::timestamptz as right_runs
  from assignment a join application_right r on r.id = a.right_id join organisation o on o.id = a.organisation_id
    join affiliation f on f.id = a.affiliation_id
  where a.person_id = $1::uuid and r.application_id = $2::uuid and a.cancelled_at is null
  order by (a.valid_at @> $3::timestamptz) desc, (a.valid_until <= $3::timestamptz) desc nulls last,
    a.valid_until desc nulls last limit 1`;

const ownerOf = `select o.name as organisation, a.contact_mail as mail
  from application a join organisation o on o.id = a.owner_organisation_id where a.id = $1::uuid`;

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

/** The reason, from the nearest to the most general, with the administrators of the person's organisations and the owner. */
export async function explainNoAccess(
  site: Site,
  { personId, applicationId }: { personId: string; applicationId: string },
): Promise<NoAccess> {
  const at = site.clock.now();
  const [[facts], [assignment], helpers, [owner]] = await Promise.all([
    site.db.query<FactsRow>(factsOfPerson, [personId, at, applicationId]),
    site.db.query<AssignmentRow>(nearestAssignment, [personId, applicationId, at]),
    site.db.query<{ name: string; mail: string; organisation: string }>(helpersOf, [personId, at]),
    site.db.query<Omit<Owner, 'decides'>>(ownerOf, [applicationId]),
  ]);
  const why = reasonOf(facts, assignment, at);
  const decides = ownersReasons.includes(why.reason) || helpers.length === 0;
  const canHelp = owner !== undefined && (decides || owner.mail !== null);
  return { ...why, helpers, owner: canHelp ? { ...owner, decides } : undefined };
}

type Why = Omit<NoAccess, 'helpers' | 'owner'>;

function reasonOf(facts: FactsRow | undefined, assignment: AssignmentRow | undefined, at: Date): Why {
  if (assignment) {
    const organisation = assignment.organisation;
    if (assignment.is_running) return reasonAround(assignment, organisation);
    const end = assignment.valid_until;
    if (end !== null && end <= at) {
      // Ending an affiliation ends its assignments in the same instant: then that is the reason.
      const withAffiliation = assignment.affiliation_until?.getTime() === end.getTime();
      return { reason: withAffiliation ? 'affiliation_ended' : 'assignment_ended', at: end, organisation };
    }
    if (assignment.valid_from > at)
      return { reason: 'assignment_future', at: assignment.valid_from, organisation };
  }
  if (facts && facts.affiliations > 0)
    return { reason: facts.is_offered ? 'no_right' : 'not_offered', at: null, organisation: null };
  if (facts?.affiliation_ended_at) {
    const organisation = facts.affiliation_organisation;
    return { reason: 'affiliation_ended', at: facts.affiliation_ended_at, organisation };
  }
  return { reason: 'no_affiliation', at: null, organisation: null };
}

/** The assignment runs: what it stands on does not. */
function reasonAround(assignment: AssignmentRow, organisation: string): Why {
  if (!assignment.organisation_runs)
    return { reason: 'organisation_ended', at: assignment.organisation_until, organisation };
  if (!assignment.right_runs) return { reason: 'right_ended', at: assignment.right_until, organisation };
  return { reason: 'offer_ended', at: null, organisation };
}
