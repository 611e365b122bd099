// Statements of this site that others can check with its published keys: the one use of the signing keys outside the
// OpenID library.
import { importJWK, SignJWT } from 'jose';
import type { Site } from '../../platform/site.ts';
import { loadSigningKeys } from './provider.keys.ts';

/**
 * Signs claims with the current ES256 key, as issuer.
 * @param lifetimeSeconds until `exp`
 */
export async function signStatement(
  site: Site,
  claims: Record<string, unknown>,
  lifetimeSeconds: number,
): Promise<string> {
  const { keys } = (await loadSigningKeys(site)).jwks;
  const key = keys.find((candidate) => candidate.alg === 'ES256');
  if (!key?.kid) throw new Error('there is no ES256 key to sign with');
  const nowSeconds = Math.floor(site.clock.now().getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(site.config.issuer)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + lifetimeSeconds)
    .sign(await importJWK(key, 'ES256'));
}
