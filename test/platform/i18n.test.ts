import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createTranslator } from '../../src/platform/i18n.ts';

const dir = mkdtempSync(join(tmpdir(), 'locales-'));
after(() => rmSync(dir, { recursive: true }));

function write(path: string, content: object): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), JSON.stringify(content));
}
const period = { period: { noEnd: 'no end date' } };
write('en/common.json', {
  hello: 'Hello {{name}}',
  only: 'English only',
  rows_one: '{{count}} row',
  rows_other: '{{count}} rows',
  ...period,
});
write('en/people.json', {
  title: 'People',
  errors: { person_gone: { title: 'Gone', text: 'Gone since {{since}}' } },
});
write('en/errors.json', {
  required: 'Fill this in',
  invalid: { title: 'Invalid', text: 'Something is not right' },
});
for (const lang of ['nl', 'fr', 'de'])
  write(`${lang}/common.json`, {
    hello: 'Dag {{name}}',
    rows_one: '{{count}} x',
    rows_other: '{{count}} y',
    ...period,
  });

const translator = createTranslator({ localesDir: dir });
const en = translator.forLanguage('en');
const nl = translator.forLanguage('nl');
const fr = translator.forLanguage('fr');

describe('words', () => {
  it('come from the file that the first segment names, with their parameters', () => {
    assert.equal(en.t('people.title'), 'People');
    assert.equal(nl.t('common.hello', { name: 'An' }), 'Dag An');
  });

  it('fall back to English, then to the key', () => {
    assert.equal(nl.t('common.only'), 'English only');
    assert.equal(nl.t('common.nothing.here'), 'common.nothing.here');
    assert.equal(translator.forLanguage('tlh').lang, 'en');
  });

  it('do not interpret what people typed', () => {
    assert.equal(
      en.t('common.hello', { name: '{{count}} $t(people.title) <b>' }),
      'Hello {{count}} $t(people.title) <b>',
    );
  });

  it('follow the plural of the language, millions in French too', () => {
    assert.equal(en.t('common.rows', { count: 1 }), '1 row');
    assert.equal(en.t('common.rows', { count: 2 }), '2 rows');
    assert.equal(fr.t('common.rows', { count: 0 }), '0 x');
    assert.equal(fr.t('common.rows', { count: 2_000_000 }), `${fr.number(2_000_000)} y`);
    assert.equal(en.t('common.rows', { count: 1204 }), '1,204 rows');
    assert.equal(en.t('common.hello', { name: 2026 }), 'Hello 2026');
  });

  it('for errors come from the common file or from the module that knows the code', () => {
    assert.equal(en.error({ code: 'required' }), 'Fill this in');
    assert.equal(en.error({ code: 'person_gone', params: { since: 'May' } }), 'Gone since May');
    assert.equal(en.error({ code: 'nobody_knows' }), 'Something is not right');
  });
});

describe('dates', () => {
  it('are written in the zone of the reader', () => {
    assert.equal(en.date(new Date('2026-12-31T23:30:00Z')), '1 Jan 2027');
    assert.equal(en.date(new Date('2026-12-31T23:30:00Z'), 'UTC'), '31 Dec 2026');
    assert.equal(en.dateTime(new Date('2026-07-01T10:05:00Z')), '1 Jul 2026, 12:05');
    assert.equal(en.instant(new Date('2026-07-01T10:05:09Z')), '1 Jul 2026, 12:05:09');
  });

  it('without a time never shift', () => {
    assert.equal(translator.forLanguage('en', 'Pacific/Honolulu').date('2026-12-31'), '31 Dec 2026');
  });

  it('of an end show the last day that counts, also around clock changes', () => {
    assert.equal(en.until(new Date('2026-12-31T23:00:00Z')), '31 Dec 2026');
    assert.equal(en.until(new Date('2026-10-25T23:00:00Z')), '25 Oct 2026');
    assert.equal(en.until(new Date('2026-03-29T22:00:00Z')), '29 Mar 2026');
    for (const lang of ['nl', 'fr', 'de']) {
      assert.match(translator.forLanguage(lang).until(new Date('2026-12-31T23:00:00Z')), /^31\.? \S+ 2026$/);
    }
  });

  it('of an end within a day show the time', () => {
    assert.equal(en.until(new Date('2026-12-31T13:05:00Z')), '31 Dec 2026, 14:05');
    assert.equal(en.until(null), 'no end date');
  });

  it('are told relative to now in calendar days', () => {
    const now = new Date('2026-11-22T20:00:00Z');
    assert.equal(en.relative(new Date('2026-11-27T23:00:00Z'), now), 'in 6 days');
    assert.equal(en.relative(new Date('2026-11-22T20:40:00Z'), now), 'in 40 minutes');
    assert.equal(en.relative(new Date('2026-11-21T06:00:00Z'), now), 'yesterday');
    assert.equal(en.relative(new Date('2026-11-22T17:00:00Z'), now), '3 hours ago');
    assert.equal(en.relative(new Date('2029-01-01T00:00:00Z'), now), 'in 2 years');
    assert.equal(nl.relative(new Date('2026-11-27T23:00:00Z'), now), 'over 6 dagen');
  });

  it('and numbers and lists follow the language', () => {
    assert.equal(en.number(1204.5), '1,204.5');
    assert.equal(nl.number(1204.5), '1.204,5');
    assert.equal(nl.list(['a', 'b', 'c']), 'a, b en c');
  });
});
