// Applies administrations, as an operator appoints: given by nobody, resting on an affiliation of the holder.
import { sql } from 'kysely';
import type { AdministrationKind } from '../../platform/db/types.ts';
import { newId } from '../../platform/ids.ts';
import { liesInside } from '../../platform/period.ts';
import { recordEndings, shrinkAdministrations } from '../administration/index.ts';
import { affiliationsAt, runningTime } from './affiliation-choice.ts';
import type { Row } from './bulk.ts';
import {
  findAffiliations,
  findPeople,
  loadApplications,
  loadOrganisations,
  type StoredAffiliation,
} from './lookups.ts';
import { matchPeriod } from './matching.ts';
import { filledPeriod, periodFields, stopsEarlier, writtenPeriod } from './periods.ts';
import type { Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, type Run } from './run.ts';

const administrationTable = {
  table: 'administration',
  columns: {
    id: 'uuid',
    affiliation_id: 'uuid',
    person_id: 'uuid',
    affiliation_organisation_id: 'uuid',
    kind: 'text',
    organisation_id: 'uuid',
    includes_subtree: 'boolean',
    application_id: 'uuid',
    given_at: 'timestamptz',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const fields: Field[] = [
  { name: 'kind', column: 'kind' },
  {
    name: 'organisation',
    column: 'organisation_id',
    show: (id, run) => run.lookups.organisationCodes.get(String(id)) ?? id,
  },
  { name: 'includesSubtree', column: 'includes_subtree' },
  { name: 'application', column: 'application_id' },
  ...periodFields,
];

type DeclaredAdministration = Declared<DeclaredValue<'administrations'>>;

interface StoredAdministration extends Row {
  readonly id: string;
  readonly affiliation_id: string;
  readonly kind: AdministrationKind;
  readonly organisation_id: string | null;
  readonly application_id: string | null;
  readonly includes_subtree: boolean;
  readonly given_at: Date;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly version: number;
}

export async function applyAdministrations(
  run: Run,
  batch: readonly DeclaredAdministration[],
): Promise<void> {
  const { trx } = run.change;
  await loadOrganisations(
    run,
    batch.flatMap(({ value }) => [value.organisation, value.worksFor]),
  );
  await loadApplications(
    run,
    batch.flatMap(({ value }) => value.application ?? []),
  );
  const people = await findPeople(
    run,
    batch.map(({ value }) => value.person),
  );
  const ids = [...people.values()].map((person) => person.id);
  const affiliations = await findAffiliations(run, ids);
  const { rows: stored } = await sql<StoredAdministration & { person_id: string }>`
    select id, affiliation_id, person_id, affiliation_organisation_id, kind, organisation_id, application_id,
      includes_subtree, given_at, valid_from, valid_until, version
    from administration where cancelled_at is null and person_id = any(${ids}::uuid[])`.execute(trx);
  const items = batch.flatMap((declared) => {
    // Also when something else is wrong: all problems are told at once.
    writtenPeriod(run, declared);
    const person = people.get(declared.value.person);
    if (person === undefined) reportUnknown(run, declared, ['person'], `person ${declared.value.person}`);
    if (person === undefined) return [];
    const held = stored.filter((one) => one.person_id === person.id);
    return administrationItem(run, declared, affiliations.get(person.id) ?? [], held) ?? [];
  });
  await reconcile(run, items, {
    noun: 'administrations',
    shape: administrationTable,
    fields,
    subjectType: 'administration',
    created: 'administration.appointed',
    changed: 'administration.period_changed',
    // What was delegated from it is cut off with it; that raises the version of the row itself too.
    beforeUpdate: async ({ existing, row }) => {
      if (!stopsEarlier(existing, row)) return;
      const id = String(row['id']);
      const ended = await shrinkAdministrations(run.change, [id], row['valid_until'] as Date, {
        acknowledgeLast: true,
      });
      recordEndings(
        run.change,
        ended.filter((one) => one.id !== id),
        'administration_ended',
      );
      row['version'] = Number(existing!['version']) + 1;
    },
  });
}

function administrationItem(
  run: Run,
  declared: DeclaredAdministration,
  affiliations: readonly StoredAffiliation[],
  stored: readonly StoredAdministration[],
): Item | undefined {
  const { value } = declared;
  const scope = scopeOf(run, declared);
  const written = writtenPeriod(run, declared);
  if (scope === undefined || written === undefined) return undefined;
  const label = `${value.person}: ${value.kind}${value.organisation ? ` of ${value.organisation}` : ''}${value.application ? ` of ${value.application}` : ''}`;
  if (!declareOnce(run, declared, `administration ${label} ${value.from ?? ''}`.trim())) return undefined;
  const alike = stored.filter(
    (one) =>
      one.kind === value.kind &&
      one.organisation_id === scope.organisation_id &&
      one.application_id === scope.application_id,
  );
  const match = matchPeriod(written, alike, run.change.at, run.taken);
  if ('conflict' in match) {
    run.problems.report(declared, ['from'], 'begins_inside_another', {
      from: match.conflict.valid_from.toISOString(),
    });
    return undefined;
  }
  const existing = match.stored;
  const affiliation = existing
    ? affiliations.find((one) => one.id === existing.affiliation_id)
    : affiliationFor(run, declared, affiliations, written.from);
  if (affiliation === undefined) return undefined;
  const begin = affiliation.valid_from > run.change.at ? affiliation.valid_from : run.change.at;
  const bounds = existing ?? { valid_from: begin, valid_until: affiliation.valid_until };
  const period = filledPeriod(run, declared, written, bounds);
  if (period === undefined) return undefined;
  const inner = { from: period.valid_from, until: period.valid_until };
  if (!liesInside(inner, runningTime(affiliation))) {
    const field = inner.from < affiliation.valid_from ? 'from' : 'until';
    run.problems.report(declared, [field], 'administration_outside_affiliation');
    return undefined;
  }
  const id = existing?.id ?? newId();
  run.taken.add(id);
  return {
    declared,
    key: `administration ${label}`,
    label,
    existing,
    about: {
      personId: affiliation.person_id,
      organisationId: scope.organisation_id ?? undefined,
      applicationId: scope.application_id ?? undefined,
    },
    row: {
      id,
      affiliation_id: affiliation.id,
      person_id: affiliation.person_id,
      kind: value.kind,
      ...scope,
      affiliation_organisation_id: affiliation.organisation_id,
      includes_subtree: value.includesSubtree ?? existing?.includes_subtree ?? false,
      given_at: existing?.given_at ?? run.change.at,
      ...period,
      version: existing?.version ?? 1,
    },
  };
}

const needs: Readonly<Record<AdministrationKind, { organisation: boolean | 'may'; application: boolean }>> = {
  operator: { organisation: false, application: false },
  auditor: { organisation: 'may', application: false },
  application_owner: { organisation: false, application: true },
  head: { organisation: true, application: false },
  local: { organisation: true, application: false },
};

function scopeOf(
  run: Run,
  declared: DeclaredAdministration,
): { organisation_id: string | null; application_id: string | null } | undefined {
  const { value } = declared;
  const need = needs[value.kind];
  let good = true;
  const check = (field: 'organisation' | 'application', needed: boolean | 'may'): void => {
    const given = value[field] !== undefined;
    if (needed === 'may' || needed === given) return;
    run.problems.report(declared, [field], given ? 'administration_scope' : 'required', { kind: value.kind });
    good = false;
  };
  check('organisation', need.organisation);
  check('application', need.application);
  const organisation = run.lookups.organisations.get(value.organisation ?? '');
  const application = run.lookups.applications.get(value.application ?? '');
  if (value.organisation !== undefined && organisation === undefined) {
    reportUnknown(run, declared, ['organisation'], `organisation ${value.organisation}`);
    good = false;
  }
  if (value.application !== undefined && application === undefined) {
    reportUnknown(run, declared, ['application'], `application ${value.application}`);
    good = false;
  }
  return good
    ? { organisation_id: organisation?.id ?? null, application_id: application ?? null }
    : undefined;
}

/** The affiliation it rests on: at `worksFor`, else at what is administered, else the only one there is. */
function affiliationFor(
  run: Run,
  declared: DeclaredAdministration,
  affiliations: readonly StoredAffiliation[],
  from: Date | undefined,
): StoredAffiliation | undefined {
  const { value } = declared;
  const code = value.worksFor ?? value.organisation;
  const employer = code === undefined ? undefined : run.lookups.organisations.get(code)?.id;
  if (value.worksFor !== undefined && employer === undefined) {
    reportUnknown(run, declared, ['worksFor'], `organisation ${value.worksFor}`);
    return undefined;
  }
  const fitting =
    code === undefined ? affiliations : affiliations.filter((one) => one.organisation_id === employer);
  const [first, second] = affiliationsAt(fitting, from, run.change.at);
  if (first === undefined)
    reportUnknown(run, declared, [], `affiliation ${value.person} ${code ?? ''}`.trim());
  else if (second !== undefined && code === undefined)
    run.problems.report(declared, [], 'works_for_required');
  else return first;
  return undefined;
}
