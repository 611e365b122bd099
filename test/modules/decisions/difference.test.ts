// The short cuts of "what changes for whom" leave nothing out: what is plainly the same really is the same for everybody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileCondition } from '../../../src/modules/decisions/condition.evaluate.ts';
import { allOf, notOf, type Condition } from '../../../src/modules/decisions/condition.model.ts';
import { foldDecision } from '../../../src/modules/decisions/decision.fold.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import { compileForms } from '../../../src/modules/decisions/forms/index.ts';
import { beyond } from '../../../src/modules/decisions/models/beyond.ts';
import { sameForNode, sameForRecords } from '../../../src/modules/decisions/models/same-decision.ts';
import type { RightsModel, Rule } from '../../../src/modules/decisions/rights-model.model.ts';
import { subjectsOf } from '../../../src/modules/decisions/worlds/world.model.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';

const names = ['a', 'b', 'c', 'd'];
const atom = fc
  .constantFrom(...names)
  .map((name): Condition => ({ eq: [{ resource: name }, { const: true }] }));
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.array(tie('condition'), { maxLength: 3 }).map((all): Condition => ({ all })),
    fc.array(tie('condition'), { maxLength: 3 }).map((any): Condition => ({ any })),
    tie('condition').map((not): Condition => ({ not })),
  ),
}));

/** Every way in which the attributes can stand. */
const records = Array.from({ length: 2 ** names.length }, (_, bits) => ({
  id: 'r',
  type: 'thing',
  nodes: [],
  attributes: Object.fromEntries(names.map((name, index) => [name, (bits >> index) % 2 === 1])),
}));
const subject = { id: 's', type: 'user', groups: [], attributes: {}, lists: {} };
const holdsOn = (given: Condition): boolean[] => {
  const predicate = compileCondition(given);
  return records.map((resource) =>
    predicate({ subject, action: 'view', resource, now: '2026-01-01T00:00:00.000Z' }),
  );
};

test('what one condition gives beyond another is what it gives and the other does not', () => {
  fc.assert(
    fc.property(condition, condition, (one, other) => {
      assert.deepEqual(holdsOn(beyond(one, other)), holdsOn(allOf([one, notOf(other)])));
    }),
    { numRuns: 500 },
  );
});

test('adding an alternative takes nothing away, and no record has to be asked for that', () => {
  fc.assert(
    fc.property(atom, atom, atom, (one, other, third) => {
      const [before, after]: [Condition, Condition] = [
        { all: [one, other] },
        { any: [{ all: [one, other] }, third] },
      ];
      assert.deepEqual(beyond(before, after), { any: [] });
    }),
  );
});

const changes: readonly ((rule: Rule) => Rule[])[] = [
  () => [],
  (rule) => [{ ...rule, when: undefined }],
  (rule) => [{ ...rule, groups: undefined }],
  (rule) => [{ ...rule, actions: undefined }],
  (rule) => [{ ...rule, nodes: undefined }],
  (rule) => [{ ...rule, effect: rule.effect === 'permit' ? 'forbid' : 'permit' }],
];

/** The model with the rule at the place changed. */
function changed(
  model: RightsModel,
  gateAt: number,
  ruleAt: number,
  change: (rule: Rule) => Rule[],
): RightsModel {
  const gates = model.gates.map((gate, index) =>
    index === gateAt
      ? { ...gate, rules: gate.rules.flatMap((rule, at) => (at === ruleAt ? change(rule) : [rule])) }
      : gate,
  );
  return { ...model, gates };
}

const now = '2026-06-15T08:00:00.000Z';
const clip = <Each>(all: readonly Each[], most: number): Each[] => {
  const step = Math.max(1, Math.floor(all.length / most));
  return all.filter((_, index) => index % step === 0);
};

for (const name of worldNames) {
  test(`${name}: what is called the same with a rule changed is the same for everybody, and something is not`, () => {
    const world = readWorld(name);
    const model = compileForms(world.forms);
    const people = [...subjectsOf(world).values()];
    const places = clip(
      model.gates.flatMap(({ rules }, gateAt) => rules.map((_, ruleAt) => [gateAt, ruleAt] as const)),
      60,
    );
    let [same, other] = [0, 0];
    for (const [index, [gateAt, ruleAt]] of places.entries()) {
      const change = changes[index % changes.length]!;
      const models = [model, changed(model, gateAt, ruleAt, change)] as const;
      const evaluators = models.map((each) => new Evaluator(each));
      for (const { name: type, actions, ofModel } of model.resourceTypes) {
        for (const action of actions) {
          const nodes = ofModel
            ? clip(
                model.nodes.filter((node) => node.type === type),
                10,
              )
            : [undefined];
          for (const node of nodes) {
            const isSame = node
              ? sameForNode(models, type, action, node.id)
              : sameForRecords(models, type, action);
            if (!isSame) other++;
            if (!isSame) continue;
            same++;
            for (const person of people) {
              const [before, after] = models.map((each, at) =>
                node
                  ? evaluators[at]!.decide({
                      subject: person,
                      action,
                      now,
                      resource: { id: node.id, type, nodes: [node.id], attributes: {} },
                    }).allowed
                  : foldDecision(each, type, action, { subject: person, now }),
              );
              assert.deepEqual(after, before, `${gateAt}.${ruleAt} ${type} ${action} ${node?.id ?? ''}`);
            }
          }
        }
      }
    }
    assert.ok(same > 0 && other > 0, `${same} the same, ${other} not`);
  });
}
