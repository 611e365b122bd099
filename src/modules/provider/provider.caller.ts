// Who calls one of our own interfaces: a client of an application, proved by its secret, by a token it got for itself, or
// by an assertion signed with its key (as Bearer: iss and sub are the client, aud the issuer). Never a person's token.
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWK } from 'jose';
import type { Client } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { applicationOf } from './provider.account.ts';
import { endsMs, secretEndsMs } from './provider.clients.ts';
import type { ProviderHandle } from './provider.instance.ts';
import { portalClientId } from './provider.portal-client.ts';

export interface CallingClient {
  readonly clientId: string;
  readonly applicationId: string;
  /** Until when the proof itself is good (milliseconds); an assertion is good once. */
  readonly untilMs: number;
}

/**
 * The client behind an `Authorization` header; undefined when it proves nothing. The portal's own client is no
 * application: its questions are answered by its policies.
 * @param audiences what an assertion may be addressed to, besides the issuer
 */
export async function authenticateCaller(
  site: Site,
  handle: ProviderHandle,
  authorization: string,
  audiences: readonly string[] = [],
): Promise<CallingClient | undefined> {
  const [, scheme = '', proof = ''] = /^(\S+) +(\S+)$/.exec(authorization.trim()) ?? [];
  const caller =
    scheme.toLowerCase() === 'basic'
      ? await bySecret(site, handle, proof)
      : scheme.toLowerCase() === 'bearer'
        ? await byBearer(site, handle, proof, audiences)
        : undefined;
  return caller?.clientId === portalClientId ? undefined : caller;
}

/** The identifier that the header claims, proved or not: for counting refusals. */
export function claimedClientId(authorization: string): string | undefined {
  const [, scheme = '', proof = ''] = /^(\S+) +(\S+)$/.exec(authorization.trim()) ?? [];
  return scheme.toLowerCase() === 'basic' ? credentialsOf(proof)?.id : assertionIssuer(proof);
}

const secretMethods = ['client_secret_basic', 'client_secret_post'];

async function bySecret(
  site: Site,
  handle: ProviderHandle,
  proof: string,
): Promise<CallingClient | undefined> {
  const given = credentialsOf(proof);
  const client = given && (await handle.current().Client.find(given.id));
  if (!client || !secretMethods.includes(client.clientAuthMethod ?? '')) return undefined;
  const untilMs = secretEndsMs(applicationOf(client), given.secret, site.clock.now());
  return untilMs === undefined ? undefined : callerOf(site, client, untilMs);
}

/** RFC 6749 §2.3.1: both parts are form-encoded. */
function credentialsOf(proof: string): { id: string; secret: string } | undefined {
  const text = Buffer.from(proof, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  try {
    const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', '%20')),
    );
    return id && secret ? { id, secret } : undefined;
  } catch {
    return undefined;
  }
}

async function byBearer(
  site: Site,
  handle: ProviderHandle,
  proof: string,
  audiences: readonly string[],
): Promise<CallingClient | undefined> {
  const issuer = assertionIssuer(proof);
  if (issuer !== undefined) return byAssertion(site, handle, issuer, proof, audiences);
  const token = await handle.current().ClientCredentials.find(proof);
  // Bound to a key of the client: worth nothing without the proof that goes with it.
  if (!token?.clientId || token.isExpired || token.isSenderConstrained()) return undefined;
  const audience = [token.aud ?? []].flat();
  if (audience.length > 0 && !audience.some((each) => audiences.includes(each))) return undefined;
  const client = await handle.current().Client.find(token.clientId);
  return client && callerOf(site, client, (token.exp ?? 0) * 1000);
}

/** Of a JWT that somebody issued for themselves, which is what a client assertion is (RFC 7523). */
function assertionIssuer(proof: string): string | undefined {
  if (proof.split('.').length !== 3) return undefined;
  try {
    const { iss, sub } = decodeJwt(proof);
    return iss !== undefined && iss === sub ? iss : undefined;
  } catch {
    return undefined;
  }
}

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const toleranceSeconds = 15;
/** Longer is no proof of the moment any more: it would be kept and passed on like a password. Source: RFC 7523 §3. */
const longestAssertionSeconds = 3600;

/** @param exp of a client assertion, in seconds since 1970 */
export function lastsReasonably(exp: number, now: Date): boolean {
  return exp <= now.getTime() / 1000 + longestAssertionSeconds + toleranceSeconds;
}

async function byAssertion(
  site: Site,
  handle: ProviderHandle,
  clientId: string,
  assertion: string,
  audiences: readonly string[],
): Promise<CallingClient | undefined> {
  const client = await handle.current().Client.find(clientId);
  if (client?.clientAuthMethod !== 'private_key_jwt') return undefined;
  try {
    const required = client.clientAuthSigningAlg;
    if (required && decodeProtectedHeader(assertion).alg !== required) return undefined;
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: await keysOf(client) }), {
      issuer: clientId,
      subject: clientId,
      audience: [site.config.issuer, ...audiences],
      algorithms,
      clockTolerance: toleranceSeconds,
      currentDate: site.clock.now(),
      requiredClaims: ['exp', 'jti'],
    });
    if (!lastsReasonably(payload.exp!, site.clock.now())) throw new Error('it lasts too long');
    const { ReplayDetection } = handle.current() as unknown as { ReplayDetection: Replays };
    const isNew = await ReplayDetection.unique(clientId, payload.jti!, payload.exp! + toleranceSeconds);
    return isNew ? callerOf(site, client, 0) : undefined;
  } catch (err) {
    site.logger.info({ clientId, reason: (err as Error).message }, 'client assertion refused');
    return undefined;
  }
}

/** The library's memory of proofs that were used. */
export interface Replays {
  unique(issuer: string, jti: string, expiresAtSeconds: number): Promise<boolean>;
}

/** The library's store knows keys given by value and by address, and how to fetch the latter again. */
async function keysOf(client: Client): Promise<JWK[]> {
  const { asymmetricKeyStore } = client as unknown as {
    asymmetricKeyStore: Iterable<JWK> & { refresh(): Promise<void> };
  };
  await asymmetricKeyStore.refresh();
  return [...asymmetricKeyStore];
}

/** Clients are remembered for a moment: that must not carry an application past its end. */
function callerOf(site: Site, client: Client, untilMs: number): CallingClient | undefined {
  const { applicationId, validUntil } = applicationOf(client);
  const endMs = endsMs(validUntil);
  if (endMs <= site.clock.now().getTime()) return undefined;
  return { clientId: client.clientId, applicationId, untilMs: Math.min(untilMs, endMs) };
}
