// Where to ask for rights that are too many for a token, and with what: UserInfo takes no token that is meant for an API.
import type { AccessToken, KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from './provider.request-state.ts';

export interface ClaimsPointer {
  readonly endpoint: string;
  readonly access_token?: string;
}

/**
 * Source: OpenID Connect Core 5.6.2 (distributed claims).
 * @returns the endpoint; with a token for it when the one that is issued now is meant for an API. Good for nothing else:
 *   it tells what would otherwise stand in the JWT, and ends with the same grant and at the same moment.
 */
export async function pointToUserInfo(ctx: KoaContextWithOIDC, endpoint: string): Promise<ClaimsPointer> {
  const issued = ctx.oidc.entities.AccessToken;
  if (issued?.aud === undefined) return { endpoint };
  const state = stateOf(ctx);
  state.pointerToken ??= saveTokenBeside(ctx, issued);
  return { endpoint, access_token: await state.pointerToken };
}

function saveTokenBeside(ctx: KoaContextWithOIDC, issued: AccessToken): Promise<string> {
  const { accountId, grantId, gty, sessionUid, expiresWithSession } = issued;
  const { client } = ctx.oidc;
  const bound = { accountId, grantId, gty, sessionUid, expiresWithSession };
  return new ctx.oidc.provider.AccessToken({ ...bound, client: client!, scope: 'openid' }).save();
}
