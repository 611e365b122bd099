// The demonstration worlds are sound: their forms fit together, and their people and records speak of what the forms know.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkForms, compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import { recordsOf, subjectsOf, type World } from '../../../src/modules/decisions/worlds/world.model.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { now } from '../../support/decisions/checks.ts';

function strangeWords(world: World): string[] {
  const groups = new Set(world.forms.groups.map(({ id }) => id));
  const types = new Map(world.forms.resourceTypes.map((type) => [type.name, type]));
  const nodes = new Set(compileForms(world.forms).nodes.map(({ id }) => id));
  return [
    ...world.people.flatMap((person) => person.groups.filter((group) => !groups.has(group))),
    ...world.records.flatMap((record) => {
      const type = types.get(record.type);
      return [
        ...(type ? [] : [record.type]),
        ...(record.parent && record.parent.type !== type?.parentType
          ? [`${record.id} under ${record.parent.type}`]
          : []),
        ...Object.keys(record.attributes).filter((name) => !type?.attributes[name]),
        ...record.nodes.filter((node) => !nodes.has(node)),
      ];
    }),
  ];
}

for (const name of worldNames) {
  test(`${name}: forms, people and records fit together`, () => {
    const world = readWorld(name);
    assert.deepEqual(checkForms(world.forms), []);
    assert.deepEqual(strangeWords(world), []);
  });

  test(`${name}: rule ids are unique within their gate and start with the kind of choice`, () => {
    for (const gate of compileForms(readWorld(name).forms).gates) {
      const ids = gate.rules.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length, gate.id);
      for (const id of ids) assert.match(id, /^(tick|cell|line|list|scope):[^/]+\/.+/);
    }
  });

  test(`${name}: every example record is seen by some example person, and not by all of them`, () => {
    const world = readWorld(name);
    const model = compileForms(world.forms);
    const evaluator = new Evaluator(model);
    const records = recordsOf(world);
    const people = [...subjectsOf(world).values()];
    const resourcesOf = (type: string) => [...records.values()].filter((record) => record.type === type);
    for (const [key, resource] of records) {
      const actions = model.resourceTypes.find((type) => type.name === resource.type)!.actions;
      const seen = people.filter((subject) =>
        actions.some((action) => evaluator.decide({ subject, action, resource, now, resourcesOf }).allowed),
      );
      assert.notEqual(seen.length, 0, key);
      // What the staff of a school publish about themselves is for everybody.
      if (key !== 'gegeven/jo-naam') assert.notEqual(seen.length, people.length, key);
    }
  });
}

test('an example says why: the choice is named', () => {
  const world = readWorld('exact');
  const evaluator = new Evaluator(compileForms(world.forms));
  const { trace } = evaluator.decide({
    subject: subjectsOf(world).get('bankkas')!,
    action: 'enter',
    resource: recordsOf(world).get('journal/20')!,
    now,
  });
  assert.deepEqual(
    trace.map(({ rule }) => rule),
    [
      'tick:financieel-gebruiker/financieel/view',
      'tick:administratie/boekingen-invoeren/view',
      'line:gegevens/bank-kas/dagboek-invoer/20',
    ],
  );
});
