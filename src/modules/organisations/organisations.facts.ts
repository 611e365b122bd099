// Reads, inside the transaction, the facts that the policies about organisations judge.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { EndFacts, UnitEndFacts } from './organisations.policy.ts';

export async function loadEndFacts(
  change: Change,
  organisationId: string,
  until: Date,
): Promise<EndFacts & { readonly operatorsElsewhere: number }> {
  const { rows } = await sql<{ children: number; operators: number; elsewhere: number }>`
    select
      (select count(*)::int from organisation child
        where child.parent_id = ${organisationId} and (child.valid_until is null or child.valid_until > ${until})) as children,
      count(*)::int as operators,
      count(*) filter (where f.organisation_id <> ${organisationId})::int as elsewhere
    from effective_administration(${change.at}::timestamptz,
      array(select id from administration where kind = 'operator' and valid_at @> ${change.at}::timestamptz)) held
    join affiliation f on f.id = held.affiliation_id`.execute(change.trx);
  const row = rows[0] ?? { children: 0, operators: 0, elsewhere: 0 };
  return {
    runningChildren: row.children,
    leavesNoOperator: row.operators > 0 && row.elsewhere === 0,
    operatorsElsewhere: row.elsewhere,
  };
}

/** What still runs at or after `until` in the unit. */
export async function loadUnitEndFacts(change: Change, unitId: string, until: Date): Promise<UnitEndFacts> {
  const { rows } = await sql<{ children: number; affiliations: number }>`
    select
      (select count(*)::int from unit where parent_id = ${unitId} and (valid_until is null or valid_until > ${until})) as children,
      (select count(*)::int from affiliation where unit_id = ${unitId} and cancelled_at is null
        and (valid_until is null or valid_until > ${until})) as affiliations`.execute(change.trx);
  return { runningChildren: rows[0]?.children ?? 0, affiliations: rows[0]?.affiliations ?? 0 };
}

/** Whether the person works, or will work, in the unit or in one below it. */
export async function worksIn(change: Change, unitId: string, personId: string): Promise<boolean> {
  const { rows } = await sql`
    with recursive below as (
      select id from unit where id = ${unitId}::uuid
      union select u.id from unit u join below on u.parent_id = below.id
    )
    select 1 from affiliation f join below on below.id = f.unit_id
    where f.person_id = ${personId}::uuid and f.cancelled_at is null
      and (f.valid_until is null or f.valid_until > ${change.at}::timestamptz) limit 1`.execute(change.trx);
  return rows.length > 0;
}
