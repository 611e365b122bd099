// What owners set by hand about people counts at the next question, for as long as they said; nobody sets it for themselves, nobody
// outside of the application's reach can be named, nothing is lost when two write at once, and synchronisation leaves it alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import request from 'supertest';
import {
  createDecisionPoint,
  createSubjectListRoutes,
  createSubjectRoutes,
  type DecisionPoint,
} from '../../../src/modules/decisions/index.ts';
import { deleteSubjects, putSubjects } from '../../../src/modules/decisions/sync.commands.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { newId } from '../../../src/platform/ids.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';
import { putRecords, putSubjects as storeSubjects } from './point.ts';

type Fields = Record<string, string | string[]>;

let site: TestSite;
let world: World;
let agent: ReturnType<typeof request>;
let point: DecisionPoint;
let application: ApplicationRef;
let owner: PersonRef;
let auditor: PersonRef;
let head: PersonRef;
let worker: PersonRef;
let outsider: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  point = createDecisionPoint(site);
  agent = request(createPagesApp(site, [createSubjectListRoutes(site), createSubjectRoutes(site)]));
  const [organisation, elsewhere] = [await world.organisation(), await world.organisation()];
  application = await world.application({ code: 'welfare' });
  [owner, auditor, head, worker, outsider] = await Promise.all([
    world.person({ password: null }),
    world.person({ password: null }),
    world.person({ password: null }),
    world.person({ password: null, givenName: 'Wim', familyName: 'Werkt' }),
    world.person({ password: null, givenName: 'Olga', familyName: 'Outside' }),
  ]);
  const owning = await world.affiliation(owner, organisation);
  await world.administration(owning, 'application_owner', { application });
  await world.administration(await world.affiliation(auditor, organisation), 'auditor');
  await world.administration(await world.affiliation(head, organisation), 'head');
  const working = await world.affiliation(worker, organisation);
  await world.affiliation(outsider, elsewhere);
  const right = await world.right(application, { code: 'CaseWorker' });
  await world.offer(right, { organisation });
  await world.assignment(working, right);
  await site.db.query(
    `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
     values ($1::uuid, $2::uuid, 1, 'valid', $3::jsonb, $4::timestamptz, $4::timestamptz)`,
    [newId(), application.id, JSON.stringify(readWorld('sec').forms), site.clock.now()],
  );
  await putRecords(site, application, [
    { type: 'department', id: 'HSA-Noord' },
    { type: 'department', id: 'OKH' },
    { type: 'client', id: 'marie', attributes: { active: true, departments: ['HSA-Noord'] } },
  ]);
});
after(() => site.close());

const get = (path: string, person = owner) =>
  agent.get(path).set('x-person', person.id).set('accept', 'text/html');
const post = (path: string, form: Fields, person = owner) =>
  agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
