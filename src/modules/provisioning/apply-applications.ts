// Applies applications with their clients and rights. Secrets of clients are made in the portal, never in a file.
import { sql } from 'kysely';
import type { ClaimsIn } from '../../platform/db/types.ts';
import { isAppError } from '../../platform/errors.ts';
import { checkRoles, notifyClientChanged } from '../applications/index.ts';
import { newId } from '../../platform/ids.ts';
import type { Row } from './bulk.ts';
import { applyRights } from './apply-rights.ts';
import { loadOrganisations, loadOrganisationsById } from './lookups.ts';
import { periodFields, periodOf, stopsEarlier } from './periods.ts';
import { inside, type Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, type Run } from './run.ts';

const applicationTable = {
  table: 'application',
  columns: {
    ...{ id: 'uuid', code: 'text', names: 'jsonb', descriptions: 'jsonb', owner_organisation_id: 'uuid' },
    ...{ home_url: 'text', contact_mail: 'text', role_template: 'text', role_claim: 'text' },
    ...{ valid_from: 'timestamptz', valid_until: 'timestamptz', version: 'integer' },
  },
};

const applicationFields: Field[] = [
  { name: 'code', column: 'code' },
  { name: 'names', column: 'names' },
  { name: 'descriptions', column: 'descriptions' },
  {
    name: 'owner',
    column: 'owner_organisation_id',
    show: (id, run) => run.lookups.organisationCodes.get(String(id)) ?? id,
  },
  { name: 'homeUrl', column: 'home_url' },
  { name: 'contactMail', column: 'contact_mail' },
  { name: 'roleTemplate', column: 'role_template' },
  { name: 'roleClaim', column: 'role_claim' },
  ...periodFields,
];

const clientTable = {
  table: 'client',
  columns: {
    ...{
      id: 'text',
      application_id: 'uuid',
      name: 'text',
      metadata: 'jsonb',
      secrets: 'jsonb',
      claims_in: 'jsonb',
    },
    ...{ pkce_required: 'boolean', disabled_at: 'timestamptz', version: 'integer' },
  },
};

type DeclaredApplication = Declared<DeclaredValue<'applications'>>;

export async function applyApplications(run: Run, batch: readonly DeclaredApplication[]): Promise<void> {
  const codes = batch.map(({ value }) => value.code);
  await loadOrganisations(
    run,
    batch.map(({ value }) => value.owner),
  );
  const stored = await run.change.trx
    .selectFrom('application')
    .selectAll()
    .where('code', 'in', codes)
    .execute();
  await loadOrganisationsById(
    run,
    stored.map((row) => row.owner_organisation_id),
  );
  const byCode = new Map(stored.map((row) => [row.code, row]));
  const items = batch.flatMap((declared) => {
    if (!declareOnce(run, declared, `application ${declared.value.code}`)) return [];
    const item = applicationItem(run, declared, byCode.get(declared.value.code));
    if (item === undefined) run.failed.add(`application ${declared.value.code}`);
    return item ?? [];
  });
  const done = await reconcile(run, items, {
    ...{
      noun: 'applications',
      shape: applicationTable,
      fields: applicationFields,
      subjectType: 'application',
    },
    ...{ created: 'application.created', changed: 'application.changed' },
    afterUpdate: ({ existing, row }) => {
      const tokensChange = ['role_template', 'role_claim'].some(
        (column) => existing![column] !== row[column],
      );
      if (stopsEarlier(existing, row) || tokensChange)
        run.change.accessEnded({ applicationId: String(row['id']) });
    },
  });
  for (const { declared, row } of done) {
    run.lookups.applications.set(declared.value.code, String(row['id']));
    await applyClients(run, declared, String(row['id']));
    await applyRights(run, declared, String(row['id']));
  }
}

