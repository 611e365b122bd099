// What a connected application and its clients are. Pure.
import type { ClaimsIn, Names } from '../../platform/db/types.ts';
import type { Period } from '../../platform/period.ts';

export interface Application {
  readonly id: string;
  readonly code: string;
  readonly names: Names;
  readonly descriptions: Names;
  readonly owner: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly names: Names;
  };
  readonly homeUrl: string | null;
  readonly contactMail: string | null;
  readonly roleTemplate: string;
  readonly roleClaim: string;
  readonly period: Period;
  readonly version: number;
}

export interface Client {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  /** OpenID Connect client metadata, RFC 7591 names, no secrets. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When each secret was made and when it stops; never the secret. */
  readonly secrets: readonly { readonly createdAt: Date; readonly expiresAt: Date | null }[];
  readonly claimsIn: ClaimsIn;
  readonly pkceRequired: boolean;
  readonly disabledAt: Date | null;
  readonly version: number;
}

/**
 * The portal is a client of its own provider, known from the configuration alone. Whoever registered another one by this
 * name could sign everybody out of the portal by disabling it, and be told who they are.
 */
export const portalClientId = 'mandaat-portal';

const placeholders = /\{(right|context|organisation)\}/g;

/**
 * Whether a template for role values is usable: `{right}` once, the other placeholders at most once, and between them
 * only what neither codes nor claims choke on.
 */
export function isRoleTemplate(template: string): boolean {
  const used = [...template.matchAll(placeholders)].map((match) => match[1]);
  if (!used.includes('right') || new Set(used).size < used.length || template.length > 200) return false;
  return /^[A-Za-z0-9._:/#|-]*$/.test(template.replaceAll(placeholders, ''));
}

export type ClientKind = 'web' | 'public' | 'machine';

/** What kind of client the metadata makes it. */
export function clientKindOf(metadata: Readonly<Record<string, unknown>>): ClientKind {
  const grants = Array.isArray(metadata['grant_types']) ? metadata['grant_types'] : [];
  if (grants.includes('client_credentials') && !grants.includes('authorization_code')) return 'machine';
  return metadata['token_endpoint_auth_method'] === 'none' ? 'public' : 'web';
}

/** Whether the client signs in with a secret of ours. */
export function usesSecret(metadata: Readonly<Record<string, unknown>>): boolean {
  const method = metadata['token_endpoint_auth_method'] ?? 'client_secret_basic';
  return typeof method === 'string' && method.startsWith('client_secret');
}
