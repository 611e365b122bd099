// Adds a person to an organisation: somebody the site knows already, found by a number, or somebody new.
import type { Change, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import { enforce } from '../../platform/decision.ts';
import { AppError, invalidFields, notFound } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import type { Actor } from '../administration/index.ts';
import {
  insertAffiliation,
  mayGiveAffiliation,
  offerUndoOfAdding,
  type AffiliationDetails,
} from '../affiliations/index.ts';
import { refuseWrong, requirePowerOver, type PersonScheme } from '../organisations/index.ts';
import {
  findPersonByIdentifier,
  insertIdentifier,
  personIdentifier,
  type PersonIdentifier,
} from './people.identifiers.ts';
import { aboutPerson, inviteAgain } from './people.invitation.ts';
import {
  checkPerson,
  maskMail,
  personSearchText,
  sameFamilyName,
  sortNameOf,
  userNameFrom,
  type PersonDetails,
} from './people.model.ts';

export interface NewPerson {
  readonly organisationId: string;
  readonly person: PersonDetails;
  /** As typed. */
  readonly identifier?: { readonly scheme: PersonScheme; readonly text: string };
  readonly affiliation: AffiliationDetails;
  /** The person has seen that the site knows this person already, and means them. */
  readonly existingConfirmed?: boolean;
}

export interface AddedPerson {
  readonly personId: string;
  readonly affiliationId: string;
  /** False: the site knew the person already. */
  readonly created: boolean;
  /** For a person the site knew already: a new one has been invited by mail. */
  readonly undoId: string | undefined;
}

/**
 * A known person is found by identifier and family name together; nothing is told of one whose name differs.
 * @throws organisation_not_found, not_allowed, four_eyes, invalid_fields, identifier_mismatch, mail_in_use (give the
 *   identifier), person_exists (conflict; `details.maskedMail`, `details.givenName`: confirm), person_disabled,
 *   affiliation_overlap, organisation_ended.
 *   Audit: person.added, person.invited, affiliation.added; mail: invitation to a new person
 */
export async function addPerson(
  site: Site,
  actor: Actor,
  origin: Origin,
  input: NewPerson,
): Promise<AddedPerson> {
  const { organisationId, affiliation: details } = input;
  const attempt = { action: 'person.added', subjectType: 'person', organisationId };
  return runCommand(site, origin, attempt, async (change) => {
    const acting = await requirePowerOver(change, actor, 'person.add', organisationId);
    refuseWrong(checkPerson(input.person));
    const identifier = await readIdentifier(change, input);
    const known = identifier && (await findPersonByIdentifier(change.trx, site.secrets, identifier));
    if (known) refuseUnlessMeant(known, input, change.at);
    const personId = known?.id ?? (await createPerson(site, change, input, identifier));
    enforce(mayGiveAffiliation(acting.personId, personId));
    const affiliation = { personId, organisationId, details };
    const affiliationId = await insertAffiliation(change, site.config.timeZone, affiliation);
    const undoId = known && (await offerUndoOfAdding(change, acting, affiliationId));
    return { personId, affiliationId, created: known === undefined, undoId };
  });
}

async function readIdentifier(change: Change, input: NewPerson): Promise<PersonIdentifier | undefined> {
  if (input.identifier === undefined) return undefined;
  const organisation = await change.trx
    .selectFrom('organisation')
    .select('code')
    .where('id', '=', input.organisationId)
    .executeTakeFirst();
  if (!organisation) throw notFound('organisation');
  const { scheme, text } = input.identifier;
  const identifier = personIdentifier(scheme, text, organisation.code);
  if (identifier === undefined) throw invalidFields({ identifier: `identifier_${scheme}` });
  return identifier;
}

type KnownPerson = NonNullable<Awaited<ReturnType<typeof findPersonByIdentifier>>>;

function refuseUnlessMeant(known: KnownPerson, input: NewPerson, at: Date): void {
  if (!sameFamilyName(known.family_name, input.person.familyName)) {
    // Says neither who has the number nor which of the two is wrong.
    throw new AppError('conflict', 'identifier_mismatch', {
      fields: { identifier: { code: 'identifier_mismatch' } },
    });
  }
  if (known.valid_until !== null && known.valid_until <= at)
    throw new AppError('conflict', 'person_disabled');
  if (input.existingConfirmed !== true) {
    const details = {
      givenName: known.given_name,
      familyName: known.family_name,
      maskedMail: maskMail(known.mail),
    };
    throw new AppError('conflict', 'person_exists', { details });
  }
}

async function createPerson(
  site: Site,
  change: Change,
  input: NewPerson,
  identifier: PersonIdentifier | undefined,
): Promise<string> {
  const mail = input.person.mail.toLowerCase();
  const taken = await change.trx
    .selectFrom('person')
    .select('id')
    .where('mail', '=', mail)
    .executeTakeFirst();
  if (taken) throw new AppError('conflict', 'mail_in_use', { fields: { mail: { code: 'mail_in_use' } } });
  const personId = newId();
  const userName = await insertWithFreeUserName(change, personId, { ...input.person, mail });
  if (identifier) await insertIdentifier(change, site.secrets, personId, identifier);
  change.record({
    ...aboutPerson('person.added', personId, input.organisationId),
    after: { userName, givenName: input.person.givenName, familyName: input.person.familyName },
  });
  await inviteAgain(site, change, personId, input.organisationId);
  return personId;
}

/** `given.family`, `given.family2`, …: the first that nobody has, also when two are added at once. */
async function insertWithFreeUserName(change: Change, id: string, person: PersonDetails): Promise<string> {
  const wanted = userNameFrom(person);
  const rows = await change.trx
    .selectFrom('person')
    .select('user_name')
    .where('user_name', 'like', `${wanted.replace(/[%_\\]/g, '\\$&')}%`)
    .execute();
  const taken = new Set(rows.map((row) => row.user_name));
  for (let number = 1; ; number++) {
    const userName = number === 1 ? wanted : `${wanted}${number}`;
    if (taken.has(userName)) continue;
    const inserted = await change.trx
      .insertInto('person')
      .values({
        id,
        user_name: userName,
        given_name: person.givenName,
        family_name: person.familyName,
        mail: person.mail,
        mail_verified_at: null,
        language: person.language,
        sort_name: sortNameOf(person),
        search_text: personSearchText({ ...person, userName }),
        valid_from: change.at,
        valid_until: null,
      })
      .onConflict((conflict) => conflict.constraint('person_user_name_key').doNothing())
      .executeTakeFirst();
    if (inserted.numInsertedOrUpdatedRows === 1n) return userName;
  }
}
