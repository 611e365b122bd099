// Finds what declarations refer to by code, many at a time, and remembers it for the rest of the run.
import { sql } from 'kysely';
import { ceilingKey, loadCeilings, type Ceiling } from '../administration/index.ts';
import type { AffiliationType } from '../../platform/db/types.ts';
import type { Row } from './bulk.ts';
import { listRightsOf, listUnitCodes } from '../rights/index.ts';
import type { OrganisationRef, Run, TargetGroupRef } from './run.ts';

export const unitKey = (organisationId: string, code: string): string => `${organisationId} ${code}`;

export async function loadTargetGroups(run: Run): Promise<void> {
  const rows = await run.change.trx
    .selectFrom('target_group')
    .select(['id', 'code', 'affiliation_rules'])
    .execute();
  for (const row of rows)
    rememberTargetGroup(run, { id: row.id, code: row.code, rules: row.affiliation_rules });
}

export function rememberTargetGroup(run: Run, group: TargetGroupRef): void {
  run.lookups.targetGroups.set(group.code, group);
  run.lookups.targetGroupCodes.set(group.id, group.code);
}

export function rememberOrganisation(run: Run, organisation: OrganisationRef): void {
  run.lookups.organisations.set(organisation.code, organisation);
  run.lookups.organisationCodes.set(organisation.id, organisation.code);
}

export async function loadOrganisations(run: Run, codes: Iterable<string | null | undefined>): Promise<void> {
  const unknown = [...new Set(codes)].filter(
    (code) => typeof code === 'string' && !run.lookups.organisations.has(code),
  );
  if (unknown.length === 0) return;
  const rows = await run.change.trx
    .selectFrom('organisation')
    .select(['id', 'code', 'target_group_id', 'valid_until'])
    .where(sql<boolean>`code = any(${unknown}::text[])`)
    .execute();
  for (const row of rows) {
    const { id, code, target_group_id: targetGroupId, valid_until: until } = row;
    rememberOrganisation(run, { id, code, targetGroupId, until });
  }
}

/** For showing what a stored row refers to by its code. */
export async function loadOrganisationsById(run: Run, ids: Iterable<string | null>): Promise<void> {
  const known = run.lookups.organisationCodes;
  const unknown = [...new Set(ids)].filter((id): id is string => id !== null && !known.has(id));
  if (unknown.length === 0) return;
  const rows = await run.change.trx
    .selectFrom('organisation')
    .select('code')
    .where('id', 'in', unknown)
    .execute();
  await loadOrganisations(
    run,
    rows.map((row) => row.code),
  );
}

export interface PersonRef {
  readonly id: string;
  readonly until: Date | null;
}

/** People by user name: not remembered, there may be very many. */
export async function findPeople(run: Run, userNames: readonly string[]): Promise<Map<string, PersonRef>> {
  const { rows } = await sql<{ id: string; user_name: string; valid_until: Date | null }>`
    select id, user_name, valid_until from person
    where user_name = any(${[...new Set(userNames)]}::text[])`.execute(run.change.trx);
  return new Map(rows.map((row) => [row.user_name, { id: row.id, until: row.valid_until }]));
}

export interface StoredAffiliation extends Row {
  readonly id: string;
  readonly person_id: string;
  readonly organisation_id: string;
  readonly type: AffiliationType;
  readonly unit_id: string | null;
  readonly function_title: string | null;
  readonly contact_mail: string | null;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly version: number;
}

/** The affiliations of these people that were not cancelled, by person. */
export async function findAffiliations(
  run: Run,
  personIds: readonly string[],
): Promise<Map<string, StoredAffiliation[]>> {
  // One by one through the index of people: the plan is made while the table may be empty, and kept. With the condition
  // inside, it would walk the whole partial index of endings for each batch.
  const { rows } = await sql<StoredAffiliation>`
    select f.id, person_id, organisation_id, type, unit_id, function_title, contact_mail, valid_from, valid_until, version
    from unnest(${[...new Set(personIds)]}::uuid[]) as asked (id)
    cross join lateral (select * from affiliation where person_id = asked.id offset 0) f where f.cancelled_at is null
    order by valid_from, f.id`.execute(run.change.trx);
  const byPerson = new Map<string, StoredAffiliation[]>();
  for (const row of rows) {
    const found = byPerson.get(row.person_id);
    if (found === undefined) byPerson.set(row.person_id, [row]);
    else found.push(row);
  }
  return byPerson;
}

/** All units of these organisations. */
export async function loadUnits(run: Run, organisationIds: Iterable<string>): Promise<void> {
  const asked = [...new Set(organisationIds)];
  if (asked.length === 0) return;
  const rows = await run.change.trx
    .selectFrom('unit')
    .select(['id', 'organisation_id', 'code'])
    .where(sql<boolean>`organisation_id = any(${asked}::uuid[])`)
    .execute();
  for (const row of rows) rememberUnit(run, row.organisation_id, row.code, row.id);
}

export function rememberUnit(run: Run, organisationId: string, code: string, id: string): void {
  run.lookups.units.set(unitKey(organisationId, code), id);
  run.lookups.unitCodes.set(id, code);
}

/** Codes of the units of an organisation that run at the instant of applying. */
export async function runningUnitsOf(run: Run, organisationId: string): Promise<Set<string>> {
  let codes = run.lookups.runningUnits.get(organisationId);
  if (codes === undefined) {
    codes = await listUnitCodes(run.change.trx, organisationId, run.change.at);
    run.lookups.runningUnits.set(organisationId, codes);
  }
  return codes;
}

/** Applications with their rights and contexts, by code; rights under `<application> <right>`. */
export async function loadApplications(run: Run, codes: Iterable<string>): Promise<void> {
  const unknown = [...new Set(codes)].filter((code) => !run.lookups.applications.has(code));
  if (unknown.length === 0) return;
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from application where code = any(${unknown}::text[])`.execute(run.change.trx);
  for (const { id, code } of rows) {
    run.lookups.applications.set(code, id);
    for (const right of await listRightsOf(run.change.trx, id)) {
      run.lookups.rights.set(`${code} ${right.code}`, {
        id: right.id,
        applicationId: id,
        contexts: right.contexts,
      });
    }
  }
}

/** The offers of rights to organisations, asking only for pairs not asked before. */
export async function loadCeilingsOnce(
  run: Run,
  pairs: readonly (readonly [rightId: string, organisationId: string])[],
): Promise<ReadonlyMap<string, readonly Ceiling[]>> {
  const known = run.lookups.ceilings;
  const asked = new Map(pairs.map((pair) => [ceilingKey(...pair), pair]));
  for (const key of known.keys()) asked.delete(key);
  const found = await loadCeilings(run.change.trx, [...asked.values()]);
  for (const key of asked.keys()) known.set(key, found.get(key) ?? []);
  return known;
}
