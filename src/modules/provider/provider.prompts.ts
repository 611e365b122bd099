// When somebody has to be asked something before an application gets an answer: the list is the order of asking.
import { interactionPolicy } from 'oidc-provider';
import { stateOf } from './provider.request-state.ts';

const { base, Check, Prompt } = interactionPolicy;
type Policy = ReturnType<typeof base>;

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
