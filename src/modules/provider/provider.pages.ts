// Pages the library asks for: errors, signing out. In the person's language; never a stack, never a dead end.
import type { Request, Response } from 'express';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import '../../web/express.ts';
import { applicationOf } from './provider.account.ts';

export interface ProviderPages {
  renderError(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void>;
  logoutSource(ctx: KoaContextWithOIDC, form: string): Promise<void>;
  postLogoutSuccessSource(ctx: KoaContextWithOIDC): Promise<void>;
}

const webOf = (ctx: KoaContextWithOIDC): { req: Request; res: Response } => ({
  req: ctx.req as Request,
  res: ctx.res as Response,
});

/** Errors that tell an ordinary person something of use; all others share one page. */
const explained = new Set([
  'invalid_client',
  'invalid_redirect_uri',
  'invalid_request_uri',
  'session_not_found',
]);

export function createPages(site: Site): ProviderPages {
  return {
    async renderError(ctx, out, error) {
      const kind = kindOf(out, error);
      const unexpected = out.error === 'server_error';
      const { req } = webOf(ctx);
      if (unexpected)
        site.logger.error({ requestId: req.requestId, err: error }, 'the provider could not answer');
      const title = wordsOf(ctx).t(`provider.error.${kind}.title`);
      const model = {
        title,
        text: wordsOf(ctx).t(`provider.error.${kind}.text`),
        detail: unexpected ? undefined : [out.error, out.error_description].filter(Boolean).join(': '),
        requestId: unexpected ? req.requestId : undefined,
        application: applicationLink(ctx),
      };
      ctx.type = 'html';
      ctx.body = pageOf(ctx, 'provider/error', model, title);
    },
    async logoutSource(ctx, form) {
      const secret = /name="xsrf" value="([^"]+)"/.exec(form)?.[1] ?? '';
      const hint = ctx.oidc.entities.IdTokenHint as { payload?: { sub?: string } } | undefined;
      const trusted = hint?.payload?.sub !== undefined && hint.payload.sub === ctx.oidc.session?.accountId;
      const title = wordsOf(ctx).t('provider.logout.title');
      const model = {
        title,
        secret,
        action: '/end-session/confirm',
        // A valid hint shows that the application knows who signs out: no question is needed (ASVS 10.6.2).
        automatic: trusted,
        application: applicationLink(ctx),
      };
      ctx.body = pageOf(ctx, 'provider/logout', model, title);
    },
    async postLogoutSuccessSource(ctx) {
      const title = wordsOf(ctx).t('provider.loggedOut.title');
      ctx.type = 'html';
      ctx.body = pageOf(ctx, 'provider/logged-out', { title, application: applicationLink(ctx) }, title);
    },
  };
}

function kindOf(out: ErrorOut, error: Error): string {
  if (error.name === 'SessionNotFound') return 'session_not_found';
  if (explained.has(out.error)) return out.error;
  return out.error === 'server_error' ? 'server_error' : 'other';
}

function wordsOf(ctx: KoaContextWithOIDC): Response['words'] {
  return webOf(ctx).res.words;
}

/** Longer addresses would not fit the form that changes the language. */
const maxBackLength = 1500;

function pageOf(ctx: KoaContextWithOIDC, view: string, model: object, title: string): string {
  const { req, res } = webOf(ctx);
  if (req.originalUrl.length > maxBackLength) res.locals['currentPath'] = '/';
  return webOf(ctx).res.pageText(view, model, { title, layout: 'focus' });
}

/** The application somebody came from, when it is known: its name and where it starts. */
function applicationLink(ctx: KoaContextWithOIDC): { name: string; href: string | null } | undefined {
  const { client } = ctx.oidc;
  if (!client) return undefined;
  const { applicationNames, applicationCode, homeUrl } = applicationOf(client);
  const name =
    applicationNames[wordsOf(ctx).lang] ?? applicationNames.en ?? applicationNames.nl ?? applicationCode;
  return { name, href: homeUrl };
}
