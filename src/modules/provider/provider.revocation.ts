// Revokes tokens and sessions that rest on access which ends, in the transaction of the change that ends it, and
// leaves the messages that tell the applications.
import { sql } from 'kysely';
import type { Change, EndedAccess } from '../../platform/change.ts';
import { newId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { logoutMessage } from './provider.backchannel.ts';
import { portalClientId } from './provider.portal-client.ts';
import { endSessionRows } from './provider.sessions.ts';

/** A grant that is still in use: what one person does for one organisation in one application's client. */
export interface AffectedGrant {
  readonly grant_id: string;
  readonly person_id: string;
  readonly client_id: string;
}

/** Revokes what rests on the ended access and leaves messages for the applications concerned. */
export async function revokeAccess(
  _site: Site,
  change: Change,
  ended: readonly EndedAccess[],
): Promise<void> {
  for (const access of ended) {
    if (access.wholePerson && access.personId !== undefined) await revokePerson(change, access.personId);
    else await revokeGrants(change, await findAffected(change, access));
  }
}

/** The more is named, the fewer grants: of this person, for this organisation, in this application, by this right. */
async function findAffected(change: Change, access: EndedAccess): Promise<AffectedGrant[]> {
  const { personId, organisationId, applicationId, clientId, rightId, targetGroupId } = access;
  const conditions = [
    personId && sql`c.person_id = ${personId}::uuid`,
    organisationId && sql`c.organisation_id = ${organisationId}::uuid`,
    applicationId && sql`k.application_id = ${applicationId}::uuid`,
    clientId && sql`c.client_id = ${clientId}`,
    targetGroupId &&
      sql`c.organisation_id in (select id from organisation where target_group_id = ${targetGroupId}::uuid)`,
    rightId &&
      sql`k.application_id = (select application_id from application_right where id = ${rightId}::uuid)
        and exists (select 1 from assignment a where a.right_id = ${rightId}::uuid
          and a.person_id = c.person_id and a.organisation_id = c.organisation_id)`,
  ].filter((condition) => condition !== undefined && condition !== '');
  // Without any condition this would be everybody: no change ends that.
  if (conditions.length === 0) return [];
  const { rows } = await sql<AffectedGrant>`
    select c.grant_id, c.person_id, c.client_id from acting_choice c
      join client k on k.id = c.client_id
      join oidc_payload g on g.model = 'Grant' and g.id = c.grant_id and g.expires_at > ${change.at}::timestamptz
    where ${sql.join(conditions, sql` and `)}`.execute(change.trx);
  return rows;
}

/** Ends the grants with all their tokens, takes their clients out of the sessions, and tells the applications. */
export async function revokeGrants(change: Change, grants: readonly AffectedGrant[]): Promise<void> {
  if (grants.length === 0) return;
  const ids = grants.map(({ grant_id: id }) => id);
  const sids = await leaveSessions(change, ids);
  await sql`delete from oidc_payload where grant_id = any(${ids}::text[])`.execute(change.trx);
  await sql`delete from oidc_payload where model = 'Grant' and id = any(${ids}::text[])`.execute(change.trx);
  await sql`delete from oidc_step where grant_id = any(${ids}::text[])`.execute(change.trx);
  const cause = newId();
  for (const grant of grants) {
    const notice = { clientId: grant.client_id, sub: grant.person_id, sid: sids.get(grant.grant_id) };
    change.enqueue(logoutMessage(notice, cause));
  }
}

/** @returns the session identifier each client was given, by grant; none for a grant without a session. */
async function leaveSessions(change: Change, grantIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; client_id: string; grant_id: string; sid: string }>`
    select s.id, c.client_id, c.grant_id, s.payload #>> array['authorizations', c.client_id, 'sid'] as sid
    from acting_choice c
    join oidc_payload s on s.model = 'Session' and s.account_id = c.person_id::text
      and s.payload #>> array['authorizations', c.client_id, 'grantId'] = c.grant_id
    where c.grant_id = any(${grantIds}::text[]) for update of s`.execute(change.trx);
  await sql`
    update oidc_payload s
      set payload = jsonb_set(s.payload, '{authorizations}', (s.payload -> 'authorizations') - gone.clients)
    from (select id, array_agg(client) as clients
      from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.client_id)}::text[]) as left_by (id, client)
      group by id) gone
    where s.model = 'Session' and s.id = gone.id`.execute(change.trx);
  return new Map(rows.map((row) => [row.grant_id, row.sid]));
}

/** Everything a person is signed in to, everywhere, and the tokens that live on without a session. */
async function revokePerson(change: Change, personId: string): Promise<void> {
  const told = await endSessionRows(change, personId, () => true);
  const { rows } = await sql<AffectedGrant>`
    select c.grant_id, c.person_id, c.client_id from acting_choice c
      join oidc_payload g on g.model = 'Grant' and g.id = c.grant_id
    where c.person_id = ${personId}::uuid`.execute(change.trx);
  const cause = newId();
  for (const { client_id: clientId } of rows) {
    if (clientId === portalClientId || told.has(clientId)) continue;
    told.add(clientId);
    change.enqueue(logoutMessage({ clientId, sub: personId }, cause));
  }
  await sql`delete from oidc_payload where account_id = ${personId}`.execute(change.trx);
  await sql`delete from oidc_step where account_id = ${personId}`.execute(change.trx);
  await sql`delete from portal_session where person_id = ${personId}::uuid`.execute(change.trx);
}
