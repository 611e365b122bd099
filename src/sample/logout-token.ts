// Checks a back-channel logout token. Anybody can post to the address that receives it, so nothing in it counts
// before its signature, type, issuer, audience and time are checked.
// Source: OpenID Connect Back-Channel Logout 1.0, section 2.6.
import { createRemoteJWKSet, jwtVerify } from 'jose';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** Longest age of a logout token, in seconds; a later copy is a replay. */
const maxAgeSeconds = 300;

/** Which sessions end: those of this provider session or, when only the person is named, all of that person. */
export type LogoutNotice = {
  tokenId: string;
  subject: string | undefined;
  providerSession: string | undefined;
};

export type LogoutTokenExpectations = { issuer: string; keysUrl: string; clientId: string };

const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

/** The provider's keys, fetched when first needed and again when a token names a key not seen before (rotation). */
function keysOf(keysUrl: string) {
  const known = keySets.get(keysUrl);
  if (known) return known;
  const keys = createRemoteJWKSet(new URL(keysUrl));
  keySets.set(keysUrl, keys);
  return keys;
}

/** @throws Error saying what is wrong with the token. */
export async function acceptLogoutToken(
  logoutToken: string,
  expected: LogoutTokenExpectations,
): Promise<LogoutNotice> {
  const { payload } = await jwtVerify(logoutToken, keysOf(expected.keysUrl), {
    issuer: expected.issuer,
    audience: expected.clientId,
    // The type keeps an ID token, which the browser has seen, from passing as a logout token.
    typ: 'logout+jwt',
    algorithms: ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'],
    maxTokenAge: maxAgeSeconds,
    clockTolerance: 10,
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  });
  const events = payload['events'];
  if (typeof events !== 'object' || events === null || !(logoutEvent in events)) {
    throw new Error('the token carries no logout event');
  }
  if ('nonce' in payload) throw new Error('a logout token never carries a nonce');
  const providerSession = typeof payload['sid'] === 'string' ? payload['sid'] : undefined;
  if (payload.sub === undefined && providerSession === undefined) throw new Error('the token names nobody');
  return { tokenId: String(payload.jti), subject: payload.sub, providerSession };
}
