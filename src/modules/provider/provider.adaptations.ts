// What the OpenID library offers no setting for: its models and clients get ways of ours.
import { errors, Provider, type Client } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { applicationOf, unmaskedClaims } from './provider.account.ts';
import { enqueueLogout } from './provider.backchannel.ts';
import type { Replays } from './provider.caller.ts';
import { secretMatches } from './provider.clients.ts';
import { sealTokens } from './provider.sealed-tokens.ts';

/** Before the first request. */
export function adapt(site: Site, provider: Provider): void {
  const client = provider.Client.prototype as Client & {
    backchannelLogout: unknown;
    compareClientSecret: unknown;
  };
  client.compareClientSecret = function compareClientSecret(this: Client, secret: string): boolean {
    return secretMatches(applicationOf(this), secret, site.clock.now());
  };
  // The library would call the application inside the request, once. Ours goes through the outbox, until it is heard.
  client.backchannelLogout = function backchannelLogout(
    this: Client,
    sub: string,
    sid: string,
  ): Promise<void> {
    return enqueueLogout(site, { clientId: this.clientId, sub, sid });
  };
  sealTokens(site, provider);
  keepInPayload(provider.Grant, 'organisationId', 'endsAt');
  keepInPayload(provider.Session, 'device');
  refuseAtOnce(provider);
  passBrokenClientsBy(site, provider);
  const { Claims } = provider as unknown as { Claims: { prototype: ClaimsMask } };
  const masked = Claims.prototype.result;
  Claims.prototype.result = async function result(this: ClaimsMask) {
    return { ...(await masked.call(this)), ...this.available[unmaskedClaims] };
  };
}

/** Two that show one proof at the same moment: the second is told what one that comes later is told. */
function refuseAtOnce(provider: Provider): void {
  const { ReplayDetection } = provider as unknown as { ReplayDetection: Replays };
  const unique = ReplayDetection.unique.bind(ReplayDetection);
  ReplayDetection.unique = (...proof) =>
    unique(...proof).catch((error: unknown) => {
      if (error instanceof errors.InvalidRequest) return false;
      throw error;
    });
}

/** Where one request meets clients that it is not about: each application of a session, the holder of a token. */
const routesOfOthers = ['end_session_confirm', 'introspection'];

/** A client that cannot be read is none there: otherwise nobody who entered that application could sign out any more. */
function passBrokenClientsBy(site: Site, provider: Provider): void {
  const { Client: clients } = provider;
  const find = clients.find.bind(clients);
  clients.find = (id) =>
    find(id).catch((error: unknown) => {
      const route = Provider.ctx?.oidc.route ?? '';
      if (!(error instanceof errors.InvalidClientMetadata) || !routesOfOthers.includes(route)) throw error;
      site.logger.warn({ clientId: id, reason: error.error_description }, 'client passed by: it is broken');
      return undefined;
    });
}

interface ClaimsMask {
  available: { [unmaskedClaims]?: Record<string, unknown> };
  result(): Promise<Record<string, unknown>>;
}

function keepInPayload(model: object, ...members: string[]): void {
  const known = (model as { IN_PAYLOAD: string[] }).IN_PAYLOAD;
  Object.defineProperty(model, 'IN_PAYLOAD', { get: () => [...known, ...members] });
}
