// All four languages say the same things, and every key that code or a view names exists.
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { languages } from '../../src/platform/i18n.ts';

const root = join(import.meta.dirname, '../..');
const locales = join(root, 'config/locales');

interface Tree {
  [key: string]: string | Tree;
}

function flatten(tree: Tree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = `${prefix}.${name}`;
    return typeof value === 'string' ? [[key, value] as [string, string]] : flatten(value, key);
  });
}

function readTexts(lang: string): Map<string, string> {
  const files = readdirSync(join(locales, lang)).filter((file) => file.endsWith('.json'));
  return new Map(
    files.flatMap((file) =>
      flatten(JSON.parse(readFileSync(join(locales, lang, file), 'utf8')) as Tree, file.replace('.json', '')),
    ),
  );
}

const params = (text: string): string[] => [...new Set(text.match(/\{\{\s*\w+\s*\}\}/g) ?? [])].sort();
const english = readTexts('en');
const plural = /_(zero|one|two|few|many|other)$/;

/** Keys that can be asked for: as they are, and plurals without their suffix; errors of modules under `errors` too. */
const known = new Set(
  [...english.keys()].flatMap((key) => {
    const moved = key.replace(/^\w+\.errors\./, 'errors.');
    return [key, key.replace(plural, ''), moved, moved.replace(plural, '')];
  }),
);

/** `t('a.b')` literally, and the fixed beginning of a key that is put together: a template literal or a sum. */
function namedKeys(source: string): { key: string; prefix: boolean }[] {
  const calls = source.matchAll(/(?<![\w$])t\(\s*(?:'([^']+)'(\s*\+)?|`([^`$]+)(\$\{)?|"([^"]+)"(\s*\+)?)/g);
  return [...calls].map(([, single, sum, template, hole, double, sum2]) => ({
    key: single ?? template ?? double ?? '',
    prefix: [sum, hole, sum2].some((part) => part !== undefined),
  }));
}

describe('translations', () => {
  for (const lang of languages.filter((language) => language !== 'en')) {
    it(`in ${lang} have the keys and the parameters of English`, () => {
      const texts = readTexts(lang);
      const missing = [...english.keys()].filter((key) => !texts.has(key));
      const unknown = [...texts.keys()].filter((key) => !english.has(key) && !key.endsWith('_many'));
      const different = [...english]
        .filter(([key, text]) => texts.has(key) && `${params(text)}` !== `${params(texts.get(key) ?? '')}`)
        // One of something may be written out in words.
        .filter(([key]) => !key.endsWith('_one') && !key.endsWith('_zero'))
        .map(([key]) => key);
      const empty = [...texts].filter(([, text]) => text.trim() === '').map(([key]) => key);
      assert.deepEqual(
        { missing, unknown, different, empty },
        { missing: [], unknown: [], different: [], empty: [] },
      );
    });
  }

  it('exist for every key that a view or the code names', () => {
    const files = globSync(['views/**/*.ejs', 'src/**/*.ts'], { cwd: root });
    assert.ok(files.length > 20);
    const all = [...known];
    const missing = files.flatMap((file) =>
      namedKeys(readFileSync(join(root, file), 'utf8'))
        .filter(({ key, prefix }) => (prefix ? !all.some((name) => name.startsWith(key)) : !known.has(key)))
        .map(({ key }) => `${file}: ${key}`),
    );
    assert.deepEqual(missing, []);
  });
});
