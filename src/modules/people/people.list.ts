// The list of people: filtered, searched, in pages by name, never outside the actor's scope. Never writes.
// The first page must stay fast with a million people, so there are four ways to find it; each reads a bounded number
// of rows in the case it is meant for. See docs/decisions/0010-lists.md.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { AffiliationType, Reader, Writer } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
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

export const affiliationStatuses = ['current', 'expiring', 'future', 'past'] as const;
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
}

/** Others are for tests: every way to find a page must find the same one. */
export const listLimits: ListLimits = {
  smallSelection: 5000,
  walkedNames: 10_000,
  namedOrganisations: maxNamedOrganisations,
};

interface Key {
  readonly key: string;
  readonly id: string;
}

interface Selection {
  readonly reach: Reach;
  readonly limits: ListLimits;
  readonly patterns: readonly string[];
  /** Conditions on the affiliation `f`, but for its organisation. */
  readonly matches: RawBuilder<SqlBool>;
}

/**
 * One page of people with an affiliation that fits the filter, by family name.
 * @throws organisation_not_found when it lies outside the actor's scope
 */
export async function listPeople(
  reader: Reader | Writer,
  actor: Actor,
  at: Date,
  filter: PeopleFilter,
  page: PageRequest,
  limits: ListLimits = listLimits,
): Promise<Page<ListedPerson>> {
  const selection = await select(reader, actor, at, filter, limits);
  const keys = toPage(await findKeys(reader, selection, page), page);
  const ids = keys.items.map((item) => item.id);
  return { ...keys, items: await loadListed(reader, ids, selection.reach, at) };
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
): AsyncGenerator<ListedPerson> {
  const selection = await select(reader, actor, at, filter, listLimits);
  let after: Key | undefined;
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
  };
}

function statusCondition(status: AffiliationStatus | undefined, at: Date): RawBuilder<SqlBool> {
  const now = sql`${at}::timestamptz`;
  const soon = sql`${new Date(at.getTime() + expiringDays * 86_400_000)}::timestamptz`;
  const running = sql<SqlBool>`f.valid_from <= ${now} and (f.valid_until is null or f.valid_until > ${now})`;
  if (status === 'current') return running;
  if (status === 'expiring')
    return sql<SqlBool>`f.valid_from <= ${now} and f.valid_until > ${now} and f.valid_until <= ${soon}`;
  if (status === 'future') return sql<SqlBool>`f.valid_from > ${now}`;
  if (status === 'past') return sql<SqlBool>`f.valid_until <= ${now}`;
  return sql<SqlBool>`true`;
}

async function isSmall(reader: Reader | Writer, { reach, limits }: Selection): Promise<boolean> {
  if (reach.ids === undefined) return false;
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from affiliation where organisation_id = any(${reach.ids}::uuid[]) limit ${limits.smallSelection + 1}) few`.execute(
    reader as Writer,
  );
  return (rows[0]?.count ?? 0) <= limits.smallSelection;
}

async function findKeys(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Key[]> {
  if (await isSmall(reader, selection)) return gather(reader, selection, page);
  const named = selection.reach.ids !== undefined;
  if (selection.patterns.length === 0)
    return named ? merge(reader, selection, page) : walk(reader, selection, page);
  const walked = await walk(reader, selection, page, selection.limits.walkedNames);
  if (walked.length > page.size) return walked;
  return searchFirst(reader, selection, page);
}

/** Few affiliations: read them all. */
async function gather(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select distinct f.person_sort_name as key, f.person_id as id from affiliation f
    where ${ofOrganisations(selection)} and ${selection.matches} and ${personMatches(selection)}
      and ${beyond(page, sql`f.person_sort_name, f.person_id`)}
    ${inOrder(page, 'f.person_sort_name', 'f.person_id')}`.execute(reader as Writer);
  return rows;
}

/** A large organisation, or some hundreds: the first names of each, merged. */
async function merge(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select distinct first.key, first.id
    from unnest(${selection.reach.ids ?? []}::uuid[]) o (id)
    cross join lateral (
      select distinct f.person_sort_name as key, f.person_id as id from affiliation f
      where f.organisation_id = o.id and ${selection.matches}
        and ${beyond(page, sql`f.person_sort_name, f.person_id`)}
      ${inOrder(page, 'f.person_sort_name', 'f.person_id')}
    ) first
    ${inOrder(page, 'first.key', 'first.id')}`.execute(reader as Writer);
  return rows;
}

/** Much of the site: go through the names in order. `names` bounds how many are looked at. */
async function walk(
  reader: Reader | Writer,
  selection: Selection,
  page: PageRequest,
  names?: number,
): Promise<Key[]> {
  const bound = names === undefined ? sql`` : sql`limit ${names}`;
  const { rows } = await sql<Key>`
    select p.sort_name as key, p.id from (
      select sort_name, id, search_text from person p where ${beyond(page, sql`p.sort_name, p.id`)}
      order by sort_name ${direction(page)}, id ${direction(page)} ${bound}) p
    where ${nameMatches(selection)} and ${affiliated(selection)}
    ${inOrder(page, 'p.sort_name', 'p.id')}`.execute(reader as Writer);
  return rows;
}

/** A search for something rare: the trigram index names the people, then it is looked at where they work. */
async function searchFirst(reader: Reader | Writer, selection: Selection, page: PageRequest): Promise<Key[]> {
  const { rows } = await sql<Key>`
    with hit as materialized (select p.sort_name, p.id from person p where ${nameMatches(selection)})
    select p.sort_name as key, p.id from hit p
    where ${beyond(page, sql`p.sort_name, p.id`)} and ${affiliated(selection)}
    ${inOrder(page, 'p.sort_name', 'p.id')}`.execute(reader as Writer);
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

const personMatches = (selection: Selection): RawBuilder<SqlBool> =>
  selection.patterns.length === 0
    ? sql<SqlBool>`true`
    : sql<SqlBool>`exists (select 1 from person p where p.id = f.person_id and ${nameMatches(selection)})`;

const direction = (page: PageRequest) => (page.before ? sql`desc` : sql`asc`);

function beyond(page: PageRequest, columns: RawBuilder<unknown>): RawBuilder<SqlBool> {
  const position = page.before ?? page.after;
  if (position === undefined) return sql<SqlBool>`true`;
  return sql<SqlBool>`(${columns}) ${page.before ? sql`<` : sql`>`} (${position.key}, ${position.id}::uuid)`;
}

/** One row more than the page, to know whether there is a next one. */
const inOrder = (page: PageRequest, name: string, id: string) =>
  sql`order by ${sql.ref(name)} ${direction(page)}, ${sql.ref(id)} ${direction(page)} limit ${page.size + 1}`;
