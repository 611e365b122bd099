// When somebody has to be asked something before an application gets an answer: the list is the order of asking.
import { decodeJwt } from 'jose';
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from './provider.request-state.ts';

const { base, Check, Prompt } = interactionPolicy;
type Policy = ReturnType<typeof base>;

/** How somebody proved who they are: told in `acr`, asked for in `acr_values`. */
export const passwordAcr = 'urn:mandaat:acr:password';

/** Sign in; nobody to act for; for whom; consent (given silently, since every application is the site's own). */
export function createPrompts(): Policy {
  const prompts = base();
  const login = prompts.get('login');
  // A session may outlive its person: without this the library would answer 500 for want of an account.
  login?.checks.add(
    new Check('account_gone', 'the account of the session is not active', 'login_required', ({ oidc }) =>
      oidc.session?.accountId !== undefined && oidc.account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT,
    ),
  );
  login?.checks.add(
    new Check('out_of_reach', 'no sign-in can give what is asked for', (ctx) => {
      refuseUnstorable(ctx);
      refuseOutOfReach(ctx);
      return Check.NO_NEED_TO_PROMPT;
    }),
  );
  prompts.add(
    new Prompt(
      { name: 'no_access', requestable: false },
      new Check('no_rights', 'the person has no rights in this application', 'access_denied', (ctx) =>
        stateOf(ctx).acting?.kind === 'none' ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    1,
  );
  prompts.add(
    new Prompt(
      { name: 'select_account', requestable: true },
      new Check('acting_choice', 'the person has to choose for whom to act', (ctx) =>
        stateOf(ctx).acting?.kind === 'choose' ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    2,
  );
  prompts.get('consent')?.checks.remove('native_client_prompt');
  return prompts;
}

interface AskedClaims {
  acr?: { essential?: boolean; value?: unknown; values?: unknown } | null;
  sub?: { value?: unknown } | null;
}

/**
 * The library would show the sign-in page again and again: for a way of signing in that does not exist here, and to
 * somebody else than the application expects. The application gets an answer instead.
 * Source: OpenID Connect Core 5.5.1.1, 3.1.2.2; Unmet Authentication Requirements 1.0.
 */
function refuseOutOfReach({ oidc }: KoaContextWithOIDC): void {
  const { acr, sub } = (oidc.claims.id_token ?? {}) as AskedClaims;
  const ways = [acr?.value ?? [], acr?.values ?? []].flat();
  if (acr?.essential && ways.length > 0 && !ways.includes(passwordAcr))
    throw new errors.UnmetAuthenticationRequirements('none of the requested ACRs can be obtained here');
  // Its signature was checked when the request came in; after the sign-in the library looks at it no more.
  const hint = oidc.params?.['id_token_hint'];
  const hinted = typeof hint === 'string' ? decodeJwt(hint).sub : undefined;
  const signedIn = oidc.session?.accountId;
  const isSomebodyElse = [hinted, sub?.value].some((who) => who !== undefined && who !== signedIn);
  if (oidc.result?.login && isSomebodyElse)
    throw new errors.LoginRequired('somebody else signed in than was asked for');
}

/** PostgreSQL keeps no NUL in a text, written as such or escaped in the JSON of `claims`. */
function refuseUnstorable({ oidc }: KoaContextWithOIDC): void {
  const odd = Object.entries(oidc.params ?? {}).find(([, value]) => /\0|\\u0000/.test(String(value)));
  if (odd) throw new errors.InvalidRequest(`${odd[0]} must not contain NUL characters`);
}
