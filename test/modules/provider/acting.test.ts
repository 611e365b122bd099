// For whom somebody acts: the decision alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decideActing,
  parseActingHint,
  type ActingCandidate,
} from '../../../src/modules/provider/provider.acting.ts';

const candidate = (code: string, targetGroupCode = 'local'): ActingCandidate => ({
  organisationId: `id-${code}`,
  code,
  name: code,
  targetGroupCode,
  until: null,
});
const [a, b, c] = [candidate('A'), candidate('B'), candidate('C', 'school')];
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

describe('deciding for whom somebody acts', () => {
  test('none at all', () => assert.deepEqual(decideActing({ candidates: [] }), { kind: 'none' }));

  test('the only one is not asked for', () =>
    assert.deepEqual(decideActing({ candidates: [a] }), { kind: 'chosen', candidate: a }));

  test('several are asked for', () => assert.equal(decideActing({ candidates: [a, b] }).kind, 'choose'));

  test('what the session acts for already stays', () =>
    assert.deepEqual(decideActing({ candidates: [a, b], current: b.organisationId }), {
      kind: 'chosen',
      candidate: b,
    }));

  test('what the session acted for counts no more once its rights ended', () =>
    assert.deepEqual(decideActing({ candidates: [a], current: b.organisationId }), {
      kind: 'chosen',
      candidate: a,
    }));

  test('a hint directs, also away from the present choice', () =>
    assert.deepEqual(
      decideActing({ candidates: [a, b], hint: { organisationCode: 'B' }, current: a.organisationId }),
      { kind: 'chosen', candidate: b },
    ));

  test('a hint for a target group with one organisation directs', () =>
    assert.deepEqual(decideActing({ candidates: [a, b, c], hint: { targetGroupCode: 'school' } }), {
      kind: 'chosen',
      candidate: c,
    }));

  test('a hint for a target group with several narrows the choice', () => {
    const decision = decideActing({ candidates: [a, b, c], hint: { targetGroupCode: 'local' } });
    assert.deepEqual(decision, { kind: 'choose', candidates: [a, b], hintFits: true });
  });

  test('a hint that does not fit never chooses by itself, even when there is only one', () => {
    const decision = decideActing({ candidates: [a], hint: { organisationCode: 'X' } });
    assert.deepEqual(decision, { kind: 'choose', candidates: [a], hintFits: false });
  });

  test('both parts of a hint have to fit', () =>
    assert.equal(
      decideActing({ candidates: [a, c], hint: { organisationCode: 'A', targetGroupCode: 'school' } }).kind,
      'choose',
    ));

  test('a forced choice is asked even with one, and what was picked wins', () => {
    assert.equal(decideActing({ candidates: [a], mustAsk: true }).kind, 'choose');
    const picked = decideActing({ candidates: [a, b], picked: b.organisationId, mustAsk: true });
    assert.deepEqual(picked, { kind: 'chosen', candidate: b });
  });

  test('somebody else’s organisation cannot be picked', () =>
    assert.equal(decideActing({ candidates: [a, b], picked: 'id-other' }).kind, 'choose'));
});

describe('a login hint', () => {
  test('is read from base64 and from base64url', () => {
    const hint = { cap_hint: 'local', code_hint: 'OVO000123' };
    const expected = { targetGroupCode: 'local', organisationCode: 'OVO000123' };
    assert.deepEqual(parseActingHint(base64(hint)), expected);
    assert.deepEqual(parseActingHint(Buffer.from(JSON.stringify(hint)).toString('base64url')), expected);
  });

  for (const value of [
    'an@mail.example',
    'an',
    '',
    base64({}),
    base64({ code_hint: 5 }),
    base64('x'),
    'a'.repeat(2000),
    7,
  ]) {
    test(`is not made of ${JSON.stringify(value).slice(0, 30)}`, () =>
      assert.equal(parseActingHint(value), undefined));
  }
});
