// Adds people, changes their names and mail, disables and enables them.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { refuseStale } from '../../platform/stale.ts';
import { keepAdministratorsBut, loadActingActor, type Actor } from '../administration/index.ts';
import { refuseWrong, requirePowerOverSite } from '../organisations/index.ts';
import { loadPersonFacts, lockPersonUnder } from './people.facts.ts';
import { aboutPerson, inviteAgain, onBehalf } from './people.invitation.ts';
import { expireLinks } from './one-time-links.ts';
import { checkPerson, personSearchText, sortNameOf, type PersonDetails } from './people.model.ts';
import { mayChangePerson, mayDisablePerson, mayInvitePerson } from './people.policy.ts';

export interface PersonChange extends PersonDetails {
  readonly personId: string;
  readonly version: number;
}

/**
 * Changes names, mail and language. Another mail address is announced to the old one, kills every link that is on its
 * way, and invites anew who has not signed in yet.
 * @throws person_not_found, not_allowed, person_left (does not work here any more), person_shared (also works or
 *   administers elsewhere), stale_edit, invalid_fields, mail_taken. Audit: person.changed (mail masked); mail: mail_changed
 */
export async function changePerson(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: PersonChange,
): Promise<void> {
  await runCommand(
    site,
    origin,
    aboutPerson('person.changed', input.personId, onBehalf(origin)),
    async (change) => {
      const acting = await loadActingActor(change, actor.personId);
      const found = await lockPersonUnder(change, acting, input.personId, 'person.change');
      const facts = await loadPersonFacts(change, acting, input.personId);
      enforce(mayChangePerson(facts));
      refuseStale(versionOf(found), input.version);
      refuseWrong(checkPerson(input));
      const mail = input.mail.toLowerCase();
      const mailChanged = mail !== found.mail;
      await change.trx
        .updateTable('person')
        .set({
          given_name: input.givenName,
          family_name: input.familyName,
          language: input.language,
          mail,
          ...(mailChanged ? { mail_verified_at: null } : {}),
          sort_name: sortNameOf(input),
          search_text: personSearchText({ ...input, mail, userName: found.user_name }),
          version: found.version + 1,
        })
        .where('id', '=', found.id)
        .execute();
      change.record({
        ...aboutPerson('person.changed', found.id, onBehalf(origin)),
        ...whatChanged(found, { ...input, mail }),
      });
      if (mailChanged) await announceMailChange(site, change, found, facts.hasPassword);
    },
  );
}

/**
 * Nothing of the person counts from the instant on: no sign-in, no right, no administration.
 * @param input `at` default now
 * @throws not_allowed (operators only), person_not_found, four_eyes, stale_edit, person_disabled, last_operator, last_administrator
 *   unless acknowledged, for who was appointed by them too. Audit: person.disabled; ends the sign-in everywhere
 */
export async function disablePerson(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: {
    readonly personId: string;
    readonly version: number;
    readonly at?: Date;
    readonly reason?: string;
    readonly acknowledgeLast?: boolean;
  },
): Promise<void> {
  const fact = aboutPerson('person.disabled', input.personId, onBehalf(origin));
  await runCommand(site, origin, fact, async (change) => {
    const acting = await requirePowerOverSite(change, actor, 'person.disable');
    const found = await lockPersonUnder(change, acting, input.personId, 'person.disable');
    enforce(mayDisablePerson(acting.personId, found.id));
    if (isOver(found, change.at)) throw new AppError('conflict', 'person_disabled');
    refuseStale(versionOf(found), input.version);
    const until = input.at !== undefined && input.at > change.at ? input.at : change.at;
    await change.trx
      .updateTable('person')
      .set({
        valid_until: until > found.valid_from ? until : after(found.valid_from),
        version: found.version + 1,
      })
      .where('id', '=', found.id)
      .execute();
    await expireLinks(change, found.id);
    await keepAdministratorsBut(change, { personId: found.id }, until, {
      acknowledgeLast: input.acknowledgeLast ?? false,
    });
    change.record({ ...fact, reason: input.reason, before: { until: found.valid_until }, after: { until } });
    change.accessEnded({ personId: found.id, wholePerson: true });
  });
}

/** @throws not_allowed (operators only), person_not_found, stale_edit, person_not_disabled. Audit: person.enabled */
export async function enablePerson(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly personId: string; readonly version: number; readonly reason?: string },
): Promise<void> {
  const fact = aboutPerson('person.enabled', input.personId, onBehalf(origin));
  await runCommand(site, origin, fact, async (change) => {
    const acting = await requirePowerOverSite(change, actor, 'person.disable');
    const found = await lockPersonUnder(change, acting, input.personId, 'person.disable');
    enforce(mayDisablePerson(acting.personId, found.id));
    refuseStale(versionOf(found), input.version);
    if (found.valid_until === null) throw new AppError('conflict', 'person_not_disabled');
    await change.trx
      .updateTable('person')
      .set({ valid_until: null, version: found.version + 1 })
      .where('id', '=', found.id)
      .execute();
    change.record({
      ...fact,
      reason: input.reason,
      before: { until: found.valid_until },
      after: { until: null },
    });
  });
}

/**
 * Sends a new invitation; the link of the earlier one dies.
 * @throws person_not_found, not_allowed, person_left, invitation_accepted (a password was set already), person_disabled.
 *   Audit: person.invited; mail: invitation
 */
export async function resendInvitation(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: { readonly personId: string },
): Promise<void> {
  await runCommand(
    site,
    origin,
    aboutPerson('person.invited', input.personId, onBehalf(origin)),
    async (change) => {
      const acting = await loadActingActor(change, actor.personId);
      const found = await lockPersonUnder(change, acting, input.personId, 'person.add');
      if (isOver(found, change.at)) throw new AppError('conflict', 'person_disabled');
      const facts = await loadPersonFacts(change, acting, found.id);
      enforce(mayInvitePerson(facts));
      if (facts.hasPassword) throw new AppError('conflict', 'invitation_accepted');
      await inviteAgain(site, change, found.id, onBehalf(change.origin));
    },
  );
}

type PersonRow = Awaited<ReturnType<typeof lockPersonUnder>>;

const isOver = (row: PersonRow, at: Date): boolean => row.valid_until !== null && row.valid_until <= at;
/** A period is never empty: who is disabled in the instant they were made had one millisecond. */
const after = (instant: Date): Date => new Date(instant.getTime() + 1);

const viewOf = (row: PersonRow) => ({
  givenName: row.given_name,
  familyName: row.family_name,
  mail: row.mail,
  language: row.language,
});
const versionOf = (row: PersonRow) => ({ ...viewOf(row), version: row.version });

/** The record is kept for ever, so it tells that the address changed and not what it is. */
function whatChanged(found: PersonRow, input: PersonDetails): { before: object; after: object } {
  const { mail: mailBefore, ...before } = viewOf(found);
  const { givenName, familyName, language } = input;
  const changed = input.mail === mailBefore ? {} : { mailChanged: true };
  return { before, after: { givenName, familyName, language, ...changed } };
}

async function announceMailChange(
  site: Site,
  change: Change,
  found: PersonRow,
  hasPassword: boolean,
): Promise<void> {
  await expireLinks(change, found.id);
  const payload = { template: 'mail_changed', personId: found.id, to: found.mail };
  change.enqueue({ kind: 'mail', payload });
  if (!hasPassword) await inviteAgain(site, change, found.id, onBehalf(change.origin));
}
