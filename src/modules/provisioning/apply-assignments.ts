// Applies assignments, under the rules of every other grant: offered, with its context, inside affiliation and ceiling.
import { sql } from 'kysely';
import type { ContextValues } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import { leavesOut } from '../affiliations/index.ts';
import { canonicalContext } from '../rights/index.ts';
import { affiliationsAt } from './affiliation-choice.ts';
import { withoutRefused, type AssignmentItem, type Resolved } from './assignment-rules.ts';
import type { Row } from './bulk.ts';
import {
  findAffiliations,
  findPeople,
  loadApplications,
  loadOrganisations,
  loadUnits,
  unitKey,
  type StoredAffiliation,
} from './lookups.ts';
import { matchPeriod } from './matching.ts';
import { filledPeriod, periodFields, periodIn, writtenPeriod } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, stableText, type Field } from './reconcile.ts';
import { declareOnce, reportUnknown, type Run } from './run.ts';

const assignmentTable = {
  table: 'assignment',
  columns: {
    id: 'uuid',
    affiliation_id: 'uuid',
    person_id: 'uuid',
    organisation_id: 'uuid',
    right_id: 'uuid',
    context: 'jsonb',
    reason: 'text',
    granted_by_person_id: 'uuid',
    granted_at: 'timestamptz',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const fields: Field[] = [
  { name: 'right', column: 'right_code' },
  { name: 'contexts', column: 'context' },
  ...periodFields,
];

type DeclaredAssignment = Declared<DeclaredValue<'assignments'>>;

interface StoredAssignment extends Row {
  readonly id: string;
  readonly affiliation_id: string;
  readonly right_id: string;
  readonly context: ContextValues;
  readonly reason: string | null;
  readonly granted_by_person_id: string | null;
  readonly granted_at: Date;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly version: number;
}

export async function applyAssignments(run: Run, batch: readonly DeclaredAssignment[]): Promise<void> {
  await loadOrganisations(
    run,
    batch.map(({ value }) => value.organisation),
  );
  await loadApplications(
    run,
    batch.map(({ value }) => value.application),
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
  const affiliations = await findAffiliations(
    run,
    [...people.values()].map((person) => person.id),
  );
  const resolved = batch.flatMap((declared) => {
    // Also when something else is wrong: all problems are told at once.
    writtenPeriod(run, declared);
    const person = people.get(declared.value.person);
    if (person === undefined) reportUnknown(run, declared, ['person'], `person ${declared.value.person}`);
    return (person && resolve(run, declared, affiliations.get(person.id) ?? [])) ?? [];
  });
  const stored = await findStored(
    run,
    resolved.map(({ affiliation }) => affiliation.person_id),
  );
  const items = resolved.flatMap((one) => assignmentItem(run, one, stored) ?? []);
  const accepted = await withoutRefused(run, items);
  await reconcile(run, accepted, {
    noun: 'assignments',
    shape: assignmentTable,
    fields,
    subjectType: 'assignment',
    created: 'assignment.granted',
    changed: 'assignment.period_changed',
    afterUpdate: ({ existing, row, resolved: { affiliation, right } }) => {
      if (!leavesOut(periodIn(existing!), periodIn(row), run.change.at)) return;
      const { person_id: personId, organisation_id: organisationId } = affiliation;
      run.change.accessEnded({
        personId,
        organisationId,
        rightId: right.id,
        applicationId: right.applicationId,
      });
    },
  });
}

function resolve(
  run: Run,
  declared: DeclaredAssignment,
  all: readonly StoredAffiliation[],
): Resolved | undefined {
  const { value } = declared;
  const organisation = run.lookups.organisations.get(value.organisation);
  const right = run.lookups.rights.get(`${value.application} ${value.right}`);
  const written = writtenPeriod(run, declared);
  if (organisation === undefined)
    reportUnknown(run, declared, ['organisation'], `organisation ${value.organisation}`);
  if (run.lookups.applications.get(value.application) === undefined) {
    reportUnknown(run, declared, ['application'], `application ${value.application}`);
  } else if (right === undefined)
    reportUnknown(run, declared, ['right'], `right ${value.application} ${value.right}`);
  if (organisation === undefined || right === undefined || written === undefined) return undefined;
  const unitId =
    value.unit === undefined ? undefined : run.lookups.units.get(unitKey(organisation.id, value.unit));
  const fitting = all.filter(
    (one) =>
      one.organisation_id === organisation.id &&
      (value.type === undefined || one.type === value.type) &&
      (value.unit === undefined || one.unit_id === unitId),
  );
  const [affiliation, second] = affiliationsAt(fitting, written.from, run.change.at);
  if (affiliation === undefined) {
    reportUnknown(run, declared, ['organisation'], `affiliation ${value.person} ${value.organisation}`);
    return undefined;
  }
  if (second !== undefined) {
    run.problems.report(declared, ['organisation'], 'affiliation_ambiguous', { count: fitting.length });
    return undefined;
  }
  return { declared, affiliation, right, written, context: canonicalContext(value.contexts ?? {}) };
}

const keyOf = (one: { affiliation_id: string; right_id: string; context: ContextValues }) =>
  `${one.affiliation_id} ${one.right_id} ${stableText(one.context)}`;

/** The assignments of these people that were not cancelled; looked up as in `findAffiliations`. */
async function findStored(run: Run, personIds: readonly string[]): Promise<Map<string, StoredAssignment[]>> {
  const { rows } = await sql<StoredAssignment>`
    select a.id, affiliation_id, right_id, context, reason, granted_by_person_id, granted_at, valid_from, valid_until, version
    from unnest(${[...new Set(personIds)]}::uuid[]) as asked (id)
    cross join lateral (select * from assignment where person_id = asked.id offset 0) a where a.cancelled_at is null
    order by valid_from`.execute(run.change.trx);
  const byKey = new Map<string, StoredAssignment[]>();
  for (const row of rows) {
    const found = byKey.get(keyOf(row));
    if (found === undefined) byKey.set(keyOf(row), [row]);
    else found.push(row);
  }
  return byKey;
}

function assignmentItem(
  run: Run,
  resolved: Resolved,
  stored: Map<string, StoredAssignment[]>,
): AssignmentItem | undefined {
  const { declared, affiliation, right, context, written } = resolved;
  const { value } = declared;
  const ids = { affiliation_id: affiliation.id, right_id: right.id };
  const key = keyOf({ ...ids, context });
  if (!declareOnce(run, declared, `assignment ${key} ${value.from ?? ''}`)) return undefined;
  const match = matchPeriod(written, stored.get(key) ?? [], run.change.at, run.taken);
  if ('conflict' in match) {
    run.problems.report(declared, ['from'], 'begins_inside_another', {
      from: match.conflict.valid_from.toISOString(),
    });
    return undefined;
  }
  const existing = match.stored;
  // What is new and says nothing runs as long as the affiliation.
  const begin = affiliation.valid_from > run.change.at ? affiliation.valid_from : run.change.at;
  const bounds = existing ?? { valid_from: begin, valid_until: affiliation.valid_until };
  const period = filledPeriod(run, declared, written, bounds);
  if (period === undefined) return undefined;
  const id = existing?.id ?? newId();
  run.taken.add(id);
  const { person_id: personId, organisation_id: organisationId } = affiliation;
  const label = `${value.person} at ${value.organisation}: ${value.application} ${value.right}`;
  return {
    declared,
    resolved,
    key: `assignment ${key}`,
    label,
    existing: existing && { ...existing, right_code: value.right },
    about: { personId, organisationId, applicationId: right.applicationId, reason: value.reason },
    row: {
      id,
      ...ids,
      person_id: personId,
      organisation_id: organisationId,
      context,
      right_code: value.right,
      reason: value.reason ?? existing?.reason ?? null,
      granted_by_person_id: existing?.granted_by_person_id ?? null,
      granted_at: existing?.granted_at ?? run.change.at,
      ...period,
      version: existing?.version ?? 1,
    },
  };
}
