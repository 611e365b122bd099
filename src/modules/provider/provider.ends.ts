// Rights that end by themselves: nobody makes a change at that moment, so the worker comes by every few seconds.
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';
import type { LookedUp } from './provider.request-state.ts';
import { revokeGrants, type AffectedGrant } from './provider.revocation.ts';

const system: Origin = { actor: { kind: 'system' } };

interface EndedGrant extends AffectedGrant {
  application_id: string;
  organisation_id: string | null;
}

// A grant ends, to the second, with the first of the rights it was made for: only those that end in the window are
// looked at. Whether something really ended is asked then, since a right may have been prolonged meanwhile.
const within = (column: string): string => `(${column} >= $1::timestamptz and ${column} < $2::timestamptz)`;
const endedGrants = `select c.grant_id, c.person_id, c.client_id, k.application_id, c.organisation_id
  from oidc_payload g
  join acting_choice c on c.grant_id = g.id
  join client k on k.id = c.client_id
  where g.model = 'Grant' and g.expires_at >= $1::timestamptz - interval '10 seconds' and g.expires_at < $2::timestamptz
    and ${within(`(g.payload ->> 'endsAt')::timestamptz`)}
    and exists (
      select 1 from assignment a
      join affiliation f on f.id = a.affiliation_id
      join person p on p.id = a.person_id
      join organisation o on o.id = a.organisation_id
      join application_right r on r.id = a.right_id
      join application x on x.id = r.application_id
      left join offer q on q.right_id = r.id and q.cancelled_at is null
        and (q.organisation_id = o.id or q.target_group_id = o.target_group_id)
      where a.person_id = c.person_id and a.organisation_id = c.organisation_id and a.cancelled_at is null
        and r.application_id = k.application_id
        and (${['a', 'f', 'p', 'o', 'r', 'x', 'q'].map((table) => within(`${table}.valid_until`)).join(' or ')}))
  limit 1000`;

/**
 * Revokes the grants, and tells the applications, of those whose rights ended by themselves in `[since, until)`. May be
 * called again for the same window: what is revoked is not found a second time. Audit: `access.expired`.
 */
export async function announceEnds(site: Site, since: Date, until: Date): Promise<void> {
  for (;;) {
    const grants = await site.db.query<EndedGrant>(endedGrants, [since, until]);
    if (grants.length === 0) break;
    const attempt = { action: 'access.expired', subjectType: 'person' };
    await runCommand(site, system, attempt, async (change) => {
      await revokeGrants(change, grants);
      for (const grant of grants) {
        change.record({
          ...attempt,
          subjectId: grant.person_id,
          personId: grant.person_id,
          applicationId: grant.application_id,
          organisationId: grant.organisation_id ?? undefined,
        });
      }
    });
  }
  await awaitNextEnd(site, since, until);
}

// What is left of the window was prolonged: its tokens end as they were made to, the application still waits for word.
const prolongedGrants = `select c.grant_id, g.payload, (select min(e.effective_until) from effective_assignment($2::timestamptz) e
    where e.person_id = c.person_id and e.organisation_id = c.organisation_id and e.application_id = k.application_id) as until
  from oidc_payload g
  join acting_choice c on c.grant_id = g.id
  join client k on k.id = c.client_id
  where g.model = 'Grant' and g.expires_at >= $1::timestamptz - interval '10 seconds' and g.expires_at < $2::timestamptz
    and ${within(`(g.payload ->> 'endsAt')::timestamptz`)}
  limit 1000`;

const keepUntil = `update oidc_payload set expires_at = $3::timestamptz,
    payload = payload || jsonb_build_object('endsAt', $2::text)
  where model = 'Grant' and id = $1`;

interface ProlongedGrant {
  grant_id: string;
  payload: { iat: number };
  until: Date | null;
}

/** Keeps the row, which opens nothing any more, for the end that comes now, as long as a session could have lasted. */
async function awaitNextEnd(site: Site, since: Date, until: Date): Promise<void> {
  for (const grant of await site.db.query<ProlongedGrant>(prolongedGrants, [since, until])) {
    const lastMs = (grant.payload.iat + site.config.sessionAbsoluteSeconds) * 1000;
    if (grant.until === null || grant.until.getTime() > lastMs || grant.until <= until) continue;
    await site.db.query(keepUntil, [grant.grant_id, grant.until.toISOString(), grant.until]);
  }
}

const endSooner = `update oidc_payload set expires_at = $3::timestamptz, payload = payload
    || jsonb_build_object('endsAt', $2::text, 'exp', floor(extract(epoch from $3::timestamptz))::bigint)
  where model = 'Grant' and id = $1 and (payload ->> 'endsAt' is null or payload ->> 'endsAt' > $2::text)`;

/** A token tells of a right that ends before all that its grant was made for: its end is announced too. */
export async function noteEarlierEnd(site: Site, looked: LookedUp, until: Date): Promise<void> {
  const { grantId, grant } = looked;
  const known = grant?.['endsAt'] as string | undefined;
  const endsAt = until.toISOString();
  if (!grantId || !grant || (known !== undefined && known <= endsAt)) return;
  const lasts = Math.min(until.getTime(), (grant.exp ?? Infinity) * 1000);
  await site.db.query(endSooner, [grantId, endsAt, new Date(lasts)]);
}
