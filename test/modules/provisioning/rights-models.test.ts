// Rights models declared in files: compared, shown with whom they concern, published like those of the portal, refused with places.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCli } from '../../../src/cli/run.ts';
import { createDecisionPoint, saveDraft, type DecisionPoint } from '../../../src/modules/decisions/index.ts';
import {
  applyDeclarations,
  fileSource,
  planDeclarations,
  textSource,
  type PlanEntry,
  type RefusedDetails,
} from '../../../src/modules/provisioning/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

const base = `
targetGroups: [{ code: LB, names: { en: Local }, identifierScheme: nis }]
organisations: [{ code: lier, name: Lier, targetGroup: LB, from: 2020-01-01 }]
people:
  - { userName: an, givenName: An, familyName: Peeters, mail: an@x.example, from: 2020-01-01 }
  - { userName: bob, givenName: Bob, familyName: Claes, mail: bob@x.example, from: 2020-01-01 }
affiliations:
  - { person: an, organisation: lier, type: employee, from: 2025-01-01 }
  - { person: bob, organisation: lier, type: employee, from: 2025-01-01 }
applications:
  - { code: desk, names: { en: Desk }, owner: lier, from: 2020-01-01, rights: [{ code: Clerk, names: { en: Clerk }, from: 2020-01-01 }] }
offers: [{ application: desk, rights: [Clerk], targetGroup: LB, from: 2025-01-01 }]
administrations: [{ person: bob, kind: application_owner, application: desk, worksFor: lier, from: 2025-01-01 }]
assignments:
  - { person: an, organisation: lier, application: desk, right: Clerk, from: 2026-01-01 }
`;

/** A desk with letters and a stamp; `allowed` is what clerks may do with letters. */
const documentOf = (allowed: string, role = 'clerk') => `
    title: Desk
    resourceTypes: [{ name: letter, label: Letter, actions: [view, modify] }]
    groups: [{ id: clerk, name: Clerk, filledBy: ['right:Clerk'] }]
    forms:
      - kind: permissions
        id: ticks
        title: Who does what
        modules: [{ id: office, name: Office, items: [{ id: letters, name: Letters, kind: data }] }]
        ticks:
          - { role: clerk, node: office, allowed: [view] }
          - { role: ${role}, node: letters, allowed: [${allowed}] }
        applies: [{ type: letter, actions: [view, modify], item: letters }]
`;
const modelOf = (allowed: string, rest = '') =>
  `rightsModels:\n  - application: desk\n${rest}    document:${documentOf(allowed).replaceAll('\n    ', '\n      ')}`;

