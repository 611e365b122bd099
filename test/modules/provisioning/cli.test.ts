// `mandaat plan` and `mandaat apply` as a person types them.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../../src/cli/run.ts';

describe('mandaat plan and apply', () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mandaat-apply-'));
    const files: Record<string, string> = {
      'site.yaml': `include: [people.csv]
targetGroups: [{ code: LB, names: { en: Local }, identifierScheme: nis }]
organisations: [{ code: 12021, name: Lier, targetGroup: LB }]
`,
      'people.csv': 'userName;givenName;familyName;mail\nan;An;Peeters;an@x.example\n',
      'change.yaml': 'people: [{ userName: an, familyName: Claes, until: 2030-12-31 }]\n',
      'wrong.yaml': 'organisations:\n  - { code: 1, name: A, targetGroup: XX }\n  - { code: 2 }\n',
    };
    files['ceiling.yaml'] = `
organisations: [{ code: 12021, name: Lier, targetGroup: LB }]
people: [{ userName: an, givenName: An, familyName: Peeters, mail: an@mail.example }]
affiliations: [{ person: an, organisation: 12021, type: employee, from: 2020-01-01 }]
applications: [{ code: counter, names: { en: Counter }, owner: 12021, rights: [{ code: Reader, names: { en: Reader } }] }]
offers: [{ application: counter, rights: [Reader], targetGroup: LB, maxUntil: 2030-06-30 }]
assignments: [{ person: an, organisation: 12021, application: counter, right: Reader, until: 2031-01-01 }]
`;
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function run(words: string[], answers: string[] = []) {
    const [out, err, asked]: [string[], string[], string[]] = [[], [], []];
    const terminal = {
      out: (line: string) => void out.push(line),
      err: (line: string) => void err.push(line),
      interactive: answers.length > 0,
      ask: async (question: string) => {
        asked.push(question);
        return answers.shift() ?? '';
      },
    };
    const env = {
      NODE_ENV: 'test',
      DATA_DIR: join(directory, 'data'),
      LOG_LEVEL: 'silent',
      AUDIT_CHECKPOINT_DIR: directory,
    };
    const files = words.map((word) => (word.includes('.') ? join(directory, word) : word));
    const code = await runCli(files, { terminal, env });
    return { code, out: out.join('\n'), err: err.join('\n').replaceAll(`${directory}/`, ''), asked };
  }

  test('plan shows, apply asks, and the second time there is nothing to do', async () => {
    assert.equal((await run(['migrate'])).code, 0);
    const planned = await run(['plan', 'site.yaml']);
    assert.equal(planned.code, 0);
    assert.match(planned.out, /^\+ organisation 12021 Lier$/m);
    assert.match(planned.out, /^\+ person an \(An Peeters\)$/m);
    assert.match(planned.out, /^What the files do not mention is left alone\.$/m);

    const declined = await run(['apply', 'site.yaml'], ['no']);
    assert.equal(declined.code, 1);
    assert.match(declined.err, /Nothing was changed\./);

    const applied = await run(['apply', 'site.yaml'], ['yes']);
    assert.equal(applied.code, 0);
    assert.match(applied.out, /Applied\./);

    const again = await run(['apply', 'site.yaml'], ['yes']);
    assert.equal(again.code, 0);
    assert.deepEqual(again.asked, []);
    assert.match(again.out, /^people +0 new, 0 changed, 1 the same$/m);

    const changed = await run(['apply', '--yes', 'change.yaml']);
    assert.match(changed.out, /familyName: Peeters → Claes/);
    assert.match(changed.out, /until: no end → 2030-12-31/);
  });

  test('problems are told like a compiler does, in words', async () => {
    const { code, out, err } = await run(['apply', '--yes', 'wrong.yaml']);
    assert.equal(code, 1);
    assert.equal(out, '');
    const [first = '', second = '', third = '', last] = err.split('\n');
    assert.equal(
      first,
      'wrong.yaml:2:38 organisations[0].targetGroup: There is no target group "XX". [unknown_target_group]',
    );
    assert.equal(second, 'wrong.yaml:3:5 organisations[1].targetGroup: Fill this in [required]');
    assert.equal(third, 'wrong.yaml:3:5 organisations[1].name: Fill this in [required]');
    assert.equal(last, '3 problems. Nothing was changed.');
  });

  test('a ceiling is told as the last day that may be written', async () => {
    const { err } = await run(['plan', 'ceiling.yaml']);
    assert.match(
      err,
      /^ceiling\.yaml:7:94 assignments\[0\]\.until: .* 2030-06-30 .*\[until_beyond_offer\]$/m,
    );
  });

  test('without a person to ask, and without files, it says what is missing', async () => {
    const unasked = await run(['apply', 'site.yaml']);
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /add --yes/);
    assert.equal((await run(['plan'])).code, 2);
    assert.equal((await run(['plan', '--wrong', 'site.yaml'])).code, 2);
    const missing = await run(['plan', 'absent.yaml']);
    assert.equal(missing.code, 1);
    assert.match(missing.err, /absent\.yaml:1:1: The file cannot be read/);
  });
});
