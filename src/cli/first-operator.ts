// Makes the first operator of a site: the only administration that nobody gave.
import { sql } from 'kysely';
import { insertAffiliation } from '../modules/affiliations/index.ts';
import { checkCodeAndName, organisationSearchText, refuseWrong } from '../modules/organisations/index.ts';
import {
  checkPerson,
  createOneTimeLink,
  personSearchText,
  sortNameOf,
  type PersonDetails,
} from '../modules/people/index.ts';
import type { Change, Origin } from '../platform/change.ts';
import { runCommand } from '../platform/command.ts';
import type { Reader, Writer } from '../platform/db/types.ts';
import { AppError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { isLanguage } from '../platform/i18n.ts';
import type { Site } from '../platform/site.ts';

export interface FirstOperator {
  readonly organisation: { readonly code: string; readonly name: string };
  readonly person: Omit<PersonDetails, 'language'> & { readonly userName: string; readonly language: string };
}

const origin: Origin = { actor: { kind: 'system' }, requestId: 'mandaat init' };

/** @throws operator_exists */
export async function refuseWhenOperated(reader: Reader | Writer, at: Date): Promise<void> {
  const operator = await reader
    .selectFrom('administration')
    .select('id')
    .where('kind', '=', 'operator')
    .where(sql<boolean>`valid_at @> ${at}::timestamptz`)
    .limit(1)
    .executeTakeFirst();
  if (operator) throw new AppError('conflict', 'operator_exists');
}

/**
 * Makes the organisation (unless its code exists), the person, their affiliation and their administration.
 * @returns the one-time link with which they choose a password; it is mailed to nobody.
 * @throws operator_exists, invalid_fields, user_name_taken, mail_taken.
 *   Audit: target_group.created, organisation.created, person.added, affiliation.added, administration.appointed
 */
export async function createFirstOperator(
  site: Site,
  input: FirstOperator,
): Promise<{ linkId: string; expiresAt: Date }> {
  const attempt = { action: 'administration.appointed', subjectType: 'administration' };
  return runCommand(site, origin, attempt, async (change) => {
    // Two that begin together make one operator.
    await sql`select pg_advisory_xact_lock(hashtext('mandaat init'))`.execute(change.trx);
    await refuseWhenOperated(change.trx, change.at);
    const language = isLanguage(input.person.language) ? input.person.language : undefined;
    refuseWrong(
      checkCodeAndName(input.organisation),
      checkPerson(input.person as PersonDetails),
      language ? {} : { language: { code: 'choose' } },
    );
    const organisationId = await findOrInsertOrganisation(change, input.organisation);
    const personId = await insertPerson(change, { ...input.person, language: language ?? 'en' });
    const affiliationId = await insertAffiliation(change, site.config.timeZone, {
      personId,
      organisationId,
      details: {
        type: 'employee',
        unitId: null,
        functionTitle: null,
        contactMail: null,
        from: change.at,
        until: null,
      },
    });
    await insertAdministration(change, { personId, organisationId, affiliationId });
    const ttlSeconds = site.config.invitationSeconds;
    const linkId = await createOneTimeLink(change, site.secrets, {
      personId,
      purpose: 'invitation',
      ttlSeconds,
    });
    return { linkId, expiresAt: new Date(change.at.getTime() + ttlSeconds * 1000) };
  });
}

async function findOrInsertOrganisation(
  change: Change,
  { code, name }: FirstOperator['organisation'],
): Promise<string> {
  const { trx, at } = change;
  const found = await trx.selectFrom('organisation').select('id').where('code', '=', code).executeTakeFirst();
  if (found) return found.id;
  const targetGroupId = await findOrInsertTargetGroup(change);
  const id = newId();
  await trx
    .insertInto('organisation')
    .values({
      id,
      code,
      name,
      target_group_id: targetGroupId,
      parent_id: null,
      contact_mail: null,
      search_text: organisationSearchText({ code, name }),
      valid_from: at,
      valid_until: null,
    })
    .execute();
  change.record({
    action: 'organisation.created',
    subjectType: 'organisation',
    subjectId: id,
    organisationId: id,
    after: { code, name, targetGroupId },
  });
  return id;
}

const operatingGroup = {
  code: 'operating',
  names: {
    en: 'Operating organisations',
    nl: 'Uitbatende organisaties',
    fr: 'Organisations exploitantes',
    de: 'Betreibende Organisationen',
  },
};

async function findOrInsertTargetGroup({ trx, record }: Change): Promise<string> {
  const { code, names } = operatingGroup;
  const found = await trx.selectFrom('target_group').select('id').where('code', '=', code).executeTakeFirst();
  if (found) return found.id;
  const id = newId();
  await trx
    .insertInto('target_group')
    .values({ id, code, names: JSON.stringify(names), identifier_scheme: 'kbo' })
    .execute();
  record({
    action: 'target_group.created',
    subjectType: 'target_group',
    subjectId: id,
    after: { code, names },
  });
  return id;
}

async function insertPerson(
  { trx, at, record }: Change,
  person: PersonDetails & { readonly userName: string },
): Promise<string> {
  const id = newId();
  const { userName, givenName, familyName, mail, language } = person;
  await trx
    .insertInto('person')
    .values({
      id,
      user_name: userName,
      given_name: givenName,
      family_name: familyName,
      mail,
      language,
      mail_verified_at: null,
      sort_name: sortNameOf(person),
      search_text: personSearchText(person),
      valid_from: at,
      valid_until: null,
    })
    .execute();
  const after = { userName, givenName, familyName, language };
  record({ action: 'person.added', subjectType: 'person', subjectId: id, personId: id, after });
  return id;
}

async function insertAdministration(
  { trx, at, record }: Change,
  to: { readonly personId: string; readonly organisationId: string; readonly affiliationId: string },
): Promise<void> {
  const id = newId();
  await trx
    .insertInto('administration')
    .values({
      id,
      kind: 'operator',
      person_id: to.personId,
      affiliation_id: to.affiliationId,
      affiliation_organisation_id: to.organisationId,
      organisation_id: null,
      application_id: null,
      given_by_id: null,
      given_by_person_id: null,
      given_at: at,
      cancelled_at: null,
      valid_from: at,
      valid_until: null,
    })
    .execute();
  record({
    action: 'administration.appointed',
    subjectType: 'administration',
    subjectId: id,
    personId: to.personId,
    organisationId: to.organisationId,
    after: { kind: 'operator', from: at },
  });
}
