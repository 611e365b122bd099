// The form of declaration files: what is published, what YAML may say, and where its errors are.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { publishedSchema } from '../../../src/modules/provisioning/index.ts';
import { matchPeriod } from '../../../src/modules/provisioning/matching.ts';
import { formats } from '../../../src/modules/provisioning/provisioning.format.ts';
import { Problems } from '../../../src/modules/provisioning/problems.ts';
import { readYaml } from '../../../src/modules/provisioning/sources.yaml.ts';
import { beginOf, endOf, refuseWhen } from '../../../src/modules/provisioning/when.ts';

const read = (text: string) => {
  const problems = new Problems();
  const { items, includes } = readYaml('f.yaml', text, problems);
  const told = problems.list.map(({ place, path, code }) => `${place.line}:${place.column} ${path} ${code}`);
  return { items, includes, told, problems };
};

describe('declaration files', () => {
  test('the published schema is that of the code', async () => {
    const published: unknown = JSON.parse(await readFile('docs/schema/mandaat.schema.json', 'utf8'));
    assert.deepEqual(published, JSON.parse(JSON.stringify(publishedSchema())));
  });

  test('the examples of the documentation have the right form', async () => {
    const text = await readFile('docs/apply.md', 'utf8');
    const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);
    assert.equal(examples.length, 10);
    for (const example of examples) assert.deepEqual(read(example).told, [], example);
    const noted = Object.keys(formats).filter(
      (noun) => !examples.some((example) => example.includes(`${noun}:`)),
    );
    assert.deepEqual(noted, []);
  });

  test('codes may be numbers, and keep their digits', () => {
    const { items, told } = read('units:\n  - { organisation: 02000, code: 1e3, name: Unit }\n');
    assert.deepEqual(told, []);
    assert.deepEqual(
      items.units.map(({ value }) => value),
      [{ organisation: '02000', code: '1e3', name: 'Unit' }],
    );
  });

  test('JSON is read as well, several documents, and includes', () => {
    const { items, includes } = read(
      '{"people":[{"userName":"An"}]}\n---\ninclude: [a.csv]\npeople:\n  - { userName: bart }\n',
    );
    assert.deepEqual(
      items.people.map(({ value }) => value.userName),
      ['an', 'bart'],
    );
    assert.deepEqual(includes, ['a.csv']);
  });

  test('problems have the place of what is wrong', () => {
    const text = `people:
  - userName: an
    mail: 12
    hobby: chess
  - familyName: Claes
organisations: none
fruit: []
offers:
  - { application: a, rights: [], targetGroup: LB }
  - { application: a, rights: [R] }
`;
    assert.deepEqual(read(text).told, [
      '3:11 people[0].mail wrong_type',
      '4:12 people[0].hobby unknown_key',
      '5:5 people[1].userName required',
      '6:16 organisations not_a_list',
      '7:1 fruit unknown_key',
      '9:31 offers[0].rights invalid_value',
      '10:5 offers[1] offer_one_receiver',
    ]);
    assert.deepEqual(read('people:\n  - { userName: an\n').told, ['3:1  yaml_syntax']);
    assert.deepEqual(read('people: []\npeople: []\n').told, ['2:1  yaml_syntax']);
  });

  test('a file that refers to itself is refused, not followed for ever', () => {
    const { told } = read('organisations: &all\n  - { code: a, name: A, names: *all }\n');
    assert.deepEqual(told, ['2:5 organisations[0] too_deep']);
  });

  test('the first 200 problems are kept, all are counted', () => {
    const { problems } = read(`people:\n${'  - { mail: x }\n'.repeat(300)}`);
    assert.equal(problems.list.length, 200);
    assert.equal(problems.count, 600);
  });
});

describe('days and instants', () => {
  const options = { zone: 'Europe/Brussels', at: new Date('2026-10-24T22:30:00Z'), relativeDays: true };

  test('a last day is included, across clock changes', () => {
    assert.equal(beginOf('2026-10-25', options).toISOString(), '2026-10-24T22:00:00.000Z');
    assert.equal(endOf('2026-10-25', options).toISOString(), '2026-10-25T23:00:00.000Z');
    assert.equal(endOf('2026-12-31T12:00:00+01:00', options).toISOString(), '2026-12-31T11:00:00.000Z');
  });

  test('relative days count from the local day, and only where they are allowed', () => {
    assert.equal(beginOf('today', options).toISOString(), '2026-10-24T22:00:00.000Z');
    assert.equal(beginOf('today-30d', options).toISOString(), '2026-09-24T22:00:00.000Z');
    assert.equal(refuseWhen('today', { ...options, relativeDays: false }), 'relative_day_refused');
    assert.equal(refuseWhen('2026-02-30', options), 'invalid_date');
  });
});

describe('which stored period is meant', () => {
  const at = new Date('2026-03-01T00:00:00Z');
  const day = (text: string) => new Date(`${text}T00:00:00Z`);
  const past = { id: 'past', valid_from: day('2024-01-01'), valid_until: day('2025-01-01') };
  const running = { id: 'running', valid_from: day('2026-01-01'), valid_until: null };
  const later = { id: 'later', valid_from: day('2026-06-01'), valid_until: null };
  const match = (
    from: string | undefined,
    until: string | null | undefined,
    stored: (typeof running | typeof past)[],
  ) => {
    const wanted = {
      from: from === undefined ? undefined : day(from),
      until: until ? day(until) : (until as null | undefined),
    };
    const found = matchPeriod(wanted, stored, at, new Set());
    return 'conflict' in found ? `conflict ${found.conflict.id}` : (found.stored?.id ?? 'new');
  };

  test('by its beginning first, then by what it meets', () => {
    assert.equal(match('2024-01-01', null, [past, running]), 'past');
    assert.equal(match(undefined, undefined, [past, running]), 'running');
    assert.equal(match('2025-12-01', null, [past, running]), 'running');
    assert.equal(match('2025-02-01', '2025-06-01', [past, running]), 'new');
    assert.equal(match('2026-08-01', null, [past, later]), 'later');
  });

  test('what has begun is not moved to a later beginning', () => {
    assert.equal(match('2026-02-01', null, [running]), 'conflict running');
  });

  test('an end that has come, without a beginning, is about the one it ended', () => {
    assert.equal(match(undefined, '2025-01-01', [past]), 'past');
  });
});
