// The library sends browsers on with a form of its own (response_mode=form_post, another person at the same browser), in
// English and with an inline script. The same form in our page: in the person's language, with a button without script.
import type { Response } from 'express';
import type { KoaContextWithOIDC } from 'oidc-provider';
import '../../web/express.ts';

export interface ForwardingForm {
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

const characters: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const readable = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (one) => characters[one] ?? one);

/** The form in the library's page; undefined for any other page. */
export function readForwardingForm(body: unknown): ForwardingForm | undefined {
  if (typeof body !== 'string' || !body.includes('<title>Submitting Callback</title>')) return undefined;
  const action = /<form method="post" action="([^"]*)">/.exec(body)?.[1];
  if (action === undefined) return undefined;
  const inputs = body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g);
  const fields = [...inputs].map(([, name = '', value = '']) => ({ name, value: readable(value) }));
  return { action: readable(action), fields };
}

/** Puts our page in the place of the library's. */
export function forwardInOurPage(ctx: KoaContextWithOIDC): void {
  const form = readForwardingForm(ctx.body);
  if (!form) return;
  const res = ctx.res as Response;
  const title = res.words.t('provider.forward.title');
  const { status } = ctx;
  ctx.body = res.pageText('provider/forward', { title, ...form }, { title, layout: 'focus' });
  ctx.status = status;
  ctx.type = 'html';
  const policy = ctx.response.get('content-security-policy');
  // The inline script that the library allowed is not there any more.
  if (policy) ctx.set('content-security-policy', policy.replaceAll(/ 'sha256-[^']+'/g, ''));
}
