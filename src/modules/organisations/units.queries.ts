// Reads the units of one organisation as a tree. For callers that have asked for the organisation already.
import { sql } from 'kysely';
import type { Reader } from '../../platform/db/types.ts';

export interface UnitItem {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly parentId: string | null;
  /** 0 for those at the top. */
  readonly depth: number;
  readonly from: Date;
  readonly until: Date | null;
  readonly version: number;
  /** Affiliations that run now. */
  readonly affiliations: number;
}

/** Every unit after its parent, by name among its siblings. */
export async function listUnits(
  reader: Reader,
  organisationId: string,
  at: Date,
  options: { readonly ended?: boolean } = {},
): Promise<UnitItem[]> {
  let query = reader
    .selectFrom('unit as u')
    .leftJoin(
      (eb) =>
        eb
          .selectFrom('affiliation')
          .select(['unit_id', sql<number>`count(*)::int`.as('running')])
          .where('organisation_id', '=', organisationId)
          .where(sql<boolean>`valid_at @> ${at}::timestamptz`)
          .groupBy('unit_id')
          .as('f'),
      (join) => join.onRef('f.unit_id', '=', 'u.id'),
    )
    .select(['u.id', 'u.code', 'u.name', 'u.parent_id as parentId', 'u.version'])
    .select(['u.valid_from as from', 'u.valid_until as until'])
    .select(sql<number>`coalesce(f.running, 0)`.as('affiliations'))
    .where('u.organisation_id', '=', organisationId);
  if (!options.ended)
    query = query.where((eb) => eb.or([eb('u.valid_until', 'is', null), eb('u.valid_until', '>', at)]));
  return inTreeOrder(await query.orderBy('u.name').orderBy('u.id').execute());
}

function inTreeOrder(rows: readonly Omit<UnitItem, 'depth'>[]): UnitItem[] {
  const known = new Set(rows.map((row) => row.id));
  const childrenOf = Map.groupBy(rows, (row) =>
    row.parentId !== null && known.has(row.parentId) ? row.parentId : '',
  );
  const ordered: UnitItem[] = [];
  const visit = (parentId: string, depth: number): void => {
    for (const row of childrenOf.get(parentId) ?? []) {
      ordered.push({ ...row, depth });
      visit(row.id, depth + 1);
    }
  };
  visit('', 0);
  return ordered;
}
