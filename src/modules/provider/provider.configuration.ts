// What the OpenID library is told: every default that is changed, and why. Source: research standards §9.2.
import {
  errors,
  type AccessToken,
  type ClientCredentials,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { languages } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import {
  accessTokenClaims,
  applicationOf,
  createFindAccount,
  earliest,
  secondsUntil,
} from './provider.account.ts';
import { stateOf } from './provider.request-state.ts';
import { lastsReasonably } from './provider.caller.ts';
import type { ClientStore } from './provider.clients.ts';
import { cookieSigner } from './provider.cookies.ts';
import { createLoadExistingGrant } from './provider.grants.ts';
import type { SigningKeys } from './provider.keys.ts';
import { hostOf, mayReachAnything } from './provider.http.ts';
import { createIntrospectionPolicy } from './provider.introspection.ts';
import type { ProviderPages } from './provider.pages.ts';
import { createPrompts, passwordAcr } from './provider.prompts.ts';
import { createResourceServers } from './provider.resources.ts';
import { createStorage } from './provider.storage.ts';

const asymmetric = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
const signingAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const;

export interface ConfigurationParts {
  readonly site: Site;
  readonly keys: SigningKeys;
  readonly clients: ClientStore;
  readonly pages: ProviderPages;
}

export function createConfiguration(parts: ConfigurationParts): Configuration {
  const { site, keys, clients, pages } = parts;
  const storage = createStorage(site);
  return {
    adapter: (model: string) =>
      model === 'Client' ? { ...storage(model), find: (id: string) => clients.find(id) } : storage(model),
    jwks: keys.jwks as NonNullable<Configuration['jwks']>,
    acrValues: [passwordAcr],
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    claims: {
      openid: ['sub', 'organisation', 'roles', 'entitlements'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale'],
      email: ['email', 'email_verified'],
    },
    // Many applications read the ID token only. Each client says whether it wants them there (claims_in).
    conformIdTokenClaims: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: [...asymmetric],
      idTokenSigningAlgValues: [...signingAlgorithms],
      requestObjectSigningAlgValues: [...asymmetric],
      userinfoSigningAlgValues: [...signingAlgorithms],
      introspectionSigningAlgValues: [...signingAlgorithms],
      authorizationSigningAlgValues: [...signingAlgorithms],
      dPoPSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'],
    },
    discovery: {
      claim_types_supported: ['normal', 'distributed'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      ui_locales_supported: [...languages],
    },
    extraClientMetadata: { properties: ['mandaat', 'resource_identifiers', 'resource_scopes'] },
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims) => {
      if (!lastsReasonably(Number(claims.exp), site.clock.now()))
        throw new errors.InvalidClientAuth('the assertion lasts too long');
    },
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: {
      required: (_ctx, client) => client.clientAuthMethod === 'none' || applicationOf(client).pkceRequired,
    },
    interactions: {
      policy: createPrompts(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    findAccount: createFindAccount(site),
    loadExistingGrant: createLoadExistingGrant(site),
    extraTokenClaims: (ctx, token) => jwtOnly(site, ctx, token),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // RFC 9700 for public clients; the others prove who they are, and FAPI 2.0 forbids to rotate for them.
    rotateRefreshToken: ({ oidc }) =>
      oidc.client?.clientAuthMethod === 'none' && oidc.entities.RefreshToken?.isSenderConstrained() === false,
    // A token that carries itself ends with its grant, so that revoking any of them ends the grant.
    revokeGrantPolicy: () => true,
    expiresWithSession: (_ctx, source) => !source.scopes.has('offline_access'),
    clientBasedCORS: (ctx, origin, client) =>
      (ctx.oidc.route === 'userinfo' || client.clientAuthMethod === 'none') &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    renderError: pages.renderError,
    fetch: (url, options) => fetch(url, fetchOptions(site, url, options)),
    cookies: cookies(site),
    ttl: lifetimes(site),
    features: features(parts),
    routes: {
      authorization: '/authorize',
      token: '/token',
      userinfo: '/userinfo',
      introspection: '/introspect',
      revocation: '/revoke',
      jwks: '/jwks',
      end_session: '/end-session',
      pushed_authorization_request: '/par',
    },
  };
}

/** Opaque tokens say nothing: whoever looks them up gets the present state. Only a JWT carries claims with it. */
async function jwtOnly(
  site: Site,
  ctx: KoaContextWithOIDC | undefined,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, unknown> | undefined> {
  if (!ctx || token.resourceServer?.accessTokenFormat !== 'jwt') return undefined;
  return accessTokenClaims(site, ctx);
}

function features({ site, pages }: ConfigurationParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(site) },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => {
        if (token.clientId === client.clientId) return true;
        if (client.clientAuthMethod === 'none') return false;
        throw new errors.InvalidRequest('client is not authorized to revoke the presented token');
      },
    },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: createResourceServers(site),
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: pages.logoutSource,
      postLogoutSuccessSource: pages.postLogoutSuccessSource,
    },
    userinfo: { enabled: true },
  };
}

