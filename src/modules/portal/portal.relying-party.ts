// The portal as a relying party of its own provider, through openid-client like any other application.
import * as oidc from 'openid-client';
import type { Site } from '../../platform/site.ts';
import { portalClientId, portalClientSecret } from '../provider/index.ts';
import type { PendingSignIn } from './portal.request.ts';

export interface SignedIn {
  readonly personId: string;
  readonly providerSid: string | undefined;
  /** Seconds since 1970. */
  readonly authTime: number;
}

export interface PortalParty {
  /** Where to send the browser, and what to remember until it comes back. */
  begin(
    returnTo: string,
    options?: { prompt?: string },
  ): Promise<{ url: string; state: string; pending: PendingSignIn }>;
  /** @throws Error of openid-client when the answer does not fit the question. */
  finish(callbackUrl: URL, state: string, pending: PendingSignIn): Promise<SignedIn>;
}

/**
 * @param internalUrl where this process reaches itself: what goes from the portal to the provider need not leave the
 *   machine and come back through a proxy.
 */
export function createPortalParty(site: Site, internalUrl: () => string): PortalParty {
  const { issuer } = site.config;
  const redirectUri = `${issuer}/callback`;
  const configuration = new oidc.Configuration(
    {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      authorization_response_iss_parameter_supported: true,
    },
    portalClientId,
    { client_secret: portalClientSecret(site), id_token_signed_response_alg: 'ES256' },
    oidc.ClientSecretBasic(portalClientSecret(site)),
  );
  if (!issuer.startsWith('https:')) oidc.allowInsecureRequests(configuration);
  configuration[oidc.customFetch] = (url, options) =>
    fetch(url.replace(issuer, internalUrl()), options as RequestInit);

  return {
    async begin(returnTo, options = {}) {
      const [state, nonce, verifier] = [
        oidc.randomState(),
        oidc.randomNonce(),
        oidc.randomPKCECodeVerifier(),
      ];
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce,
        code_challenge_method: 'S256',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        ...options,
      });
      return {
        url: url.href,
        state,
        pending: { nonce, verifier, returnTo, begunAt: site.clock.now().getTime() },
      };
    },
    async finish(callbackUrl, state, pending) {
      const tokens = await oidc.authorizationCodeGrant(configuration, callbackUrl, {
        expectedState: state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider sent no ID token');
      const sid = claims['sid'];
      return {
        personId: claims.sub,
        providerSid: typeof sid === 'string' ? sid : undefined,
        authTime: claims.auth_time ?? claims.iat,
      };
    },
  };
}
