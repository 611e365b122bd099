// Resource indicators (RFC 8707): an API that a client registered as its own gets tokens of its own, as JWT (RFC 9068).
import { errors, type Configuration } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { isStorable } from '../../platform/storable.ts';
import { applicationOf } from './provider.account.ts';

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

interface ResourceRow {
  scopes: string | null;
  format: string | null;
}

const findResource = `select c.metadata ->> 'resource_scopes' as scopes,
    c.metadata ->> 'resource_token_format' as format
  from client c join application a on a.id = c.application_id
  where c.application_id = $3::uuid and c.metadata -> 'resource_identifiers' ? $1
    and c.disabled_at is null and a.valid_at @> $2::timestamptz order by c.id limit 1`;

/**
 * A resource is an address in the `resource_identifiers` of a client of the same application; its scopes are that
 * client's `resource_scopes`. Unknown ones, and those of other applications, are refused; another application that
 * registers the same address changes nothing.
 */
export function createResourceServers(site: Site): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (_ctx, _client, oneOf) => oneOf ?? [],
    useGrantedResource: () => false,
    getResourceServerInfo: async (_ctx, resource, client) => {
      if (!isStorable(resource)) throw new errors.InvalidTarget();
      const { applicationId } = applicationOf(client);
      const [row] = await site.db.query<ResourceRow>(findResource, [
        resource,
        site.clock.now(),
        applicationId,
      ]);
      if (!row) throw new errors.InvalidTarget();
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
