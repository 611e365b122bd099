// What is measured: each operation as an application and a browser would do it, against any provider.
import { createHash } from 'node:crypto';
import { CookieJar } from './http-client.ts';
import type { Answer, HttpClient } from './http-client.ts';

export type Endpoints = {
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint: string;
  introspection_endpoint: string;
};

export type Account = { userName: string; password: string };

/** Names both sides of the comparison use. */
export const clients = {
  confidential: { id: 'bench-web', secret: 'bench secret of at least 32 characters' },
  rotating: { id: 'bench-app' },
  /** Hears of logouts. */
  watched: { id: 'bench-watched', secret: 'bench watched secret of at least 32 characters' },
  machine: { id: 'bench-machine', secret: 'bench machine secret of at least 32 characters' },
  redirectUri: 'https://bench.example/callback',
};
const basic = ({ id, secret }: { id: string; secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
const asConfidential = basic(clients.confidential);
const asWatched = basic(clients.watched);
const asMachine = basic(clients.machine);

const verifier = 'a-code-verifier-that-is-long-enough-for-the-standard-0123456789';
const challenge = createHash('sha256').update(verifier).digest('base64url');

export type Tokens = { accessToken: string; refreshToken: string; idToken: string };

export async function discover(http: HttpClient, origin: string): Promise<Endpoints> {
  return JSON.parse(
    expectStatus(await http.send(`${origin}/.well-known/openid-configuration`), 200).body,
  ) as Endpoints;
}

/**
 * A complete sign-in of a browser without cookies: authorization request, page, form, resume, token request.
 * @param client whose sign-in: the confidential one, or the public one whose refresh tokens rotate.
 * @throws Error when it takes another number of requests than five: then it is not the same work any more.
 */
export async function login(
  http: HttpClient,
  endpoints: Endpoints,
  account: Account,
  client: 'confidential' | 'rotating' | 'watched',
): Promise<Tokens> {
  const jar = new CookieJar();
  const clientId = clients[client].id;
  let address = authorizationUrl(endpoints, clientId);
  let form: Record<string, string> | undefined;
  let requests = 0;
  while (!address.startsWith(clients.redirectUri)) {
    if (++requests > 4) throw new Error(`the sign-in takes more than five requests; now at ${address}`);
    const answer = await http.send(address, {
      ...(form ? { form } : {}),
      headers: {
        ...jar.header(new URL(address).pathname),
        accept: 'text/html',
        ...(form ? sameOrigin(address) : {}),
      },
    });
    jar.take(answer.headers);
    form = undefined;
    if (answer.headers.location !== undefined) address = new URL(answer.headers.location, address).href;
    else ({ address, form } = fillSignInForm(answer, address, account));
  }
  const code = new URL(address).searchParams.get('code');
  if (code === null) throw new Error(`no code in ${address}`);
  const answer = await http.send(endpoints.token_endpoint, {
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: clients.redirectUri,
      code_verifier: verifier,
      ...(client === 'rotating' ? { client_id: clientId } : {}),
    },
    headers: client === 'rotating' ? {} : client === 'watched' ? asWatched : asConfidential,
  });
  return toTokens(answer);
}

/** @returns the next refresh token: the one given is used up. */
export async function refresh(http: HttpClient, endpoints: Endpoints, refreshToken: string): Promise<string> {
  const answer = await http.send(endpoints.token_endpoint, {
    form: { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clients.rotating.id },
  });
  const next = toTokens(answer).refreshToken;
  if (next === refreshToken) throw new Error('the refresh token did not rotate');
  return next;
}

export async function clientCredentials(http: HttpClient, endpoints: Endpoints): Promise<void> {
  const answer = await http.send(endpoints.token_endpoint, {
    form: { grant_type: 'client_credentials' },
    headers: asMachine,
  });
  const { access_token: token } = JSON.parse(expectStatus(answer, 200).body) as { access_token: string };
  if (token.includes('.')) throw new Error('the access token is not opaque');
}

export async function userInfo(http: HttpClient, endpoints: Endpoints, accessToken: string): Promise<void> {
  const answer = await http.send(endpoints.userinfo_endpoint, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const { roles } = JSON.parse(expectStatus(answer, 200).body) as { roles?: unknown };
  if (!Array.isArray(roles) || roles.length === 0) throw new Error('UserInfo tells no roles');
}

export async function introspect(http: HttpClient, endpoints: Endpoints, accessToken: string): Promise<void> {
  const answer = await http.send(endpoints.introspection_endpoint, {
    form: { token: accessToken },
    headers: asConfidential,
  });
  const { active } = JSON.parse(expectStatus(answer, 200).body) as { active: boolean };
  if (!active) throw new Error('the token is not active');
}

function authorizationUrl(endpoints: Endpoints, clientId: string): string {
  const parameters = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: clients.redirectUri,
    scope: 'openid profile email',
    state: 'state',
    nonce: 'nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  return `${endpoints.authorization_endpoint}?${new URLSearchParams(parameters)}`;
}

function sameOrigin(address: string): Record<string, string> {
  return { origin: new URL(address).origin, 'sec-fetch-site': 'same-origin' };
}

/** Finds the form with a password and fills it, hidden fields kept, as a browser would. */
function fillSignInForm(
  answer: Answer,
  address: string,
  account: Account,
): { address: string; form: Record<string, string> } {
  const forms = expectStatus(answer, 200).body.split('<form').slice(1);
  const source = forms
    .map((part) => part.slice(0, part.indexOf('</form>')))
    .find((part) => /type="password"/.test(part));
  if (source === undefined) throw new Error(`no sign-in form at ${address}: ${answer.body.slice(0, 500)}`);
  const form: Record<string, string> = {};
  for (const [input] of source.matchAll(/<input[^>]*>/g)) {
    const name = attribute(input, 'name');
    const type = attribute(input, 'type') ?? 'text';
    if (name === undefined || type === 'checkbox') continue;
    if (type === 'password') form[name] = account.password;
    else form[name] = type === 'hidden' ? (attribute(input, 'value') ?? '') : account.userName;
  }
  const action = attribute(source.slice(0, source.indexOf('>') + 1), 'action');
  return { address: new URL(action ?? '', address).href, form };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll('&amp;', '&').replaceAll('&#34;', '"').replaceAll('&#39;', "'");
}

function toTokens(answer: Answer): Tokens {
  const body = JSON.parse(expectStatus(answer, 200).body) as Record<string, string>;
  return {
    accessToken: body['access_token'] ?? '',
    refreshToken: body['refresh_token'] ?? '',
    idToken: body['id_token'] ?? '',
  };
}

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status)
    throw new Error(`${answer.status} instead of ${status}: ${answer.body.slice(0, 600)}`);
  return answer;
}
