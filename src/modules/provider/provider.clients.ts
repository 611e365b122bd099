// Clients as the provider sees them: read from our tables, remembered for a moment, dropped when they change.
import { createHash } from 'node:crypto';
import type { AdapterPayload } from 'oidc-provider';
import { sameBytes } from '../../platform/crypto.ts';
import type { ClaimsIn, ClientSecret, Names } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';
import { isStorable } from '../../platform/storable.ts';
import { portalClientId, portalClientMetadata } from './provider.portal-client.ts';

/** What the provider must know of the application behind a client. Travels inside the client's metadata. */
export interface ClientApplication {
  readonly applicationId: string;
  readonly applicationCode: string;
  readonly applicationNames: Names;
  readonly homeUrl: string | null;
  readonly ownerOrganisationId: string;
  /** False: it defines no rights, so that nobody has to hold one (the portal itself). */
  readonly hasRights: boolean;
  readonly roleTemplate: string;
  readonly roleClaim: string;
  readonly claimsIn: ClaimsIn;
  readonly pkceRequired: boolean;
  readonly secrets: readonly ClientSecret[];
  /** Null when nothing ends it. ISO text, so that the metadata is plain JSON. */
  readonly validUntil: string | null;
}

interface ClientRow {
  id: string;
  name: string;
  metadata: Record<string, unknown>;
  secrets: ClientSecret[];
  claims_in: ClaimsIn;
  pkce_required: boolean;
  application_id: string;
  code: string;
  names: Names;
  home_url: string | null;
  owner_organisation_id: string;
  role_template: string;
  role_claim: string;
  valid_until: Date | null;
  has_rights: boolean;
}

export interface ClientStore {
  /** Library metadata of the client; undefined when unknown, disabled, or its application does not run now. */
  find(clientId: string): Promise<AdapterPayload | undefined>;
  forget(): void;
}

/** Longest time a process may not notice a change when it misses the notification. */
const rememberedMs = 2000;
const maxRemembered = 1000;

const findClient = `select c.id, c.name, c.metadata, c.secrets, c.claims_in, c.pkce_required, c.application_id,
    a.code, a.names, a.home_url, a.owner_organisation_id, a.role_template, a.role_claim, a.valid_until,
    exists (select 1 from application_right r where r.application_id = a.id) as has_rights
  from client c join application a on a.id = c.application_id
  where c.id = $1 and c.disabled_at is null and a.valid_at @> $2::timestamptz`;

export function createClientStore(site: Site): ClientStore {
  const remembered = new Map<string, { until: number; client: Promise<AdapterPayload | undefined> }>();

  async function load(clientId: string): Promise<AdapterPayload | undefined> {
    if (clientId === portalClientId) return portalClientMetadata(site);
    const [row] = await site.db.query<ClientRow>(findClient, [clientId, site.clock.now()]);
    return row && toMetadata(row);
  }

  return {
    find(clientId) {
      if (!isStorable(clientId)) return Promise.resolve(undefined);
      const now = performance.now();
      const known = remembered.get(clientId);
      if (known !== undefined && known.until > now) return known.client;
      if (remembered.size >= maxRemembered) remembered.clear();
      const client = load(clientId);
      remembered.set(clientId, { until: now + rememberedMs, client });
      // A failed look must be tried again by the next request.
      client.catch(() => remembered.delete(clientId));
      return client;
    },
    forget: () => remembered.clear(),
  };
}

/** Members that our tables decide, whatever the stored metadata says. */
function toMetadata(row: ClientRow): AdapterPayload {
  const application: ClientApplication = {
    applicationId: row.application_id,
    applicationCode: row.code,
    applicationNames: row.names,
    homeUrl: row.home_url,
    ownerOrganisationId: row.owner_organisation_id,
    hasRights: row.has_rights,
    roleTemplate: row.role_template,
    roleClaim: row.role_claim,
    claimsIn: row.claims_in,
    pkceRequired: row.pkce_required,
    secrets: row.secrets,
    validUntil: row.valid_until?.toISOString() ?? null,
  };
  return {
    ...withDefaults(row.metadata),
    client_id: row.id,
    client_name: row.name,
    // The library wants a secret where one is needed; ours are compared by their digest, see secretMatches.
    ...(needsSecret(row.metadata) ? { client_secret: 'compared by digest' } : {}),
    mandaat: application,
  };
}

const secretMethods = ['client_secret_basic', 'client_secret_post'];

function needsSecret(metadata: Record<string, unknown>): boolean {
  const method = metadata['token_endpoint_auth_method'];
  return method === undefined || secretMethods.includes(String(method));
}

/** RFC 7591 metadata with what this provider assumes when nothing is said. */
export function withDefaults(metadata: Record<string, unknown>): Record<string, unknown> {
  const { client_secret: _secret, mandaat: _ours, ...rest } = metadata;
  const usesCode = !Array.isArray(rest['grant_types']) || rest['grant_types'].includes('authorization_code');
  return { redirect_uris: [], ...(usesCode ? {} : { response_types: [] }), ...rest };
}

/** Whether the secret is one of the client's that has not run out. */
export const secretMatches = (application: ClientApplication, secret: string, now: Date): boolean =>
  secretEndsMs(application, secret, now) !== undefined;

/** When such a secret runs out (milliseconds; Infinity: never); undefined: it is none of the client's, or has run out. */
export function secretEndsMs(application: ClientApplication, secret: string, now: Date): number | undefined {
  const digest = createHash('sha256').update(secret).digest('hex');
  const ends = application.secrets
    .filter(({ hash }) => sameBytes(hash, digest))
    .map(({ expiresAt }) => endsMs(expiresAt))
    .filter((end) => end > now.getTime());
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** Milliseconds; Infinity when nothing ends it. */
export const endsMs = (instant: string | null): number => (instant === null ? Infinity : Date.parse(instant));