function applicationItem(
  run: Run,
  declared: DeclaredApplication,
  existing: (Row & { id: string; version: number }) | undefined,
): Item<DeclaredValue<'applications'>> | undefined {
  const { value } = declared;
  const period = periodOf(run, declared, existing);
  const owner = run.lookups.organisations.get(value.owner);
  if (owner === undefined) reportUnknown(run, declared, ['owner'], `organisation ${value.owner}`);
  if (owner === undefined || period === undefined) return undefined;
  const id = existing?.id ?? newId();
  if (hasBadRoles(run, declared)) return undefined;
  const keep = <V>(given: V | undefined, column: string, otherwise: V): unknown =>
    given === undefined ? (existing?.[column] ?? otherwise) : given;
  return {
    ...{ declared, key: `application ${value.code}`, label: value.code, existing },
    about: { applicationId: id, organisationId: owner.id },
    row: {
      ...{ id, code: value.code, names: value.names, owner_organisation_id: owner.id },
      descriptions: keep(value.descriptions, 'descriptions', {}),
      home_url: keep(value.homeUrl, 'home_url', null),
      contact_mail: keep(value.contactMail, 'contact_mail', null),
      role_template: keep(value.roleTemplate, 'role_template', '{right}'),
      role_claim: keep(value.roleClaim, 'role_claim', 'roles'),
      ...{ ...period, version: existing?.version ?? 1 },
    },
  };
}

function hasBadRoles(run: Run, declared: DeclaredApplication): boolean {
  const { roleTemplate = '{right}', roleClaim = 'roles' } = declared.value;
  try {
    checkRoles({ roleTemplate, roleClaim });
    return false;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return run.problems.reportFields(declared, error.fields ?? {});
  }
}

const allClaims: ClaimsIn = { idToken: true, userinfo: true, accessToken: true, introspection: true };

async function applyClients(run: Run, declared: DeclaredApplication, applicationId: string): Promise<void> {
  const clients = declared.value.clients ?? [];
  if (clients.length === 0) return;
  const { rows } = await sql<Row & { id: string; version: number }>`
    select id, application_id, name, metadata, secrets, claims_in, pkce_required, disabled_at, version
    from client where id = any(${clients.map((client) => client.id)}::text[])`.execute(run.change.trx);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const items: Item[] = [];
  for (const [index, value] of clients.entries()) {
    const client = inside(declared, ['clients', index], value);
    const existing = byId.get(value.id);
    if (!declareOnce(run, client, `client ${value.id}`)) continue;
    if (existing !== undefined && existing['application_id'] !== applicationId) {
      run.problems.report(client, ['id'], 'client_id_taken');
      continue;
    }
    if (await hasBadMetadata(run, client, value)) continue;
    items.push({
      ...{ declared: client, key: `client ${value.id}`, label: value.id, existing, about: { applicationId } },
      row: {
        ...{ id: value.id, application_id: applicationId, name: value.name, metadata: value.metadata },
        claims_in: { ...((existing?.['claims_in'] as ClaimsIn | undefined) ?? allClaims), ...value.claimsIn },
        pkce_required: value.pkceRequired ?? existing?.['pkce_required'] ?? true,
        ...{ secrets: existing?.['secrets'] ?? [], disabled_at: existing?.['disabled_at'] ?? null },
        version: existing?.version ?? 1,
      },
    });
  }
  const done = await reconcile(run, items, {
    ...{
      noun: 'clients',
      shape: clientTable,
      subjectType: 'client',
      created: 'client.created',
      changed: 'client.changed',
    },
    fields: [
      { name: 'id', column: 'id' },
      { name: 'name', column: 'name' },
      { name: 'metadata', column: 'metadata' },
      { name: 'claimsIn', column: 'claims_in' },
      { name: 'pkceRequired', column: 'pkce_required' },
    ],
  });
  // Processes keep clients in memory for a moment: they read them again once this is committed.
  for (const { row } of done) await notifyClientChanged(run.change.trx, String(row['id']));
}

async function hasBadMetadata(
  run: Run,
  client: Declared<unknown>,
  value: { id: string; metadata: Record<string, unknown> },
): Promise<boolean> {
  const secret = ['client_secret', 'client_id'].find((name) => name in value.metadata);
  if (secret !== undefined) {
    run.problems.report(client, ['metadata', secret], 'client_metadata_reserved', { name: secret });
    return true;
  }
  try {
    await run.options.validateClientMetadata?.({ client_id: value.id, ...value.metadata });
    return false;
  } catch (error) {
    if (!isAppError(error)) throw error;
    run.problems.report(client, ['metadata'], error.code, error.params);
    return true;
  }
}
