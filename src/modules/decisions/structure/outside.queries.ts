// What stands outside the document of a rights model and speaks of a thing in it: it stays when the thing is removed, and means nothing.
import type { Asking } from '../subjects.queries.ts';
import type { Part } from './part.model.ts';

/** Keys of the texts under `structure.outside`. */
export interface Outside {
  readonly what: 'members' | 'records';
  readonly count: number;
}

const members = `
  select count(*)::int as count from decision_subject s
  where s.application_id = $1::uuid and not s.facts ? 'gone'
    and exists (select 1 from jsonb_array_elements(s.facts -> 'groups') g where g ->> 'name' = $2::text)`;
const records = `
  select count(*)::int as count from decision_record r where r.application_id = $1::uuid and r.type = $2::text`;

/** People and accounts in a role by hand or by the application; records of a kind. Of other things nothing is kept outside. */
export async function countOutside(
  db: Asking,
  applicationId: string,
  part: Part,
  key: string,
): Promise<Outside | undefined> {
  if (part.kind !== 'groups' && part.kind !== 'types') return undefined;
  const isRole = part.kind === 'groups';
  const rows = await db.query<{ count: number }>(isRole ? members : records, [applicationId, key]);
  return { what: isRole ? 'members' : 'records', count: rows[0]?.count ?? 0 };
}
