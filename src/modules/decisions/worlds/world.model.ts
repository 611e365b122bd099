// A demonstration world: the rights model of an application (config/demo/models), with example people and records
// (config/demo/decisions).
import { z } from 'zod';
import type { ResourceFacts, SubjectFacts } from '../facts.model.ts';
import type { ModelForms } from '../forms/index.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const values = z.record(z.string(), value);

/** The file of a world: all but its rights model, which is declared as that of any application is. */
export const worldSchema = z.strictObject({
  /** The code of the demonstration application. */
  application: z.string(),
  name: z.string(),
  people: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      groups: z.array(z.string()),
      attributes: values.default({}),
      lists: z.record(z.string(), z.array(values)).default({}),
    }),
  ),
  /** Parents before what hangs below them. */
  records: z.array(
    z.strictObject({
      type: z.string(),
      id: z.string(),
      name: z.string(),
      parent: z.strictObject({ type: z.string(), id: z.string() }).optional(),
      owner: z.string().optional(),
      nodes: z.array(z.string()).default([]),
      attributes: values.default({}),
    }),
  ),
});

export type WorldFile = z.infer<typeof worldSchema>;

export interface World extends WorldFile {
  readonly forms: ModelForms;
}

/** The example people of a world as the evaluator knows them, by id. */
export function subjectsOf(world: World): Map<string, SubjectFacts> {
  return new Map(
    world.people.map(({ id, groups, attributes, lists }) => [
      id,
      { id, type: 'person', groups, attributes, lists },
    ]),
  );
}

/** The example records of a world, by `type/id`. */
export function recordsOf(world: World): Map<string, ResourceFacts> {
  const records = new Map<string, ResourceFacts>();
  for (const { type, id, parent, owner, nodes, attributes } of world.records) {
    const above = parent && records.get(`${parent.type}/${parent.id}`);
    if (parent && !above) throw new Error(`${type}/${id} names a parent that does not come before it`);
    records.set(`${type}/${id}`, { type, id, parent: above, owner, nodes, attributes });
  }
  return records;
}
