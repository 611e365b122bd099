// What is said of a subject, read at one instant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSubjectFacts } from '../../../src/modules/decisions/subject.facts.ts';

test('lists may be called what every object of JavaScript inherits', () => {
  const facts = (pupil: string) => ({
    groups: [],
    attributes: [{ name: 'valueOf', value: 'x' }],
    lists: [{ name: 'constructor', item: { pupil } }],
  });
  const stored = [
    { source: 'sync' as const, facts: facts('pim') },
    { source: 'portal' as const, facts: facts('roos') },
  ];
  const subject = ownSubjectFacts('user', 'les', stored, new Date('2026-06-01T00:00:00Z')).facts!;
  assert.deepEqual(subject.lists, { constructor: [{ pupil: 'pim' }, { pupil: 'roos' }] });
  assert.deepEqual(subject.attributes, { valueOf: 'x' });
});
