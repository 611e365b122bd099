// Answers the library's questions about accounts: who is signed in, what tokens say, and until when they may live.
import type { Account, AccountClaims, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { decideActing, findSignedInPerson, parseActingHint, type ActingDecision } from './provider.acting.ts';
import {
  exceedsLimit,
  personClaims,
  pointedClaims,
  rightsClaims,
  type RightsClaims,
} from './provider.claims.ts';
import type { ClientApplication } from './provider.clients.ts';
import { noteEarlierEnd } from './provider.ends.ts';
import { pointToUserInfo } from './provider.pointer.ts';
import { stateOf, type LookedUp } from './provider.request-state.ts';
import { beyondThisSecond, endOf, findSubject, type Subject } from './provider.subject.ts';

/** The application behind the client of a request. */
export function applicationOf(client: object): ClientApplication {
  return (client as { mandaat: ClientApplication }).mandaat;
}

/** Claims that no scope has to ask for, under a key that the library's masks cannot meet. */
export const unmaskedClaims = Symbol('claims outside the masks of scopes');

/** Seconds from now until the earlier of the two ends, at least 1: what has ended is refused before this is asked. */
export function secondsUntil(site: Site, maxSeconds: number, until: Date | null | undefined): number {
  if (!until) return maxSeconds;
  const left = Math.floor((until.getTime() - site.clock.now().getTime()) / 1000);
  return Math.max(1, Math.min(maxSeconds, left));
}

export function earliest(...ends: (Date | string | null | undefined)[]): Date | null {
  const known = ends.filter((end) => end !== null && end !== undefined).map((end) => new Date(end).getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}

/** For the authorization endpoint: the person behind the session, and for whom they may act. */
async function findSessionAccount(
  site: Site,
  ctx: KoaContextWithOIDC,
  personId: string,
): Promise<Account | undefined> {
  const client = ctx.oidc.client;
  if (!client) return undefined;
  const application = applicationOf(client);
  const person = await findSignedInPerson(site.db, personId, application.applicationId, site.clock.now());
  if (!person) return undefined;
  stateOf(ctx).signedIn = person;
  // The authorization endpoint only issues codes, so that nobody asks this account for claims.
  return { accountId: person.personId, claims: () => ({ sub: person.personId }) };
}

/** For tokens: the subject of the grant, as long as there is anything they may do. */
async function findTokenAccount(
  site: Site,
  ctx: KoaContextWithOIDC,
  personId: string,
  grantId: string | undefined,
): Promise<Account | undefined> {
  const client = ctx.oidc.client;
  if (!client) return undefined;
  const application = applicationOf(client);
  const state = stateOf(ctx);
  const live = await findLiveSubject(site, application, personId, grantId, state.looked);
  const subject = live && beyondThisSecond(live, site.clock.now());
  if (!subject || (application.hasRights && subject.rights.length === 0)) return undefined;
  state.subject = subject;
  state.until = earliest(endOf(subject), application.validUntil);
  if (state.looked && state.until) await noteEarlierEnd(site, state.looked, state.until);
  const claims = (use: string): Promise<AccountClaims> => claimsFor(site, ctx, use, subject, application);
  return { accountId: subject.personId, claims };
}

/** The subject of a grant now; undefined when the person, the choice, or every right of theirs has ended. */
export async function findLiveSubject(
  site: Site,
  application: ClientApplication,
  personId: string,
  grantId: string | undefined,
  looked?: LookedUp,
): Promise<Subject | undefined> {
  const applicationId = application.hasRights ? application.applicationId : undefined;
  const subject =
    looked !== undefined && looked.grantId === grantId
      ? looked.subject
      : await findSubject(site.db, { personId, applicationId, grantId, at: site.clock.now() });
  return application.hasRights && subject?.rights.length === 0 ? undefined : subject;
}

async function claimsFor(
  site: Site,
  ctx: KoaContextWithOIDC,
  use: string,
  subject: Subject,
  application: ClientApplication,
): Promise<AccountClaims> {
  const { claimsIn } = application;
  const inIdToken = use === 'id_token';
  const claims: AccountClaims = {
    sub: subject.personId,
    ...(inIdToken && !claimsIn.idToken ? {} : personClaims(subject)),
  };
  const rights = rightsClaims(subject, application);
  if (rights === undefined) return claims;
  if (inIdToken) {
    if (!claimsIn.idToken) return claims;
    return Object.assign(claims, { [unmaskedClaims]: await bounded(site, ctx, rights, application) });
  }
  // A token of this client may point here, whatever the client is set to find here otherwise.
  const told = claimsIn.userinfo || isTooLarge(site, rights, application);
  return told ? Object.assign(claims, { [unmaskedClaims]: rights }) : claims;
}

const isTooLarge = (site: Site, rights: RightsClaims, application: ClientApplication): boolean =>
  exceedsLimit(rights, application.roleClaim, site.config.tokenClaimLimitBytes);

/** What a token tells of rights: all of them or, beyond the limit, where to ask. */
async function bounded(
  site: Site,
  ctx: KoaContextWithOIDC,
  rights: RightsClaims,
  application: ClientApplication,
): Promise<Record<string, unknown>> {
  if (!isTooLarge(site, rights, application)) return rights;
  const pointer = await pointToUserInfo(ctx, `${site.config.issuer}/userinfo`);
  return pointedClaims(rights, application.roleClaim, pointer);
}

/** What a JWT access token says of rights; nothing for tokens that are looked up, which always tell the present. */
export async function accessTokenClaims(
  site: Site,
  ctx: KoaContextWithOIDC,
): Promise<Record<string, unknown> | undefined> {
  const { subject } = stateOf(ctx);
  const { client } = ctx.oidc;
  if (!subject || !client) return undefined;
  const application = applicationOf(client);
  const rights = application.claimsIn.accessToken ? rightsClaims(subject, application) : undefined;
  return rights && bounded(site, ctx, rights, application);
}

export function createFindAccount(site: Site): FindAccount {
  return async (ctx, sub, token) => {
    if (token === undefined) return findSessionAccount(site, ctx, sub);
    return findTokenAccount(site, ctx, sub, (token as { grantId?: string }).grantId);
  };
}

/** Decides, once per authorization request, for whom the person acts. */
export function decideForRequest(ctx: KoaContextWithOIDC, current: string | undefined): ActingDecision {
  const state = stateOf(ctx);
  const { client, params, result } = ctx.oidc;
  if (!client || !applicationOf(client).hasRights) return (state.acting = { kind: 'not_needed' });
  const picked = (result as { select_account?: { organisationId?: string } } | undefined)?.select_account;
  const asked = ctx.oidc.prompts.has('select_account') && picked === undefined;
  return (state.acting = decideActing({
    candidates: state.signedIn?.candidates ?? [],
    hint: parseActingHint(params?.['login_hint']),
    picked: picked?.organisationId,
    current,
    mustAsk: asked,
  }));
}
