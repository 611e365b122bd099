// Applies people. Their identifiers are stored as digest and sealed copy, and never shown or recorded.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { AppError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { isMailAddress } from '../organisations/index.ts';
import {
  checkPerson,
  identifierColumns,
  inviteAgain,
  personIdentifier,
  personSearchText,
  sortNameOf,
  type PersonIdentifier,
} from '../people/index.ts';
import { insertRows, type Row } from './bulk.ts';
import { periodFields, periodOf, cutsShort, stopsEarlier } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, stableText, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportTwice, type Run } from './run.ts';

const personTable = {
  table: 'person',
  columns: {
    id: 'uuid',
    user_name: 'text',
    given_name: 'text',
    family_name: 'text',
    mail: 'text',
    language: 'text',
    mail_verified_at: 'timestamptz',
    sort_name: 'text',
    search_text: 'text',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const identifierTable = {
  table: 'person_identifier',
  columns: { person_id: 'uuid', scheme: 'text', lookup: 'bytea', sealed: 'text' },
};

/** Identifiers stand here as digests; in the plan and in the record only as "set". */
const hidden = (value: unknown) =>
  value === null || value === undefined
    ? value
    : Object.fromEntries(Object.keys(value).map((scheme) => [scheme, '(set)']));

const fields: Field[] = [
  { name: 'userName', column: 'user_name' },
  { name: 'givenName', column: 'given_name' },
  { name: 'familyName', column: 'family_name' },
  { name: 'mail', column: 'mail', unrecorded: true },
  { name: 'language', column: 'language' },
  { name: 'identifiers', column: 'lookups', show: hidden },
  ...periodFields,
];

type DeclaredPerson = Declared<DeclaredValue<'people'>>;

interface PersonItem extends Item<DeclaredValue<'people'>> {
  /** Normalised identifiers that are declared, in clear, only as long as this item lives. */
  readonly identifiers: readonly PersonIdentifier[];
}

export async function applyPeople(run: Run, batch: readonly DeclaredPerson[]): Promise<void> {
  const once = batch.filter((declared) => isFirst(run, declared));
  const userNames = once.map(({ value }) => value.userName);
  const { rows: stored } = await sql<Row & { id: string; user_name: string; version: number }>`
    select p.id, user_name, given_name, family_name, mail, language, mail_verified_at, sort_name, search_text,
      valid_from, valid_until, version,
      coalesce((select jsonb_object_agg(i.scheme, encode(i.lookup, 'hex')) from person_identifier i
        where i.person_id = p.id), '{}') as lookups
    from person p where user_name = any(${userNames}::text[])`.execute(run.change.trx);
  const byName = new Map(stored.map((row) => [row.user_name, row]));
  const isInvited = ({ value }: DeclaredPerson) => value.invite ?? run.options.invite;
  const items = once.flatMap((declared) => {
    const item = personItem(run, declared, byName.get(declared.value.userName));
    if (item === undefined) run.failed.add(`person ${declared.value.userName}`);
    return item ?? [];
  });
  const done = await reconcile(run, items, {
    noun: 'people',
    shape: personTable,
    fields,
    subjectType: 'person',
    created: 'person.added',
    changed: 'person.changed',
    writeAlso: (some) => writePersonIdentifiers(run, some),
    beforeUpdate: async (item) => {
      if (stopsEarlier(item.existing, item.row)) await refuseHeadless(run, item);
    },
    afterUpdate: async ({ declared, existing, row }) => {
      const personId = String(row['id']);
      if (existing!['mail'] !== row['mail']) {
        await announceMailChange(run, personId, String(existing!['mail']));
        if (isInvited(declared) && !(await hasPassword(run, personId)))
          await inviteAgain(run.site, run.change, personId, undefined);
      }
      if (!cutsShort(run, existing, row)) return;
      const over = (row['valid_until'] as Date) <= run.change.at;
      run.change.accessEnded({ personId, ...(over ? { wholePerson: true } : {}) });
    },
  });
  for (const item of done) {
    if (item.existing === undefined && isInvited(item.declared))
      await inviteAgain(run.site, run.change, String(item.row['id']), undefined);
  }
}

/** @throws last_administrator when an organisation would have no head left; appoint another one first */
async function refuseHeadless(run: Run, { row }: PersonItem): Promise<void> {
  const until = row['valid_until'] as Date;
  const { rows } = await sql<{ organisation_id: string }>`
    select distinct organisation_id from administration where person_id = ${row['id']}::uuid and kind = 'head'
      and cancelled_at is null and (valid_until is null or valid_until > ${until})`.execute(run.change.trx);
  const others = await sql<{ organisation_id: string }>`
    select distinct organisation_id from administration where person_id <> ${row['id']}::uuid and kind = 'head'
      and organisation_id = any(${rows.map((head) => head.organisation_id)}::uuid[]) and valid_at @> ${until}::timestamptz`.execute(
    run.change.trx,
  );
  const kept = new Set(others.rows.map((head) => head.organisation_id));
  const lost = rows.map((head) => head.organisation_id).filter((id) => !kept.has(id));
  if (lost.length > 0)
    throw new AppError('conflict', 'last_administrator', {
      fields: { until: { code: 'last_administrator' } },
    });
}

/** As in the portal: the old address is told, and links on their way to it die. */
async function announceMailChange(run: Run, personId: string, to: string): Promise<void> {
  const { change } = run;
  await sql`update one_time_link set expires_at = ${change.at} where person_id = ${personId}::uuid
    and used_at is null and expires_at > ${change.at}`.execute(change.trx);
  change.enqueue({ kind: 'mail', payload: { template: 'mail_changed', personId, to } });
}

async function hasPassword(run: Run, personId: string): Promise<boolean> {
  const { rows } = await sql`select 1 from password_credential where person_id = ${personId}::uuid`.execute(
    run.change.trx,
  );
  return rows.length > 0;
}

/** In a CSV file a person stands once per affiliation: the same again, or only the user name, is no contradiction. */
function isFirst(run: Run, declared: DeclaredPerson): boolean {
  const { userName, ...rest } = declared.value;
  const key = `person ${userName}`;
  const digest = createHash('sha1').update(stableText(rest)).digest('base64').slice(0, 12);
  const known = run.personDigests.get(userName);
  if (known === undefined) {
    run.personDigests.set(userName, digest);
    return declareOnce(run, declared, key);
  }
  if (known !== digest && Object.keys(rest).length > 0) reportTwice(run, declared, key);
  return false;
}

function personItem(
  run: Run,
  declared: DeclaredPerson,
  existing: (Row & { id: string; version: number }) | undefined,
): PersonItem | undefined {
  const { value } = declared;
  const { userName } = value;
  const period = periodOf(run, declared, existing);
  const field = (name: 'givenName' | 'familyName' | 'mail', column: string): string | undefined => {
    const given = value[name] ?? (existing?.[column] as string | undefined);
    if (given === undefined) run.problems.report(declared, [name], 'required');
    return given;
  };
  const givenName = field('givenName', 'given_name');
  const familyName = field('familyName', 'family_name');
  const mail = field('mail', 'mail')?.toLowerCase();
  if (givenName === undefined || familyName === undefined || mail === undefined || period === undefined)
    return undefined;
  const language =
    value.language ?? (existing?.['language'] as 'nl' | undefined) ?? run.site.config.defaultLanguage;
  const wrong = checkPerson({ givenName, familyName });
  if (!isMailAddress(mail)) wrong['mail'] = { code: 'invalid_mail' };
  const identifiers = readIdentifiers(run, declared);
  if (run.problems.reportFields(declared, wrong) || identifiers === undefined) return undefined;
  const lookups = { ...(existing?.['lookups'] as Record<string, string> | undefined) };
  for (const { scheme, value } of identifiers)
    lookups[scheme] = run.site.secrets.blindIndex(scheme, value).toString('hex');
  const id = existing?.id ?? newId();
  const sameMail = existing?.['mail'] === mail;
  return {
    declared,
    key: `person ${userName}`,
    label: `${userName} (${givenName} ${familyName})`,
    existing,
    identifiers,
    about: { personId: id },
    row: {
      id,
      user_name: userName,
      given_name: givenName,
      family_name: familyName,
      mail,
      language,
      lookups,
      mail_verified_at: sameMail ? (existing['mail_verified_at'] ?? null) : null,
      sort_name: sortNameOf({ givenName, familyName }),
      search_text: personSearchText({ givenName, familyName, mail, userName }),
      ...period,
      version: existing?.version ?? 1,
    },
  };
}

function readIdentifiers(run: Run, declared: DeclaredPerson): PersonIdentifier[] | undefined {
  const given = declared.value.identifiers ?? {};
  const result: PersonIdentifier[] = [];
  let good = true;
  const add = (scheme: 'rrn' | 'staff', text: string, organisationCode: string) => {
    const identifier = personIdentifier(scheme, text, organisationCode);
    if (identifier !== undefined) return result.push(identifier);
    run.problems.report(declared, ['identifiers', scheme], `identifier_${scheme}`);
    return (good = false);
  };
  if (given.rrn !== undefined) add('rrn', given.rrn, '');
  // Written as <organisation>:<number>, since a staff number only counts inside one organisation.
  const [, organisation = '', number = ''] = /^([^:]*):(.*)$/.exec(given.staff ?? '') ?? [];
  if (given.staff !== undefined) add('staff', number, organisation);
  return good ? result : undefined;
}

async function writePersonIdentifiers(run: Run, items: readonly PersonItem[]): Promise<void> {
  const changed = items.filter((item) => item.identifiers.length > 0);
  const known = changed.filter((item) => item.existing !== undefined);
  if (known.length > 0) {
    const pairs = known.flatMap(({ row, identifiers }) =>
      identifiers.map(({ scheme }) => ({ id: row['id'], scheme })),
    );
    await sql`delete from person_identifier stored using jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb)
      as given (id uuid, scheme text) where stored.person_id = given.id and stored.scheme = given.scheme`.execute(
      run.change.trx,
    );
  }
  const rows = changed.flatMap(({ row, identifiers }): Row[] =>
    identifiers.map((identifier) => {
      const columns = identifierColumns(run.site.secrets, String(row['id']), identifier);
      return {
        person_id: row['id'],
        ...columns,
        lookup: `\\x${Buffer.from(columns.lookup).toString('hex')}`,
      };
    }),
  );
  await insertRows(run.change.trx, identifierTable, rows);
}
