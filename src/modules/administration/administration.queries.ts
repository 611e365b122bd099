// Reads administrations. Never writes.
import { sql } from 'kysely';
import type { Reader, Writer, AdministrationKind } from '../../platform/db/types.ts';
import type { Actor } from './administration.model.ts';

interface EffectiveRow {
  administration_id: string;
  kind: AdministrationKind;
  organisation_id: string | null;
  includes_subtree: boolean;
  application_id: string | null;
  effective_until: Date | null;
}

/**
 * The person with the administrations that hold at this instant, through their own period, affiliation, person,
 * organisations and everyone they were given by. Also for a person without any: the list is then empty.
 */
export async function loadActor(reader: Reader | Writer, personId: string, at: Date): Promise<Actor> {
  const { rows } = await sql<EffectiveRow>`
    select administration_id, kind, organisation_id, includes_subtree, application_id, effective_until
    from effective_administration(${at}::timestamptz,
      array(select id from administration where person_id = ${personId}::uuid and valid_at @> ${at}::timestamptz))
    order by kind, administration_id`.execute(reader as Writer);
  return {
    personId,
    administrations: rows.map((row) => ({
      id: row.administration_id,
      kind: row.kind,
      organisationId: row.organisation_id,
      includesSubtree: row.includes_subtree,
      applicationId: row.application_id,
      effectiveUntil: row.effective_until,
    })),
  };
}
