// Texts stand in memory in the order that the database gives them, whatever they are made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { atMost } from '../../../src/modules/decisions/condition.evaluate.ts';

test('texts are ordered by code points, as bytes of UTF-8 are', () => {
  const characters = ['a', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'];
  const text = fc.string({ unit: fc.constantFrom(...characters), maxLength: 4 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      assert.equal(atMost(left, right), Buffer.compare(Buffer.from(left), Buffer.from(right)) <= 0);
    }),
    { numRuns: 5000 },
  );
});
