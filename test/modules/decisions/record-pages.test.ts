// What owners set by hand about a record counts at the next question and outlives what the application brings; nobody opens
// a record to themselves by it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import request from 'supertest';
import {
  compareForms,
  createDecisionPoint,
  createQuestionRoutes,
  createRecordListRoutes,
  createRecordRoutes,
  type DecisionPoint,
} from '../../../src/modules/decisions/index.ts';
import { changeRecord } from '../../../src/modules/decisions/records/records.commands.ts';
import { deleteRecords, putRecords } from '../../../src/modules/decisions/sync.commands.ts';
import { listRecords } from '../../../src/modules/decisions/sync.queries.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import type { AppError } from '../../../src/platform/errors.ts';
import { newId } from '../../../src/platform/ids.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';
import { putSubjects } from './point.ts';

type Fields = Record<string, string | string[]>;

let site: TestSite;
let world: World;
let agent: ReturnType<typeof request>;
let point: DecisionPoint;
let application: ApplicationRef;
let owner: PersonRef;
let second: PersonRef;
let head: PersonRef;
let version = 1;

const origin = { actor: { kind: 'system' } } as const;
const bring = (id: string, attributes: Record<string, unknown>, type = 'client') =>
  putRecords(site, application.id, origin, [
    {
      type,
      id,
      version: ++version,
      owner: 'fritz',
      nodes: [],
      attributes: attributes as Record<string, string>,
    },
  ]);

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  point = createDecisionPoint(site);
  agent = request(
    createPagesApp(site, [
      createRecordListRoutes(site),
      createRecordRoutes(site),
      createQuestionRoutes(point),
    ]),
  );
  const organisation = await world.organisation();
  application = await world.application({ code: 'fallmanager' });
  [owner, second, head] = await Promise.all([
    world.person({ password: null }),
    world.person({ password: null }),
    world.person({ password: null }),
  ]);
  for (const person of [owner, second]) {
    const working = await world.affiliation(person, organisation);
    await world.administration(working, 'application_owner', { application });
  }
  await world.administration(await world.affiliation(head, organisation), 'head');
  await site.db.query(
    `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
     values ($1::uuid, $2::uuid, 1, 'valid', $3::jsonb, $4::timestamptz, $4::timestamptz)`,
    [newId(), application.id, JSON.stringify(readWorld('ecase').forms), site.clock.now()],
  );
  const groups = (...names: string[]) => names.map((name) => ({ name }));
  await putSubjects(site, application, [
    { id: 'petra', groups: groups('benutzer', 'primarstufe', 'profil-lehrperson') },
    { id: 'sabine', groups: groups('benutzer', 'schulsozialarbeit', 'profil-fallfuehrung') },
    // The second owner also works with the application.
    {
      type: 'person',
      id: second.id,
      source: 'portal',
      groups: groups('benutzer', 'schulsozialarbeit', 'profil-fallfuehrung'),
    },
  ]);
  await bring('kim', { schulstufe: 'Primarstufe' });
  await bring('leo', { schulstufe: 'Oberstufe' });
});
after(() => site.close());

const get = (path: string, person = owner) =>
  agent.get(path).set('x-person', person.id).set('accept', 'text/html');
const post = (path: string, form: Fields, person = owner) =>
  agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
const at = (id: string) => [application.id, 'client', id] as const;
const versionIn = (html: string): string => /name="version" value="(\d+)"/.exec(html)![1]!;
const undoIn = (html: string): string => /name="undo" value="([^"]+)"/.exec(html)![1]!;

async function may(user: string, id: string, action = 'read'): Promise<boolean> {
  const asked = {
    subject: { type: 'user', id: user },
    action: { name: action },
    resource: { type: 'client', id },
  };
  const [verdict] = await point.decide(application.id, [asked]);
  return verdict!.allowed;
}
async function sendList(status: number, id: string, form: Fields, person = owner) {
  const path = paths.recordAccessList(...at(id));
  const { text } = await get(path, person).expect(200);
  return post(path, { version: versionIn(text), ...form }, person).expect(status);
}
async function setAttribute(status: number, id: string, name: string, value: string) {
  const path = paths.recordAttribute(...at(id), name);
  const { text } = await get(path).expect(200);
  return post(path, { version: versionIn(text), value }).expect(status);
}

