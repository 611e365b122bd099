// Reads the forms about applications and clients: addresses one on each line, boxes for where claims go.
import { z } from 'zod';
import type { FieldError } from '../../platform/errors.ts';
import { formField, parseForm, type Parsed } from '../../web/form.ts';
import { nameMissing, namesFields, readNames, withErrors } from '../../web/form-parts.ts';
import type { ApplicationInput } from './applications.commands.ts';
import type { ClientInput } from './applications.clients.ts';
import { clientKindOf } from './applications.model.ts';
import { readPublicKeys } from './clients.keys.ts';

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

/** Of access tokens for an API. Source: RFC 9068; an opaque one is looked up by introspection. */
export const tokenFormats = ['jwt', 'opaque'] as const;

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
      jwks: formField.text(20_000).optional(),
      resourceIdentifiers: formField.text(5000).optional(),
      tokenFormat: z.enum(tokenFormats).default('jwt'),
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
  const keys = keysRefused(body);
  const refused = { ...redirectMissing(body), ...resourcesRefused(body), ...keys };
  const parsed = withErrors(parseForm(schema, body), refused);
  // A private key goes no further, not even back to whoever pasted it.
  return keys['jwks']?.code === 'client_keys_private'
    ? { ...parsed, typed: { ...parsed.typed, jwks: '' } }
    : parsed;
}

const textOf = (body: unknown, name: string): string => {
  const value = ((body ?? {}) as Record<string, unknown>)[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** A client with a key of its own says where it is, or pastes it: not both, not neither. */
function keysRefused(body: unknown): Record<string, FieldError> {
  const keys = textOf(body, 'jwks');
  const read = keys === '' ? undefined : readPublicKeys(keys);
  if (read && 'refused' in read) return { jwks: { code: read.refused } };
  const signs = textOf(body, 'method') === 'private_key_jwt' && textOf(body, 'kind') !== 'public';
  if (!signs) return {};
  const hasAddress = textOf(body, 'jwksUri') !== '';
  if (read && hasAddress) return { jwks: { code: 'client_keys_twice' } };
  return read || hasAddress ? {} : { jwksUri: { code: 'client_keys_missing' } };
}

/** Source: RFC 8707 §2: absolute, without a fragment. */
function resourcesRefused(body: unknown): Record<string, FieldError> {
  const addresses = lines(textOf(body, 'resourceIdentifiers'));
  const good = addresses.every((one) => URL.canParse(one) && !one.includes('#') && one.length <= 500);
  return good && addresses.length <= 20 ? {} : { resourceIdentifiers: { code: 'client_resource_format' } };
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
  jwks?: string | undefined;
  resourceIdentifiers?: string | undefined;
  tokenFormat: (typeof tokenFormats)[number];
  algorithm: (typeof signingAlgorithms)[number];
  refresh: boolean;
}

/** The metadata as RFC 7591 names it. */
function metadataOf(form: ClientChoices): Record<string, unknown> {
  const method = form.kind === 'public' ? 'none' : form.method;
  const key = method === 'private_key_jwt' ? keysOf(form) : {};
  const resources = lines(form.resourceIdentifiers);
  const api =
    resources.length > 0 ? { resource_identifiers: resources, resource_token_format: form.tokenFormat } : {};
  if (form.kind === 'machine') {
    const grants = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
    return { ...grants, token_endpoint_auth_method: method, ...key, ...api };
  }
  const logout = lines(form.postLogoutRedirectUris);
  return {
    redirect_uris: lines(form.redirectUris),
    response_types: ['code'],
    grant_types: ['authorization_code', ...(form.refresh ? ['refresh_token'] : [])],
    token_endpoint_auth_method: method,
    id_token_signed_response_alg: form.algorithm,
    ...key,
    ...api,
    ...(form.kind === 'public' ? { application_type: nativeOrWeb(lines(form.redirectUris)) } : {}),
    ...(logout.length > 0 ? { post_logout_redirect_uris: logout } : {}),
    ...(form.backchannelLogoutUri
      ? { backchannel_logout_uri: form.backchannelLogoutUri, backchannel_logout_session_required: true }
      : {}),
  };
}

function keysOf({ jwks, jwksUri }: ClientChoices): Record<string, unknown> {
  const read = jwks === undefined ? undefined : readPublicKeys(jwks);
  if (read && 'jwks' in read) return { jwks: read.jwks };
  return jwksUri === undefined ? {} : { jwks_uri: jwksUri };
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

/** The form knows one kind at a time: a web application that is a machine as well (`mandaat apply`) stays both. */
export function keepOwnAccess(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const own = 'client_credentials';
  const grantsOf = ({ grant_types: grants }: typeof before): unknown[] =>
    Array.isArray(grants) ? grants : [];
  const wasBoth = clientKindOf(before) === 'web' && grantsOf(before).includes(own);
  if (!wasBoth || clientKindOf(after) !== 'web') return after;
  return { ...after, grant_types: [...grantsOf(after), own] };
}

/** Members of the metadata that the form decides; others stay as they are. */
export const managedMetadata: ReadonlySet<string> = new Set([
  ...[
    'redirect_uris',
    'response_types',
    'grant_types',
    'token_endpoint_auth_method',
    'application_type',
    'jwks_uri',
    'jwks',
  ],
  ...['post_logout_redirect_uris', 'backchannel_logout_uri', 'backchannel_logout_session_required'],
  ...['id_token_signed_response_alg', 'resource_identifiers', 'resource_token_format'],
]);
