// Grants: what an application was given for one person acting for one organisation. Minted silently, because every
// application is the site's own; never minted for somebody without a right.
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { describeDevice } from './provider.device.ts';
import { applicationOf, decideForRequest, earliest, secondsUntil } from './provider.account.ts';
import { stateOf } from './provider.request-state.ts';

/** The library's grant, with the organisation the person acts for. */
export type ActingGrant = Grant & {
  organisationId?: string | undefined;
  /** ISO instant at which, as things stood, the first of the rights ends: then the application is told. */
  endsAt?: string | undefined;
};

/**
 * The grant for this authorization request: the session's, when it is for the same organisation, otherwise a new one.
 * Undefined while it is not decided for whom the person acts.
 */
export function createLoadExistingGrant(site: Site) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, account, provider } = ctx.oidc;
    const session = ctx.oidc.session as
      (NonNullable<typeof ctx.oidc.session> & { device?: string }) | undefined;
    if (!client || !session || !account) return undefined;
    const knownId = session.grantIdFor(client.clientId);
    const known = knownId ? ((await provider.Grant.find(knownId)) as ActingGrant | undefined) : undefined;
    const decision = decideForRequest(ctx, known?.organisationId);
    if (decision.kind === 'none' || decision.kind === 'choose') return undefined;
    const candidate = decision.kind === 'chosen' ? decision.candidate : undefined;
    const state = stateOf(ctx);
    state.until = earliest(state.signedIn?.personUntil, candidate?.until, applicationOf(client).validUntil);
    session.device ??= describeDevice(ctx.get('user-agent'));
    const usable =
      known && known.accountId === account.accountId && known.organisationId === candidate?.organisationId;
    if (usable) return cover(ctx, known, followEnd(site, known, state.until));
    const fresh = new provider.Grant({
      accountId: account.accountId,
      clientId: client.clientId,
    }) as ActingGrant;
    if (candidate) fresh.organisationId = candidate.organisationId;
    if (state.until) fresh.endsAt = state.until.toISOString();
    return cover(ctx, fresh, true);
  };
}

/**
 * A right that was added, prolonged or shortened since moves the end of the grant along: it lives, and is announced, as
 * one made now would be.
 * @returns whether it changed
 */
function followEnd(site: Site, grant: ActingGrant, until: Date | null): boolean {
  const endsAt = until?.toISOString();
  if (grant.endsAt === endsAt) return false;
  grant.endsAt = endsAt;
  const now = Math.floor(site.clock.now().getTime() / 1000);
  grant.exp = now + secondsUntil(site, site.config.sessionAbsoluteSeconds, until);
  return true;
}

/** Adds what this request asks for and the grant does not hold yet; saves only when there is something to save. */
async function cover(ctx: KoaContextWithOIDC, grant: ActingGrant, isNew: boolean): Promise<Grant> {
  const { oidc } = ctx;
  const scopes = [...oidc.requestParamOIDCScopes].filter(
    (scope) => !grant.getOIDCScope().split(' ').includes(scope),
  );
  const claims = [...oidc.requestParamClaims].filter((claim) => !grant.getOIDCClaims().includes(claim));
  let changed = isNew || scopes.length > 0 || claims.length > 0;
  if (scopes.length > 0) grant.addOIDCScope(scopes.join(' '));
  if (claims.length > 0) grant.addOIDCClaims(claims);
  for (const [indicator, server] of Object.entries(oidc.resourceServers ?? {})) {
    const held = grant.getResourceScope(indicator).split(' ');
    const wanted = [...oidc.requestParamScopes].filter(
      (scope) => server.scopes.has(scope) && !held.includes(scope),
    );
    if (wanted.length > 0) grant.addResourceScope(indicator, wanted.join(' '));
    changed ||= wanted.length > 0;
  }
  if (changed) await grant.save();
  return grant;
}
