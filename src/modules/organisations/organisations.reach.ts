// Which organisations a list is about, worked out before the list is read: a short list of identifiers finds its rows
// through an index, while a condition that mixes "mine" with "below mine" would make the database read everything.
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { organisationInScope, type Actor, type Power } from '../administration/index.ts';

/** Up to this many organisations are named one by one. */
export const maxNamedOrganisations = 400;

export interface Reach {
  /** All of them, when there are few; undefined when there are more than can be named. */
  readonly ids: readonly string[] | undefined;
  /** True for the rows whose organisation (the column) is among them. */
  contains(column: Expression<unknown>): RawBuilder<SqlBool>;
}

/**
 * The organisations over which the actor holds the power, or those of them at and below `under`.
 * @param under with `subtree` false only that organisation itself
 */
export async function resolveReach(
  reader: Reader | Writer,
  actor: Actor,
  power: Power,
  under?: { readonly organisationId: string; readonly subtree: boolean },
  maxNamed = maxNamedOrganisations,
): Promise<Reach> {
  const below = (column: Expression<unknown>) =>
    under === undefined
      ? sql<SqlBool>`true`
      : under.subtree
        ? sql<SqlBool>`exists (select 1 from organisation_tree below
            where below.organisation_id = ${column} and below.ancestor_id = ${under.organisationId}::uuid)`
        : sql<SqlBool>`${column} = ${under.organisationId}::uuid`;
  const source = under?.subtree
    ? sql`organisation_tree t where t.ancestor_id = ${under.organisationId}::uuid and`
    : under
      ? sql`(select ${under.organisationId}::uuid as organisation_id) t where`
      : sql`(select id as organisation_id from organisation) t where`;
  const inScope = organisationInScope(actor, power, sql.ref('t.organisation_id'));
  const { rows } = await sql<{ id: string }>`
    select t.organisation_id as id from ${source} ${inScope} limit ${maxNamed + 1}`.execute(reader as Writer);
  if (rows.length <= maxNamed) {
    const ids = rows.map((row) => row.id);
    return { ids, contains: (column) => sql<SqlBool>`${column} = any(${ids}::uuid[])` };
  }
  return {
    ids: undefined,
    contains: (column) => sql<SqlBool>`(${below(column)} and ${organisationInScope(actor, power, column)})`,
  };
}
