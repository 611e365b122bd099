// Ends portal sessions when the provider says so, by a logout token like any application gets.
import { createLocalJWKSet, jwtVerify, type JWTPayload } from 'jose';
import type { Site } from '../../platform/site.ts';
import { listPublicKeys, portalClientId } from '../provider/index.ts';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * Ends the session, or all sessions of the person, that the token names.
 * @returns false when it is not a logout token of our provider for the portal.
 * Source: OpenID Connect Back-Channel Logout 1.0, 2.6.
 */
export async function endByLogoutToken(site: Site, token: unknown): Promise<boolean> {
  const payload = await verify(site, typeof token === 'string' ? token : '');
  const events = payload?.['events'];
  const isLogout = typeof events === 'object' && events !== null && logoutEvent in events;
  if (!payload || !isLogout || payload['nonce'] !== undefined) return false;
  const { sid, sub } = payload;
  if (typeof sid === 'string') {
    await site.db.query('delete from portal_session where provider_sid = $1', [sid]);
  } else if (sub !== undefined) {
    await site.db.query('delete from portal_session where person_id = $1::uuid', [sub]);
  } else {
    return false;
  }
  return true;
}

async function verify(site: Site, token: string): Promise<JWTPayload | undefined> {
  const keys = createLocalJWKSet({ keys: await listPublicKeys(site) });
  const expected = { issuer: site.config.issuer, audience: portalClientId, typ: 'logout+jwt' };
  const verified = await jwtVerify(token, keys, { ...expected, currentDate: site.clock.now() }).catch(
    () => undefined,
  );
  return verified?.payload;
}
