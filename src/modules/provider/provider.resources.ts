// Resource indicators (RFC 8707): an API that a client registered as its own gets tokens of its own, as JWT (RFC 9068).
import { errors, type Configuration } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { applicationOf } from './provider.account.ts';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

interface ResourceRow {
  application_id: string;
  scopes: string | null;
  format: string | null;
}

const findResource = `select c.application_id, c.metadata ->> 'resource_scopes' as scopes,
    c.metadata ->> 'resource_token_format' as format
  from client c join application a on a.id = c.application_id
  where c.metadata -> 'resource_identifiers' ? $1 and c.disabled_at is null and a.valid_at @> $2::timestamptz limit 1`;

/**
 * A resource is an address in the `resource_identifiers` of a client of the same application; its scopes are that
 * client's `resource_scopes`. Unknown ones, and those of other applications, are refused.
 */
export function createResourceServers(site: Site): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (_ctx, _client, oneOf) => oneOf ?? [],
    useGrantedResource: () => false,
    getResourceServerInfo: async (_ctx, resource, client) => {
      const [row] = await site.db.query<ResourceRow>(findResource, [resource, site.clock.now()]);
      if (!row || row.application_id !== applicationOf(client).applicationId)
        throw new errors.InvalidTarget();
      const format = row.format === 'opaque' ? 'opaque' : 'jwt';
      return {
        scope: row.scopes ?? '',
        audience: resource,
        accessTokenFormat: format,
        jwt: { sign: { alg: (client.idTokenSignedResponseAlg ?? 'RS256') as 'RS256' } },
      };
    },
  };
}
