// The list of people: filtered, searched, in pages by name or by start or end of affiliation, never outside the actor's scope. Never writes.
// The first page must stay fast with a million people, so there are four ways to find it; each reads a bounded number
// of rows in the case it is meant for. See docs/decisions/0010-lists.md.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { AffiliationType, Reader, Writer } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { beyondPlace, instantKey, orderBy, type Order, type Position } from '../../platform/keyset.ts';
import type { Actor } from '../administration/index.ts';
import {
  maxNamedOrganisations,
  resolveReach,
  searchPatterns,
  toPage,
  type Page,
  type PageRequest,
  type Reach,
} from '../organisations/index.ts';
import { loadListed, type ListedPerson } from './people.listed.ts';

export const affiliationStatuses = ['current', 'invited', 'expiring', 'future', 'past'] as const;
export type AffiliationStatus = (typeof affiliationStatuses)[number];

export interface PeopleFilter {
  readonly organisationId: string;
  /** With the organisations below it. */
  readonly subtree?: boolean | undefined;
  readonly unitId?: string | undefined;
  readonly type?: AffiliationType | undefined;
  /** Absent: whatever the period. */
  readonly status?: AffiliationStatus | undefined;
  readonly q?: string | undefined;
}

/** So soon before its end an affiliation is `expiring`. */
export const expiringDays = 30;
export interface ListLimits {
  /** Selections of no more affiliations than this are read whole and counted. */
  readonly smallSelection: number;
  /** How many names are looked at before a search asks the trigram index instead. */
  readonly walkedNames: number;
  /** More organisations than this are not named one by one. */
  readonly namedOrganisations: number;
  /** Selections of no more affiliations than this can be sorted by something no index holds. */
  readonly sortable: number;
}

/** Others are for tests: every way to find a page must find the same one. */
export const listLimits: ListLimits = {
  smallSelection: 5000,
  walkedNames: 10_000,
  namedOrganisations: maxNamedOrganisations,
  sortable: 100_000,
};

/** By family name, or by when the affiliation that fits the filter begins or ends. */
export const peopleSorts = ['name', 'from', 'until'] as const;
export interface PeopleOrder {
  readonly sort: (typeof peopleSorts)[number];
  readonly dir: 'asc' | 'desc';
}
const byName: PeopleOrder = { sort: 'name', dir: 'asc' };

export interface PeoplePage extends Page<ListedPerson> {
  /** Places of the first and last of the page, for links to the pages around it. */
  readonly first?: Position | undefined;
  readonly last?: Position | undefined;
}

interface Selection {
  readonly reach: Reach;
  readonly limits: ListLimits;
  readonly patterns: readonly string[];
  /** Conditions on the affiliation `f`, but for its organisation. */
  readonly matches: RawBuilder<SqlBool>;
  readonly order: PeopleOrder;
}

/**
 * One page of people with an affiliation that fits the filter, by family name unless another order is asked for. Of
 * people with several, the first start or end orders upwards, the last one downwards; who has no end comes last.
 * @throws organisation_not_found when it lies outside the actor's scope
 */
export async function listPeople(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
  page: PageRequest,
  limits: ListLimits = listLimits,
  order: PeopleOrder = byName,
): Promise<PeoplePage> {
  const selection = await select(reader, actor, at, filter, limits, order);
  const keys = toPage(await findKeys(reader, selection, page), page);
  const ids = keys.items.map((item) => item.id);
  const items = await loadListed(reader, ids, selection.reach, at);
  return { ...keys, items, first: keys.items[0], last: keys.items.at(-1) };
}

/** Whether the selection is small enough to be ordered by start or end: see docs/decisions/0010-lists.md. */
export async function canSortByPeriod(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
): Promise<boolean> {
  const selection = await select(reader, actor, at, filter, listLimits);
  return hasAtMost(reader, selection, selection.limits.sortable);
}

/** How many people the filter finds; undefined when the selection is too large to be counted while somebody waits. */
export async function countPeople(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
): Promise<number | undefined> {
  const selection = await select(reader, actor, at, filter, listLimits);
  if (!(await isSmall(reader, selection))) return undefined;
  const { rows } = await sql<{ count: number }>`
    select count(distinct f.person_id)::int as count from affiliation f
    where ${ofOrganisations(selection)} and ${selection.matches} and ${personMatches(selection)}`.execute(
    reader as Writer,
  );
  return rows[0]?.count ?? 0;
}

