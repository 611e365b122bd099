// Which passwords are refused, with which reason, and that ordinary long sentences are not.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPasswordRules } from '../../src/platform/password-rules.ts';
import type { AboutPerson } from '../../src/platform/password-rules.ts';
import { testConfig } from '../support/config.ts';

const check = createPasswordRules(testConfig());
const codesOf = (passwords: readonly string[], about?: AboutPerson) =>
  passwords.map((password) => check(password, about)?.code);

function assertAll(passwords: readonly string[], code: string | undefined, about?: AboutPerson): void {
  for (const password of passwords) assert.equal(check(password, about)?.code, code, password);
}

describe('the length of a password', () => {
  it('is counted in characters as people see them', () => {
    assert.deepEqual(check('kort maar fijn'), { code: 'password_too_short', params: { min: 15 } });
    assert.equal(check('kort maar fijne'), undefined);
    assert.equal(check('é'.normalize('NFD').repeat(14))?.code, 'password_too_short');
    assert.equal(check('🐘🌳🏠🚲🎈🐘🌳🏠🚲🎈🐘🌳🏠🚲')?.code, 'password_too_short');
    const long = Array.from({ length: 256 }, (_, index) => String.fromCodePoint(0x4e00 + index * 7)).join('');
    assert.equal(check(long), undefined);
    assert.deepEqual(check(`${long}x`), { code: 'password_too_long', params: { max: 256 } });
  });

  it('follows the configuration', () => {
    const strict = createPasswordRules(testConfig({ passwordMinLength: 20 }));
    assert.deepEqual(strict('zeventien tekens!'), { code: 'password_too_short', params: { min: 20 } });
  });
});

describe('a password is refused', () => {
  it('when it repeats itself', () => {
    assertAll(
      ['aaaaaaaaaaaaaaaaaa', 'abababababababab', 'kaaskaaskaaskaas', 'olifant-olifant-', '1212121212121213'],
      'password_repeated',
    );
  });

  it('when it follows the alphabet or the keyboard', () => {
    assertAll(
      [
        'abcdefghijklmnop',
        '9876543210987654',
        'qwertyuiopasdfgh',
        'azertyuiopqsdfgh',
        'mlkjhgfdsqpoiuy',
        'QWERTZUIOPasdfg',
      ],
      'password_sequence',
    );
  });

  it('when everybody could guess it', () => {
    assertAll(
      [
        'correct horse battery staple',
        'CorrectHorseBatteryStaple1!',
        'P@ssw0rd-Passw0rd',
        'Password123456789',
        'Welkom01Welkom02',
        'WelcomeSummer2026!',
        'Wachtwoord-2026!',
        'MotDePasse12345!',
        'Eendracht maakt macht',
        'Ouvre-toi, Sésame!',
        'Mandaat Antwerpen 2026',
        '1l0v3y0u1l0v3y0u!',
        'Passwort1234567',
      ],
      'password_common',
    );
  });

  it('when it holds the name, user name or address of the person', () => {
    const about = { userName: 'mdubois7', mail: 'm.peeters@example.org', names: ['Marie-Claire', 'Dubois'] };
    assertAll(
      [
        'kaas van mdubois7 smaakt',
        'tuin Peeters om de hoek',
        'de fiets van MARIE is rood',
        'onze Dub01s-kelder lekt',
      ],
      'password_personal',
      about,
    );
    assert.deepEqual(codesOf(['de fiets van MARIE is rood']), [undefined]);
  });
});

describe('a password is accepted', () => {
  it('when it is long and its own, also in other scripts and without any signs', () => {
    assertAll(
      [
        'vier gele fietsen in de regen',
        'le chat mange une tomate bleue',
        'Morgens tanzt der Hund im Regal',
        'purple kettle sings at noon',
        'xK7$vq-Lw93_ZtRe',
        'пять слонов пьют чай',
        'summer tomato kettle',
        'met 2026 appels naar huis',
      ],
      undefined,
      { userName: 'jan', names: ['Jo', 'An'] },
    );
  });
});
