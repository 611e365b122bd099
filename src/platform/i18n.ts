// Words, dates and numbers in the four languages of the product, read once at start from config/locales.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import i18next from 'i18next';
import { createFormats, formatNumber, type Formats } from './formats.ts';

export const languages = ['en', 'nl', 'fr', 'de'] as const;
export type Language = (typeof languages)[number];
export type TranslationParams = Readonly<Record<string, string | number | undefined>>;

interface Tree {
  [key: string]: string | Tree;
}

/** Everything a page needs to speak one language. */
export interface T extends Formats {
  readonly lang: Language;
  /** The text of a key such as `people.list.title`; English, then the key itself, when it is missing. */
  t(key: string, params?: TranslationParams): string;
  /** Whether the key has a text in this language or in English. */
  has(key: string): boolean;
  /** One sentence for an error code: `errors.<code>` or `errors.<code>.text`. */
  error(error: { code: string; params?: TranslationParams }): string;
}

export interface Translator {
  readonly languages: readonly Language[];
  forLanguage(language: string | undefined, timeZone?: string): T;
}

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && (languages as readonly string[]).includes(value);
}

/**
 * Reads `localesDir/<lang>/<module>.json`; the file name is the first segment of its keys. An `errors` object in a
 * module's file is merged into the common `errors`, so that a module brings the texts of its own error codes.
 */
export function createTranslator(options: { localesDir: string; timeZone?: string }): Translator {
  const resources = Object.fromEntries(
    languages.map((lang) => [lang, { translation: readLanguage(join(options.localesDir, lang)) }]),
  );
  const engine = i18next.createInstance();
  engine.use({ type: 'formatter', init: () => {}, add: () => {}, addCached: () => {}, format: formatParam });
  void engine.init({
    resources,
    initAsync: false,
    fallbackLng: 'en',
    supportedLngs: [...languages],
    nsSeparator: false,
    interpolation: { escapeValue: false, alwaysFormat: true },
    returnNull: false,
  });
  const cache = new Map<string, T>();
  const defaultZone = options.timeZone ?? 'Europe/Brussels';

  const build = (lang: Language, zone: string): T => {
    const translate = engine.getFixedT(lang);
    const has = (key: string): boolean => engine.exists(key, { lng: lang });
    const fixed = new Map<string, string>();
    // A page has dozens of texts without anything to fill in: looking each up anew was a fifth of showing it.
    const fixedText = (key: string): string => {
      const text = translate(key, {});
      // Only what the files hold, so that a key somebody else chooses cannot fill the memory.
      if (has(key)) fixed.set(key, text);
      return text;
    };
    const t = (key: string, params?: TranslationParams): string =>
      params === undefined ? (fixed.get(key) ?? fixedText(key)) : translate(key, { ...params });
    return { lang, t, has, error: (error) => errorText(t, has, error), ...createFormats(lang, zone, t) };
  };

  return {
    languages,
    forLanguage(language, timeZone = defaultZone) {
      const lang = isLanguage(language) ? language : 'en';
      const key = `${lang} ${timeZone}`;
      const known = cache.get(key) ?? build(lang, timeZone);
      cache.set(key, known);
      return known;
    },
  };
}

/** `{{count}}` is written as the language writes numbers; all else (years, codes, names) exactly as given. */
function formatParam(
  value: unknown,
  _format: string | undefined,
  lang: string | undefined,
  options?: { interpolationkey?: string },
): string {
  const isCount = options?.interpolationkey === 'count' && typeof value === 'number';
  return isCount && isLanguage(lang) ? formatNumber(lang, value) : String(value);
}

function errorText(
  t: T['t'],
  has: T['has'],
  { code, params }: { code: string; params?: TranslationParams },
): string {
  if (has(`errors.${code}.text`)) return t(`errors.${code}.text`, params);
  if (has(`errors.${code}`)) return t(`errors.${code}`, params);
  return t('errors.invalid.text', params);
}

function readLanguage(dir: string): Tree {
  const tree: Tree = {};
  const errors: Tree = {};
  for (const file of readdirSync(dir).sort()) {
    if (!file.endsWith('.json')) continue;
    const name = file.slice(0, -'.json'.length);
    const content = JSON.parse(readFileSync(join(dir, file), 'utf8')) as Tree;
    completePlurals(content);
    if (name === 'errors') Object.assign(errors, content);
    else tree[name] = content;
    if (name !== 'errors' && typeof content['errors'] === 'object') Object.assign(errors, content['errors']);
  }
  return { ...tree, errors };
}

/** French has a plural form for millions; without it i18next would fall back to English, so it takes `_other`. */
function completePlurals(tree: Tree): void {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object') completePlurals(value);
    else if (key.endsWith('_other')) tree[key.replace(/_other$/, '_many')] ??= value;
  }
}
