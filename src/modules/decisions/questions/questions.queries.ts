// Who is meant by what somebody typed, and what the people that were found are called.
import type { Database } from '../../../platform/db/open.ts';
import type { Entity } from '../request.facts.ts';
import { personType } from '../subjects.queries.ts';

/**
 * The subject that was typed: a person by user name or mail, or a subject of the application's own as `type/code`.
 * Nobody by that name and somebody unknown to the application look the same to whoever asks: the answer is no for both.
 */
export async function findTypedSubject(db: Database, typed: string): Promise<Entity> {
  const [row] = await db.query<{ id: string }>(
    'select id from person where user_name = $1 or mail = $1 limit 1',
    [typed.toLowerCase()],
  );
  if (row) return { type: personType, id: row.id };
  const at = typed.indexOf('/');
  if (at > 0 && at < typed.length - 1) return { type: typed.slice(0, at), id: typed.slice(at + 1) };
  return { type: personType, id: typed };
}

/** Family name and given name by id. */
export async function findNames(db: Database, personIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ id: string; name: string }>(
    `select id, family_name || ' ' || given_name as name from person where id = any($1::uuid[])`,
    [personIds],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}
