// Puts the examples of the demonstration into its applications: records, and people as accounts of the application's own (type
// `user`).
import { sql } from 'kysely';
import type { Change } from '../../../platform/change.ts';
import type { World } from './world.model.ts';
import { readWorld, worldNames } from './worlds.files.ts';

/** The kind of subject that the example people of a world are. */
export const exampleSubjectType = 'user';

/**
 * In the transaction of the demonstration world, after its files: these declare the models. Applications that are not there, or
 * have records, are left alone.
 */
export async function storeDemoExamples(change: Change): Promise<void> {
  for (const world of worldNames.map(readWorld)) {
    const application = await change.trx
      .selectFrom('application as a')
      .select('a.id')
      .where('a.code', '=', world.application)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(selectFrom('decision_record as r').select('r.id').whereRef('r.application_id', '=', 'a.id')),
        ),
      )
      .executeTakeFirst();
    if (!application) continue;
    await storeRecords(change, application.id, world);
    await storePeople(change, application.id, world);
  }
}

async function storeRecords(change: Change, applicationId: string, world: World): Promise<void> {
  const rows = world.records.map(({ type, id, parent, owner, nodes, attributes }) => ({
    type,
    id,
    parent_type: parent?.type ?? null,
    parent_id: parent?.id ?? null,
    owner: owner ?? null,
    nodes,
    attributes,
  }));
  await sql`insert into decision_record (application_id, type, id, parent_type, parent_id, owner, nodes, attributes)
    select ${applicationId}::uuid, r.type, r.id, r.parent_type, r.parent_id, r.owner, r.nodes, r.attributes
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(type text, id text, parent_type text, parent_id text, owner text, nodes text[], attributes jsonb)`.execute(
    change.trx,
  );
}

async function storePeople(change: Change, applicationId: string, world: World): Promise<void> {
  const rows = world.people.map(({ id, groups, attributes, lists }) => ({
    id,
    facts: {
      groups: groups.map((name) => ({ name })),
      attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
      lists: Object.entries(lists).flatMap(([name, items]) => items.map((item) => ({ name, item }))),
    },
  }));
  await sql`insert into decision_subject (application_id, type, id, source, facts)
    select ${applicationId}::uuid, ${exampleSubjectType}, r.id, 'sync', r.facts
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(id text, facts jsonb)`.execute(change.trx);
}