const at = (person: PersonRef) => [application.id, 'person', person.id] as const;
const sheet = (person: PersonRef) => get(paths.decisionSubject(...at(person)));
const versionIn = (html: string): string => /name="version" value="(\d+)"/.exec(html)![1]!;
const versionOf = async (path: string): Promise<string> => versionIn((await get(path).expect(200)).text);
const undoIn = (html: string): string => /name="undo" value="([^"]+)"/.exec(html)![1]!;
const entriesIn = (html: string): string[] =>
  [...html.matchAll(/\/entries\/([0-9a-f]{20})"/g)].map(([, key]) => key!);

async function may(subject: { type: string; id: string }, action = 'view'): Promise<boolean> {
  const asked = { subject, action: { name: action }, resource: { type: 'client', id: 'marie' } };
  const [verdict] = await point.decide(application.id, [asked]);
  return verdict!.allowed;
}
const workerMay = () => may({ type: 'person', id: worker.id });

async function addGroup(status: number, person: PersonRef, group: string, period: Fields = {}) {
  const path = paths.newSubjectGroup(...at(person));
  return post(path, { version: await versionOf(path), group, ...period }).expect(status);
}
async function addMember(status: number, list: string, fields: Fields) {
  const path = paths.newSubjectMember(...at(worker), list);
  return post(path, { version: await versionOf(path), ...fields }).expect(status);
}
async function setAttribute(status: number, name: string, value: string | string[]) {
  const path = paths.subjectAttribute(...at(worker), name);
  return post(path, { version: await versionOf(path), value }).expect(status);
}

describe('the list of people', () => {
  test('is for who sees the application, and names nobody beyond its reach', async () => {
    await get(paths.decisionSubjects(application.id), head).expect(404);
    await get(paths.decisionSubjects(application.id), auditor).expect(200);
    const { text } = await get(paths.decisionSubjects(application.id)).expect(200);
    assert.match(text, /Werkt, Wim/);
    assert.match(text, /CDMS – Medewerker/);
    assert.doesNotMatch(text, /Outside/);
    assert.doesNotMatch(text, /decisions\.[a-z]/, 'every text has words');
    const found = await get(`${paths.decisionSubjects(application.id)}?q=nobody`).expect(200);
    assert.match(found.text, /Nobody found/);
  });

  test('pages through many accounts, both ways, and exports them on record', async () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ type: 'user', id: `u${100 + index}` }));
    await storeSubjects(site, application, many);
    const first = await get(`${paths.decisionSubjects(application.id)}?type=user&size=20`).expect(200);
    const idsIn = (html: string) => [...html.matchAll(/>(u1\d\d)</g)].map(([, id]) => id);
    const next = /href="([^"]*after=[^"]*)"/.exec(first.text)![1]!.replaceAll('&amp;', '&');
    const second = await get(next).expect(200);
    assert.deepEqual(
      [...idsIn(first.text), ...idsIn(second.text)],
      many.map(({ id }) => id),
    );
    const back = /href="([^"]*before=[^"]*)"/.exec(second.text)![1]!.replaceAll('&amp;', '&');
    assert.deepEqual(idsIn((await get(back).expect(200)).text), idsIn(first.text));
    const csv = await get(`${paths.exportDecisionSubjects(application.id)}?type=user&q=u11`).expect(200);
    assert.equal(csv.text.split('\r\n').filter((line) => line.includes('u11')).length, 10);
    await get(paths.exportDecisionSubjects(application.id), head).expect(404);
    const [fact] = await site.db.query<{ after: object }>(
      `select after from audit_event where action = 'decision_subject.exported' and outcome = 'done'`,
      [],
    );
    assert.deepEqual(fact?.after, { type: 'user', q: 'u11' });
  });
});

