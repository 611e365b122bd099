// Patterns with `*` match as the database's LIKE does, and none takes long, whatever somebody writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesPattern } from '../../../src/modules/decisions/wildcards.ts';

/** What the pattern means, tried place by place: slow, and plain to see. */
function matchesPlainly(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return text[0] === pattern[0] && matchesPlainly(text.slice(1), pattern.slice(1));
  return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some((rest) =>
    matchesPlainly(rest, pattern.slice(1)),
  );
}

test('a pattern matches what it means', () => {
  const short = (...letters: string[]) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 6 });
  fc.assert(
    fc.property(short('a', 'b'), short('a', 'b', '*', '*'), (text, pattern) => {
      assert.equal(matchesPattern(text, pattern), matchesPlainly(text, pattern));
    }),
    { numRuns: 5000 },
  );
});

test('what overlaps is not counted twice, and other signs stand for themselves', () => {
  assert.equal(matchesPattern('aba', 'ab*ba'), false);
  assert.equal(matchesPattern('abba', 'ab*ba'), true);
  assert.equal(matchesPattern('1', '1*'), true);
  assert.equal(matchesPattern('a.c', 'a.*'), true);
  assert.equal(matchesPattern('abc', 'a.*'), false);
});

test('many stars against a long text are answered at once', () => {
  const pattern = `${'*a'.repeat(39)}*b`;
  assert.equal(matchesPattern('a'.repeat(4000), pattern), false);
  assert.equal(matchesPattern(`${'a'.repeat(4000)}b`, pattern), true);
});
