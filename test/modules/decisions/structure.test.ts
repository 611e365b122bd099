// The structure of the four worlds, thing by thing: a form sent as it stands changes nothing; whatever is taken out leaves nothing
// behind that speaks of it, or says why it has to stay.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkForms, keepingFromDraft } from '../../../src/modules/decisions/forms/index.ts';
import { withMovedThing, withoutThing, withThing } from '../../../src/modules/decisions/structure/edits.ts';
import { itemsOf, keyOf, partKinds, type Part } from '../../../src/modules/decisions/structure/part.model.ts';
import { findPart, partsOf } from '../../../src/modules/decisions/structure/parts.ts';
import { typedOf } from '../../../src/modules/decisions/structure/thing.ts';
import { readWorld, worldNames } from '../../../src/modules/decisions/worlds/worlds.files.ts';

const all = (forms: Parameters<typeof partsOf>[0]): Part[] =>
  partsOf(forms).flatMap((part) => [part, ...Object.values(part.inside ?? {})]);

describe('the structure of a rights model', () => {
  it('has every kind of part in the four worlds', () => {
    const kinds = new Set(worldNames.flatMap((name) => all(readWorld(name).forms).map(({ kind }) => kind)));
    assert.deepEqual(
      partKinds.filter((kind) => !kinds.has(kind)),
      [],
    );
  });

  for (const name of worldNames) {
    const { forms } = readWorld(name);
    const things = all(forms).flatMap((part) =>
      itemsOf(forms, part).map((item, index) => ({ part, item, key: keyOf(part, item, index) })),
    );

    it(`${name}: a form sent as it stands changes nothing`, () => {
      for (const { part, item, key } of things) {
        const typed = Object.fromEntries(part.fields.map((field) => [field.name, typedOf(field, item)]));
        assert.deepEqual(withThing(forms, part, key, typed), { forms }, `${part.id} ${key}`);
      }
    });

    it(`${name}: what is taken out leaves nothing behind that speaks of it`, () => {
      let removed = 0;
      for (const { part, key } of things.filter((thing) => !thing.part.fixed)) {
        const removal = withoutThing(forms, part, key);
        if (!removal.forms) {
          const isLast = itemsOf(forms, part).length === 1;
          assert.ok(removal.problems.length > 0 || isLast, `${part.id} ${key} stays without a reason`);
          continue;
        }
        removed += 1;
        assert.deepEqual(keepingFromDraft(checkForms(removal.forms)), [], `${part.id} ${key}`);
        const then = findPart(removal.forms, part.id)!;
        assert.equal(itemsOf(removal.forms, then).length, itemsOf(forms, part).length - 1);
      }
      assert.ok(removed > things.length / 2);
    });

    it(`${name}: up and down again is where it was`, () => {
      for (const part of all(forms).filter(({ shape }) => shape !== 'members')) {
        const items = itemsOf(forms, part);
        if (items.length < 2 || part.key === undefined) continue;
        const key = keyOf(part, items[0]!, 0);
        const down = withMovedThing(forms, part, key, 1);
        assert.equal(keyOf(part, itemsOf(down, part)[1]!, 1), key);
        assert.deepEqual(withMovedThing(down, part, key, -1), forms);
        assert.deepEqual(withMovedThing(forms, part, key, -1), forms);
      }
    });
  }
});
