// The list of organisations: filtered, searched, in pages and as a whole, never more than the actor's scope. Never writes.
import { sql, type SqlBool } from 'kysely';
import type { Names, Reader } from '../../platform/db/types.ts';
import type { Language } from '../../platform/i18n.ts';
import {
  beyondPlace,
  directionOf,
  type Order,
  type PageRequest,
  type Position,
} from '../../platform/keyset.ts';
import { organisationInScope, type Actor, type Power } from '../administration/index.ts';
import type { Identifier } from './organisations.model.ts';
import { searchPatterns, toPage, type Page } from './organisations.queries.ts';

/** What may order the list of organisations; both have an index, names one for each language. */
export const organisationSorts = ['name', 'code'] as const;
export interface OrganisationOrder {
  readonly sort: (typeof organisationSorts)[number];
  readonly dir: 'asc' | 'desc';
  /** In which names are read; default English. */
  readonly lang?: Language;
}
const byName: OrganisationOrder = { sort: 'name', dir: 'asc' };

export interface OrganisationItem {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** What orders by name: in the language of the list, without case and accents. */
  readonly sortName: string;
  readonly names: Names;
  readonly targetGroupNames: Names;
  readonly parentCode: string | null;
  readonly parentName: string | null;
  readonly parentNames: Names | null;
  readonly contactMail: string | null;
  readonly identifiers: readonly Identifier[];
  readonly from: Date;
  readonly until: Date | null;
}

export interface OrganisationFilter {
  readonly q?: string | undefined;
  readonly targetGroupId?: string | undefined;
  /** Directly below this one. */
  readonly parentId?: string | undefined;
  /** Only those without a head administrator of their own. */
  readonly headless?: boolean | undefined;
  /** Ended ones too. */
  readonly ended?: boolean | undefined;
}

/** Organisations the actor sees, by name unless another order is asked for. */
export async function listOrganisations(
  reader: Reader,
  actor: Actor,
  at: Date,
  filter: OrganisationFilter,
  page: PageRequest,
  power: Power = 'organisation.view',
  { sort, dir, lang = 'en' }: OrganisationOrder = byName,
): Promise<Page<OrganisationItem>> {
  // The language stands in the text, so that the index on its names is found.
  const sortName = sql<string>`organisation_sort_name(o.names, o.name, ${sql.lit(lang)})`;
  const order: Order = { key: sort === 'name' ? sortName : sql`o.code`, id: sql`o.id`, dir, type: 'text' };
  const direction = directionOf(dir, page);
  const rows = await selected(reader, actor, at, filter, power)
    .innerJoin('target_group as g', 'g.id', 'o.target_group_id')
    .leftJoin('organisation as parent', 'parent.id', 'o.parent_id')
    .select(['o.id', 'o.code', 'o.name', 'o.names', 'g.names as targetGroupNames'])
    .select(['parent.code as parentCode', 'parent.name as parentName', 'parent.names as parentNames'])
    .select('o.contact_mail as contactMail')
    .select(['o.valid_from as from', 'o.valid_until as until', sortName.as('sortName')])
    .select(
      sql<Identifier[]>`coalesce((select jsonb_agg(jsonb_build_object('scheme', i.scheme, 'value', i.value)
        order by i.scheme) from organisation_identifier i where i.organisation_id = o.id), '[]')`.as(
        'identifiers',
      ),
    )
    .where(beyondPlace(order, page))
    .orderBy(order.key, direction)
    .orderBy('o.id', direction)
    .limit(page.size + 1)
    .execute();
  return toPage(rows, page);
}

export async function countOrganisations(
  reader: Reader,
  actor: Actor,
  at: Date,
  filter: OrganisationFilter,
): Promise<number> {
  const counted = selected(reader, actor, at, filter, 'organisation.view').select(
    sql<number>`count(*)::int`.as('count'),
  );
  return (await counted.executeTakeFirstOrThrow()).count;
}

/** Everything the filter finds, page after page, for an export: memory stays flat whatever the size. */
export async function* exportOrganisations(
  reader: Reader,
  actor: Actor,
  at: Date,
  filter: OrganisationFilter,
  order: OrganisationOrder = byName,
  size = 500,
): AsyncGenerator<OrganisationItem> {
  let after: PageRequest['after'];
  do {
    const page = await listOrganisations(
      reader,
      actor,
      at,
      filter,
      { size, after },
      'organisation.view',
      order,
    );
    yield* page.items;
    const last = page.items.at(-1);
    after = page.hasNext && last ? placeOfOrganisation(last, order.sort) : undefined;
  } while (after);
}

/** Where the organisation stands in the order. */
export function placeOfOrganisation(one: OrganisationItem, sort: OrganisationOrder['sort']): Position {
  return { key: sort === 'name' ? one.sortName : one.code, id: one.id };
}

function selected(reader: Reader, actor: Actor, at: Date, filter: OrganisationFilter, power: Power) {
  let query = reader
    .selectFrom('organisation as o')
    .where(organisationInScope(actor, power, sql.ref('o.id')));
  for (const pattern of searchPatterns(filter.q)) query = query.where('o.search_text', 'like', pattern);
  if (filter.targetGroupId) query = query.where('o.target_group_id', '=', filter.targetGroupId);
  if (filter.parentId) query = query.where('o.parent_id', '=', filter.parentId);
  if (filter.headless) query = query.where(isHeadless(at));
  if (!filter.ended)
    query = query.where((eb) => eb.or([eb('o.valid_until', 'is', null), eb('o.valid_until', '>', at)]));
  return query;
}

/** Nobody is its head administrator at that instant, through all that an administration rests on. */
const isHeadless = (at: Date) => sql<SqlBool>`o.id not in (
  select d.organisation_id from effective_administration(${at}::timestamptz, array(
    select h.id from administration h where h.kind = 'head' and h.valid_at @> ${at}::timestamptz)) d)`;
