// Searches the audit within what the actor may see. Never writes.
import { sql, type RawBuilder } from 'kysely';
import type { Names, Reader, Writer } from '../../platform/db/types.ts';
import { administrationsWith, type Actor } from '../administration/index.ts';
import { resolveReach } from '../organisations/index.ts';

export interface AuditFilter {
  /** E.g. `assignment.granted`. */
  readonly action?: string | undefined;
  readonly outcome?: AuditItem['outcome'] | undefined;
  /** Whom it is about, or who did it. */
  readonly personId?: string | undefined;
  readonly organisationId?: string | undefined;
  readonly applicationId?: string | undefined;
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

export interface AuditItem {
  readonly lane: number;
  readonly seq: number;
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly actorKind: 'person' | 'system' | 'client' | 'anonymous';
  readonly actorPersonId: string | null;
  readonly actorName: string | null;
  readonly onBehalfOf: string | null;
  readonly organisationId: string | null;
  readonly organisationName: string | null;
  readonly personId: string | null;
  readonly personName: string | null;
  readonly applicationId: string | null;
  readonly applicationNames: Names | null;
  readonly subjectType: string;
  readonly subjectId: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly hash: Uint8Array;
}

/** Place in a list: newest first, by instant and then identifier. */
export interface AuditPlace {
  readonly at: string;
  readonly id: string;
}

/** What the actor reaches: everything, or rows of these organisations. */
type Scope = { readonly ids: readonly string[] | undefined; readonly where: RawBuilder<unknown> };

/** Whether the actor reads the audit of the whole site, site-wide events included. */
export function readsWholeAudit(actor: Actor): boolean {
  return administrationsWith(actor, 'audit.view').some(
    (held) => held.organisationId === null && held.applicationId === null,
  );
}

async function scopeOf(reader: Reader, actor: Actor): Promise<Scope> {
  if (readsWholeAudit(actor)) return { ids: undefined, where: sql`true` };
  const reach = await resolveReach(reader, actor, 'audit.view');
  return { ids: reach.ids, where: sql`${reach.contains(sql.ref('e.organisation_id'))}` };
}

function conditions(filter: AuditFilter): RawBuilder<unknown>[] {
  const parts: RawBuilder<unknown>[] = [];
  if (filter.action) parts.push(sql`e.action = ${filter.action}`);
  // Written out, so that the planner sees that the index of what was not done serves.
  if (filter.outcome) parts.push(sql`e.outcome = ${sql.lit(filter.outcome)}`);
  if (filter.organisationId) parts.push(sql`e.organisation_id = ${filter.organisationId}::uuid`);
  if (filter.applicationId) parts.push(sql`e.application_id = ${filter.applicationId}::uuid`);
  if (filter.personId) {
    parts.push(sql`(e.person_id = ${filter.personId}::uuid or e.actor_person_id = ${filter.personId}::uuid)`);
  }
  if (filter.from) parts.push(sql`e.at >= ${filter.from}`);
  if (filter.until) parts.push(sql`e.at < ${filter.until}`);
  return parts;
}

const and = (parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  parts.length === 0 ? sql`true` : sql.join([...parts], sql` and `);

const maxNamedPeople = 200;

/**
 * Rows about or by people whose name holds every word. The people are looked up first: few of them are found through
 * an index, and only a search that fits very many goes row by row.
 */
async function namedLike(
  reader: Reader | Writer,
  patterns: readonly string[],
): Promise<RawBuilder<unknown>[]> {
  if (patterns.length === 0) return [];
  const words = and(patterns.map((pattern) => sql`p.search_text like ${pattern}`));
  const { rows } = await sql<{ id: string }>`
    select p.id from person p where ${words} limit ${maxNamedPeople + 1}`.execute(reader as Writer);
  if (rows.length > maxNamedPeople) {
    return [sql`exists (select 1 from person p where p.id in (e.person_id, e.actor_person_id) and ${words})`];
  }
  const ids = rows.map((row) => row.id);
  return [sql`(e.person_id = any(${ids}::uuid[]) or e.actor_person_id = any(${ids}::uuid[]))`];
}

interface PageOptions {
  readonly limit: number;
  readonly after?: AuditPlace | undefined;
  readonly before?: AuditPlace | undefined;
  /** Default `desc`: newest first. */
  readonly dir?: 'asc' | 'desc';
  /** Patterns for `like`, all of which the name of somebody it is about, or who did it, must fit. */
  readonly patterns?: readonly string[];
}

/** Up to this many organisations are looked through one by one for events of one kind; more have an index for it. */
const maxLookedThrough = 20;

/** A filter that few rows pass, and that has an index of its own. */
const isSelective = (filter: AuditFilter): boolean =>
  filter.action !== undefined || (filter.outcome !== undefined && filter.outcome !== 'done');

/**
 * One page in reading direction: newest first, or oldest first with `dir` (turned around when reading `before` a place).
 * Few organisations are read each through its own index, so that the page costs the same however large the whole is.
 */
export async function listAuditEvents(
  reader: Reader,
  actor: Actor,
  filter: AuditFilter,
  { limit, after, before, dir = 'desc', patterns = [] }: PageOptions,
): Promise<AuditItem[]> {
  const scope = await scopeOf(reader, actor);
  const from = after ?? before;
  const upwards = (dir === 'asc') === (before === undefined);
  const compare = upwards ? sql`>` : sql`<`;
  const place = from ? [sql`(e.at, e.id) ${compare} (${from.at}::timestamptz, ${from.id}::uuid)`] : [];
  const order = upwards ? sql`order by e.at, e.id` : sql`order by e.at desc, e.id desc`;
  const where = and([...conditions(filter), ...(await namedLike(reader, patterns)), ...place]);
  const lookThrough = (scope.ids?.length ?? 0) <= maxLookedThrough || !isSelective(filter);
  const ids = filter.organisationId || !lookThrough ? undefined : scope.ids;
  const source = ids
    ? sql`unnest(${ids}::uuid[]) as reach (organisation_id)
        cross join lateral (select * from audit_event e
          where e.organisation_id = reach.organisation_id and ${where} ${order} limit ${limit}) e`
    : sql`audit_event e where ${scope.where} and ${where}`;
  return readItems(reader, sql`select e.* from ${source} ${order} limit ${limit}`, order);
}

/** One row by its place in the chain, when the actor may see it. */
export async function findAuditEvent(
  reader: Reader,
  actor: Actor,
  lane: number,
  seq: number,
): Promise<AuditItem | undefined> {
  const scope = await scopeOf(reader, actor);
  const row = sql`select e.* from audit_event e where e.lane = ${lane} and e.seq = ${seq} and ${scope.where}`;
  return (await readItems(reader, row, sql`order by e.at`))[0];
}

/** Everything that fits the filter, a thousand rows at a time. */
export async function* exportAuditEvents(
  reader: Reader,
  actor: Actor,
  filter: AuditFilter,
  patterns: readonly string[],
  dir: 'asc' | 'desc' = 'desc',
): AsyncGenerator<AuditItem> {
  const limit = 1000;
  let after: AuditPlace | undefined;
  for (;;) {
    const items = await listAuditEvents(reader, actor, filter, { limit, after, dir, patterns });
    yield* items;
    const last = items.at(-1);
    if (last === undefined || items.length < limit) return;
    after = { at: last.at.toISOString(), id: last.id };
  }
}

async function readItems(
  reader: Reader | Writer,
  rows: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): Promise<AuditItem[]> {
  const result = await sql<AuditItem>`
    select e.lane, e.seq, e.id, e.at, e.action, e.outcome, e.actor_kind as "actorKind",
      e.actor_person_id as "actorPersonId", a.given_name || ' ' || a.family_name as "actorName",
      b.name as "onBehalfOf", e.organisation_id as "organisationId", o.name as "organisationName",
      e.person_id as "personId", p.given_name || ' ' || p.family_name as "personName",
      e.application_id as "applicationId", x.names as "applicationNames", e.subject_type as "subjectType",
      e.subject_id as "subjectId", e.reason, e.request_id as "requestId", e.before, e.after, e.hash
    from (${rows}) e
    left join person a on a.id = e.actor_person_id
    left join person p on p.id = e.person_id
    left join organisation o on o.id = e.organisation_id
    left join organisation b on b.id = e.on_behalf_of_organisation_id
    left join application x on x.id = e.application_id
    ${order}`.execute(reader as Writer);
  return result.rows;
}

/** Names for the filters that are in use, when the actor may see what they name. */
export async function findFilterNames(
  reader: Reader,
  actor: Actor,
  filter: AuditFilter,
): Promise<{ person?: string; organisation?: string; application?: Names }> {
  const [sample] = await listAuditEvents(reader, actor, filter, { limit: 1 });
  if (!sample) return {};
  const person = filter.personId === sample.personId ? sample.personName : sample.actorName;
  return {
    ...(filter.personId && person ? { person } : {}),
    ...(filter.organisationId && sample.organisationName ? { organisation: sample.organisationName } : {}),
    ...(filter.applicationId && sample.applicationNames ? { application: sample.applicationNames } : {}),
  };
}
