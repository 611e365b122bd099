// The demonstration's applications answer as their worlds do: through the decision point, from the database, for every example person,
// record and action, menus included.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createDecisionPoint,
  declareModel,
  storeDemoExamples,
  type Asked,
} from '../../../src/modules/decisions/index.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { ResourceFacts } from '../../../src/modules/decisions/facts.model.ts';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { recordsOf, subjectsOf } from '../../../src/modules/decisions/worlds/world.model.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { feature } from '../../support/decisions/checks.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld } from '../../support/world.ts';

let site: TestSite;
const applications = new Map<string, string>();

before(async () => {
  site = await createTestSite();
  const world = createWorld(site);
  for (const name of worldNames) {
    const code = readWorld(name).application;
    applications.set(name, (await world.application({ code })).id);
  }
  const attempt = { action: 'demo_world.loaded', subjectType: 'site' };
  const load = () =>
    runCommand(site, { actor: { kind: 'system' } }, attempt, async (change) => {
      for (const name of worldNames) {
        const { forms } = readWorld(name);
        await declareModel(change, { applicationId: applications.get(name)!, forms, publish: true });
      }
      await storeDemoExamples(change);
    });
  await load();
  // A second time changes nothing, and does not fail.
  await load();
});
after(() => site.close());

for (const name of worldNames) {
  test(`${name}: the decision point answers as the world does`, async () => {
    const world = readWorld(name);
    const model = compileForms(world.forms);
    const evaluator = new Evaluator(model);
    const records = recordsOf(world);
    const resourcesOf = (type: string) => [...records.values()].filter((record) => record.type === type);
    const features: ResourceFacts[] = model.nodes.flatMap((node) =>
      node.type ? [feature(node.id, node.type)] : [],
    );
    const now = site.clock.now().toISOString();
    const asked: Asked[] = [];
    const expected: boolean[] = [];
    for (const subject of subjectsOf(world).values()) {
      for (const resource of [...records.values(), ...features]) {
        const type = model.resourceTypes.find((each) => each.name === resource.type)!;
        for (const action of type.actions) {
          asked.push({
            subject: { type: 'user', id: subject.id },
            action: { name: action },
            resource: { type: resource.type, id: resource.id },
          });
          expected.push(evaluator.decide({ subject, action, resource, now, resourcesOf }).allowed);
        }
      }
    }
    const verdicts = await createDecisionPoint(site).decide(applications.get(name)!, asked);
    const wrong = verdicts.flatMap((verdict, index) =>
      verdict.allowed === expected[index]
        ? []
        : [{ ...asked[index], allowed: verdict.allowed, obstacle: verdict.obstacle }],
    );
    assert.deepEqual(wrong, []);
    assert.ok(expected.includes(true));
  });
}
