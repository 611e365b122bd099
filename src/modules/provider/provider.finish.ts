// The last thing that happens to an answer of the OpenID library: what it rests on is written, or nothing is handed out.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { formActionSource } from '../../web/headers.ts';
import { forwardInOurPage } from './provider.forward.ts';
import type { ProviderPages } from './provider.pages.ts';
import { finishRequest } from './provider.storage.ts';

type Middleware = Parameters<Provider['use']>[0];

/** Around everything the library does. */
export function finishAnswers(site: Site, pages: ProviderPages): Middleware {
  return async (context, next) => {
    await next();
    const ctx = context as unknown as KoaContextWithOIDC;
    try {
      if (!(await finishRequest(site, ctx, ctx.status === 200))) refuseSecondUse(ctx);
    } catch (error) {
      await takeBack(site, pages, ctx, error as Error);
    }
    forwardInOurPage(ctx);
    openFormAction(ctx);
    if (ctx.path === '/jwks') ctx.set('Cache-Control', 'public, max-age=300');
  };
}

/** Somebody else redeemed it a moment earlier: what was about to be handed out is taken back. */
function refuseSecondUse(ctx: { status: number; body: unknown }): void {
  ctx.status = 400;
  ctx.body = { error: 'invalid_grant', error_description: 'grant request is invalid' };
}

/** What was about to be answered could not be written: nothing of it is handed out, the error is told instead. */
async function takeBack(
  site: Site,
  pages: ProviderPages,
  ctx: KoaContextWithOIDC,
  error: Error,
): Promise<void> {
  for (const header of ['location', 'set-cookie']) ctx.remove(header);
  ctx.status = 500;
  if (ctx.oidc.route !== 'token') return pages.renderError(ctx, { error: 'server_error' }, error);
  site.logger.error({ err: error }, 'server error');
  ctx.body = { error: 'server_error', error_description: 'the answer could not be written' };
}

/**
 * Browsers apply `form-action` to every redirect after a form as well: pages of the library that post, or that a form
 * led to, must be allowed to end at the application.
 */
function openFormAction(ctx: KoaContextWithOIDC): void {
  if (!ctx.type.includes('html') || ctx.oidc === undefined) return;
  const { params, session, redirectUriCheckPerformed } = ctx.oidc;
  const state = session?.state as { postLogoutRedirectUri?: string } | undefined;
  const redirect = redirectUriCheckPerformed ? params?.['redirect_uri'] : undefined;
  const targets = [redirect, state?.postLogoutRedirectUri].filter((uri) => typeof uri === 'string');
  const policy = ctx.response.get('content-security-policy');
  if (targets.length === 0 || !policy) return;
  const sources = [...new Set(targets.map(formActionSource))].join(' ');
  ctx.set('content-security-policy', policy.replace("form-action 'self'", `form-action 'self' ${sources}`));
}