describe('the list of records', () => {
  test('is for who sees the application, finds by the beginning of a code, and is exported on record', async () => {
    await get(paths.decisionRecords(application.id), head).expect(404);
    const { text } = await get(paths.decisionRecords(application.id)).expect(200);
    assert.match(text, />kim</);
    assert.match(text, /schulstufe: Oberstufe/);
    assert.doesNotMatch(text, /decisions\.[a-z]/, 'every text has words');
    const found = await get(`${paths.decisionRecords(application.id)}?q=le&type=client`).expect(200);
    assert.match(found.text, />leo</);
    assert.doesNotMatch(found.text, />kim</);
    const csv = await get(`${paths.exportDecisionRecords(application.id)}?type=client`).expect(200);
    assert.equal(csv.text.trim().split('\n').length, 3);
    await get(paths.exportDecisionRecords(application.id), head).expect(404);
    await get(paths.decisionRecord(...at('nobody'))).expect(404);
    await get(paths.decisionRecord(...at('kim')), head).expect(404);
  });

  test('pages both ways', async () => {
    for (const index of [...Array(25).keys()]) await bring(`z${100 + index}`, {}, 'service');
    const idsIn = (html: string) => [...html.matchAll(/>(z1\d\d)</g)].map(([, id]) => id);
    const first = await get(`${paths.decisionRecords(application.id)}?type=service&size=20`).expect(200);
    const next = /href="([^"]*after=[^"]*)"/.exec(first.text)![1]!.replaceAll('&amp;', '&');
    const last = await get(next).expect(200);
    assert.equal(new Set([...idsIn(first.text), ...idsIn(last.text)]).size, 25);
    const back = /href="([^"]*before=[^"]*)"/.exec(last.text)![1]!.replaceAll('&amp;', '&');
    assert.deepEqual(idsIn((await get(back).expect(200)).text), idsIn(first.text));
  });
});

describe('an own list by hand', () => {
  test('replaces the inherited one at the next question, and can be taken back', async () => {
    assert.deepEqual([await may('petra', 'kim'), await may('sabine', 'kim')], [true, false]);
    await sendList(303, 'kim', { own: 'own', 'level.schulsozialarbeit': 'read' });
    assert.deepEqual([await may('petra', 'kim'), await may('sabine', 'kim')], [false, true]);
    const { text } = await get(paths.decisionRecord(...at('kim'))).expect(200);
    assert.match(text, /Schulsozialarbeit/);
    assert.match(text, /Read only/);
    await post(paths.undoDecisionRecord(...at('kim')), { undo: undoIn(text) }).expect(303);
    assert.deepEqual([await may('petra', 'kim'), await may('sabine', 'kim')], [true, false]);
    await post(paths.undoDecisionRecord(...at('kim')), { undo: undoIn(text) }).expect(410);
  });

  test('may be empty: the owner only', async () => {
    await sendList(303, 'kim', { own: 'own' });
    assert.deepEqual([await may('petra', 'kim'), await may('sabine', 'kim')], [false, false]);
  });

  test('outlives what the application brings, also when the record goes and comes back', async () => {
    await bring('kim', { schulstufe: 'Primarstufe', ownList: false });
    assert.equal(await may('petra', 'kim'), false);
    await deleteRecords(site, application.id, origin, [{ type: 'client', id: 'kim', version: ++version }]);
    await bring('kim', { schulstufe: 'Primarstufe' });
    assert.equal(await may('petra', 'kim'), false);
    const [back] = await listRecords(site.db, application.id, { type: 'client', after: '', limit: 1 });
    assert.deepEqual(
      back!.attributes,
      { schulstufe: 'Primarstufe' },
      'the application reads back what it brought',
    );
    const path = paths.recordAccessList(...at('kim'));
    const form = await get(path).expect(200);
    await post(paths.clearRecordAccessList(...at('kim')), { version: versionIn(form.text) }).expect(303);
    assert.equal(await may('petra', 'kim'), true);
  });

  test('is refused on top of one that was not seen, with what was typed', async () => {
    const path = paths.recordAccessList(...at('leo'));
    const stale = versionIn((await get(path).expect(200)).text);
    await sendList(303, 'leo', { own: 'own', 'level.oberstufe': 'modify' });
    const again = await post(path, { version: stale, own: 'own', 'level.mittelstufe': 'list' }).expect(409);
    assert.match(again.text, /Somebody else changed this/);
    assert.match(again.text, /value="list" selected/);
    await sendList(422, 'leo', { own: 'perhaps' });
    await post(path, { version: '0', own: 'own' }, head).expect(404);
  });

  test('cannot be made by somebody whom it lets in', async () => {
    const refused = await sendList(403, 'kim', { own: 'own', 'level.schulsozialarbeit': 'modify' }, second);
    assert.match(refused.text, /yourself|own access|Somebody else/i);
    await sendList(303, 'kim', { own: 'own', 'level.mittelstufe': 'modify' }, second);
  });

  test('cannot be made so in two halves, sent at once, of which neither alone lets them in', async () => {
    await bring('nora', { schulstufe: 'Primarstufe' });
    const acting = [site, await world.actor(second), world.origin(second)] as const;
    const record = { applicationId: application.id, type: 'client', id: 'nora' };
    const halves = await Promise.allSettled([
      changeRecord(...acting, { ...record, version: 0 }, { aclModify: ['schulsozialarbeit'] }),
      changeRecord(...acting, { ...record, version: 1 }, { ownList: true }),
    ]);
    const codes = halves.map((half) =>
      half.status === 'rejected' ? (half.reason as AppError).code : 'done',
    );
    assert.deepEqual(codes, ['done', 'four_eyes']);
  });
});

