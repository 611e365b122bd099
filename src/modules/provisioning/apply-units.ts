// Applies the units of organisations, parents before children.
import { newId } from '../../platform/ids.ts';
import { checkCodeAndName } from '../organisations/index.ts';
import type { Row } from './bulk.ts';
import { loadOrganisations, loadUnits, rememberUnit, unitKey } from './lookups.ts';
import { periodFields, periodOf, stopsEarlier } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, writtenOrStored, type Run } from './run.ts';

const unitTable = {
  table: 'unit',
  columns: {
    id: 'uuid',
    organisation_id: 'uuid',
    parent_id: 'uuid',
    code: 'text',
    name: 'text',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const fields: Field[] = [
  { name: 'code', column: 'code' },
  { name: 'name', column: 'name' },
  { name: 'parent', column: 'parent_id', show: (id, run) => run.lookups.unitCodes.get(String(id)) ?? id },
  ...periodFields,
];

type DeclaredUnit = Declared<DeclaredValue<'units'>>;
const keyOf = ({ value }: DeclaredUnit, code = value.code) => `unit ${value.organisation} ${code}`;

export async function applyUnits(run: Run, all: readonly DeclaredUnit[]): Promise<void> {
  await loadOrganisations(
    run,
    all.map(({ value }) => value.organisation),
  );
  const organisationOf = ({ value }: DeclaredUnit) => run.lookups.organisations.get(value.organisation)?.id;
  await loadUnits(
    run,
    all.flatMap((declared) => organisationOf(declared) ?? []),
  );
  const waiting = new Map<string, DeclaredUnit>();
  for (const declared of all) {
    if (!declareOnce(run, declared, keyOf(declared))) continue;
    if (organisationOf(declared) !== undefined) waiting.set(keyOf(declared), declared);
    else {
      reportUnknown(run, declared, ['organisation'], `organisation ${declared.value.organisation}`);
      run.failed.add(keyOf(declared));
    }
  }
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(
      (one) => !one.value.parent || !waiting.has(keyOf(one, one.value.parent)),
    );
    if (ready.length === 0) {
      for (const declared of waiting.values()) run.problems.report(declared, ['parent'], 'unit_loop');
      return;
    }
    for (const declared of ready) waiting.delete(keyOf(declared));
    for (let start = 0; start < ready.length; start += 1000) {
      await applySome(run, ready.slice(start, start + 1000), organisationOf);
    }
  }
}

async function applySome(
  run: Run,
  batch: readonly DeclaredUnit[],
  organisationOf: (declared: DeclaredUnit) => string | undefined,
): Promise<void> {
  const known = batch.flatMap(
    (one) => run.lookups.units.get(unitKey(organisationOf(one)!, one.value.code)) ?? [],
  );
  const stored =
    known.length === 0
      ? []
      : await run.change.trx.selectFrom('unit').selectAll().where('id', 'in', known).execute();
  const byKey = new Map(stored.map((row) => [unitKey(row.organisation_id, row.code), row]));
  const items: Item[] = [];
  for (const declared of batch) {
    const organisationId = organisationOf(declared)!;
    const item = unitItem(
      run,
      declared,
      organisationId,
      byKey.get(unitKey(organisationId, declared.value.code)),
    );
    if (item === undefined) run.failed.add(keyOf(declared));
    else items.push(item);
  }
  const done = await reconcile(run, items, {
    noun: 'units',
    shape: unitTable,
    fields,
    subjectType: 'unit',
    created: 'unit.created',
    changed: 'unit.changed',
    afterUpdate: (item) => {
      if (stopsEarlier(item.existing, item.row)) run.endings.units.push(item);
    },
  });
  for (const { row } of done) {
    rememberUnit(run, String(row['organisation_id']), String(row['code']), String(row['id']));
  }
}

function unitItem(
  run: Run,
  declared: DeclaredUnit,
  organisationId: string,
  existing: (Row & { id: string; version: number; parent_id: string | null }) | undefined,
): Item | undefined {
  const { value } = declared;
  const period = periodOf(run, declared, existing);
  let parentId = existing?.parent_id ?? null;
  if (value.parent !== undefined) {
    parentId =
      value.parent === null ? null : (run.lookups.units.get(unitKey(organisationId, value.parent)) ?? null);
    if (value.parent !== null && parentId === null) {
      reportUnknown(run, declared, ['parent'], keyOf(declared, value.parent));
      return undefined;
    }
  }
  const name = writtenOrStored(run, declared, 'name', value.name, existing?.['name']);
  if (name === undefined || period === undefined) return undefined;
  if (run.problems.reportFields(declared, checkCodeAndName({ code: value.code, name }))) return undefined;
  return {
    declared,
    key: keyOf(declared),
    label: `${value.organisation} ${value.code} ${name}`,
    existing,
    about: { organisationId },
    row: {
      id: existing?.id ?? newId(),
      organisation_id: organisationId,
      parent_id: parentId,
      code: value.code,
      name,
      ...period,
      version: existing?.version ?? 1,
    },
  };
}
