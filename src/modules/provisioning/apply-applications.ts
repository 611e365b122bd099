// Applies applications, each with its clients and rights.
import { isAppError } from '../../platform/errors.ts';
import { checkRoles } from '../applications/index.ts';
import { newId } from '../../platform/ids.ts';
import type { Row } from './bulk.ts';
import { applyClients } from './apply-clients.ts';
import { applyRights } from './apply-rights.ts';
import { loadOrganisations, loadOrganisationsById } from './lookups.ts';
import { periodFields, periodOf, cutsShort } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, writtenOrStored, type Run } from './run.ts';

const applicationTable = {
  table: 'application',
  columns: {
    id: 'uuid',
    code: 'text',
    names: 'jsonb',
    descriptions: 'jsonb',
    owner_organisation_id: 'uuid',
    home_url: 'text',
    contact_mail: 'text',
    role_template: 'text',
    role_claim: 'text',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
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

type DeclaredApplication = Declared<DeclaredValue<'applications'>>;

export async function applyApplications(run: Run, batch: readonly DeclaredApplication[]): Promise<void> {
  const codes = batch.map(({ value }) => value.code);
  await loadOrganisations(
    run,
    batch.flatMap(({ value }) => value.owner ?? []),
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
    noun: 'applications',
    shape: applicationTable,
    fields: applicationFields,
    subjectType: 'application',
    created: 'application.created',
    changed: 'application.changed',
    afterUpdate: ({ existing, row }) => {
      const tokensChange = ['role_template', 'role_claim'].some(
        (column) => existing![column] !== row[column],
      );
      if (cutsShort(run, existing, row) || tokensChange)
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
  const ownerId = ownerOf(run, declared, existing);
  const names = writtenOrStored(run, declared, 'names', value.names, existing?.['names']);
  if (ownerId === undefined || names === undefined || period === undefined) return undefined;
  const id = existing?.id ?? newId();
  if (hasBadRoles(run, declared)) return undefined;
  const keep = <V>(given: V | undefined, column: string, otherwise: V): unknown =>
    given === undefined ? (existing?.[column] ?? otherwise) : given;
  return {
    declared,
    key: `application ${value.code}`,
    label: value.code,
    existing,
    about: { applicationId: id, organisationId: ownerId },
    row: {
      id,
      code: value.code,
      names,
      owner_organisation_id: ownerId,
      descriptions: keep(value.descriptions, 'descriptions', {}),
      home_url: keep(value.homeUrl, 'home_url', null),
      contact_mail: keep(value.contactMail, 'contact_mail', null),
      role_template: keep(value.roleTemplate, 'role_template', '{right}'),
      role_claim: keep(value.roleClaim, 'role_claim', 'roles'),
      ...period,
      version: existing?.version ?? 1,
    },
  };
}

function ownerOf(run: Run, declared: DeclaredApplication, existing: Row | undefined): string | undefined {
  const { owner } = declared.value;
  const stored = existing?.['owner_organisation_id'] as string | undefined;
  if (owner === undefined) return writtenOrStored(run, declared, 'owner', owner, stored);
  const found = run.lookups.organisations.get(owner);
  if (found === undefined) reportUnknown(run, declared, ['owner'], `organisation ${owner}`);
  return found?.id;
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
