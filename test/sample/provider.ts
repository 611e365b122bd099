// A bare OpenID provider for the tests of the sample application: it signs in whoever the test says, without a page.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Provider, interactionPolicy } from 'oidc-provider';

const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }));

export type StandIn = {
  issuer: string;
  /** What the next tokens and UserInfo say. */
  claims: Record<string, unknown>;
  /** Parameters of the authorization requests seen. */
  requests: Record<string, unknown>[];
  /** Requests at the token endpoint, by grant type. */
  tokenRequests: string[];
  /** The next sign-in is refused with this error. */
  refuseWith: { error: string; error_description: string } | undefined;
  /** The claim values told at UserInfo only. */
  userInfoOnly: Record<string, unknown>;
  accessTokenSeconds: number;
  /** What was issued counts no more, as when a right ends. */
  revoked: boolean;
  /** A token signed by the provider; defaults make a good logout token. */
  signLogoutToken(
    claims?: Record<string, unknown>,
    header?: { typ?: string; otherKey?: boolean },
  ): Promise<string>;
  stop(): Promise<void>;
};

export async function startStandIn(appUrl: string): Promise<StandIn> {
  const keys = await generateKeyPair('ES256', { extractable: true });
  const otherKeys = await generateKeyPair('ES256', { extractable: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const standIn: StandIn = {
    issuer,
    claims: {},
    requests: [],
    tokenRequests: [],
    refuseWith: undefined,
    userInfoOnly: {},
    accessTokenSeconds: 600,
    revoked: false,
    signLogoutToken: (claims = {}, { typ = 'logout+jwt', otherKey = false } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const payload = {
        iss: issuer,
        aud: 'counter',
        sub: 'person-1',
        iat: now,
        exp: now + 120,
        jti: crypto.randomUUID(),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      };
      const present = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
      return new SignJWT(present)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ })
        .sign(otherKey ? otherKeys.privateKey : keys.privateKey);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'counter',
        client_secret: 'a-secret-of-the-counter',
        redirect_uris: [`${appUrl}/callback`],
        post_logout_redirect_uris: [`${appUrl}/`],
        backchannel_logout_uri: `${appUrl}/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(keys.privateKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['test'] },
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'organisation', 'roles', 'entitlements', '_claim_names', '_claim_sources'],
      profile: ['name'],
      email: ['email'],
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        // What a provider does for its own applications with a valid hint: no question.
        logoutSource: (ctx, form) => {
          ctx.body = form;
        },
      },
    },
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
      policy,
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: () => standIn.accessTokenSeconds },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      if (!client || !session?.accountId) return undefined;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    async findAccount(_ctx, accountId, token) {
      if (token && standIn.revoked) return undefined;
      const claims = async (use: string) => ({
        sub: accountId,
        ...standIn.claims,
        ...(use === 'userinfo' ? standIn.userInfoOnly : {}),
      });
      return { accountId, claims };
    },
    // Loopback is where the application of this test lives.
    fetch: (url, options) => fetch(url, options as RequestInit),
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token') standIn.tokenRequests.push(String(ctx.oidc?.params?.['grant_type']));
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
    void (async () => {
      const { params } = await provider.interactionDetails(request, response);
      standIn.requests.push(params);
      const result = standIn.refuseWith ?? { login: { accountId: 'person-1' }, select_account: {} };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    })();
  });
  return standIn;
}
