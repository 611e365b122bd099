// Every page that the code shows has its view, and every view is shown by something.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** `module/page`, as code and other views name it. The sample application has views of its own. */
const views = globSync('views/*/*.ejs', { cwd: root }).map((file) =>
  file.replace(/^views\//, '').replace(/\.ejs$/, ''),
);
const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.startsWith('src/sample/'));
const code = sources.map(read).join('\n');
const templates = views.map((view) => read(`views/${view}.ejs`)).join('\n');

test('every view that the code names exists', () => {
  const named = [...code.matchAll(/\.(?:page|piece|render)\(\s*'([\w/-]+)'/g)].map(([, name]) => name!);
  assert.ok(named.length > 60, `${named.length} names found`);
  assert.deepEqual([...new Set(named)].filter((name) => !views.includes(name)).sort(), []);
});

test('every view is named by code or by another view', () => {
  const isNamed = (view: string): boolean => {
    const [directory, name] = view.split('/') as [string, string];
    if (directory === 'layouts' || code.includes(`'${view}'`)) return true;
    return directory === 'components' || directory === 'partials'
      ? new RegExp(`['/]${name}(\\.ejs)?'`).test(templates + code)
      : new RegExp(`['/]${name}'`).test(templates);
  };
  assert.deepEqual(views.filter((view) => !isNamed(view)).sort(), []);
});