/** Everything the filter finds, page after page, for an export: memory stays flat whatever the size. */
export async function* exportPeople(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
  size = 500,
  order: PeopleOrder = byName,
): AsyncGenerator<ListedPerson> {
  const selection = await select(reader, actor, at, filter, listLimits, order);
  let after: Position | undefined;
  for (;;) {
    const page: PageRequest = { size, after };
    const keys = toPage(await findKeys(reader, selection, page), page);
    yield* await loadListed(
      reader,
      keys.items.map((item) => item.id),
      selection.reach,
      at,
    );
    after = keys.items.at(-1);
    if (!keys.hasNext || after === undefined) return;
  }
}

async function select(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
  limits: ListLimits,
  order: PeopleOrder = byName,
): Promise<Selection> {
  const under = { organisationId: filter.organisationId, subtree: filter.subtree ?? false };
  const reach = await resolveReach(reader, actor, 'person.view', under, limits.namedOrganisations);
  if (reach.ids?.includes(filter.organisationId) === false) throw notFound('organisation');
  const conditions = [sql<SqlBool>`f.cancelled_at is null`, statusCondition(filter.status, at)];
  if (filter.unitId) conditions.push(sql<SqlBool>`f.unit_id = ${filter.unitId}::uuid`);
  // Not as a plain equality: the planner would take the GiST index that forbids overlaps, which was measured 40 times
  // slower than reading the people of the organisation (1.8 s for 61 of them).
  if (filter.type) conditions.push(sql<SqlBool>`f.type || '' = ${filter.type}`);
  return {
    reach,
    limits,
    patterns: searchPatterns(filter.q),
    matches: sql<SqlBool>`${sql.join(conditions, sql` and `)}`,
    order,
  };
}

function statusCondition(status: AffiliationStatus | undefined, at: Date): RawBuilder<SqlBool> {
  const now = sql`${at}::timestamptz`;
  const soon = sql`${new Date(at.getTime() + expiringDays * 86_400_000)}::timestamptz`;
  const running = sql<SqlBool>`f.valid_from <= ${now} and (f.valid_until is null or f.valid_until > ${now})`;
  if (status === 'current') return running;
  if (status === 'invited')
    return sql<SqlBool>`${running} and exists (select 1 from one_time_link l
      where l.person_id = f.person_id and l.purpose = 'invitation' and l.used_at is null)
      and not exists (select 1 from password_credential c where c.person_id = f.person_id)`;
  if (status === 'expiring')
    return sql<SqlBool>`f.valid_from <= ${now} and f.valid_until > ${now} and f.valid_until <= ${soon}`;
  if (status === 'future') return sql<SqlBool>`f.valid_from > ${now}`;
  if (status === 'past') return sql<SqlBool>`f.valid_until <= ${now}`;
  return sql<SqlBool>`true`;
}

const isSmall = (reader: Reader | Writer, selection: Selection): Promise<boolean> =>
  hasAtMost(reader, selection, selection.limits.smallSelection);

