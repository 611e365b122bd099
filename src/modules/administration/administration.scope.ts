// Scope as SQL: which organisations and applications an actor's power reaches. Every list, count, search and export
// is narrowed by it, so that what lies outside does not exist for them.
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Reader, Writer } from '../../platform/db/types.ts';
import { administrationsWith, type Actor, type Administration, type Power } from './administration.model.ts';

const reachesWholeSite = (administration: Administration) =>
  administration.organisationId === null && administration.applicationId === null;

/**
 * True for the rows whose organisation the actor's power reaches.
 * @param column the organisation id of the row, e.g. `sql.ref('affiliation.organisation_id')`.
 */
export function organisationInScope(
  actor: Actor,
  power: Power,
  column: Expression<unknown>,
): RawBuilder<SqlBool> {
  const held = administrationsWith(actor, power);
  if (held.some(reachesWholeSite)) return sql<SqlBool>`true`;
  const scoped = held.filter((administration) => administration.organisationId !== null);
  if (scoped.length === 0) return sql<SqlBool>`false`;
  const all = scoped.map((administration) => administration.organisationId);
  const withSubtree = scoped.filter((a) => a.includesSubtree).map((a) => a.organisationId);
  if (withSubtree.length === 0) return sql<SqlBool>`${column} = any(${all}::uuid[])`;
  return sql<SqlBool>`(${column} = any(${all}::uuid[]) or exists (
    select 1 from organisation_tree scope
    where scope.organisation_id = ${column} and scope.ancestor_id = any(${withSubtree}::uuid[])))`;
}

/** True for the rows whose application the actor's power reaches (owner of it, operator, site auditor). */
export function applicationInScope(
  actor: Actor,
  power: Power,
  column: Expression<unknown>,
): RawBuilder<SqlBool> {
  const held = administrationsWith(actor, power);
  if (held.some(reachesWholeSite)) return sql<SqlBool>`true`;
  const owned = held.flatMap((administration) => administration.applicationId ?? []);
  return owned.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`${column} = any(${owned}::uuid[])`;
}

/** Those of the actor's administrations that give this power over this organisation, longest first. */
export async function findCovering(
  reader: Reader | Writer,
  actor: Actor,
  power: Power,
  organisationId: string,
): Promise<Administration[]> {
  const held = administrationsWith(actor, power);
  const above = await reader
    .selectFrom('organisation_tree')
    .select(['ancestor_id', 'depth'])
    .where('organisation_id', '=', organisationId)
    .execute();
  const depthOf = new Map(above.map((row) => [row.ancestor_id, row.depth]));
  const covers = (administration: Administration) => {
    if (reachesWholeSite(administration)) return depthOf.size > 0;
    const depth =
      administration.organisationId === null ? undefined : depthOf.get(administration.organisationId);
    return depth !== undefined && (depth === 0 || administration.includesSubtree);
  };
  const until = (administration: Administration) => administration.effectiveUntil?.getTime() ?? Infinity;
  return held.filter(covers).sort((a, b) => until(b) - until(a));
}
