// The sessions of a person at the provider: seen and ended by themselves, by administrators, and by changes.
import { sql } from 'kysely';
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Names } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { logoutMessage } from './provider.backchannel.ts';
import { portalClientId } from './provider.portal-client.ts';

interface SessionPayload {
  uid: string;
  loginTs?: number;
  device?: string;
  authorizations?: Record<string, { sid?: string; grantId?: string; persistsLogout?: boolean }>;
}

interface SessionRow {
  id: string;
  payload: SessionPayload;
  expires_at: Date;
}

export interface PersonSession {
  /** Stays the same for the whole session and opens nothing. */
  readonly uid: string;
  /** Browser and system, or an empty text. */
  readonly device: string;
  readonly signedInAt: Date | null;
  readonly expiresAt: Date;
  readonly applications: readonly Names[];
  /** The one this portal session came from. */
  readonly isCurrent: boolean;
}

/** The sessions a person has now, newest first. */
export async function listSessionsOf(
  site: Site,
  personId: string,
  current: { providerSid?: string | undefined } = {},
): Promise<PersonSession[]> {
  const rows = await site.db.query<SessionRow>(
    `select id, payload, expires_at from oidc_payload
     where model = 'Session' and account_id = $1 and expires_at > $2::timestamptz`,
    [personId, site.clock.now()],
  );
  const clientIds = rows.flatMap(({ payload }) => Object.keys(payload.authorizations ?? {}));
  const names = await site.db.query<{ id: string; names: Names }>(
    `select k.id, a.names from client k join application a on a.id = k.application_id where k.id = any($1::text[])`,
    [[...new Set(clientIds)]],
  );
  const nameOf = new Map(names.map((row) => [row.id, row.names]));
  return rows
    .map(({ payload, expires_at: expiresAt }) => ({
      uid: payload.uid,
      device: payload.device ?? '',
      signedInAt: payload.loginTs === undefined ? null : new Date(payload.loginTs * 1000),
      expiresAt,
      applications: Object.keys(payload.authorizations ?? {}).flatMap((id) => nameOf.get(id) ?? []),
      isCurrent:
        current.providerSid !== undefined &&
        payload.authorizations?.[portalClientId]?.sid === current.providerSid,
    }))
    .sort((a, b) => (b.signedInAt?.getTime() ?? 0) - (a.signedInAt?.getTime() ?? 0));
}

export interface WhichSessions {
  readonly personId: string;
  readonly uid?: string | undefined;
  /** The session a client knows by this identifier. */
  readonly clientSid?: { readonly clientId: string; readonly sid: string } | undefined;
  /** All but the one the portal knows by this identifier. */
  readonly exceptPortalSid?: string | undefined;
}

/**
 * Ends sessions of a person: their tokens (those that were meant to outlive a session excepted), their portal
 * sessions; the applications are told. Audit: `session.ended`.
 */
export async function endSessionsOf(site: Site, origin: Origin, which: WhichSessions): Promise<void> {
  const { personId } = which;
  const fact = { action: 'session.ended', subjectType: 'person', subjectId: personId, personId };
  await runCommand(site, origin, fact, async (change) => {
    await endSessionRows(change, personId, (payload) => isMeant(payload, which));
    change.record(fact);
  });
}

function isMeant(payload: SessionPayload, which: WhichSessions): boolean {
  const { uid, clientSid, exceptPortalSid } = which;
  const sidOf = (clientId: string) => payload.authorizations?.[clientId]?.sid;
  if (uid !== undefined) return payload.uid === uid;
  if (clientSid !== undefined) return sidOf(clientSid.clientId) === clientSid.sid;
  return exceptPortalSid === undefined || sidOf(portalClientId) !== exceptPortalSid;
}

/** Ends those sessions of the person that are meant. @returns the clients that were told. */
export async function endSessionRows(
  change: Change,
  personId: string,
  isMeant: (payload: SessionPayload) => boolean,
): Promise<Set<string>> {
  const { rows } = await sql<SessionRow>`
    select id, payload, expires_at from oidc_payload where model = 'Session' and account_id = ${personId}
    for update`.execute(change.trx);
  const ended = rows.filter(({ payload }) => isMeant(payload));
  const cause = newId();
  const told = new Set<string>();
  const grantIds: string[] = [];
  for (const { payload } of ended) {
    for (const [clientId, { sid, grantId, persistsLogout }] of Object.entries(payload.authorizations ?? {})) {
      if (grantId && !persistsLogout) grantIds.push(grantId);
      told.add(clientId);
      if (clientId === portalClientId) await endPortalSession(change, sid);
      else change.enqueue(logoutMessage({ clientId, sub: personId, sid }, cause));
    }
  }
  await sql`delete from oidc_payload where model = 'Session' and id = any(${ended.map((row) => row.id)}::text[])`.execute(
    change.trx,
  );
  await deleteGrants(change, grantIds);
  return told;
}

async function endPortalSession(change: Change, sid: string | undefined): Promise<void> {
  if (sid === undefined) return;
  await change.trx.deleteFrom('portal_session').where('provider_sid', '=', sid).execute();
}

async function deleteGrants(change: Change, grantIds: readonly string[]): Promise<void> {
  if (grantIds.length === 0) return;
  await sql`delete from oidc_payload where grant_id = any(${grantIds}::text[])`.execute(change.trx);
  await sql`delete from oidc_payload where model = 'Grant' and id = any(${grantIds}::text[])`.execute(
    change.trx,
  );
  await sql`delete from oidc_step where grant_id = any(${grantIds}::text[])`.execute(change.trx);
}