async function hasAtMost(reader: Reader | Writer, { reach }: Selection, limit: number): Promise<boolean> {
  if (reach.ids === undefined) return false;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from affiliation where organisation_id = any(${reach.ids}::uuid[]) limit ${limit + 1}) few`.execute(
    reader as Writer,
  );
  return (rows[0]?.count ?? 0) <= limit;
}

async function findKeys(
  reader: Reader | Writer,
  selection: Selection,
  page: PageRequest,
): Promise<Position[]> {
  if (selection.order.sort !== 'name') return byPeriod(reader, selection, page);
  if (await isSmall(reader, selection)) return gather(reader, selection, page);
  const named = selection.reach.ids !== undefined;
  if (selection.patterns.length === 0)
    return named ? merge(reader, selection, page) : walk(reader, selection, page);
  const walked = await walk(reader, selection, page, selection.limits.walkedNames);
  if (walked.length > page.size) return walked;
  return searchFirst(reader, selection, page);
}

/** Few affiliations: read them all. */
async function gather(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Position[]> {
  const { rows } = await sql<Position>`
    select distinct f.person_sort_name as key, f.person_id as id from affiliation f
    where ${ofOrganisations(selection)} and ${selection.matches} and ${personMatches(selection)}
      and ${beyondPlace(nameOrder(selection, 'f.person_sort_name', 'f.person_id'), page)}
    ${inOrder(selection, page, 'f.person_sort_name', 'f.person_id')}`.execute(reader as Writer);
  return rows;
}

/** A large organisation, or some hundreds: the first names of each, merged. */
async function merge(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Position[]> {
  const { rows } = await sql<Position>`
    select distinct first.key, first.id
    from unnest(${selection.reach.ids ?? []}::uuid[]) o (id)
    cross join lateral (
      select distinct f.person_sort_name as key, f.person_id as id from affiliation f
      where f.organisation_id = o.id and ${selection.matches}
        and ${beyondPlace(nameOrder(selection, 'f.person_sort_name', 'f.person_id'), page)}
      ${inOrder(selection, page, 'f.person_sort_name', 'f.person_id')}
    ) first
    ${inOrder(selection, page, 'first.key', 'first.id')}`.execute(reader as Writer);
  return rows;
}

/** Much of the site: go through the names in order. `names` bounds how many are looked at. */
async function walk(
  reader: Reader | Writer,
  selection: Selection,
  page: PageRequest,
  names?: number,
): Promise<Position[]> {
  const bound = names === undefined ? sql`` : sql`limit ${names}`;
  const { rows } = await sql<Position>`
    select p.sort_name as key, p.id from (
      select sort_name, id, search_text from person p where ${beyondPlace(nameOrder(selection, 'p.sort_name', 'p.id'), page)}
      ${orderBy(nameOrder(selection, 'sort_name', 'id'), page)} ${bound}) p
    where ${nameMatches(selection)} and ${affiliated(selection)}
    ${inOrder(selection, page, 'p.sort_name', 'p.id')}`.execute(reader as Writer);
  return rows;
}

/** A search for something rare: the trigram index names the people, then it is looked at where they work, in the order of the
 * list, so that a full page ends it. */
async function searchFirst(
  reader: Reader | Writer,
  selection: Selection,
  page: PageRequest,
): Promise<Position[]> {
  const { rows } = await sql<Position>`
    with hit as materialized (select p.sort_name, p.id from person p where ${nameMatches(selection)})
    select p.sort_name as key, p.id from (
      select * from hit p where ${beyondPlace(nameOrder(selection, 'p.sort_name', 'p.id'), page)}
      ${orderBy(nameOrder(selection, 'p.sort_name', 'p.id'), page)} offset 0) p
    where ${affiliated(selection)}
    ${inOrder(selection, page, 'p.sort_name', 'p.id')}`.execute(reader as Writer);
  return rows;
}

/** By start or end: all affiliations that fit, one line for each person, then sorted. Only for a bounded selection. */
async function byPeriod(
  reader: Reader | Writer,
  selection: Selection,
  page: PageRequest,
): Promise<Position[]> {
  const { sort, dir } = selection.order;
  const column = sort === 'from' ? sql`f.valid_from` : sql`f.valid_until`;
  const order: Order = { key: sql`x.at`, id: sql`x.id`, dir, type: 'timestamptz', nullable: true };
  const { rows } = await sql<Position>`
    select ${instantKey(sql`x.at`)} as key, x.id from (
      select f.person_id as id, ${dir === 'asc' ? sql`min` : sql`max`}(${column}) as at from affiliation f
      where ${ofOrganisations(selection)} and ${selection.matches} and ${personMatches(selection)}
      group by f.person_id) x
    where ${beyondPlace(order, page)}
    ${orderBy(order, page)} limit ${page.size + 1}`.execute(reader as Writer);
  return rows;
}

const ofOrganisations = (selection: Selection): RawBuilder<SqlBool> =>
  selection.reach.contains(sql.ref('f.organisation_id'));

const affiliated = (selection: Selection): RawBuilder<SqlBool> =>
  sql<SqlBool>`exists (select 1 from affiliation f where f.person_id = p.id
    and ${ofOrganisations(selection)} and ${selection.matches})`;

function nameMatches(selection: Selection): RawBuilder<SqlBool> {
  const words = selection.patterns.map((pattern) => sql<SqlBool>`p.search_text like ${pattern}`);
  return words.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`${sql.join(words, sql` and `)}`;
}

/** Looked up one by one: with a frequent name the planner read ten thousand people of the site for the few of a village. */
const personMatches = (selection: Selection): RawBuilder<SqlBool> =>
  selection.patterns.length === 0
    ? sql<SqlBool>`true`
    : sql<SqlBool>`exists (select 1 from (select search_text from person where id = f.person_id offset 0) p
        where ${nameMatches(selection)})`;

const nameOrder = ({ order }: Selection, key: string, id: string): Order => ({
  key: sql`${sql.ref(key)}`,
  id: sql`${sql.ref(id)}`,
  dir: order.dir,
  type: 'text',
});

/** One row more than the page, to know whether there is a next one. */
const inOrder = (selection: Selection, page: PageRequest, key: string, id: string) =>
  sql`${orderBy(nameOrder(selection, key, id), page)} limit ${page.size + 1}`;
