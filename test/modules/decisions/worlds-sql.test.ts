// The worlds in SQL: what a search over stored records finds is what the evaluator allows, for random people and records.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isNever } from '../../../src/modules/decisions/condition.model.ts';
import { toSql } from '../../../src/modules/decisions/condition.sql.ts';
import { foldDecision } from '../../../src/modules/decisions/decision.fold.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { Question, ResourceFacts } from '../../../src/modules/decisions/facts.model.ts';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import type { Database } from '../../../src/platform/db/open.ts';
import { newId } from '../../../src/platform/ids.ts';
import { openTestDatabase } from '../../support/database.ts';
import { randomQuestions } from '../../support/decisions/random-questions.ts';

let db: Database;
before(async () => {
  db = await openTestDatabase();
  // Only the records matter here; the foreign key to a whole application would add nothing.
  await db.exec('alter table decision_record drop constraint decision_record_application_fk');
});
after(() => db.close());

/** One record for each type and id, with parents among them: what a database can hold. */
function storable(questions: readonly Question[]): ResourceFacts[] {
  const kept = new Map<string, ResourceFacts>();
  const keep = (record: ResourceFacts | undefined): ResourceFacts | undefined => {
    if (!record) return undefined;
    const key = `${record.type} ${record.id}`;
    if (!kept.has(key)) kept.set(key, { ...record, parent: keep(record.parent) });
    return kept.get(key);
  };
  for (const { resource } of questions) keep(resource);
  return [...kept.values()];
}

async function store(applicationId: string, records: readonly ResourceFacts[]): Promise<void> {
  const rows = records.map((record) => ({
    type: record.type,
    id: record.id,
    parent_type: record.parent?.type ?? null,
    parent_id: record.parent?.id ?? null,
    owner: record.owner ?? null,
    nodes: record.nodes,
    attributes: record.attributes,
  }));
  await db.query(
    `insert into decision_record (application_id, type, id, parent_type, parent_id, owner, nodes, attributes)
     select $1::uuid, r.type, r.id, r.parent_type, r.parent_id, r.owner, r.nodes, r.attributes
     from jsonb_to_recordset($2::jsonb) as r(type text, id text, parent_type text, parent_id text, owner text, nodes text[], attributes jsonb)`,
    [applicationId, JSON.stringify(rows)],
  );
}

for (const name of worldNames) {
  test(`${name}: SQL finds what the evaluator allows`, async () => {
    const model = compileForms(readWorld(name).forms);
    const evaluator = new Evaluator(model);
    let found = 0;
    for (const seed of [1, 2, 3]) {
      const questions = randomQuestions(name, 60, seed);
      const ofModel = new Set(model.resourceTypes.filter((type) => type.ofModel).map((type) => type.name));
      const records = storable(questions).filter((record) => !ofModel.has(record.type));
      const applicationId = newId();
      await store(applicationId, records);
      const resourcesOf = (type: string) => records.filter((record) => record.type === type);
      for (const { subject, action, resource, now } of questions) {
        const { type } = resource;
        if (ofModel.has(type)) continue;
        const allowed = resourcesOf(type)
          .filter((each) => evaluator.decide({ subject, action, resource: each, now, resourcesOf }).allowed)
          .map(({ id }) => id);
        const condition = foldDecision(model, type, action, { subject, now });
        const sql = toSql(condition, [applicationId, type]);
        const rows = await db.query<{ id: string }>(
          `select r.id from decision_record r${sql.joins} where r.application_id = $1::uuid and r.type = $2::text and ${sql.text}`,
          sql.values,
        );
        if (isNever(condition)) assert.equal(rows.length, 0);
        assert.deepEqual(
          rows.map(({ id }) => id).toSorted(),
          allowed.toSorted(),
          JSON.stringify({ subject, action, type }),
        );
        found += rows.length;
      }
    }
    assert.notEqual(found, 0);
  });
}
