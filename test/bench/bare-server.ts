// The measure to compare with: a bare oidc-provider with its memory adapter, the same algorithms, the same claims and
// the same password hash and queue as the product, and nothing else. Runs as a process of its own.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import { accountOf, accountPassword, cheapHash, fullHash, toldClaims } from './accounts.ts';
import { clients } from './protocol.ts';

const port = Number(process.env['PORT']);
const issuer = `http://localhost:${port}`;
const hasher = createPasswordHasher(cheapHash);
const hashes = {
  cheap: await hasher.hash(accountPassword),
  full: await createPasswordHasher(fullHash).hash(accountPassword),
};
const { privateKey } = await generateKeyPair('ES256', { extractable: true });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clients.confidential.id,
      client_secret: clients.confidential.secret,
      redirect_uris: [clients.redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: clients.rotating.id,
      token_endpoint_auth_method: 'none',
      redirect_uris: [clients.redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: clients.machine.id,
      client_secret: clients.machine.secret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'bench', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['bench cookie key'] },
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub', 'organisation', 'roles', 'entitlements'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale'],
    email: ['email', 'email_verified'],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    backchannelLogout: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  responseTypes: ['code'],
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 43_200,
    IdToken: 600,
    Interaction: 1800,
    RefreshToken: 28_800,
    Session: 43_200,
  },
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const grantId = session.grantIdFor(client.clientId);
    if (grantId) return ctx.oidc.provider.Grant.find(grantId);
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  findAccount: (_ctx, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, ...toldClaims(accountId) }),
  }),
});

async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    await provider.interactionDetails(request, response);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      '<!doctype html><title>Sign in</title><form method="post"><input name="login"><input type="password" name="password"><button>Sign in</button></form>',
    );
    return;
  }
  const fields = new URLSearchParams(await text(request));
  const account = accountOf(fields.get('login') ?? '');
  const { ok } = await hasher.verify(account && hashes[account], fields.get('password') ?? '');
  if (!ok) return void response.writeHead(401).end();
  await provider.interactionFinished(request, response, { login: { accountId: fields.get('login') ?? '' } });
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const answer = provider.callback();
createServer((request, response) => {
  if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
  interact(request, response).catch(() => response.writeHead(500).end());
}).listen(port, '127.0.0.1');
