// Several processes on one PostgreSQL: what was committed anywhere counts at the next question everywhere, also while many
// questions are under way.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDecisionPoint, type DecisionPoint } from '../../src/modules/decisions/index.ts';
import type { RightsModel } from '../../src/modules/decisions/rights-model.model.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { putModel, putRecords, putSubjects } from '../modules/decisions/point.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';
import { createWorld, type ApplicationRef } from '../support/world.ts';

let server: TestPostgres;
const opened: Database[] = [];
const sites: TestSite[] = [];
let points: DecisionPoint[];
let application: ApplicationRef;

const model = (group: string): RightsModel => ({
  resourceTypes: [
    { name: 'folder', actions: ['read'], attributes: { open: { type: 'truth', source: 'record' } } },
    {
      name: 'file',
      actions: ['read'],
      parentType: 'folder',
      attributes: { open: { type: 'truth', source: 'record' } },
    },
  ],
  nodes: [],
  gates: [
    {
      id: 'files',
      types: ['file'],
      silence: 'deny',
      rules: [
        {
          id: 'group',
          effect: 'permit',
          groups: [group],
          when: {
            all: [
              { eq: [{ resource: 'open' }, { const: true }] },
              { eq: [{ resource: 'parent.open' }, { const: true }] },
            ],
          },
        },
      ],
    },
  ],
});

before(async () => {
  server = await startTestPostgres();
  const url = await server.createDatabase();
  for (let process = 0; process < 3; process++) {
    const db = await openDatabase({ url, poolMax: 4 });
    opened.push(db);
    sites.push(await createTestSite({ db }));
  }
  const compile = (forms: unknown): RightsModel => (forms as { rights: RightsModel }).rights;
  points = sites.map((site) => createDecisionPoint(site, { compile }));
  application = await createWorld(sites[0]!).application();
  await putModel(sites[0]!, application, model('readers'));
  await putRecords(sites[0]!, application, [
    { type: 'folder', id: 'f', attributes: { open: true } },
    { type: 'file', id: 'a', parent: { type: 'folder', id: 'f' }, attributes: { open: true } },
  ]);
});
after(async () => {
  for (const site of sites) await site.close();
  for (const db of opened) await db.close().catch(() => {});
  await server.stop();
});

const question = {
  subject: { type: 'user', id: 'u' },
  action: { name: 'read' },
  resource: { type: 'file', id: 'a' },
};
const askAll = (): Promise<boolean[]> =>
  Promise.all(points.map(async (point) => (await point.decide(application.id, [question]))[0]!.allowed));
const everywhere = (allowed: boolean): boolean[] => points.map(() => allowed);

const say = (groups: string[]): Promise<void> =>
  putSubjects(sites[0]!, application, [{ id: 'u', groups: groups.map((name) => ({ name })) }]);
const open = (type: string, isOpen: boolean): Promise<unknown> =>
  opened[1]!.query(
    `update decision_record set attributes = jsonb_build_object('open', $2::boolean)
     where application_id = $1::uuid and type = $3`,
    [application.id, isOpen, type],
  );

test('a group, a record, the one above it, another version: at the next question of every process', async () => {
  await say(['readers']);
  assert.deepEqual(await askAll(), everywhere(true));
  for (const [undo, redo] of [
    [() => say([]), () => say(['readers'])],
    [() => open('file', false), () => open('file', true)],
    [() => open('folder', false), () => open('folder', true)],
    [
      () => putModel(sites[2]!, application, model('nobody')),
      () => putModel(sites[1]!, application, model('readers')),
    ],
  ] as const) {
    await undo();
    assert.deepEqual(await askAll(), everywhere(false), String(undo));
    await redo();
    assert.deepEqual(await askAll(), everywhere(true), String(redo));
  }
});

test('also while every process is busy with questions', async () => {
  const busy = new AbortController();
  const asking = points.flatMap((point) =>
    Array.from({ length: 3 }, async () => {
      while (!busy.signal.aborted) await point.decide(application.id, [question]);
    }),
  );
  const wrong: string[] = [];
  for (let time = 0; time < 60; time++) {
    const allowed = time % 2 === 1;
    await say(allowed ? ['readers'] : []);
    const answers = await askAll();
    if (answers.some((answer) => answer !== allowed)) wrong.push(`${time}: ${answers.join()}`);
  }
  busy.abort();
  await Promise.all(asking);
  assert.deepEqual(wrong, []);
});
