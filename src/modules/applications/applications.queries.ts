// Reads applications and their clients. Never writes, never shows a secret or its digest.
import { sql } from 'kysely';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { applicationInScope, type Actor } from '../administration/index.ts';
import type { Application, Client } from './applications.model.ts';

function selectApplications(reader: Reader | Writer) {
  return (reader as Writer)
    .selectFrom('application as x')
    .innerJoin('organisation as o', 'o.id', 'x.owner_organisation_id')
    .select([
      'x.id',
      'x.code',
      'x.names',
      'x.descriptions',
      'x.home_url',
      'x.contact_mail',
      'x.role_template',
    ])
    .select(['x.role_claim', 'x.valid_from', 'x.valid_until', 'x.version'])
    .select(['o.id as owner_id', 'o.code as owner_code', 'o.name as owner_name', 'o.names as owner_names']);
}

type ApplicationRow = Awaited<ReturnType<ReturnType<typeof selectApplications>['executeTakeFirstOrThrow']>>;

const toApplication = (row: ApplicationRow): Application => ({
  id: row.id,
  code: row.code,
  names: row.names,
  descriptions: row.descriptions,
  owner: { id: row.owner_id, code: row.owner_code, name: row.owner_name, names: row.owner_names },
  homeUrl: row.home_url,
  contactMail: row.contact_mail,
  roleTemplate: row.role_template,
  roleClaim: row.role_claim,
  period: { from: row.valid_from, until: row.valid_until },
  version: row.version,
});

/** @throws application_not_found. The caller has checked the scope: use {@link getVisibleApplication} otherwise. */
export async function getApplication(reader: Reader | Writer, applicationId: string): Promise<Application> {
  const row = await selectApplications(reader).where('x.id', '=', applicationId).executeTakeFirst();
  if (!row) throw notFound('application');
  return toApplication(row);
}

/** @throws application_not_found also when it is out of the actor's scope */
export async function getVisibleApplication(
  reader: Reader,
  actor: Actor,
  applicationId: string,
): Promise<Application> {
  const row = await selectApplications(reader)
    .where('x.id', '=', applicationId)
    .where(applicationInScope(actor, 'application.view', sql.ref('x.id')))
    .executeTakeFirst();
  if (!row) throw notFound('application');
  return toApplication(row);
}

export const maxCounted = 1000;

export interface ListedApplication extends Application {
  readonly rights: number;
  /** Assignments that run, whether or not everything they rest on does; one more than {@link maxCounted} means more. */
  readonly assignments: number;
}

/** The applications the actor may see, by code: a site has some dozens. */
export async function listApplications(reader: Reader, actor: Actor, at: Date): Promise<ListedApplication[]> {
  const rows = await selectApplications(reader)
    .select((eb) => [
      eb
        .selectFrom('application_right as r')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('r.application_id', '=', 'x.id')
        .where(sql<boolean>`r.valid_at @> ${at}::timestamptz`)
        .as('rights'),
      // Bounded: what nobody reads to the end is not counted to the end.
      sql<number>`(select count(*)::int from (select 1 from assignment a join application_right r on r.id = a.right_id
        where r.application_id = x.id and a.valid_at @> ${at}::timestamptz limit ${maxCounted + 1}) counted)`.as(
        'assignments',
      ),
    ])
    .where(applicationInScope(actor, 'application.view', sql.ref('x.id')))
    .orderBy('x.code')
    .execute();
  return rows.map((row) => ({
    ...toApplication(row),
    rights: row.rights ?? 0,
    assignments: row.assignments,
  }));
}

const clientColumns = [
  'id',
  'application_id',
  'name',
  'metadata',
  'secrets',
  'claims_in',
  'pkce_required',
  'disabled_at',
  'version',
] as const;

function selectClients(reader: Reader | Writer) {
  return (reader as Writer).selectFrom('client').select(clientColumns);
}

type ClientRow = Awaited<ReturnType<ReturnType<typeof selectClients>['executeTakeFirstOrThrow']>>;

const toClient = (row: ClientRow): Client => ({
  id: row.id,
  applicationId: row.application_id,
  name: row.name,
  metadata: row.metadata,
  secrets: row.secrets.map((secret) => ({
    createdAt: new Date(secret.createdAt),
    expiresAt: secret.expiresAt === null ? null : new Date(secret.expiresAt),
  })),
  claimsIn: row.claims_in,
  pkceRequired: row.pkce_required,
  disabledAt: row.disabled_at,
  version: row.version,
});

export async function listClientsOf(reader: Reader | Writer, applicationId: string): Promise<Client[]> {
  const rows = await selectClients(reader)
    .where('application_id', '=', applicationId)
    .orderBy('id')
    .execute();
  return rows.map(toClient);
}

/** @throws client_not_found also when it belongs to another application */
export async function getClient(
  reader: Reader | Writer,
  applicationId: string,
  clientId: string,
): Promise<Client> {
  const row = await selectClients(reader)
    .where('id', '=', clientId)
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  if (!row) throw notFound('client');
  return toClient(row);
}

/** How many people hold a right in the application now. */
export async function countApplicationHolders(
  reader: Reader,
  applicationId: string,
  at: Date,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct person_id)::int as count from effective_assignment(${at}::timestamptz)
    where application_id = ${applicationId}::uuid`.execute(reader as never);
  return rows[0]?.count ?? 0;
}
