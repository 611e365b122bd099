// Writes what an application brings, set by set: one statement for thousands of items. An item that is not newer than
// what is known changes nothing.
import { sql } from 'kysely';
import type { AuditFact, Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Writer } from '../../platform/db/types.ts';
import type { Site } from '../../platform/site.ts';
import type { GoneItem, RecordItem, SubjectItem } from './sync.schema.ts';

/** How many items changed something; the others were not newer than what is known. */
export interface Synchronised {
  readonly changed: number;
  readonly notNewer: number;
}

type Write<Item> = (trx: Writer, applicationId: string, items: readonly Item[], at: Date) => Promise<number>;

async function synchronise<Item extends GoneItem>(
  site: Site,
  applicationId: string,
  origin: Origin,
  action: string,
  items: readonly Item[],
  write: Write<Item>,
  taking = false,
): Promise<Synchronised> {
  const attempt: AuditFact = { action, subjectType: 'application', subjectId: applicationId, applicationId };
  const newest = [...newestOfEach(items)];
  return runCommand(site, origin, attempt, async (change) => {
    await lockApplication(change.trx, applicationId, action, taking);
    const changed = await write(change.trx, applicationId, newest, change.at);
    if (changed > 0) change.record({ ...attempt, after: { changed } });
    return { changed, notNewer: items.length - changed };
  });
}