describe('one person', () => {
  test('has groups through the portal with what put them there', async () => {
    const { text } = await sheet(worker).expect(200);
    assert.match(text, /CDMS – Medewerker/);
    assert.match(text, /the right CaseWorker/);
    assert.doesNotMatch(text, /decisions\.[a-z]/);
  });

  test('does not exist out of reach, nor for other administrators', async () => {
    await sheet(outsider).expect(404);
    await get(paths.decisionSubject(...at(worker)), head).expect(404);
    await post(paths.newSubjectGroup(...at(worker)), { version: '0', group: 'cdms-medewerker' }, head).expect(
      404,
    );
    await post(
      paths.newSubjectGroup(...at(worker)),
      { version: '0', group: 'cdms-medewerker' },
      auditor,
    ).expect(403);
    const said = { type: 'person', id: outsider.id, version: 1, groups: [], attributes: [], lists: [] };
    await putSubjects(site, application.id, { actor: { kind: 'system' } }, [said]);
    await sheet(outsider).expect(404);
  });

  test('gets what the forms ask for, and decisions follow at once', async () => {
    assert.equal(await workerMay(), false);
    await addMember(303, 'contracts', { 'field.contract': '2026/14', until: '2026-12-31' });
    await setAttribute(303, 'visibility', 'certain_departments');
    await setAttribute(303, 'visibleDepartments', ['HSA-Noord']);
    await addMember(303, 'functions', { 'field.function': 'POT (HSA)', 'field.department': 'OKH' });
    assert.equal(await workerMay(), true);
    const { text } = await sheet(worker).expect(200);
    for (const said of ['2026/14', 'All active clients of certain departments', 'HSA-Noord', 'POT \\(HSA\\)'])
      assert.match(text, new RegExp(said));
    await setAttribute(303, 'visibleDepartments', []);
    assert.equal(await workerMay(), false);
  });

  test('takes a change back with Undo, once', async () => {
    const { text } = await sheet(worker).expect(200);
    const undo = { undo: undoIn(text) };
    await post(paths.undoDecisionSubject(...at(worker)), undo).expect(303);
    assert.equal(await workerMay(), true);
    await post(paths.undoDecisionSubject(...at(worker)), undo).expect(410);
  });

  test('loses at the end of the period, and at once when it is ended', async () => {
    await addGroup(303, worker, 'cdms-dossierbeheerder', { until: '2026-06-20' });
    const [key] = entriesIn((await sheet(worker)).text);
    const path = paths.subjectEntry(...at(worker), key!);
    const page = await get(path).expect(200);
    await post(path, { version: versionIn(page.text), from: '2026-06-18', until: '2026-06-17' }).expect(422);
    site.clock.advance({ minutes: 5 });
    const from = /name="from" value="([^"]*)"/.exec(page.text)![1]!;
    await post(path, { version: versionIn(page.text), from, until: '2026-06-30' }).expect(303);
    const [stored] = await site.db.query<{ begins: string }>(
      `select facts #>> '{groups,0,from}' as begins from decision_subject where id = $1::text and source = 'portal'`,
      [worker.id],
    );
    assert.equal(
      stored!.begins,
      '2026-06-15T08:00:00.000Z',
      'the day that was left as it was keeps its instant',
    );
    const changed = entriesIn((await sheet(worker)).text);
    assert.ok(!changed.includes(key!));
    const gone = await get(path);
    assert.equal(gone.status, 404);
    const [contract] = await Promise.all(
      entriesIn((await sheet(worker)).text).map(async (entry) => {
        const { text } = await get(paths.subjectEntry(...at(worker), entry)).expect(200);
        return text.includes('2026/14') ? entry : undefined;
      }),
    ).then((all) => all.filter((entry) => entry !== undefined));
    site.clock.advance({ minutes: 5 });
    const ending = paths.endSubjectEntry(...at(worker), contract!);
    await post(ending, { version: await versionOf(paths.subjectEntry(...at(worker), contract!)) }).expect(
      303,
    );
    assert.equal(await workerMay(), false, 'no running contract');
    assert.match((await sheet(worker)).text, /Ended/);
    await addMember(303, 'contracts', { 'field.contract': '2026/14', from: '2026-06-16' });
    assert.equal(await workerMay(), false, 'begins tomorrow');
    site.clock.advance({ days: 1 });
    assert.equal(await workerMay(), true);
  });

  test('refuses what is there already, what the model does not know, and says what is missing', async () => {
    await addGroup(409, worker, 'cdms-dossierbeheerder');
    await addGroup(400, worker, 'invented');
    await addMember(422, 'functions', { 'field.function': 'Paus', 'field.department': 'OKH' });
    const missing = await addMember(422, 'functions', { 'field.function': 'POT (HSA)' });
    assert.match(missing.text, /POT \(HSA\)" selected/);
    await setAttribute(422, 'visibility', 'everything');
    await get(paths.subjectAttribute(...at(worker), 'invented')).expect(404);
  });

  test('keeps what was typed when somebody else was first', async () => {
    const path = paths.newSubjectGroup(...at(worker));
    const version = await versionOf(path);
    await post(path, { version, group: 'cdms-contextbegeleider' }).expect(303);
    const stale = await post(path, { version, group: 'cdms-instanties' }).expect(409);
    assert.match(stale.text, /Somebody else changed this/);
    assert.match(stale.text, /value="cdms-instanties" selected/);
    await post(path, { version: versionIn(stale.text), group: 'cdms-instanties' }).expect(303);
    const { text } = await sheet(worker);
    assert.match(text, /cdms-contextbegeleider[\s\S]*cdms-instanties/);
  });

  test('does not set it for themselves', async () => {
    await post(paths.newDecisionSubject(application.id), { kind: 'person', person: owner.userName }).expect(
      403,
    );
    await storeSubjects(site, application, [{ type: 'person', id: owner.id, source: 'portal' }]);
    assert.match((await sheet(owner).expect(200)).text, /This is you/);
    await get(paths.newSubjectGroup(...at(owner))).expect(403);
    await post(paths.newSubjectGroup(...at(owner)), { version: '1', group: 'cdms-medewerker' }).expect(403);
  });

  test('is not touched by synchronisation, and stands above it', async () => {
    const said = {
      type: 'person',
      id: worker.id,
      version: 7,
      groups: [{ name: 'night shift' }],
      attributes: [{ name: 'visibility', value: 'all' }],
      lists: [],
    };
    const origin = { actor: { kind: 'system' } } as const;
    await putSubjects(site, application.id, origin, [said]);
    const { text } = await sheet(worker);
    assert.match(text, /The application says: All clients/);
    assert.match(text, /night shift/);
    assert.match(text, /cdms-contextbegeleider/);
    await deleteSubjects(site, application.id, origin, [{ type: 'person', id: worker.id, version: 8 }]);
    assert.match((await sheet(worker)).text, /All active clients of certain departments/);
    const path = paths.clearSubjectAttribute(...at(worker), 'visibility');
    await post(path, {
      version: await versionOf(paths.subjectAttribute(...at(worker), 'visibility')),
    }).expect(303);
    assert.doesNotMatch((await sheet(worker)).text, /All active clients/);
  });
});

