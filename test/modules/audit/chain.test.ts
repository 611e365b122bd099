// The text that is hashed: whatever a row holds, it is the JSON of the content, with sorted keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../../src/modules/audit/audit.chain.ts';

/** The plain way: every part by JSON.stringify. */
function reference(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(reference).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${reference(member)}`).join(',')}}`;
}

test('is the same for the same content, in whatever order it was put together', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'medium', stringUnit: 'binary' }), (value) => {
      assert.equal(canonicalJson(value), reference(value));
    }),
    { numRuns: 2000 },
  );
});

test('escapes what JSON escapes, in keys and values', () => {
  for (const text of ['"', '\\', '\n', '\u007f', '\u2028', '\ud800', 'é', ' !~', ''])
    assert.equal(canonicalJson({ [text]: text }), JSON.stringify({ [text]: text }));
});
