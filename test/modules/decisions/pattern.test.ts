// Patterns mean what a regular expression would, and texts stand in the order of the database, for any short texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { atMost } from '../../../src/modules/decisions/condition.evaluate.ts';
import { matchesPattern } from '../../../src/modules/decisions/pattern.ts';

const textOf = (characters: string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...characters), { maxLength }).map((list) => list.join(''));

test('a pattern matches as a regular expression would', () => {
  fc.assert(
    fc.property(textOf(['a', 'b', '.', '\n'], 8), textOf(['a', 'b', '.', '*', '*'], 7), (text, pattern) => {
      const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '[^]*');
      assert.equal(matchesPattern(text, pattern), new RegExp(`^${expression}$`).test(text));
    }),
    { numRuns: 20_000 },
  );
});

test('texts are ordered by code points, as bytes of UTF-8 are', () => {
  const text = textOf(['a', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'], 4);
  fc.assert(
    fc.property(text, text, (left, right) => {
      assert.equal(atMost(left, right), Buffer.compare(Buffer.from(left), Buffer.from(right)) <= 0);
    }),
    { numRuns: 5000 },
  );
});
