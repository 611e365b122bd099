import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createTranslator } from '../../src/platform/i18n.ts';
import { fieldStates, formField, parseForm } from '../../src/web/form.ts';

const zone = 'Europe/Brussels';
const words = createTranslator({ localesDir: join(import.meta.dirname, '../../config/locales') }).forLanguage(
  'en',
);
const schema = z.object({
  name: formField.text(20),
  mail: formField.mail().optional(),
  from: formField.firstDay(zone),
  until: formField.lastDay(zone).optional(),
  notify: formField.ticked(),
  modules: formField.many(),
});

function parse(body: Record<string, unknown>) {
  return parseForm(schema, { name: 'An', from: '2026-11-22', ...body });
}

describe('a form', () => {
  it('becomes a value: trimmed, composed, with periods in instants', () => {
    const parsed = parse({ name: ' Zoe\u0301 ', until: '2026-12-31', notify: 'on', modules: 'a' });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value, {
      name: 'Zoé',
      from: new Date('2026-11-21T23:00:00Z'),
      until: new Date('2026-12-31T23:00:00Z'),
      notify: true,
      modules: ['a'],
    });
  });

  it('takes an empty optional field as absent', () => {
    const parsed = parse({ mail: '', until: '' });
    assert.ok(parsed.ok);
    assert.equal(parsed.value.mail, undefined);
    assert.equal(parsed.value.until, undefined);
    assert.equal(parsed.value.notify, false);
    assert.deepEqual(parsed.value.modules, []);
  });

  it('comes back with one error per field and what was typed', () => {
    const parsed = parse({ name: '', mail: 'an@', from: '2026-02-30', modules: ['a', 'b'] });
    assert.ok(!parsed.ok);
    assert.deepEqual(
      Object.fromEntries(Object.entries(parsed.fields).map(([name, error]) => [name, error.code])),
      { name: 'required', mail: 'invalid_mail', from: 'invalid_date' },
    );
    assert.deepEqual(parsed.typed, { name: '', mail: 'an@', from: '2026-02-30', modules: ['a', 'b'] });
  });

  it('says how long a text may be', () => {
    const parsed = parse({ name: 'x'.repeat(21) });
    assert.ok(!parsed.ok);
    assert.deepEqual(parsed.fields['name'], { code: 'too_long', params: { maximum: 20 } });
    const state = fieldStates(words, parsed)('name');
    assert.equal(state.error, 'Use at most 20 characters');
    assert.equal(state.value, 'x'.repeat(21));
  });

  it('never gives a password back and never trims one', () => {
    const secret = z.object({ password: z.string(), name: z.string() });
    const good = parseForm(secret, { password: ' a  b ', name: 'x' });
    assert.ok(good.ok);
    assert.equal(good.value.password, ' a  b ');
    const bad = parseForm(secret, { password: ' a  b ', _csrf: 'token' });
    assert.deepEqual(bad.typed, {});
  });

  it('ignores nested and polluting input', () => {
    const parsed = parse({ name: { $ne: '' }, __proto__: { polluted: 'yes' } });
    assert.ok(!parsed.ok);
    assert.equal(parsed.fields['name']?.code, 'required');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('shows initial values until something was typed, even when that is nothing', () => {
    assert.equal(fieldStates(words, { initial: { name: 'An' } })('name').value, 'An');
    assert.equal(fieldStates(words, { initial: { name: 'An' }, typed: { name: '' } })('name').value, '');
    assert.equal(fieldStates(words, { initial: { name: null } })('name').value, '');
  });

  it('has words in every language for every code that it makes by itself', () => {
    const codes = ['required', 'choose', 'invalid_value', 'invalid_number', 'invalid_mail', 'invalid_date'];
    for (const code of [...codes, 'too_short', 'too_long', 'too_small', 'too_big']) {
      assert.ok(words.has(`errors.${code}`), code);
    }
  });
});
