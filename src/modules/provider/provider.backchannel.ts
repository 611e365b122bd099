// Tells applications that somebody was signed out (OpenID Connect Back-Channel Logout 1.0): a message in the outbox,
// delivered by the worker, again and again until the application has heard it.
import { createHash } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';
import type { OutboxMessage } from '../../platform/change.ts';
import { newId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { loadSigningKeys } from './provider.keys.ts';
import { postForm } from './provider.http.ts';
import { portalClientId } from './provider.portal-client.ts';

export const backchannelLogoutKind = 'backchannel_logout';

export interface LogoutNotice {
  readonly clientId: string;
  readonly sub: string;
  /** The session of that client; absent when every session of the person with it ended. */
  readonly sid?: string | undefined;
}

/** The outbox message for a notice. `cause` makes the same notice of two changes two messages. */
export function logoutMessage(notice: LogoutNotice, cause: string): OutboxMessage {
  const parts = [notice.clientId, notice.sub, notice.sid ?? '', cause];
  const digest = createHash('sha256').update(parts.join('\n')).digest('base64url');
  return { kind: backchannelLogoutKind, payload: { ...notice }, idempotencyKey: `logout:${digest}` };
}

/** Leaves the message outside of any change: somebody signed out at the provider themselves. */
export async function enqueueLogout(site: Site, notice: LogoutNotice): Promise<void> {
  // The portal lives in this very database.
  if (notice.clientId === portalClientId) {
    await site.db.query('delete from portal_session where provider_sid = $1', [notice.sid ?? '']);
    return;
  }
  const message = logoutMessage(notice, newId());
  const now = site.clock.now();
  await site.db.query(
    `insert into outbox (id, kind, payload, idempotency_key, created_at, available_at)
     values ($1, $2, $3::jsonb, $4, $5, $5) on conflict (idempotency_key) do nothing`,
    [newId(), message.kind, JSON.stringify(message.payload), message.idempotencyKey, now],
  );
  site.outbox.wake();
}

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
const tokenSeconds = 120;

export interface DeliverableLogout {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly idempotencyKey: string;
}

interface ReceiverRow {
  uri: string | null;
  algorithm: string | null;
  knows_sid: boolean | null;
}

/**
 * Sends one logout token. A client that is gone or has no address needs no telling.
 * @throws Error when the application did not answer 200 or 204 in time: the outbox tries again.
 */
export async function deliverBackchannelLogout(site: Site, message: DeliverableLogout): Promise<void> {
  const { clientId, sub, sid } = message.payload as unknown as LogoutNotice;
  const [receiver] = await site.db.query<ReceiverRow>(
    `select metadata ->> 'backchannel_logout_uri' as uri, metadata ->> 'id_token_signed_response_alg' as algorithm,
       metadata -> 'backchannel_logout_session_required' = 'true'::jsonb as knows_sid
     from client where id = $1`,
    [clientId],
  );
  if (!receiver?.uri) return;
  const token = await signLogoutToken(site, {
    algorithm: receiver.algorithm ?? 'RS256',
    // A second delivery after a crash carries the same jti, so that the receiver can recognise it.
    jti: createHash('sha256').update(message.idempotencyKey).digest('base64url'),
    // To an application whose ID tokens never told a session, one would name nothing it has: all of that person end.
    notice: { clientId, sub, sid: receiver.knows_sid ? sid : undefined },
  });
  await postForm(site.config, receiver.uri, { logout_token: token });
}

async function signLogoutToken(
  site: Site,
  { algorithm, jti, notice }: { algorithm: string; jti: string; notice: LogoutNotice },
): Promise<string> {
  const { jwks } = await loadSigningKeys(site);
  const jwk = jwks.keys.find((key) => key.alg === algorithm) as (JWK & { kid: string }) | undefined;
  if (!jwk) throw new Error(`no key for ${algorithm}`);
  const issuedAt = Math.floor(site.clock.now().getTime() / 1000);
  return new SignJWT({ events: { [logoutEvent]: {} }, ...(notice.sid ? { sid: notice.sid } : {}) })
    .setProtectedHeader({ alg: algorithm, kid: jwk.kid, typ: 'logout+jwt' })
    .setIssuer(site.config.issuer)
    .setAudience(notice.clientId)
    .setSubject(notice.sub)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tokenSeconds)
    .setJti(jti)
    .sign(await importJWK(jwk, algorithm));
}
