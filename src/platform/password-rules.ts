// Which new passwords are refused: too short, guessable by everybody, or guessable by who knows the person.
// No rules on kinds of characters: they make passwords worse. Source: NIST SP 800-63B-4 §3.1.1.2.
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import type { FieldError } from './errors.ts';
import { normalise } from './password-hash.ts';

const LIST_FILE = new URL('../../config/common-passwords.txt', import.meta.url);
const MAX_LENGTH = 256;
/** Letters and digits that must be left when everything well known is taken out. */
const MIN_OWN_CHARACTERS = 6;
const MIN_DISTINCT_CHARACTERS = 5;
const MIN_PERSONAL_LENGTH = 4;
/** Share of neighbours that continue a row of keys or of the alphabet. */
const MAX_SEQUENCE_SHARE = 0.7;

const KEY_ROWS =
  'qwertyuiop asdfghjkl zxcvbnm azertyuiop qsdfghjklm wxcvbn qwertzuiop yxcvbnm 1234567890'.split(' ');
/** What each character is commonly used for. */
const SWAPS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'il',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'il',
  '+': 't',
  '€': 'e',
};

/** What is known of the person whose password it will be. */
export type AboutPerson = { userName?: string; mail?: string; names?: readonly string[] };

/** Says why a password is refused (a translation key below `errors`, with its parameters), or undefined. */
export type CheckPassword = (password: string, about?: AboutPerson) => FieldError | undefined;

/**
 * Reads config/common-passwords.txt once.
 * Codes: `password_too_short` {min}, `password_too_long` {max}, `password_repeated`, `password_sequence`,
 * `password_personal`, `password_common`.
 */
export function createPasswordRules(config: Pick<Config, 'passwordMinLength'>): CheckPassword {
  const common = readCommonPasswords();
  const min = config.passwordMinLength;
  return (typed, about = {}): FieldError | undefined => {
    const characters = [...normalise(typed)];
    if (characters.length < min) return { code: 'password_too_short', params: { min } };
    if (characters.length > MAX_LENGTH) return { code: 'password_too_long', params: { max: MAX_LENGTH } };
    const password = simplify(characters.join(''));
    if (isRepetition(characters, min)) return { code: 'password_repeated' };
    if (isSequence(password)) return { code: 'password_sequence' };
    if (personalWords(about).some((word) => contains(password, word))) return { code: 'password_personal' };
    if (isCommon(password, common)) return { code: 'password_common' };
    return undefined;
  };
}

type CommonPasswords = { whole: readonly string[]; fragments: readonly string[] };

function readCommonPasswords(): CommonPasswords {
  const lines = readFileSync(LIST_FILE, 'utf8').split('\n');
  const entries = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const fragments = entries.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  return {
    whole: entries.filter((line) => !line.startsWith('+')),
    // Longest first, so that "qwerty" does not leave "uiop" behind.
    fragments: fragments.sort((a, b) => b.length - a.length),
  };
}

/** Lower case letters without accents, digits, and the signs that stand for letters. */
function simplify(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}@$!+€]/gu, '');
}

function isCommon(password: string, { whole, fragments }: CommonPasswords): boolean {
  return (
    ownCharacters(password, fragments) < MIN_OWN_CHARACTERS ||
    whole
      // A phrase much shorter than the password leaves more than enough; checking it anyway took 60 ms at 256.
      .filter((phrase) => password.length < 2 * phrase.length + MIN_OWN_CHARACTERS)
      .some((phrase) => ownCharacters(password, [phrase]) < MIN_OWN_CHARACTERS)
  );
}

/** How many letters and digits are left when every one of `words` is taken out. */
function ownCharacters(password: string, words: readonly string[]): number {
  let own = 0;
  for (let at = 0; at < password.length;) {
    const word = words.find((candidate) => matchesAt(password, at, candidate));
    if (word === undefined && /[\p{L}\p{N}]/u.test(password[at] ?? '')) own += 1;
    at += word?.length ?? 1;
  }
  return own;
}

function matchesAt(password: string, at: number, word: string): boolean {
  if (at + word.length > password.length) return false;
  for (let index = 0; index < word.length; index += 1) {
    const found = password[at + index] ?? '';
    const wanted = word[index] ?? '';
    if (found !== wanted && !SWAPS[found]?.includes(wanted)) return false;
  }
  return true;
}

function contains(password: string, word: string): boolean {
  for (let at = 0; at <= password.length - word.length; at += 1) {
    if (matchesAt(password, at, word)) return true;
  }
  return false;
}

function personalWords({ userName = '', mail = '', names = [] }: AboutPerson): string[] {
  const [local = ''] = mail.split('@', 1);
  const words = [
    userName,
    local,
    ...local.split(/[._+-]/),
    ...names,
    ...names.flatMap((name) => name.split(/[\s-]/)),
  ];
  return words.map(simplify).filter((word) => word.length >= MIN_PERSONAL_LENGTH);
}

/** Few different characters, or something short over and over. */
function isRepetition(characters: readonly string[], minLength: number): boolean {
  if (new Set(characters).size < MIN_DISTINCT_CHARACTERS) return true;
  const longestUnit = Math.min(minLength - 1, Math.floor(characters.length / 2));
  for (let unit = 1; unit <= longestUnit; unit += 1) {
    if (characters.every((character, index) => index < unit || character === characters[index - unit]))
      return true;
  }
  return false;
}

function isSequence(password: string): boolean {
  let continuing = 0;
  for (let index = 1; index < password.length; index += 1) {
    if (areNeighbours(password[index - 1] ?? '', password[index] ?? '')) continuing += 1;
  }
  return continuing >= MAX_SEQUENCE_SHARE * (password.length - 1);
}

function areNeighbours(a: string, b: string): boolean {
  if (Math.abs(a.charCodeAt(0) - b.charCodeAt(0)) <= 1) return true;
  return KEY_ROWS.some((row) => row.includes(a + b) || row.includes(b + a));
}
