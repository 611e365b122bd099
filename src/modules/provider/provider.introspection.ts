// Introspection tells the present: whoever lost the right has no active token, whatever was issued before.
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { applicationOf, findLiveSubject } from './provider.account.ts';
import { stateOf } from './provider.request-state.ts';
import { rightsClaims } from './provider.claims.ts';

/** The parts of a looked-up token that matter here. */
interface LookedUpToken {
  readonly kind: string;
  readonly clientId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly grantId?: string | undefined;
  extra?: Record<string, unknown> | undefined;
}

/**
 * Who may look up what: a confidential client the tokens of its own application, whose APIs are the only ones a token
 * can be meant for; an address that another application registers as its own opens nothing. For tokens of people the present rights are put into the answer.
 */
export function createIntrospectionPolicy(site: Site) {
  return async (ctx: KoaContextWithOIDC, caller: Client, found: object): Promise<boolean> => {
    const token = found as LookedUpToken;
    const holder = await ctx.oidc.provider.Client.find(token.clientId ?? '');
    // Without its client (disabled, application ended) a token is worth nothing.
    if (!holder || !mayLookUp(caller, holder)) return false;
    if (token.accountId === undefined) return true;
    const application = applicationOf(holder);
    const subject = await findLiveSubject(
      site,
      application,
      token.accountId,
      token.grantId,
      stateOf(ctx).looked,
    );
    if (!subject) return false;
    if (application.claimsIn.introspection) token.extra = { ...rightsClaims(subject, application) };
    return true;
  };
}

function mayLookUp(caller: Client, holder: Client): boolean {
  if (caller.clientId === holder.clientId) return true;
  if (caller.clientAuthMethod === 'none') return false;
  return applicationOf(caller).applicationId === applicationOf(holder).applicationId;
}
