// Applies affiliations. One that ends earlier takes along what it carries, as everywhere.
import { sql } from 'kysely';
import type { AffiliationType, Writer } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import { checkAffiliation, endCarried, leavesOut, loadCarried } from '../affiliations/index.ts';
import { recordset, type Row } from './bulk.ts';
import {
  findAffiliations,
  findPeople,
  loadOrganisations,
  loadTargetGroups,
  loadUnits,
  runningUnitsOf,
  unitKey,
  type PersonRef,
  type StoredAffiliation,
} from './lookups.ts';
import { matchPeriod } from './matching.ts';
import { filledPeriod, periodFields, periodIn, writtenPeriod, stopsEarlier } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, stableText, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, type OrganisationRef, type Run } from './run.ts';

const affiliationTable = {
  table: 'affiliation',
  columns: {
    id: 'uuid',
    person_id: 'uuid',
    organisation_id: 'uuid',
    type: 'text',
    unit_id: 'uuid',
    function_title: 'text',
    contact_mail: 'text',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const fields: Field[] = [
  {
    name: 'organisation',
    column: 'organisation_id',
    show: (id, run) => run.lookups.organisationCodes.get(String(id)) ?? id,
  },
  { name: 'type', column: 'type' },
  { name: 'unit', column: 'unit_id', show: (id, run) => run.lookups.unitCodes.get(String(id)) ?? id },
  { name: 'function', column: 'function_title' },
  { name: 'contactMail', column: 'contact_mail' },
  ...periodFields,
];

type DeclaredAffiliation = Declared<DeclaredValue<'affiliations'>>;

export async function applyAffiliations(run: Run, batch: readonly DeclaredAffiliation[]): Promise<void> {
  await loadTargetGroups(run);
  await loadOrganisations(
    run,
    batch.map(({ value }) => value.organisation),
  );
  const withUnit = batch.filter(({ value }) => value.unit !== undefined);
  await loadUnits(
    run,
    withUnit.flatMap(({ value }) => run.lookups.organisations.get(value.organisation)?.id ?? []),
  );
  const people = await findPeople(
    run,
    batch.map(({ value }) => value.person),
  );
  const stored = await findAffiliations(
    run,
    [...people.values()].map((person) => person.id),
  );
  const items: Item[] = [];
  for (const declared of batch) {
    const { person: userName, organisation: code } = declared.value;
    // Also when something else is wrong: all problems are told at once.
    writtenPeriod(run, declared);
    const person = people.get(userName);
    const organisation = run.lookups.organisations.get(code);
    if (person === undefined) reportUnknown(run, declared, ['person'], `person ${userName}`);
    if (organisation === undefined) reportUnknown(run, declared, ['organisation'], `organisation ${code}`);
    const item =
      person &&
      organisation &&
      (await affiliationItem(run, declared, { person, organisation }, stored.get(person.id) ?? []));
    if (item === undefined) run.failed.add(`affiliation ${userName} ${code}`);
    else items.push(item);
  }
  await reconcile(run, items, {
    noun: 'affiliations',
    shape: affiliationTable,
    fields,
    subjectType: 'affiliation',
    created: 'affiliation.added',
    changed: 'affiliation.changed',
    insert: (some) =>
      insertAffiliations(
        run.change.trx,
        some.map((item) => item.row),
      ),
    beforeUpdate: async ({ existing, row }) => {
      if (!stopsEarlier(existing, row)) return;
      const until = row['valid_until'] as Date;
      const carried = await loadCarried(run.change.trx, String(row['id']), until);
      await endCarried(run.change, carried, until, { acknowledgeLast: true, reason: 'affiliation_ended' });
    },
    afterUpdate: ({ existing, row, about }) => {
      if (leavesOut(periodIn(existing!), periodIn(row), run.change.at)) {
        run.change.accessEnded({ personId: about.personId!, organisationId: about.organisationId! });
      }
    },
  });
}

/** With the sort name of the person, locked as by the trigger that otherwise looks it up row by row. */
async function insertAffiliations(trx: Writer, rows: readonly Row[]): Promise<void> {
  const columns = sql.join(Object.keys(affiliationTable.columns).map((name) => sql.id(name)));
  const given = sql.join(Object.keys(affiliationTable.columns).map((name) => sql.id('given', name)));
  await sql`insert into affiliation (${columns}, person_sort_name)
    select ${given}, person.sort_name from ${recordset(affiliationTable, rows)}
    join person on person.id = given.person_id for share of person`.execute(trx);
}

interface Parties {
  readonly person: PersonRef;
  readonly organisation: OrganisationRef;
}

async function affiliationItem(
  run: Run,
  declared: DeclaredAffiliation,
  { person, organisation }: Parties,
  stored: readonly StoredAffiliation[],
): Promise<Item | undefined> {
  const { value } = declared;
  const unitId = value.unit ? run.lookups.units.get(unitKey(organisation.id, value.unit)) : value.unit;
  if (value.unit && unitId === undefined) {
    reportUnknown(run, declared, ['unit'], `unit ${value.organisation} ${value.unit}`);
    return undefined;
  }
  const written = writtenPeriod(run, declared);
  if (written === undefined) return undefined;
  const label = `${value.person} at ${value.organisation} (${value.type})`;
  const once = `affiliation ${value.person} ${value.organisation} ${value.type} ${value.unit ?? ''} ${value.from ?? ''}`;
  if (!declareOnce(run, declared, once.trim())) return undefined;
  const existing = findStored(
    run,
    declared,
    stored,
    { organisationId: organisation.id, type: value.type, unitId },
    written,
  );
  if (existing === 'conflict') return undefined;
  const period = filledPeriod(run, declared, written, existing);
  if (period === undefined) return undefined;
  const row = {
    id: existing?.id ?? newId(),
    person_id: person.id,
    organisation_id: organisation.id,
    type: value.type,
    unit_id: unitId === undefined ? (existing?.unit_id ?? null) : unitId,
    function_title: value.function === undefined ? (existing?.function_title ?? null) : value.function,
    contact_mail: value.contactMail === undefined ? (existing?.contact_mail ?? null) : value.contactMail,
    ...period,
    version: existing?.version ?? 1,
  };
  run.taken.add(row.id);
  const item: Item = {
    declared,
    key: `affiliation ${value.person} ${value.organisation}`,
    label,
    existing,
    row,
    about: { personId: person.id, organisationId: organisation.id },
  };
  return (await isRefused(run, declared, item, { person, organisation })) ? undefined : item;
}

/** The stored one: of the same type and unit, else the one that began with it in another unit. */
function findStored(
  run: Run,
  declared: DeclaredAffiliation,
  all: readonly StoredAffiliation[],
  wanted: { organisationId: string; type: AffiliationType; unitId: string | null | undefined },
  written: { from: Date | undefined; until: Date | null | undefined },
): StoredAffiliation | undefined | 'conflict' {
  const alike = all.filter(
    (one) => one.organisation_id === wanted.organisationId && one.type === wanted.type,
  );
  const sameUnit = alike.filter((one) => wanted.unitId === undefined || one.unit_id === wanted.unitId);
  const sameBegin = alike.filter((one) => one.valid_from.getTime() === written.from?.getTime());
  for (const candidates of [sameUnit, sameBegin]) {
    const match = matchPeriod(written, candidates, run.change.at, run.taken);
    if ('conflict' in match) {
      const from = match.conflict.valid_from.toISOString();
      run.problems.report(declared, ['from'], 'begins_inside_another', { from });
      return 'conflict';
    }
    if (match.stored !== undefined) return match.stored;
  }
  return undefined;
}

/** The rules of the portal, for what is new or changed; what stays as it is is left alone. */
async function isRefused(
  run: Run,
  declared: DeclaredAffiliation,
  item: Item,
  parties: Parties,
): Promise<boolean> {
  const { row, existing } = item;
  const changed = fields.some(({ column }) => stableText(existing?.[column]) !== stableText(row[column]));
  if (existing !== undefined && !changed) return false;
  const { at } = run.change;
  const { from, until } = periodIn(row);
  const isOver = (end: Date | null) => end !== null && end <= at;
  if (!isOver(until) && isOver(parties.organisation.until)) {
    run.problems.report(declared, ['organisation'], 'organisation_ended');
    return true;
  }
  if (!isOver(until) && existing === undefined && isOver(parties.person.until)) {
    run.problems.report(declared, ['person'], 'person_disabled');
    return true;
  }
  const unitId = row['unit_id'] as string | null;
  if (unitId !== null && unitId !== existing?.['unit_id'] && declared.value.unit) {
    const running = await runningUnitsOf(run, parties.organisation.id);
    if (!running.has(declared.value.unit)) {
      run.problems.report(declared, ['unit'], 'unit_not_running', { code: declared.value.unit });
      return true;
    }
  }
  const details = {
    type: row['type'] as AffiliationType,
    unitId,
    functionTitle: row['function_title'] as string | null,
    contactMail: row['contact_mail'] as string | null,
    from,
    until,
  };
  const group = run.lookups.targetGroupCodes.get(parties.organisation.targetGroupId) ?? '';
  const rules = run.lookups.targetGroups.get(group)?.rules ?? {};
  return run.problems.reportFields(declared, checkAffiliation(rules, details, run.site.config.timeZone));
}
