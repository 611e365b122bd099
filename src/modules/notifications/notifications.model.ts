// The mails the product sends: what the outbox message must say, and how the words become text and HTML. Pure.
import { z } from 'zod';

const id = z.uuid();

/** Payload of outbox messages of kind `mail`. Only references: names and addresses are looked up at delivery. */
export const mailRequest = z.discriminatedUnion('template', [
  z.object({ template: z.literal('invitation'), personId: id, linkId: id }),
  z.object({ template: z.literal('password_reset'), personId: id, linkId: id }),
  z.object({ template: z.literal('password_changed'), personId: id, at: z.iso.datetime() }),
  /** Goes to the address that is no longer used, which is found nowhere else any more. */
  z.object({ template: z.literal('mail_changed'), personId: id, to: z.string() }),
  z.object({ template: z.literal('last_administrator'), personId: id, organisationId: id }),
  z.object({ template: z.literal('audit_not_intact'), personId: id, findingCount: z.int() }),
]);
export type MailRequest = z.infer<typeof mailRequest>;
export type MailTemplate = MailRequest['template'];

/** What a mail says, before it is text or HTML. */
export interface MailContent {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  readonly action?: { readonly label: string; readonly href: string } | undefined;
  readonly afterAction?: readonly string[];
  readonly closing: string;
}

export function mailText(content: MailContent): string {
  const action = content.action ? [`${content.action.label}:\n${content.action.href}`] : [];
  const parts = [
    content.greeting,
    ...content.paragraphs,
    ...action,
    ...(content.afterAction ?? []),
    content.closing,
  ];
  return `${parts.join('\n\n')}\n`;
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

const font =
  'font-family:system-ui,-apple-system,Segoe UI,sans-serif;font-size:16px;line-height:1.5;color:#1f2a2a';
const button =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#0f5257;color:#ffffff;text-decoration:none';

/** Simple enough for every mail program: no images, no remote content, no tables. */
export function mailHtml(content: MailContent, lang: string): string {
  const paragraph = (text: string) => `<p>${escape(text).replaceAll('\n', '<br>')}</p>`;
  const { action } = content;
  const link = action
    ? `<p><a href="${escape(action.href)}" style="${button}">${escape(action.label)}</a></p>
<p style="font-size:14px;word-break:break-all">${escape(action.href)}</p>`
    : '';
  return `<!doctype html>
<html lang="${escape(lang)}"><head><meta charset="utf-8"><title>${escape(content.subject)}</title></head>
<body style="margin:0;padding:24px;background:#ffffff"><div style="max-width:560px;${font}">
${[content.greeting, ...content.paragraphs].map(paragraph).join('\n')}
${link}
${[...(content.afterAction ?? []), content.closing].map(paragraph).join('\n')}
</div></body></html>
`;
}
