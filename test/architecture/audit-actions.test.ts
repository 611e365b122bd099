// Everything that is recorded has a name in the catalogue and words in every language, and every command records.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { actionKey, auditActions } from '../../src/modules/audit/audit.actions.ts';
import { createTranslator, languages } from '../../src/platform/i18n.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('src/**/*.ts', { cwd: root }).filter(
  (file) => !file.includes('modules/audit/audit.actions'),
);
const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Names of the OpenID library's events look the same, and are not ours. */
const libraryEvents = /^(interaction|session|grant|authorization|access_token|refresh_token)\./;

/** `'noun.participle'` in the places where facts are made. */
function recordedActions(source: string): string[] {
  const inFacts = source.matchAll(
    /\b(?:action|created|changed|ended|attempt|fact|about\w*)\b[^;\n]{0,80}?'([a-z_]+\.[a-z_]+)'/g,
  );
  return [...inFacts].map(([, name]) => name!).filter((name) => /(ed|undone|sent|given|taken)$/.test(name));
}

test('every action that the code records is in the catalogue', () => {
  const found = files.flatMap((file) => recordedActions(sourceOf(file)).map((action) => ({ file, action })));
  assert.ok(new Set(found.map(({ action }) => action)).size > 25, 'the search finds them');
  const unknown = found.filter(
    ({ action }) => !Object.hasOwn(auditActions, action) && !libraryEvents.test(action),
  );
  assert.deepEqual(unknown, []);
});

test('every action of the catalogue is recorded somewhere', () => {
  const all = files.map(sourceOf).join('\n');
  const isNamed = (action: string): boolean =>
    all.includes(`'${action}'`) || all.includes(`}.${action.split('.')[1]}\``);
  const unused = Object.keys(auditActions).filter((action) => !isNamed(action));
  assert.deepEqual(unused, []);
});

test('every action has words in every language', () => {
  const translator = createTranslator({ localesDir: join(root, 'config/locales') });
  for (const language of languages) {
    const { t } = translator.forLanguage(language);
    const missing = Object.keys(auditActions).filter((action) => t(actionKey(action)) === actionKey(action));
    assert.deepEqual({ language, missing }, { language, missing: [] });
  }
});

test('every command names its attempt and records what it did', () => {
  const silent = files
    .filter((file) => file.startsWith('src/modules/') || file.startsWith('src/cli/'))
    .filter((file) => /\brunCommand\(/.test(sourceOf(file)))
    // Written down by a function of the same module that gets the change, or as facts in bulk.
    .filter((file) => !/\brecord\b|\.facts\b|flushFacts|[a-z]\w*\(\s*change\b/.test(sourceOf(file)));
  assert.deepEqual(silent, []);
});