describe('somebody new', () => {
  const add = (form: Fields) => post(paths.newDecisionSubject(application.id), form);

  test('is a person within reach; anybody else looks like nobody', async () => {
    const colleague = await world.person({ password: null });
    const [beyond, nobody] = [
      await add({ kind: 'person', person: outsider.userName }).expect(422),
      await add({ kind: 'person', person: 'nobody-at-all' }).expect(422),
    ];
    const error = (html: string) => /class="field-error"[\s\S]*?<\/p>/.exec(html)?.[0];
    assert.ok(error(beyond.text));
    assert.equal(error(beyond.text), error(nobody.text));
    await add({ kind: 'person', person: colleague.mail }).expect(422);
    await add({ kind: 'person', person: head.mail }).expect(303);
    await sheet(head).expect(200);
    await add({ kind: 'person', person: head.mail }).expect(422);
  });

  test('is an account of the application, known until it is taken away', async () => {
    const lamp = { type: 'device', id: 'lamp 7/b' };
    await add({ kind: 'own', type: 'person', code: 'x' }).expect(422);
    await add({ kind: 'own', type: 'device', code: '' }).expect(422);
    await add({ kind: 'own', type: 'device', code: 'lamp 7/b' }).expect(303);
    const path = [application.id, 'device', 'lamp 7/b'] as const;
    const group = paths.newSubjectGroup(...path);
    await post(group, { version: await versionOf(group), group: 'cdms-medewerker' }).expect(303);
    const [before] = await point.decide(application.id, [
      { subject: lamp, action: { name: 'view' }, resource: { type: 'client', id: 'marie' } },
    ]);
    assert.equal(before!.obstacle, undefined);
    const confirm = await get(paths.removeDecisionSubject(...path)).expect(200);
    assert.match(confirm.text, /role or group/);
    await post(paths.removeDecisionSubject(...path), { version: '0' }).expect(409);
    await post(paths.removeDecisionSubject(...path), { version: versionIn(confirm.text) }).expect(303);
    await get(paths.decisionSubject(...path)).expect(404);
    const [after] = await point.decide(application.id, [
      { subject: lamp, action: { name: 'view' }, resource: { type: 'client', id: 'marie' } },
    ]);
    assert.equal(after!.obstacle, 'unknown_subject');
    const list = await get(paths.decisionSubjects(application.id)).expect(200);
    await post(paths.undoDecisionSubject(...path), { undo: undoIn(list.text) }).expect(303);
    await get(paths.decisionSubject(...path)).expect(200);
  });
});

test('every change is on record with who, what and before', async () => {
  const rows = await site.db.query<{ action: string; outcome: string; after: unknown; person_id: string }>(
    `select action, outcome, after, person_id from audit_event
     where application_id = $1::uuid and action like 'decision_subject.%' order by at, id`,
    [application.id],
  );
  const said = new Set(rows.map(({ action, outcome }) => `${action} ${outcome}`));
  for (const each of [
    'added done',
    'changed done',
    'removed done',
    'restored done',
    'changed refused',
    'added refused',
  ])
    assert.ok(said.has(`decision_subject.${each}`), each);
  const changed = rows.find(({ action, outcome }) => action.endsWith('changed') && outcome === 'done');
  assert.equal(changed!.person_id, worker.id);
  assert.match(JSON.stringify(changed!.after), /contracts/);
});
