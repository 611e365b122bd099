// Context values: one canonical form, and everything that does not fit is named. And patterns that may be used.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  canonicalContext,
  checkContext,
  isSafePattern,
  type ContextDefinition,
} from '../../../src/modules/rights/index.ts';

const definition = (code: string, rest: Partial<ContextDefinition> = {}): ContextDefinition => ({
  id: code,
  code,
  names: {},
  kind: 'list',
  required: false,
  many: false,
  pattern: null,
  options: ['a', 'b'].map((option) => ({ code: option, names: {}, withdrawnAt: null })),
  ...rest,
});
const codes = (definitions: ContextDefinition[], values: Record<string, string[]>, units: string[] = []) =>
  Object.fromEntries(
    Object.entries(checkContext(definitions, values, new Set(units))).map(([field, { code }]) => [
      field,
      code,
    ]),
  );

describe('context values', () => {
  it('have one canonical form whatever the order, doubles and blanks', () => {
    assert.deepEqual(canonicalContext({ b: ['z', ' a ', 'z'], a: [], c: [' '] }), { b: ['a', 'z'] });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(fc.string())), (values) => {
        const once = canonicalContext(values);
        const turned = Object.fromEntries(
          Object.entries(values)
            .reverse()
            .map(([code, list]) => [code, list.toReversed()]),
        );
        assert.equal(JSON.stringify(canonicalContext(turned)), JSON.stringify(once));
        assert.deepEqual(canonicalContext(once), once);
      }),
    );
  });

  it('are required, single or known as their definition says', () => {
    const definitions = [definition('module', { required: true }), definition('area', { many: true })];
    assert.deepEqual(codes(definitions, {}), { 'context.module': 'context_required' });
    assert.deepEqual(codes(definitions, { module: ['a', 'b'], area: ['a', 'b'] }), {
      'context.module': 'context_one_only',
    });
    assert.deepEqual(codes(definitions, { module: ['c'], other: ['x'] }), {
      'context.module': 'context_value_unknown',
      'context.other': 'context_unknown',
    });
  });

  it('that were withdrawn can no longer be chosen', () => {
    const withdrawn = definition('module', { options: [{ code: 'a', names: {}, withdrawnAt: new Date() }] });
    assert.deepEqual(codes([withdrawn], { module: ['a'] }), { 'context.module': 'context_value_unknown' });
  });

  it('of kind unit are units of the organisation', () => {
    const unit = definition('unit', { kind: 'unit', options: [] });
    assert.deepEqual(codes([unit], { unit: ['finance'] }, ['finance']), {});
    assert.deepEqual(codes([unit], { unit: ['police'] }, ['finance']), {
      'context.unit': 'context_unit_unknown',
    });
  });

  it('of kind text match the whole pattern, and hold nothing that breaks a role value', () => {
    const text = definition('number', { kind: 'text', pattern: 'CC\\d{4}', options: [] });
    assert.deepEqual(codes([text], { number: ['CC1234'] }), {});
    for (const wrong of ['CC12345', 'xCC1234', 'CC1234\n'])
      assert.notDeepEqual(codes([text], { number: [wrong] }), {}, wrong);
    assert.deepEqual(codes([text], { number: ['CC12345'] }), { 'context.number': 'context_pattern' });
    assert.deepEqual(codes([definition('free', { kind: 'text', options: [] })], { free: ['a:b'] }), {
      'context.free': 'context_characters',
    });
    assert.deepEqual(
      codes([definition('free', { kind: 'text', options: [] })], { free: ['x'.repeat(101)] }),
      { 'context.free': 'too_long' },
    );
  });
});

describe('patterns', () => {
  it('are accepted when they end in reasonable time', () => {
    const wishes = 'BE[01]\\d{9}|[A-Z]+-?\\d+-?\\d+|ten|eleven|twelve';
    for (const pattern of ['\\d{4}', '[A-Z]{2}-\\d+', '(north|south)', 'CC\\.?\\d{1,6}', '[^:]+', wishes])
      assert.ok(isSafePattern(pattern), pattern);
  });

  it('are refused when they may take for ever, look around, refer back or are wrong', () => {
    for (const pattern of [
      '(a+)+',
      '(a|a)*',
      '(a){2,}',
      '(?=a)a',
      '(a)\\1',
      'a+a+a+a+',
      'a?'.repeat(33) + 'a'.repeat(33),
      'a{0,99}'.repeat(14),
      'a{1,50}'.repeat(6),
      '(a|a)(b|b)'.repeat(10) + 'a*a*',
      '[',
      '',
      'x'.repeat(101),
      '\\p{L}+(?:b*)*',
    ]) {
      assert.ok(!isSafePattern(pattern), pattern);
    }
  });
});