describe('rights models in files', () => {
  let site: TestSite;
  let point: DecisionPoint;
  let ids: { application: string; an: string; bob: string };

  before(async () => {
    site = await createTestSite({ now: '2026-03-15T10:00:00Z' });
    await applyDeclarations(site, [textSource('base.yaml', base)]);
    point = createDecisionPoint(site);
    const idOf = async (table: string, column: string, value: string) =>
      (await site.db.query<{ id: string }>(`select id from ${table} where ${column} = $1::text`, [value]))[0]!
        .id;
    ids = {
      application: await idOf('application', 'code', 'desk'),
      an: await idOf('person', 'user_name', 'an'),
      bob: await idOf('person', 'user_name', 'bob'),
    };
  });
  after(() => site.close());

  type Options = Parameters<typeof applyDeclarations>[2];
  async function run(how: typeof applyDeclarations, text: string, options: Options = {}) {
    const entries: PlanEntry[] = [];
    const onEntry = (entry: PlanEntry) => void entries.push(entry);
    const outcome = await how(site, [textSource('f.yaml', text)], { ...options, onEntry });
    return { outcome, entries, counts: outcome.counts.get('rightsModels') };
  }
  const apply = (text: string, options?: Options) => run(applyDeclarations, text, options);
  const plan = (text: string) => run(planDeclarations, text);

  async function problemsOf(text: string, options?: Options): Promise<string[]> {
    const error: unknown = await apply(text, options).then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    if (!isAppError(error)) throw error;
    const { problems } = error.details as RefusedDetails;
    return problems.map(({ place, path, code }) => `${place.file}:${place.line} ${path} ${code}`);
  }
  const versions = () =>
    site.db.query<{ number: number; status: string; author: string | null; note: string | null }>(
      'select number, status, author_person_id as author, note from decision_model order by number',
      [],
    );
  const statuses = async () =>
    (await versions()).map(({ number, status }) => `${number} ${status}`).join(', ');
  const mayModify = async () => {
    const [answer] = await point.decide(ids.application, [
      {
        subject: { type: 'person', id: ids.an },
        action: { name: 'modify' },
        resource: { type: 'feature', id: 'letters' },
      },
    ]);
    return answer!.allowed;
  };
  const recorded = async (action: string) =>
    (
      await site.db.query<{ outcome: string }>(
        'select outcome from audit_event where action = $1::text and application_id = $2::uuid',
        [action, ids.application],
      )
    ).length;

  test('a plan shows whom a version concerns, and leaves nothing behind', async () => {
    const { entries, counts } = await plan(modelOf('view, modify'));
    assert.deepEqual(counts, { create: 1, change: 0, same: 0 });
    const { model } = entries[0]!;
    assert.equal(model?.number, 1);
    assert.equal(model?.effect.people, 1);
    const gained = model?.effect.lines.map(({ type, action, direction }) => `${direction} ${type} ${action}`);
    assert.ok(gained?.includes('gains letter view'), String(gained));
    assert.ok(gained?.includes('gains feature modify'), String(gained));
    assert.deepEqual(await versions(), []);
    assert.equal(await mayModify(), false);
  });

  test('people that the same files give a right count already', async () => {
    const more = `assignments: [{ person: bob, organisation: lier, application: desk, right: Clerk }]\n`;
    const { entries } = await plan(more + modelOf('view'));
    assert.equal(entries.find(({ noun }) => noun === 'rightsModels')?.model?.effect.people, 2);
  });

  test('applied, it is valid; again is nothing', async () => {
    await apply(modelOf('view, modify', '    note: Spring\n'));
    assert.deepEqual(await versions(), [{ number: 1, status: 'valid', author: null, note: 'Spring' }]);
    assert.equal(await mayModify(), true);
    assert.equal(await recorded('rights_model.published'), 1);
    const again = await apply(modelOf('view, modify', '    note: Another remark\n'));
    assert.equal(again.outcome.differs, false);
    assert.deepEqual(again.counts, { create: 0, change: 0, same: 1 });
    assert.equal(await recorded('rights_model.published'), 1);
    assert.equal(await statuses(), '1 valid');
  });

  test('what the document no longer says is withdrawn at the next question', async () => {
    const { entries } = await apply(modelOf('view'));
    const lines = entries[0]!.model!.effect.lines;
    assert.ok(lines.every(({ direction }) => direction === 'loses') && lines.length > 0);
    assert.equal(await mayModify(), false);
    assert.equal(await statuses(), '1 superseded, 2 valid');
  });

  test('a version that somebody published meanwhile is not written over unseen', async () => {
    assert.deepEqual(await problemsOf(modelOf('view, new', '    replaces: 1\n')), [
      'f.yaml:3 rightsModels[0].replaces rights_model_moved_on',
    ]);
    const seenModels = new Map([['desk', 1]]);
    assert.deepEqual(await problemsOf(modelOf('view, new'), { seenModels }), [
      'f.yaml:2 rightsModels[0] rights_model_moved_on',
    ]);
    assert.equal(await statuses(), '1 superseded, 2 valid');
    // What is declared stands already: there is nothing to write over.
    assert.equal((await apply(modelOf('view', '    replaces: 1\n'))).outcome.differs, false);
  });

  test('publish: false leaves a draft for the owner, which changes nothing', async () => {
    const draft = modelOf('view, modify', '    publish: false\n');
    assert.equal((await plan(draft)).entries[0]!.model!.published, false);
    await apply(draft);
    assert.equal(await statuses(), '1 superseded, 2 valid, 3 draft');
    assert.equal(await recorded('rights_model.drafted'), 1);
    assert.equal(await mayModify(), false);
    assert.equal((await apply(draft)).outcome.differs, false);
    // The files wrote that draft, so that they may write it again, and publish it.
    await apply(modelOf('view, new', '    publish: false\n'));
    assert.equal(await statuses(), '1 superseded, 2 valid, 3 draft');
    await apply(modelOf('view, new'));
    assert.equal(await statuses(), '1 superseded, 2 superseded, 3 valid');
  });

  test('the draft of a person is not written over, but published when it says the same', async () => {
    const actor = { personId: ids.bob } as Parameters<typeof saveDraft>[1];
    const origin = { actor: { kind: 'person', personId: ids.bob } } as const;
    const { entries } = await plan(modelOf('view, delete'));
    const { after: forms } = entries[0]!.model!;
    await saveDraft(site, actor, origin, { applicationId: ids.application, forms, version: 0 });
    assert.deepEqual(await problemsOf(modelOf('view')), [
      'f.yaml:2 rightsModels[0] rights_model_draft_waits',
    ]);
    assert.match(await statuses(), /3 valid, 4 draft$/);
    await apply(modelOf('view, delete'));
    assert.match(await statuses(), /3 superseded, 4 valid$/);
    assert.equal((await versions()).at(-1)!.author, ids.bob);
  });

  test('mistakes are told at their place, and nothing of any file is applied', async () => {
    const wrong = modelOf('view, print').replace('role: clerk, node: office', 'role: nobody, node: office');
    assert.deepEqual(await problemsOf(wrong), [
      'f.yaml:14 rightsModels[0].document.forms[0].ticks[1].allowed[1] not_one_of',
    ]);
    const faulty = wrong.replace(', print', '') + '\npeople: [{ userName: an, familyName: Other }]\n';
    assert.deepEqual(await problemsOf(faulty), [
      'f.yaml:13 rightsModels[0].document.forms[0].ticks[0] model_unknown_group',
    ]);
    const unknown = modelOf('view').replace('application: desk', 'application: chair');
    assert.deepEqual(await problemsOf(unknown), ['f.yaml:2 rightsModels[0].application unknown_application']);
    const names = await site.db.query(`select family_name from person where user_name = 'an'`, []);
    assert.deepEqual(names, [{ family_name: 'Peeters' }]);
  });

  describe('with the document in a file of its own', () => {
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'mandaat-models-'));
    });
    after(() => rm(directory, { recursive: true, force: true }));

    const filesWith = async (document: string) => {
      await writeFile(join(directory, 'desk.json'), document);
      const path = join(directory, 'site.yaml');
      await writeFile(path, `${base}\nrightsModels: [{ application: desk, document: desk.json }]\n`);
      return path;
    };
    const json = (allowed: string[], role = 'clerk') =>
      JSON.stringify(
        {
          title: 'Desk',
          resourceTypes: [{ name: 'letter', label: 'Letter', actions: ['view', 'modify'] }],
          groups: [{ id: 'clerk', name: 'Clerk', filledBy: ['right:Clerk'] }],
          forms: [
            {
              kind: 'permissions',
              id: 'ticks',
              title: 'Who does what',
              modules: [
                { id: 'office', name: 'Office', items: [{ id: 'letters', name: 'Letters', kind: 'data' }] },
              ],
              ticks: [
                { role: 'clerk', node: 'office', allowed: ['view'] },
                { role, node: 'letters', allowed },
              ],
              applies: [{ type: 'letter', actions: ['view', 'modify'], item: 'letters' }],
            },
          ],
        },
        null,
        1,
      );

    test('it is read from there, and its mistakes are told there', async () => {
      const path = await filesWith(json(['view']));
      const planned = await planDeclarations(site, [fileSource(path)]);
      assert.ok(planned.files.includes(join(directory, 'desk.json')));
      assert.deepEqual(planned.counts.get('rightsModels'), { create: 0, change: 1, same: 0 });
      await filesWith(json(['view'], 'nobody'));
      const error: unknown = await planDeclarations(site, [fileSource(path)]).catch(
        (thrown: unknown) => thrown,
      );
      assert.ok(isAppError(error));
      const [problem] = (error.details as RefusedDetails).problems;
      assert.equal(problem?.place.file, join(directory, 'desk.json'));
      assert.equal(
        problem?.place.line,
        json(['view'], 'nobody').split('"role": "nobody"')[0]!.split('\n').length - 1,
      );
    });

    test('a file that is not there, empty, or several documents is refused', async () => {
      const codesOf = async (path: string) => {
        const error: unknown = await planDeclarations(site, [fileSource(path)]).catch(
          (thrown: unknown) => thrown,
        );
        assert.ok(isAppError(error));
        return (error.details as RefusedDetails).problems.map(({ code }) => code);
      };
      const path = await filesWith('');
      assert.deepEqual(await codesOf(path), ['required']);
      await filesWith('{}\n---\n{}\n');
      assert.deepEqual(await codesOf(path), ['one_document_expected']);
      await rm(join(directory, 'desk.json'));
      assert.deepEqual(await codesOf(path), ['file_unreadable']);
    });

    test('on the command line: what changes for how many, in words', async () => {
      const out: string[] = [];
      const err: string[] = [];
      const terminal = {
        out: (line: string) => void out.push(line),
        err: (line: string) => void err.push(line),
        interactive: false,
        ask: async () => '',
      };
      const env = { NODE_ENV: 'test', DATA_DIR: join(directory, 'data'), LOG_LEVEL: 'silent' };
      const mandaat = (...words: string[]) =>
        runCli(words, { terminal, env: { ...env, AUDIT_CHECKPOINT_DIR: directory } });
      const path = await filesWith(json(['view']));
      assert.equal(await mandaat('migrate'), 0);
      assert.equal(await mandaat('apply', '--yes', path), 0, err.join('\n'));
      await filesWith(json(['view', 'modify']));
      out.length = 0;
      assert.equal(await mandaat('plan', path), 0, err.join('\n'));
      const text = out.join('\n');
      assert.match(
        text,
        /^~ rights model desk\n {4}version 2 becomes valid\n {4}Who does what › Clerk › Letters › Modify: – → Allowed$/m,
      );
      assert.match(text, /^ {4}One person was compared\. 1 person gains something:$/m);
      assert.match(text, /^ {6}Gains \(1\): Letters: modify$/m);
      assert.doesNotMatch(text, /Peeters/);
      await filesWith(json(['view'], 'nobody'));
      assert.equal(await mandaat('plan', path), 1);
      assert.match(
        err.join('\n'),
        /desk\.json:\d+:\d+ rightsModels\[0\]\.document\.forms\[0\]\.ticks\[1\]: The role or group nobody does not exist\. \[model_unknown_group\]/,
      );
    });
  });
});
