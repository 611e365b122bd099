// Check digits and ways of writing of the numbers of organisations and people.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  foldText,
  formatIdentifier,
  normaliseIdentifier,
  type IdentifierScheme,
} from '../../../src/modules/organisations/index.ts';

const cases: [IdentifierScheme, string, string | undefined][] = [
  // Company number of a public body, as published.
  ['kbo', '0207.509.031', '0207509031'],
  ['kbo', 'BE 0207 509 031', '0207509031'],
  ['kbo', '207509031', '0207509031'],
  ['kbo', '0207509032', undefined],
  ['kbo', '2207509031', undefined],
  ['kbo', '02075090311', undefined],
  ['ovo', 'ovo000617', 'OVO000617'],
  ['ovo', 'OVO617', undefined],
  ['nis', '44021', '44021'],
  ['nis', '4402', undefined],
  // Seed 001: a board and its school.
  ['institution', '107458', '107458'],
  ['institution', '9662', '9662'],
  ['institution', '009662', '9662'],
  ['institution', '1074580', undefined],
  // The example of the national register's own documentation, and the same with the check of the other century.
  ['rrn', '85.07.30-033.28', '85073003328'],
  ['rrn', '85.07.30-033.61', undefined],
  ['rrn', '17 07 30 033 84', '17073003384'],
  // A BIS number: 40 added to the month.
  ['rrn', '85.47.30-033.17', '85473003317'],
  ['rrn', '85.13.30-033.28', undefined],
  ['rrn', '85.07.32-033.28', undefined],
  ['staff', 'ab-12/3', 'AB123'],
  ['staff', 'a:b', undefined],
];

for (const [scheme, text, expected] of cases) {
  test(`${scheme} ${text} → ${expected ?? 'refused'}`, () => {
    assert.equal(normaliseIdentifier(scheme, text), expected);
  });
}

test('a changed digit of a company number is always found', () => {
  const body = fc.integer({ min: 2_000_000, max: 19_999_999 });
  fc.assert(
    fc.property(body, fc.nat(9), fc.integer({ min: 1, max: 9 }), (digits, place, shift) => {
      const text = String(digits).padStart(8, '0');
      const number = text + String(97 - (digits % 97)).padStart(2, '0');
      assert.equal(normaliseIdentifier('kbo', formatIdentifier('kbo', number)), number);
      const wrong = [...number]
        .map((digit, at) => (at === place ? String((Number(digit) + shift) % 10) : digit))
        .join('');
      assert.equal(normaliseIdentifier('kbo', wrong), undefined);
    }),
  );
});

test('national register numbers of both centuries are found right, a changed check is not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 997 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 96 }),
      (serial, young, shift) => {
        const body = `050617${String(serial).padStart(3, '0')}`;
        const check = (digits: string) => 97 - (Number(digits) % 97);
        const number = body + String(check(young ? `2${body}` : body)).padStart(2, '0');
        assert.equal(normaliseIdentifier('rrn', formatIdentifier('rrn', number)), number);
        const other = ((Number(number.slice(9)) - 1 + shift) % 97) + 1;
        fc.pre(other !== check(body) && other !== check(`2${body}`));
        assert.equal(normaliseIdentifier('rrn', body + String(other).padStart(2, '0')), undefined);
      },
    ),
  );
});

test('folding makes spelling variants the same', () => {
  assert.equal(foldText('  Œuvre   d’ÉTÉ ß Ø Łódź '), 'oeuvre d’ete ss o lodz');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) =>
      assert.equal(foldText(foldText(text)), foldText(text)),
    ),
  );
});
