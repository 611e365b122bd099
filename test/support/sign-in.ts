// A relying party for tests, on openid-client: starts a sign-in, walks it in a browser, redeems the code.
import * as oidc from 'openid-client';
import { Browser, type Page } from './browser.ts';
import type { ClientRef, PersonRef } from './world.ts';

export interface RelyingParty {
  readonly config: oidc.Configuration;
  /** An authorization request with PKCE, state and nonce; `redeem` takes the address the browser ended at. */
  begin(parameters?: Record<string, string>): Promise<Attempt>;
}

export interface Attempt {
  readonly url: string;
  /** @param options DPoP, and further parameters of the token request. */
  redeem(
    address: string,
    options?: oidc.AuthorizationCodeGrantOptions & { parameters?: Record<string, string> },
  ): Promise<Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>>;
}

export async function createRelyingParty(
  issuer: string,
  client: ClientRef,
  authentication: oidc.ClientAuth = oidc.ClientSecretBasic(client.secret),
  metadata: Partial<oidc.ClientMetadata> = {},
): Promise<RelyingParty> {
  const config = await oidc.discovery(new URL(issuer), client.id, metadata, authentication, {
    execute: [oidc.allowInsecureRequests],
  });
  return {
    config,
    async begin(parameters = {}) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
      const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()];
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: client.redirectUri,
        scope: 'openid profile email',
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
        ...parameters,
      });
      return {
        url: url.href,
        redeem: (address, { parameters: more, ...options } = {}) =>
          oidc.authorizationCodeGrant(
            config,
            new URL(address),
            {
              pkceCodeVerifier,
              expectedState,
              expectedNonce,
              ...(parameters['max_age'] === undefined ? {} : { maxAge: Number(parameters['max_age']) }),
            },
            more,
            options,
          ),
      };
    },
  };
}

/** Fills the sign-in page in. */
export async function enterPassword(browser: Browser, page: Page, person: PersonRef): Promise<Page> {
  return browser.submit(page, '/sign-in', { login: person.userName, password: person.password });
}

/** The whole way: ask, sign in, redeem. For somebody with one organisation to act for. */
export async function signInThrough(
  party: RelyingParty,
  origin: string,
  person: PersonRef,
  parameters: Record<string, string> = {},
): Promise<{ browser: Browser; tokens: Awaited<ReturnType<Attempt['redeem']>> }> {
  const browser = new Browser(origin);
  const attempt = await party.begin(parameters);
  const page = await browser.get(attempt.url);
  const landed = await enterPassword(browser, page, person);
  return { browser, tokens: await attempt.redeem(landed.url) };
}

/** A browser that is signed in to the portal, at the page asked for. */
export async function signInToPortal(
  origin: string,
  person: PersonRef,
  path = '/me/sessions',
): Promise<{ browser: Browser; page: Page }> {
  const browser = new Browser(origin);
  const page = await browser.get(path);
  return { browser, page: await enterPassword(browser, page, person) };
}