describe('an attribute by hand', () => {
  test('stands above what is brought until it is cleared', async () => {
    await setAttribute(303, 'leo', 'schulstufe', 'Primarstufe');
    await sendList(303, 'leo', { own: 'inherited' });
    assert.equal(await may('petra', 'leo', 'modify'), true);
    await bring('leo', { schulstufe: 'Mittelstufe' });
    assert.equal(await may('petra', 'leo', 'modify'), true);
    assert.match((await get(paths.decisionRecord(...at('leo')))).text, /The application says: Mittelstufe/);
    await setAttribute(422, 'leo', 'schulstufe', 'Kindergarten');
    const clear = paths.clearRecordAttribute(...at('leo'), 'schulstufe');
    const form = await get(paths.recordAttribute(...at('leo'), 'schulstufe')).expect(200);
    await post(clear, { version: versionIn(form.text) }).expect(303);
    assert.equal(await may('petra', 'leo', 'modify'), false);
    await get(paths.recordAttribute(...at('leo'), 'invented')).expect(404);
    await get(paths.recordAttribute(...at('leo'), 'ownList')).expect(404);
  });
});

describe('questions', () => {
  const ask = (query: Fields) =>
    get(`${paths.askDecisions(application.id)}?${new URLSearchParams(query as never)}`);

  test('are answered in the words of the document, with the codes', async () => {
    const asked = { asked: '1', ask: 'one', who: 'user/petra', what: 'client/read', record: 'leo' };
    const { text } = await ask(asked).expect(200);
    assert.match(text, /<strong>Yes<\/strong>/);
    assert.match(text, /Klient › Schulstufe Mittelstufe › Primarstufe Lehrpersonen: Read only/);
    assert.match(text, /list:daten\/client\/Mittelstufe\/read\/primarstufe/);
    assert.match(text, />Klient: read</);
    assert.doesNotMatch(text, /decisions\.[a-z]/);
  });

  test('are one link away from a record', async () => {
    const { text } = await get(paths.decisionRecord(...at('leo'))).expect(200);
    const href = /href="([^"]*questions[^"]*)"/.exec(text)![1]!.replaceAll('&amp;', '&');
    assert.match((await get(href).expect(200)).text, /name="record" value="leo"/);
  });

  test('find accounts of the application, each with its page', async () => {
    const asked = { asked: '1', ask: 'people', whose: 'user', what: 'client/read', record: 'leo' };
    const { text } = await ask(asked).expect(200);
    assert.match(text, /subjects\/user\/petra">petra</);
    assert.doesNotMatch(text, />sabine</);
    const people = await ask({ ...asked, whose: 'person' }).expect(200);
    assert.match(people.text, /Nobody may do this/);
    const records = await ask({ asked: '1', ask: 'records', who: 'user/petra', what: 'client/read' }).expect(
      200,
    );
    assert.match(records.text, /records\/client\/leo">leo</);
  });
});

test('what a version changes is told for accounts of the application as well', async () => {
  const { forms } = readWorld('ecase');
  const { people, lines } = await compareForms(site.db, application.id, undefined, forms, site.clock.now());
  assert.equal(people, 5, 'three who work for a customer, two accounts');
  const reading = lines.find(
    ({ type, action, direction }) => `${type} ${action} ${direction}` === 'client read gains',
  );
  assert.deepEqual(reading?.personIds, ['user/petra']);
});

test('every change is on record', async () => {
  const rows = await site.db.query<{ action: string; outcome: string; reason: string | null }>(
    `select action, outcome, reason from audit_event where application_id = $1::uuid and action like 'decision_record.%'`,
    [application.id],
  );
  const said = new Set(
    rows.map(({ action, outcome, reason }) => `${action} ${outcome} ${reason ?? ''}`.trim()),
  );
  for (const each of [
    'changed done',
    'restored done',
    'exported done',
    'changed refused four_eyes',
    'changed refused stale_edit',
  ])
    assert.ok(said.has(`decision_record.${each}`), each);
});
