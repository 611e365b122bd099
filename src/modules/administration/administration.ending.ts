// What ending administrations takes along, and never the last one silently: for every command that ends any.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { AdministrationKind, Reader, Writer } from '../../platform/db/types.ts';
import { keepAdministrators } from './administration.last.ts';

/** One that an ending takes, as it is before. */
export interface FallingAdministration {
  readonly id: string;
  readonly kind: AdministrationKind;
  readonly person_id: string;
  readonly organisation_id: string | null;
  readonly application_id: string | null;
  readonly includes_subtree: boolean;
  readonly valid_from: Date;
  /** The end before the ending. */
  readonly was_until: Date | null;
}

export interface EndedAdministration extends FallingAdministration {
  readonly valid_until: Date | null;
  readonly cancelled_at: Date | null;
  readonly version: number;
}

/** What ending this one at that instant would take: itself and what was delegated from it. For the page that asks. */
export async function listFalling(
  reader: Reader,
  administrationId: string,
  at: Date,
): Promise<FallingAdministration[]> {
  const { rows } = await sql<FallingAdministration>`
    with recursive fallen as (
      select id from administration where id = ${administrationId}::uuid
      union select d.id from administration d join fallen on d.given_by_id = fallen.id
    )
    select d.id, d.kind, d.person_id, d.organisation_id, d.application_id, d.includes_subtree, d.valid_from,
      d.valid_until as was_until
    from administration d join fallen on fallen.id = d.id
    where d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${at}::timestamptz)`.execute(
    reader as never,
  );
  return rows;
}

/**
 * Cuts administrations, and those delegated from them, off at `until`; what would begin later is cancelled. For the
 * commands of this module and for whatever ends affiliations. Writes no audit rows: see {@link recordEndings}.
 * @throws last_administrator unless acknowledged, and then tells the operators by mail; last_operator always
 */
export async function shrinkAdministrations(
  change: Change,
  administrationIds: readonly string[],
  until: Date,
  options: { readonly acknowledgeLast: boolean },
): Promise<EndedAdministration[]> {
  if (administrationIds.length === 0) return [];
  await lockWithDelegated(change.trx, administrationIds);
  const { rows } = await sql<EndedAdministration>`
    with recursive fallen as (
      select id from administration where id = any(${[...administrationIds]}::uuid[])
      union select d.id from administration d join fallen on d.given_by_id = fallen.id
    )
    update administration d set
      valid_until = case when valid_from < ${until}::timestamptz then ${until}::timestamptz else valid_until end,
      cancelled_at = case when valid_from < ${until}::timestamptz then cancelled_at else ${change.at}::timestamptz end,
      version = version + 1
    from fallen
    where fallen.id = d.id and d.cancelled_at is null and (d.valid_until is null or d.valid_until > ${until}::timestamptz)
    returning d.id, d.kind, d.person_id, d.organisation_id, d.application_id, d.includes_subtree, d.valid_from,
      old.valid_until as was_until, d.valid_until, d.cancelled_at, d.version`.execute(change.trx);
  await keepAdministrators(
    change,
    rows.filter((row) => row.cancelled_at === null),
    until,
    options,
  );
  return rows;
}

/** One audit row for each administration that ended. */
export function recordEndings(change: Change, ended: readonly EndedAdministration[], reason?: string): void {
  for (const row of ended) {
    change.record({
      action: 'administration.ended',
      subjectType: 'administration',
      subjectId: row.id,
      personId: row.person_id,
      reason,
      organisationId: row.organisation_id ?? undefined,
      applicationId: row.application_id ?? undefined,
      after: { kind: row.kind, until: row.valid_until, cancelled: row.cancelled_at !== null },
    });
  }
}

/**
 * Holds the administrations, what was delegated from them, and their organisations: two heads ended at the same time
 * would each see the other one stay.
 */
export async function lockWithDelegated(trx: Writer, administrationIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; organisation_id: string | null }>`
    with recursive fallen as (
      select id from administration where id = any(${[...administrationIds]}::uuid[])
      union select d.id from administration d join fallen on d.given_by_id = fallen.id
    )
    select id, organisation_id from administration where id in (select id from fallen)
    order by id for no key update`.execute(trx);
  const organisationIds = rows.flatMap((row) => row.organisation_id ?? []);
  await sql`select id from organisation where id = any(${organisationIds}::uuid[])
    order by id for no key update`.execute(trx);
}

/**
 * For what makes everything rest that somebody administers, or all who work at a place administer elsewhere, without ending
 * it: the same as if it ended.
 * @throws last_administrator unless acknowledged, and then tells the operators by mail; last_operator always
 */
export async function keepAdministratorsBut(
  change: Change,
  resting: { readonly personId: string } | { readonly workplaceId: string },
  until: Date,
  options: { readonly acknowledgeLast: boolean },
): Promise<void> {
  const whose =
    'personId' in resting
      ? sql`person_id = ${resting.personId}::uuid`
      : sql`affiliation_organisation_id = ${resting.workplaceId}::uuid
          and organisation_id is distinct from ${resting.workplaceId}::uuid`;
  const { rows } = await sql<{ id: string }>`select id from administration
    where ${whose} and valid_at @> ${until}::timestamptz`.execute(change.trx);
  const ids = rows.map((row) => row.id);
  await lockWithDelegated(change.trx, ids);
  const { rows: left } = await sql<Pick<FallingAdministration, 'kind' | 'organisation_id'>>`
    with recursive fallen as (
      select id from administration where id = any(${ids}::uuid[])
      union select d.id from administration d join fallen on d.given_by_id = fallen.id
    )
    select d.kind, d.organisation_id from administration d join fallen on fallen.id = d.id
    where d.valid_at @> ${until}::timestamptz`.execute(change.trx);
  await keepAdministrators(change, left, until, options);
}
