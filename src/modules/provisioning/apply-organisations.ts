// Applies organisations, parents before children.
import type { Names } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import { endUncoveredByMove } from '../administration/index.ts';
import {
  checkCodeAndName,
  isMailAddress,
  normaliseIdentifier,
  organisationSearchText,
  type OrganisationScheme,
} from '../organisations/index.ts';
import type { Row } from './bulk.ts';
import {
  loadOrganisations,
  loadOrganisationsById,
  loadTargetGroups,
  rememberOrganisation,
} from './lookups.ts';
import { noteOperators } from './ends.ts';
import { periodFields, periodOf, cutsShort, stopsEarlier } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, writtenOrStored, type Run } from './run.ts';
import { writeIdentifiers } from './apply-identifiers.ts';

const organisationTable = {
  table: 'organisation',
  columns: {
    id: 'uuid',
    code: 'text',
    name: 'text',
    names: 'jsonb',
    target_group_id: 'uuid',
    parent_id: 'uuid',
    contact_mail: 'text',
    attributes: 'jsonb',
    search_text: 'text',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const organisationFields: Field[] = [
  { name: 'code', column: 'code' },
  { name: 'name', column: 'name' },
  { name: 'names', column: 'names' },
  {
    name: 'targetGroup',
    column: 'target_group_id',
    show: (id, run) => run.lookups.targetGroupCodes.get(String(id)) ?? id,
  },
  {
    name: 'parent',
    column: 'parent_id',
    show: (id, run) => run.lookups.organisationCodes.get(String(id)) ?? id,
  },
  { name: 'identifiers', column: 'identifiers' },
  { name: 'contactMail', column: 'contact_mail' },
  { name: 'attributes', column: 'attributes' },
  ...periodFields,
];

/** All organisations at once: parents must stand before their children, whatever the order of the file. */
export async function applyOrganisations(
  run: Run,
  all: readonly Declared<DeclaredValue<'organisations'>>[],
): Promise<void> {
  await loadTargetGroups(run);
  await loadOrganisations(
    run,
    all.flatMap(({ value }) => [value.code, value.parent]),
  );
  const waiting = new Map<string, Declared<DeclaredValue<'organisations'>>>();
  for (const declared of all) {
    if (declareOnce(run, declared, `organisation ${declared.value.code}`))
      waiting.set(declared.value.code, declared);
  }
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ value }) => !waiting.has(value.parent ?? ''));
    if (ready.length === 0) {
      for (const declared of waiting.values()) run.problems.report(declared, ['parent'], 'organisation_loop');
      return;
    }
    for (const declared of ready) waiting.delete(declared.value.code);
    for (let start = 0; start < ready.length; start += 1000)
      await applySome(run, ready.slice(start, start + 1000));
  }
}

type Identifiers = Record<string, string>;

async function applySome(
  run: Run,
  batch: readonly Declared<DeclaredValue<'organisations'>>[],
): Promise<void> {
  const { trx } = run.change;
  const codes = batch.map(({ value }) => value.code);
  const stored = await trx.selectFrom('organisation').selectAll().where('code', 'in', codes).execute();
  await loadOrganisationsById(
    run,
    stored.map((row) => row.parent_id),
  );
  const ids = stored.map((row) => row.id);
  const identifiers =
    ids.length === 0
      ? []
      : await trx
          .selectFrom('organisation_identifier')
          .selectAll()
          .where('organisation_id', 'in', ids)
          .execute();
  const identifiersOf = (id: string): Identifiers =>
    Object.fromEntries(
      identifiers.filter((one) => one.organisation_id === id).map((one) => [one.scheme, one.value]),
    );
  const byCode = new Map(stored.map((row) => [row.code, { ...row, identifiers: identifiersOf(row.id) }]));
  const items = batch.flatMap((declared) => {
    const item = organisationItem(run, declared, byCode.get(declared.value.code));
    if (item === undefined) run.failed.add(`organisation ${declared.value.code}`);
    return item ?? [];
  });
  const done = await reconcile(run, items, {
    noun: 'organisations',
    shape: organisationTable,
    fields: organisationFields,
    subjectType: 'organisation',
    created: 'organisation.created',
    changed: 'organisation.changed',
    writeAlso: (some) => writeIdentifiers(run, some),
    beforeUpdate: async ({ existing, row }) => {
      if (stopsEarlier(existing, row)) await noteOperators(run);
    },
    afterUpdate: (item) => {
      if (!stopsEarlier(item.existing, item.row)) return;
      run.endings.organisations.push(item);
      if (cutsShort(run, item.existing, item.row))
        run.change.accessEnded({ organisationId: String(item.row['id']) });
    },
  });
  for (const { existing, row } of done) {
    // The person who applies saw the move in the plan; what it ends is on record.
    if (existing && existing['parent_id'] !== row['parent_id'])
      await endUncoveredByMove(run.change, String(row['id']), true);
    rememberOrganisation(run, {
      id: String(row['id']),
      code: String(row['code']),
      targetGroupId: String(row['target_group_id']),
      until: row['valid_until'] as Date | null,
    });
  }
}

