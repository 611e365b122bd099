// Answers of the search endpoints, and the tokens that lead to the next page.
import { createHash } from 'node:crypto';
import type { Site } from '../../platform/site.ts';
import type { Call } from './authzen.evaluation.ts';
import {
  actionSearch,
  AuthzenError,
  defaultPage,
  maxPage,
  parse,
  resourceSearch,
  subjectSearch,
} from './authzen.schema.ts';
import { searchActions, searchResources, searchSubjects, type Found, type PageOf } from './search.ts';

export interface SearchAnswer<Result> {
  readonly page?: { readonly next_token: string; readonly count: number } | undefined;
  readonly results: readonly Result[];
}

interface AskedPage {
  readonly token?: string | undefined;
  readonly limit?: number | undefined;
}

/** @throws AuthzenError 400 */
export async function answerSubjectSearch(
  call: Call,
  body: unknown,
): Promise<SearchAnswer<{ type: string; id: string }>> {
  const asked = parse(subjectSearch, body);
  const paging = pagingOf(call, 'subject', asked);
  const found = await searchSubjects(
    call.point,
    call.caller.applicationId,
    {
      subjectType: asked.subject.type,
      subjectProperties: asked.subject.properties,
      action: asked.action,
      resource: asked.resource,
      context: asked.context,
    },
    paging.page,
  );
  return paging.answer(found, (id) => ({ type: asked.subject.type, id }));
}

/** @throws AuthzenError 400 */
export async function answerResourceSearch(
  call: Call,
  body: unknown,
): Promise<SearchAnswer<{ type: string; id: string }>> {
  const asked = parse(resourceSearch, body);
  const paging = pagingOf(call, 'resource', asked);
  const found = await searchResources(
    call.point,
    call.caller.applicationId,
    {
      subject: asked.subject,
      action: asked.action,
      resourceType: asked.resource.type,
      context: asked.context,
    },
    paging.page,
  );
  return paging.answer(found, (id) => ({ type: asked.resource.type, id }));
}

/** @throws AuthzenError 400 */
export async function answerActionSearch(call: Call, body: unknown): Promise<SearchAnswer<{ name: string }>> {
  const asked = parse(actionSearch, body);
  const paging = pagingOf(call, 'action', asked);
  const { subject, resource, context } = asked;
  const names = await searchActions(call.point, call.caller.applicationId, { subject, resource, context });
  const { after, limit } = paging.page;
  const rest = names.slice(after === undefined ? 0 : names.indexOf(after) + 1);
  return paging.answer({ ids: rest.slice(0, limit), more: rest.length > limit }, (name) => ({ name }));
}

interface Paging {
  readonly page: PageOf;
  answer<Result>(found: Found, toResult: (id: string) => Result): SearchAnswer<Result>;
}

interface TokenContent {
  /** Digest of everything that must stay equal from page to page. */
  readonly of: string;
  readonly after: string;
}

const tokenPurpose = 'authzen page';

/** @throws AuthzenError 400 for a token that is not ours or belongs to another search */
function pagingOf(call: Call, kind: string, asked: { readonly page?: AskedPage | undefined }): Paging {
  const { page: askedPage, ...rest } = asked;
  const { site } = call.point;
  const of = createHash('sha256')
    .update(canonical([call.caller.applicationId, kind, rest]))
    .digest('base64url');
  const after = askedPage?.token === undefined ? undefined : openToken(site, askedPage.token, of);
  const limit = Math.min(askedPage?.limit ?? defaultPage, maxPage);
  return {
    page: { after, limit },
    answer({ ids, more }, toResult) {
      const results = ids.map(toResult);
      // What is complete needs no page unless one was asked for; what is not must say so.
      if (!askedPage && !more) return { results };
      // Of a page that was asked to hold nothing the next begins where it began.
      const last = ids.at(-1) ?? after ?? '';
      const next = more ? sealToken(site, { of, after: last }) : '';
      return { page: { next_token: next, count: ids.length }, results };
    },
  };
}

const sealToken = (site: Site, content: TokenContent): string =>
  site.secrets.sign(JSON.stringify(content), tokenPurpose);

/** The empty token is that of the first page: clients send back whatever they have. */
function openToken(site: Site, token: string, of: string): string | undefined {
  if (token === '') return undefined;
  const opened = site.secrets.verify(token, tokenPurpose);
  if (opened === undefined) throw new AuthzenError(400, 'page.token is not valid');
  const content = JSON.parse(opened) as TokenContent;
  if (content.of !== of) throw new AuthzenError(400, 'page.token belongs to another search');
  return content.after;
}

/** The same text for the same content, whatever the order of members. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`;
}
