// The numbers by which organisations and people are known elsewhere, with their check digits. Pure.

/** Of organisations: company number, Flemish organisation code, municipality code, education institution number. */
export const organisationSchemes = ['kbo', 'ovo', 'nis', 'institution'] as const;
export type OrganisationScheme = (typeof organisationSchemes)[number];

/** Of people: national register or BIS number; staff number, which only counts inside one organisation. */
export const personSchemes = ['rrn', 'staff'] as const;
export type PersonScheme = (typeof personSchemes)[number];

export type IdentifierScheme = OrganisationScheme | PersonScheme;

const normalisers: Readonly<Record<IdentifierScheme, (compact: string) => string | undefined>> = {
  kbo: normaliseKbo,
  ovo: (text) => matching(/^OVO\d{6}$/, text.toUpperCase()),
  nis: (text) => matching(/^\d{5}$/, text),
  institution: (text) => matching(/^\d{1,6}$/, text)?.replace(/^0+(?=\d)/, ''),
  rrn: normaliseRrn,
  staff: (text) => matching(/^[A-Z0-9_]{1,32}$/, text.toUpperCase()),
};

export function isIdentifierScheme(text: string): text is IdentifierScheme {
  return Object.hasOwn(normalisers, text);
}

/**
 * The one way of writing an identifier that is stored and compared, or undefined when it cannot exist. Dots, spaces,
 * dashes and slashes of the usual ways of writing are ignored.
 */
export function normaliseIdentifier(scheme: IdentifierScheme, text: string): string | undefined {
  return normalisers[scheme](text.replace(/[\s.\-/]/g, ''));
}

/** As people write it: `0207.509.031`, `85.07.30-033.28`. */
export function formatIdentifier(scheme: string, value: string): string {
  if (scheme === 'kbo') return value.replace(/^(\d{4})(\d{3})(\d{3})$/, '$1.$2.$3');
  if (scheme === 'rrn') return value.replace(/^(\d\d)(\d\d)(\d\d)(\d{3})(\d\d)$/, '$1.$2.$3-$4.$5');
  return value;
}

function matching(pattern: RegExp, text: string): string | undefined {
  return pattern.test(text) ? text : undefined;
}

/** Ten digits, the last two 97 minus the rest modulo 97. Old numbers of nine digits get the leading zero they lost. */
function normaliseKbo(compact: string): string | undefined {
  const digits = compact.replace(/^BE/i, '');
  const number = digits.length === 9 ? `0${digits}` : digits;
  if (!/^[01]\d{9}$/.test(number)) return undefined;
  return 97 - (Number(number.slice(0, 8)) % 97) === Number(number.slice(8)) ? number : undefined;
}

/**
 * Eleven digits: birth date, serial, check. From the year 2000 on a 2 stands, unwritten, before the number when the
 * check is computed. BIS numbers have 20 or 40 added to the month; unknown months and days are zero.
 */
function normaliseRrn(number: string): string | undefined {
  if (!/^\d{11}$/.test(number)) return undefined;
  const month = Number(number.slice(2, 4));
  const day = Number(number.slice(4, 6));
  if (month > 52 || month % 20 > 12 || day > 31) return undefined;
  const check = Number(number.slice(9));
  const body = number.slice(0, 9);
  const centuries = [body, `2${body}`];
  return centuries.some((digits) => 97 - (Number(digits) % 97) === check) ? number : undefined;
}
