// Reads back what an application brought, page by page, so that it can compare.
import type { Database } from '../../platform/db/open.ts';
import type { Value } from './condition.model.ts';

export interface StoredRecord {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly owner?: string;
  readonly parent?: { readonly type: string; readonly id: string };
  readonly nodes: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
}

export interface PageAfter {
  readonly type: string;
  /** Empty: from the start. */
  readonly after: string;
  readonly limit: number;
}

/** By id, in code point order; as the application brought them, whatever was set by hand since. */
export async function listRecords(
  db: Database,
  applicationId: string,
  page: PageAfter,
): Promise<StoredRecord[]> {
  const rows = await db.query<{ record: StoredRecord }>(
    `select jsonb_strip_nulls(jsonb_build_object('type', r.type, 'id', r.id, 'version', r.record_version, 'owner', r.owner,
       'parent', case when r.parent_id is not null then jsonb_build_object('type', r.parent_type, 'id', r.parent_id) end,
       'nodes', r.nodes, 'attributes', coalesce(r.brought, r.attributes))) as record
     from decision_record r where r.application_id = $1::uuid and r.type = $2::text and r.id > $3::text collate "C"
     order by r.id limit $4::int`,
    [applicationId, page.type, page.after, page.limit],
  );
  return rows.map((row) => row.record);
}

export async function countRecords(db: Database, applicationId: string, type: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'select count(*) as count from decision_record where application_id = $1::uuid and type = $2::text',
    [applicationId, type],
  );
  return row!.count;
}

export type StoredSubject = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly id: string;
};

/** What the application itself said; what administrators set is theirs. */
export async function listSubjects(
  db: Database,
  applicationId: string,
  page: PageAfter,
): Promise<StoredSubject[]> {
  const rows = await db.query<{ subject: StoredSubject }>(
    `select jsonb_build_object('type', s.type, 'id', s.id, 'version', s.record_version) || s.facts as subject
     from decision_subject s where s.application_id = $1::uuid and s.type = $2::text and s.source = 'sync'
       and not s.facts ? 'gone' and s.id > $3::text collate "C"
     order by s.id limit $4::int`,
    [applicationId, page.type, page.after, page.limit],
  );
  return rows.map((row) => row.subject);
}

export async function countSubjects(db: Database, applicationId: string, type: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*) as count from decision_subject s where s.application_id = $1::uuid and s.type = $2::text
       and s.source = 'sync' and not s.facts ? 'gone'`,
    [applicationId, type],
  );
  return row!.count;
}
