// Everything this application says to the identity provider: sign in, refresh, ask, sign out. The rest of it only
// sees the results. Written to be read first by somebody who connects an application of their own.
import * as oidc from 'openid-client';
import { decodeJwt } from 'jose';
import { acceptLogoutToken } from './logout-token.ts';
import type { LogoutNotice } from './logout-token.ts';
import { needsUserInfo, readClaims } from './claims.ts';
import type { Claims } from './claims.ts';

export type RelyingPartyOptions = {
  /** Address of the identity provider; everything else is found by discovery. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where this application is reached, without final slash. Must be registered: `/callback`, `/`, `/backchannel-logout`. */
  baseUrl: string;
  /** Claim that carries the roles; the application's owner chose its name. */
  roleClaim: string;
};

/** What must be remembered between leaving for the identity provider and coming back. Lives in the session. */
export type PendingSignIn = { state: string; nonce: string; codeVerifier: string };

/** What a sign-in or a refresh yields. Instants are milliseconds since 1970. */
export type Tokens = {
  claims: Claims;
  idToken: string;
  idTokenExpiresAt: number;
  accessToken: string;
  accessTokenExpiresAt: number;
  refreshToken: string | undefined;
};

export type SignInRequest = {
  language: string;
  /** Ask the person for whom they act, also when the provider remembers: "switch organisation". */
  chooseAgain?: boolean;
  /** Sign in for this organisation directly, without the question. */
  organisation?: { targetGroup: string; code: string };
};

export type RelyingParty = ReturnType<typeof createRelyingParty>;

/** Nothing is fetched yet: the provider may start later than this application. */
export function createRelyingParty(options: RelyingPartyOptions) {
  let discovered: Promise<oidc.Configuration> | undefined;

  /** Discovery, once. A failure is not remembered: the next request tries again. */
  function configuration(): Promise<oidc.Configuration> {
    discovered ??= discover(options).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  }

  return {
    /** Where to send the browser, and what to remember until it comes back. */
    async begin(request: SignInRequest): Promise<{ url: string; pending: PendingSignIn }> {
      const pending = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: `${options.baseUrl}/callback`,
        scope: 'openid profile email',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
        ui_locales: request.language,
        ...(request.chooseAgain ? { prompt: 'select_account' } : {}),
        ...(request.organisation ? { login_hint: organisationHint(request.organisation) } : {}),
      });
      return { url: url.href, pending };
    },

    /**
     * Exchanges the code for tokens. The library checks state, nonce, issuer (RFC 9207), and the ID token's
     * signature, audience and time.
     * @param pathAndQuery as the browser asked for it; the host is ours, never that of the request.
     * @throws AuthorizationResponseError when the provider said no; ClientError when the answer cannot be trusted.
     */
    async complete(pathAndQuery: string, pending: PendingSignIn): Promise<Tokens> {
      const config = await configuration();
      const answer = await oidc.authorizationCodeGrant(config, new URL(pathAndQuery, options.baseUrl), {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.codeVerifier,
      });
      return toTokens(config, answer, options.roleClaim, undefined);
    },

    /** @throws ResponseBodyError `invalid_grant` when the right, the session or the person came to an end. */
    async refresh(tokens: Tokens): Promise<Tokens> {
      const config = await configuration();
      const answer = await oidc.refreshTokenGrant(config, tokens.refreshToken ?? '');
      return toTokens(config, answer, options.roleClaim, tokens);
    },

    /** What holds at this moment, from the provider itself. @throws WWWAuthenticateChallengeError when nothing does. */
    async userInfo(tokens: Tokens): Promise<Claims> {
      const config = await configuration();
      return readClaims(
        await oidc.fetchUserInfo(config, tokens.accessToken, tokens.claims.subject),
        options.roleClaim,
      );
    },

    /** Where to send the browser so that the session at the provider ends too. */
    async signOutUrl(idToken: string): Promise<string> {
      const parameters = {
        id_token_hint: idToken,
        client_id: options.clientId,
        post_logout_redirect_uri: `${options.baseUrl}/`,
      };
      return oidc.buildEndSessionUrl(await configuration(), parameters).href;
    },

    /** @throws Error when the token is not a logout token of our provider for us. */
    async acceptLogout(logoutToken: string): Promise<LogoutNotice> {
      const { issuer, jwks_uri: keysUrl } = (await configuration()).serverMetadata();
      return acceptLogoutToken(logoutToken, { issuer, keysUrl: keysUrl ?? '', clientId: options.clientId });
    },
  };
}

async function discover(options: RelyingPartyOptions): Promise<oidc.Configuration> {
  const issuer = new URL(options.issuer);
  return oidc.discovery(
    issuer,
    options.clientId,
    // Any algorithm of ours is fine; the library refuses `none` and everything the provider does not publish.
    { client_secret: options.clientSecret },
    oidc.ClientSecretBasic(options.clientSecret),
    // Plain http only where no network lies between: this machine.
    issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {},
  );
}

async function toTokens(
  config: oidc.Configuration,
  answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers,
  roleClaim: string,
  before: Tokens | undefined,
): Promise<Tokens> {
  const idToken = answer.id_token ?? before?.idToken ?? '';
  const fromIdToken = answer.claims() ?? decodeJwt(idToken);
  const subject = String(fromIdToken.sub);
  if (before && subject !== before.claims.subject) throw new Error('the refresh answered for another person');
  // More rights than fit into a token: the token points to UserInfo, which tells them all.
  const told = needsUserInfo(fromIdToken)
    ? { ...fromIdToken, ...(await oidc.fetchUserInfo(config, answer.access_token, subject)) }
    : fromIdToken;
  return {
    claims: readClaims(told, roleClaim),
    idToken,
    idTokenExpiresAt: Number(fromIdToken.exp) * 1000,
    accessToken: answer.access_token,
    accessTokenExpiresAt: Date.now() + (answer.expiresIn() ?? 0) * 1000,
    // Rotation: the old refresh token is used up; keeping it would end the session at the next refresh.
    refreshToken: answer.refresh_token ?? before?.refreshToken,
  };
}

/** `login_hint` that says for whom: base64 of a small JSON, as Belgian administrations send it. */
export function organisationHint(organisation: { targetGroup: string; code: string }): string {
  const hint = { cap_hint: organisation.targetGroup, code_hint: organisation.code };
  return Buffer.from(JSON.stringify(hint)).toString('base64');
}
