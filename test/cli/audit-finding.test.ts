// Findings of a verification, as an auditor reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeFinding } from '../../src/cli/audit-finding.ts';

test('one row, several rows, a whole lane and a checkpoint are each named in a sentence', () => {
  const first = (finding: Parameters<typeof describeFinding>[0]) => describeFinding(finding).split('\n')[0];
  assert.equal(first({ kind: 'removed', lane: 2, seq: 7, untilSeq: 7 }), 'Lane 2, row 7 is gone.');
  assert.equal(first({ kind: 'removed', lane: 2, seq: 7, untilSeq: 9 }), 'Lane 2, rows 7 to 9 are gone.');
  assert.match(first({ kind: 'cut_off', lane: 2, seq: 7, untilSeq: 9 })!, /rows 7 to 9 are gone: the end/);
  assert.match(first({ kind: 'inserted', lane: 2, seq: 7, untilSeq: 8 })!, /rows 7 to 8 were put behind/);
  assert.equal(first({ kind: 'head_changed', lane: 3 }), 'Lane 3 is missing from the list of lanes.');
  assert.match(first({ kind: 'checkpoint', place: 'a.jsonl line 2' })!, /^Checkpoint a\.jsonl line 2 cannot/);
});
