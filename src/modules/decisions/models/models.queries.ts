// Reads the versions of the rights model of an application.
import type { Database } from '../../../platform/db/open.ts';
import type { Names, Reader, Writer } from '../../../platform/db/types.ts';
import { isId } from '../../../platform/ids.ts';
import { modelFormsSchema, type ModelForms } from '../forms/index.ts';

export interface ModelVersion {
  readonly id: string;
  readonly number: number;
  readonly status: 'draft' | 'valid' | 'superseded';
  readonly note: string | null;
  /** Null: files wrote it, or the demonstration world. */
  readonly authorId: string | null;
  readonly authorName: string | null;
  /** Null: nobody did, or files. */
  readonly publisherId: string | null;
  readonly publisherName: string | null;
  readonly createdAt: Date;
  /** Null: it never became valid. */
  readonly validFrom: Date | null;
  readonly supersededAt: Date | null;
  readonly version: number;
}

export interface StoredModel extends ModelVersion {
  readonly forms: ModelForms;
}

const query = (reader: Reader | Writer, applicationId: string) =>
  (reader as Writer)
    .selectFrom('decision_model as m')
    .leftJoin('person as p', 'p.id', 'm.author_person_id')
    .leftJoin('person as q', 'q.id', 'm.publisher_person_id')
    .select(['m.id', 'm.number', 'm.status', 'm.note', 'm.version', 'm.author_person_id'])
    .select(['p.given_name', 'p.family_name', 'm.publisher_person_id'])
    .select(['q.given_name as publisher_given_name', 'q.family_name as publisher_family_name'])
    .select(['m.created_at', 'm.valid_from', 'm.superseded_at'])
    .where('m.application_id', '=', applicationId)
    .orderBy('m.number', 'desc');

type Row = Awaited<ReturnType<ReturnType<typeof query>['execute']>>[number];

const fullName = (given: string | null, family: string | null): string | null =>
  family === null ? null : `${given} ${family}`;

const toVersion = (row: Row): ModelVersion => ({
  id: row.id,
  number: row.number,
  status: row.status,
  note: row.note,
  authorId: row.author_person_id,
  authorName: fullName(row.given_name, row.family_name),
  publisherId: row.publisher_person_id,
  publisherName: fullName(row.publisher_given_name, row.publisher_family_name),
  createdAt: row.created_at,
  validFrom: row.valid_from,
  supersededAt: row.superseded_at,
  version: row.version,
});

/** All versions, newest first. */
export async function listModels(reader: Reader, applicationId: string): Promise<ModelVersion[]> {
  return (await query(reader, applicationId).execute()).map(toVersion);
}

/** One version with its forms: by number, or the one that is valid or a draft. */
export async function findModel(
  reader: Reader | Writer,
  applicationId: string,
  which: number | 'valid' | 'draft',
): Promise<StoredModel | undefined> {
  const row = await query(reader, applicationId)
    .select('m.forms')
    .where((eb) => (typeof which === 'number' ? eb('m.number', '=', which) : eb('m.status', '=', which)))
    .executeTakeFirst();
  return row && { ...toVersion(row), forms: modelFormsSchema.parse(row.forms) };
}

/** What the rights of the application are called, by code. */
export async function findRightNames(
  reader: Reader,
  applicationId: string,
): Promise<ReadonlyMap<string, Names>> {
  const rows = await reader
    .selectFrom('application_right')
    .select(['code', 'names'])
    .where('application_id', '=', applicationId)
    .execute();
  return new Map(rows.map(({ code, names }) => [code, names]));
}

/** Names of people by id, for those who see what changes for them; others among the ids have none. */
export async function namesOfPeople(db: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; name: string }>(
    `select id, given_name || ' ' || family_name as name from person where id = any($1::uuid[])`,
    [ids.filter(isId)],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