function cookies(site: Site): NonNullable<Configuration['cookies']> {
  const https = site.config.issuer.startsWith('https:');
  const shared = { httpOnly: true, overwrite: true, sameSite: 'lax', secure: https, signed: true } as const;
  return {
    // The library hands this on to its cookie jar, which takes anything that signs and verifies.
    keys: cookieSigner(site.secrets.cookieKeys) as unknown as string[],
    names: {
      // __Host- needs path "/", which only the session cookie has.
      session: https ? '__Host-mandaat-sso' : 'mandaat-sso',
      interaction: https ? '__Secure-mandaat-step' : 'mandaat-step',
      resume: https ? '__Secure-mandaat-resume' : 'mandaat-resume',
    },
    long: { ...shared, path: '/' },
    short: shared,
  };
}

/** Nothing lives past the earliest end of what it carries; `stateOf(ctx).until` was found out before tokens are made. */
function lifetimes(site: Site): NonNullable<Configuration['ttl']> {
  const { config } = site;
  const bounded = (seconds: number) => (ctx: KoaContextWithOIDC | undefined) =>
    secondsUntil(site, seconds, ctx && stateOf(ctx).until);
  return {
    AccessToken: bounded(config.accessTokenSeconds),
    AuthorizationCode: bounded(config.authorizationCodeSeconds),
    ClientCredentials: (_ctx, _token, client) =>
      secondsUntil(site, config.accessTokenSeconds, earliest(applicationOf(client).validUntil)),
    Grant: bounded(config.sessionAbsoluteSeconds),
    IdToken: bounded(config.idTokenSeconds),
    Interaction: config.interactionSeconds,
    RefreshToken: (ctx, token) => {
      const spent = Math.floor(site.clock.now().getTime() / 1000) - (token.iiat ?? token.iat ?? 0);
      const left = token.rotations ? config.refreshTokenSeconds - spent : config.refreshTokenSeconds;
      return secondsUntil(site, Math.max(1, left), stateOf(ctx).until);
    },
    Session: (ctx, session) => sessionSeconds(site, ctx, session.loginTs),
  };
}

/** Idle limit, within the absolute limit since the sign-in, within the validity of the person. */
function sessionSeconds(site: Site, ctx: KoaContextWithOIDC, loginTs: number | undefined): number {
  const { sessionIdleSeconds, sessionAbsoluteSeconds } = site.config;
  const now = Math.floor(site.clock.now().getTime() / 1000);
  const left = loginTs === undefined ? sessionIdleSeconds : loginTs + sessionAbsoluteSeconds - now;
  return secondsUntil(
    site,
    Math.max(1, Math.min(sessionIdleSeconds, left)),
    stateOf(ctx).signedIn?.personUntil,
  );
}

/** The library refuses private addresses with a dispatcher of its own; a laptop or an internal network needs them. */
function fetchOptions(site: Site, target: string | URL | Request, options: RequestInit = {}): RequestInit {
  const url = new URL(target instanceof Request ? target.url : target);
  if (!mayReachAnything(site.config, hostOf(url))) return options;
  const { dispatcher: _dispatcher, ...rest } = options as RequestInit & { dispatcher?: unknown };
  return rest;
}
