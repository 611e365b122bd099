// Imports go one way: main → app → modules → web → platform; modules meet only through their index.ts.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

const src = resolve(import.meta.dirname, '../../src');

interface Import {
  from: string;
  to: string;
  names: string;
}

function sourceFiles(): string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s([^;]*?)from\s+'(\.[^']+)';/gms)].map(
    ([, names, target]) => ({
      from: file,
      to: relative(src, resolve(src, dirname(file), target!)),
      names: names!,
    }),
  );
}

const all = sourceFiles().flatMap(importsOf);
const layerOf = (file: string) => (file.includes('/') ? file.split('/')[0]! : 'top');
const moduleOf = (file: string) => /^modules\/([^/]+)\//.exec(file)?.[1];
const show = (imports: Import[]) => imports.map(({ from, to }) => `${from} → ${to}`);

/** What each layer may import from, besides itself. */
const allowed: Record<string, string[]> = {
  platform: [],
  web: ['platform'],
  modules: ['web', 'platform'],
  sample: ['platform', 'web'],
  cli: ['modules', 'web', 'platform', 'top'],
  top: ['modules', 'web', 'platform', 'sample', 'cli'],
};

describe('imports', () => {
  test('go one way', () => {
    const wrong = all.filter(({ from, to }) => {
      const [source, target] = [layerOf(from), layerOf(to)];
      return source !== target && !(allowed[source] ?? []).includes(target);
    });
    assert.deepEqual(show(wrong), []);
  });

  test('a module reaches another only through its index', () => {
    const wrong = all.filter(({ from, to }) => {
      const target = moduleOf(to);
      return target !== undefined && target !== moduleOf(from) && to !== `modules/${target}/index.ts`;
    });
    assert.deepEqual(show(wrong), []);
  });

  test('modules do not need each other in circles', () => {
    const needs = new Map<string, Set<string>>();
    for (const { from, to } of all) {
      const [source, target] = [moduleOf(from), moduleOf(to)];
      if (source && target && source !== target)
        needs.set(source, (needs.get(source) ?? new Set()).add(target));
    }
    const circles: string[] = [];
    const walk = (name: string, path: string[]): void => {
      if (path.includes(name))
        return void circles.push([...path.slice(path.indexOf(name)), name].join(' → '));
      for (const next of needs.get(name) ?? []) walk(next, [...path, name]);
    };
    for (const name of needs.keys()) walk(name, []);
    assert.deepEqual(circles, []);
  });

  test('model and policy files do no input or output', () => {
    const wrong = all.filter(
      ({ from, to, names }) =>
        /\.(model|policy)\.ts$/.test(from) &&
        !names.startsWith('type') &&
        /\.(queries|commands|routes)\.ts$|platform\/db\/open/.test(to),
    );
    assert.deepEqual(show(wrong), []);
  });

  test('only commands, hooks and stores write: queries and routes never do', () => {
    const writes =
      /\.(insertInto|updateTable|deleteFrom)\(|\binsert into\b|\bdelete from\b|\bupdate\s+\w+\s+set\b/i;
    const wrong = sourceFiles().filter(
      (file) =>
        /\.(queries|routes|page|model|policy)\.ts$/.test(file) &&
        writes.test(readFileSync(join(src, file), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });

  test('routes hold no SQL', () => {
    const wrong = sourceFiles().filter(
      (file) =>
        file.endsWith('.routes.ts') && /\.selectFrom\(|\bsql`/.test(readFileSync(join(src, file), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });

  test('only the configuration reads the environment', () => {
    const wrong = sourceFiles().filter(
      (file) =>
        // The command line's first file only hands it on to the configuration.
        !file.startsWith('platform/config') &&
        file !== 'cli/main.ts' &&
        /process\.env\b/.test(readFileSync(join(src, file), 'utf8')),
    );
    assert.deepEqual(wrong, []);
  });
});