/** Writers go side by side; taking away goes alone, so that an older message under way cannot slip in behind it. */
async function lockApplication(
  trx: Writer,
  applicationId: string,
  what: string,
  alone: boolean,
): Promise<void> {
  const key = `${what} ${applicationId}`;
  await (
    alone
      ? sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`
      : sql`select pg_advisory_xact_lock_shared(hashtextextended(${key}, 0))`
  ).execute(trx);
}

/** Of several items about the same thing the newest; one statement must not touch a row twice. */
function newestOfEach<Item extends GoneItem>(items: readonly Item[]): Iterable<Item> {
  const newest = new Map<string, Item>();
  for (const item of items) {
    const key = `${item.type}\n${item.id}`;
    if ((newest.get(key)?.version ?? -1) < item.version) newest.set(key, item);
  }
  return newest.values();
}

/** Adds or replaces records; what is set by hand stays above what is brought. Audit: `decision_record.synchronised` with the number that changed. */
export function putRecords(
  site: Site,
  applicationId: string,
  origin: Origin,
  items: readonly RecordItem[],
): Promise<Synchronised> {
  return synchronise(
    site,
    applicationId,
    origin,
    'decision_record.synchronised',
    items,
    async (trx, id, newest) => {
      const rows = newest.map(({ parent, version, ...item }) => ({
        ...item,
        parent_type: parent?.type ?? null,
        parent_id: parent?.id ?? null,
        record_version: version,
      }));
      const { rows: written } = await sql`
      with given as (
        select g.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(type text, id text, parent_type text,
          parent_id text, owner text, nodes text[], attributes jsonb, record_version bigint)
        where not exists (select 1 from decision_record_gone n where n.application_id = ${id}::uuid and n.type = g.type
          and n.id = g.id collate "C" and n.record_version >= g.record_version)
      ), back as (
        delete from decision_record_gone n using given g
        where n.application_id = ${id}::uuid and n.type = g.type and n.id = g.id collate "C"
        returning n.type, n.id, n.by_hand, n.hand_version
      )
      insert into decision_record as r (application_id, type, id, parent_type, parent_id, owner, nodes, attributes,
        record_version, by_hand, brought, hand_version)
      select ${id}::uuid, g.type, g.id, g.parent_type, g.parent_id, g.owner, g.nodes,
        g.attributes || coalesce(b.by_hand, '{}'), g.record_version, b.by_hand,
        case when b.by_hand is not null then g.attributes end, coalesce(b.hand_version, 0)
      from given g left join back b on b.type = g.type and b.id = g.id order by g.type, g.id
      on conflict on constraint decision_record_pk do update set parent_type = excluded.parent_type,
        parent_id = excluded.parent_id, owner = excluded.owner, nodes = excluded.nodes,
        attributes = excluded.attributes || coalesce(r.by_hand, '{}'),
        brought = case when r.by_hand is not null then excluded.attributes end, record_version = excluded.record_version
      where r.record_version < excluded.record_version
      returning 1`.execute(trx);
      return written.length;
    },
  );
}

/**
 * Takes records away and remembers at which version, so that an older message does not bring one back.
 * Audit: `decision_record.synchronised`.
 */
export function deleteRecords(
  site: Site,
  applicationId: string,
  origin: Origin,
  items: readonly GoneItem[],
): Promise<Synchronised> {
  return synchronise(
    site,
    applicationId,
    origin,
    'decision_record.synchronised',
    items,
    async (trx, id, newest, at) => {
      const { rows } = await sql`
      with given as (
        select * from jsonb_to_recordset(${JSON.stringify(newest)}::jsonb) as g(type text, id text, version bigint)
      ), removed as (
        delete from decision_record r using given g
        where r.application_id = ${id}::uuid and r.type = g.type and r.id = g.id collate "C" and r.record_version <= g.version
        returning r.type, r.id, r.by_hand, r.hand_version
      ), newer as (
        select g.type, g.id from given g join decision_record r on r.application_id = ${id}::uuid and r.type = g.type
          and r.id = g.id collate "C" and r.record_version > g.version
      )
      insert into decision_record_gone as n (application_id, type, id, record_version, gone_at, by_hand, hand_version)
      select ${id}::uuid, g.type, g.id, g.version, ${at}::timestamptz, d.by_hand, coalesce(d.hand_version, 0)
        from given g left join removed d on d.type = g.type and d.id = g.id
        where not exists (select 1 from newer w where w.type = g.type and w.id = g.id)
      on conflict on constraint decision_record_gone_pk do update
        set record_version = excluded.record_version, gone_at = excluded.gone_at
        where n.record_version < excluded.record_version
      returning 1`.execute(trx);
      return rows.length;
    },
    true,
  );
}

/** Says anew everything that the application says of these subjects. Audit: `decision_subject.synchronised`. */
export function putSubjects(
  site: Site,
  applicationId: string,
  origin: Origin,
  items: readonly SubjectItem[],
): Promise<Synchronised> {
  return synchronise(
    site,
    applicationId,
    origin,
    'decision_subject.synchronised',
    items,
    async (trx, id, newest) => {
      const rows = newest.map(({ type, id: subject, version, ...facts }) => ({
        type,
        id: subject,
        version,
        facts,
      }));
      return writeSubjects(trx, id, rows);
    },
  );
}

/**
 * The application says nothing any more of these subjects; its own subjects are unknown from then on.
 * Audit: `decision_subject.synchronised`.
 */
export function deleteSubjects(
  site: Site,
  applicationId: string,
  origin: Origin,
  items: readonly GoneItem[],
): Promise<Synchronised> {
  return synchronise(
    site,
    applicationId,
    origin,
    'decision_subject.synchronised',
    items,
    async (trx, id, newest) => {
      const rows = newest.map(({ type, id: subject, version }) => ({
        type,
        id: subject,
        version,
        facts: { gone: true },
      }));
      return writeSubjects(trx, id, rows);
    },
  );
}

interface SubjectRow extends GoneItem {
  readonly facts: object;
}

async function writeSubjects(
  trx: Writer,
  applicationId: string,
  rows: readonly SubjectRow[],
): Promise<number> {
  const { rows: written } = await sql`
    insert into decision_subject as s (application_id, type, id, source, facts, record_version)
    select ${applicationId}::uuid, g.type, g.id, 'sync', g.facts, g.version
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(type text, id text, facts jsonb, version bigint)
    on conflict on constraint decision_subject_pk do update
      set facts = excluded.facts, record_version = excluded.record_version, version = s.version + 1
      where s.record_version < excluded.record_version
    returning 1`.execute(trx);
  return written.length;
}