function organisationItem(
  run: Run,
  declared: Declared<DeclaredValue<'organisations'>>,
  existing: (Row & { id: string; version: number }) | undefined,
): Item | undefined {
  const { value } = declared;
  const id = existing?.id ?? newId();
  const period = periodOf(run, declared, existing);
  const group = organisationGroup(run, declared, existing);
  const parent = value.parent === undefined ? existing?.['parent_id'] : organisationParent(run, declared);
  const identifiers = {
    ...(existing?.['identifiers'] as Identifiers | undefined),
    ...normalised(run, declared),
  };
  const name = writtenOrStored(run, declared, 'name', value.name, existing?.['name']);
  if (name === undefined) return undefined;
  const wrong = checkCodeAndName({ code: value.code, name });
  if (value.contactMail && !isMailAddress(value.contactMail)) wrong['contactMail'] = { code: 'invalid_mail' };
  if (run.problems.reportFields(declared, wrong) || period === undefined || group === undefined)
    return undefined;
  if (parent === undefined && value.parent) return undefined;
  const names = (value.names ?? existing?.['names'] ?? {}) as Names;
  const searched = Object.entries(identifiers).map(([scheme, text]) => ({ scheme, value: text }));
  return {
    declared,
    key: `organisation ${value.code}`,
    label: `${value.code} ${name}`,
    existing,
    about: { organisationId: id },
    row: {
      id,
      code: value.code,
      name,
      names,
      target_group_id: group,
      parent_id: parent ?? null,
      identifiers,
      contact_mail:
        value.contactMail === undefined ? (existing?.['contact_mail'] ?? null) : value.contactMail,
      attributes: { ...(existing?.['attributes'] as object | undefined), ...value.attributes },
      search_text: organisationSearchText({ code: value.code, name, names }, searched),
      ...period,
      version: existing?.version ?? 1,
    },
  };
}

function organisationGroup(
  run: Run,
  declared: Declared<DeclaredValue<'organisations'>>,
  existing: Row | undefined,
): string | undefined {
  const { targetGroup } = declared.value;
  if (targetGroup === undefined) {
    if (existing === undefined) run.problems.report(declared, ['targetGroup'], 'required');
    return existing?.['target_group_id'] as string | undefined;
  }
  const found = run.lookups.targetGroups.get(targetGroup);
  if (found === undefined) reportUnknown(run, declared, ['targetGroup'], `target_group ${targetGroup}`);
  return found?.id;
}

function organisationParent(
  run: Run,
  declared: Declared<DeclaredValue<'organisations'>>,
): string | null | undefined {
  const { parent } = declared.value;
  if (parent === null || parent === undefined) return null;
  const found = run.lookups.organisations.get(parent);
  if (found === undefined) reportUnknown(run, declared, ['parent'], `organisation ${parent}`);
  return found?.id;
}

function normalised(run: Run, declared: Declared<DeclaredValue<'organisations'>>): Identifiers {
  const result: Identifiers = {};
  for (const [scheme, text] of Object.entries(declared.value.identifiers ?? {})) {
    const value = normaliseIdentifier(scheme as OrganisationScheme, text);
    if (value === undefined) run.problems.report(declared, ['identifiers', scheme], `identifier_${scheme}`);
    else result[scheme] = value;
  }
  return result;
}
