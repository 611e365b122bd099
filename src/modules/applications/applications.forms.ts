// Reads the forms about applications and clients: addresses one on each line, boxes for where claims go.
import { z } from 'zod';
import type { FieldError } from '../../platform/errors.ts';
import { formField, parseForm, type Parsed } from '../../web/form.ts';
import { nameMissing, namesFields, readNames, withErrors } from '../../web/form-parts.ts';
import type { ApplicationInput } from './applications.commands.ts';
import type { ClientInput } from './applications.clients.ts';

const address = () => z.url({ protocol: /^https?$/, error: 'invalid_address' }).max(500);

export interface ApplicationForm extends ApplicationInput {
  readonly version: number;
  /** Code of the organisation that owns it; only when it is created. */
  readonly owner: string | undefined;
}

export function parseApplicationForm(body: unknown, zone: string): Parsed<ApplicationForm> {
  const schema = z
    .object({
      code: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'code_format'),
      owner: formField.text(64).optional(),
      homeUrl: address().optional(),
      contactMail: formField.mail().optional(),
      roleTemplate: formField.text(200).default('{right}'),
      roleClaim: formField.text(64).default('roles'),
      until: formField.lastDay(zone).optional(),
      version: formField.version().default(0),
      ...namesFields('names'),
      ...namesFields('descriptions', 1000),
    })
    .transform((form): ApplicationForm => ({
      code: form.code,
      owner: form.owner,
      version: form.version,
      until: form.until ?? null,
      names: readNames(form, 'names'),
      descriptions: readNames(form, 'descriptions'),
      homeUrl: form.homeUrl ?? null,
      contactMail: form.contactMail ?? null,
      roleTemplate: form.roleTemplate,
      roleClaim: form.roleClaim,
    }));
  return withErrors(parseForm(schema, body), nameMissing(body, 'names'));
}

const kinds = ['web', 'public', 'machine'] as const;
const secretMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** The first is what a client gets that does not say. */
export const signingAlgorithms = ['RS256', 'ES256', 'EdDSA'] as const;

export interface ClientForm extends Omit<ClientInput, 'applicationId'> {
  readonly version: number;
  readonly disabled: boolean;
}

const lines = (text: string | undefined): string[] =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export function parseClientForm(body: unknown): Parsed<ClientForm> {
  const schema = z
    .object({
      clientId: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/, 'client_id_format'),
      name: formField.text(),
      kind: z.enum(kinds),
      method: z.enum(secretMethods).default('client_secret_basic'),
      redirectUris: formField.text(5000).optional(),
      postLogoutRedirectUris: formField.text(5000).optional(),
      backchannelLogoutUri: address().optional(),
      jwksUri: address().optional(),
      algorithm: z.enum(signingAlgorithms).default('RS256'),
      refresh: formField.ticked(),
      pkce: formField.ticked(),
      disabled: formField.ticked(),
      claims: formField.many(),
      version: formField.version().default(0),
    })
    .transform((form): ClientForm => ({
      clientId: form.clientId,
      name: form.name,
      version: form.version,
      disabled: form.disabled,
      pkceRequired: form.pkce || form.kind === 'public',
      metadata: metadataOf(form),
      claimsIn: {
        idToken: form.claims.includes('idToken'),
        userinfo: form.claims.includes('userinfo'),
        accessToken: form.claims.includes('accessToken'),
        introspection: form.claims.includes('introspection'),
      },
    }));
  return withErrors(parseForm(schema, body), redirectMissing(body));
}

function redirectMissing(body: unknown): Record<string, FieldError> {
  const { kind, redirectUris } = (body ?? {}) as Record<string, unknown>;
  const missing = kind !== 'machine' && (typeof redirectUris !== 'string' || redirectUris.trim() === '');
  return missing ? { redirectUris: { code: 'required' } } : {};
}

interface ClientChoices {
  kind: (typeof kinds)[number];
  method: (typeof secretMethods)[number];
  redirectUris?: string | undefined;
  postLogoutRedirectUris?: string | undefined;
  backchannelLogoutUri?: string | undefined;
  jwksUri?: string | undefined;
  algorithm: (typeof signingAlgorithms)[number];
  refresh: boolean;
}

/** The metadata as RFC 7591 names it. */
function metadataOf(form: ClientChoices): Record<string, unknown> {
  const method = form.kind === 'public' ? 'none' : form.method;
  const key = method === 'private_key_jwt' && form.jwksUri ? { jwks_uri: form.jwksUri } : {};
  if (form.kind === 'machine') {
    const grants = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
    return { ...grants, token_endpoint_auth_method: method, ...key };
  }
  const logout = lines(form.postLogoutRedirectUris);
  return {
    redirect_uris: lines(form.redirectUris),
    response_types: ['code'],
    grant_types: ['authorization_code', ...(form.refresh ? ['refresh_token'] : [])],
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: form.algorithm,
    ...key,
    ...(form.kind === 'public' ? { application_type: nativeOrWeb(lines(form.redirectUris)) } : {}),
    ...(logout.length > 0 ? { post_logout_redirect_uris: logout } : {}),
    ...(form.backchannelLogoutUri
      ? { backchannel_logout_uri: form.backchannelLogoutUri, backchannel_logout_session_required: true }
      : {}),
  };
}

/** Loopback addresses and schemes of an app's own are for native clients. Source: OpenID Connect Registration §2. */
function nativeOrWeb(uris: readonly string[]): 'native' | 'web' {
  const isNative = (uri: string): boolean => {
    if (!URL.canParse(uri)) return false;
    const { protocol, hostname } = new URL(uri);
    return (
      protocol !== 'https:' &&
      (protocol !== 'http:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    );
  };
  return uris.some(isNative) ? 'native' : 'web';
}

export const rotateForm = z.object({ version: formField.version(), endOldNow: formField.ticked() });
export const endForm = z.object({ version: formField.version(), reason: formField.text(500).optional() });

/** Members of the metadata that the form decides; others stay as they are. */
export const managedMetadata: ReadonlySet<string> = new Set([
  ...[
    'redirect_uris',
    'response_types',
    'grant_types',
    'token_endpoint_auth_method',
    'application_type',
    'jwks_uri',
  ],
  ...['post_logout_redirect_uris', 'backchannel_logout_uri', 'backchannel_logout_session_required'],
  'id_token_signed_response_alg',
]);
