// The pages about people: what is shown, what comes back when it is refused, and what does not exist for whom.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import request from 'supertest';
import { createAffiliationRoutes } from '../../../src/modules/affiliations/index.ts';
import { createOverviewRoutes, createPeopleRoutes } from '../../../src/modules/people/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type World,
} from '../../support/world.ts';

let site: TestSite;
let world: World;
let app: ReturnType<typeof createPagesApp>;
let town: OrganisationRef;
let village: OrganisationRef;
let head: PersonRef;
let operator: PersonRef;
let ann: PersonRef;
let work: AffiliationRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  app = createPagesApp(site, [
    createOverviewRoutes(site),
    createPeopleRoutes(site),
    createAffiliationRoutes(site),
  ]);
  town = await world.organisation({ name: 'Lier' });
  village = await world.organisation({ name: 'Duffel' });
  head = await world.person({ givenName: 'Hilde', familyName: 'Hoofd' });
  operator = await world.person();
  await world.administration(await world.affiliation(head, town), 'head');
  await world.administration(await world.affiliation(operator, village), 'operator');
  ann = await world.person({ givenName: 'Ann', familyName: '<b>Aerts</b>' });
  work = await world.affiliation(ann, town);
});
after(() => site.close());

const get = (path: string, by: PersonRef = head) =>
  request(app).get(path).set('accept', 'text/html').set('x-person', by.id);
const post = (path: string, fields: Record<string, string>, by: PersonRef = head) =>
  request(app).post(path).set('accept', 'text/html').set('x-person', by.id).type('form').send(fields);
const typed = (overrides: Record<string, string> = {}) => ({
  givenName: 'Nele',
  familyName: 'Nieuw',
  mail: 'nele@lier.example',
  language: 'nl',
  type: 'employee',
  from: '2026-06-15',
  ...overrides,
});

test('every page of a person answers, and shows names as text', async () => {
  const where = [town.id, ann.id] as const;
  const addresses = [
    paths.home(),
    paths.people(town.id),
    paths.newPerson(town.id),
    paths.person(...where),
    paths.editPerson(...where),
    paths.newAffiliation(...where),
    paths.editAffiliation(...where, work.id),
    paths.endAffiliation(...where, work.id),
  ];
  for (const address of addresses) {
    const page = await get(address);
    assert.equal(page.status, 200, address);
    assert.ok(!page.text.includes('<b>Aerts'), address);
    assert.doesNotMatch(
      page.text,
      /\b(?:people|affiliations|organisations|forms)\.[a-z]+\.[a-zA-Z]/,
      address,
    );
  }
});

test('a page of a person out of scope is not found, whatever the address', async () => {
  const stranger = await world.person();
  const elsewhere = await world.affiliation(stranger, village);
  const addresses = [
    paths.people(village.id),
    paths.exportPeople(village.id),
    paths.newPerson(village.id),
    paths.person(town.id, stranger.id),
    paths.person(village.id, stranger.id),
    paths.editAffiliation(town.id, ann.id, elsewhere.id),
    paths.endAffiliation(town.id, stranger.id, elsewhere.id),
    paths.person(town.id, 'nonsense'),
    paths.person('nonsense', ann.id),
  ];
  for (const address of addresses) assert.equal((await get(address)).status, 404, address);
  assert.equal((await post(paths.newPerson(village.id), typed())).status, 404);
  assert.equal((await get(paths.home(), ann)).headers['location'], paths.myAccess());
});

test('adding: what is wrong comes back with what was typed, then it is done and said', async () => {
  const wrong = await post(paths.newPerson(town.id), typed({ mail: 'nele@', until: '2026-06-01' }));
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /value="nele@"/);
  assert.match(wrong.text, /href="#field-mail"/);
  const refused = await post(paths.newPerson(town.id), typed({ until: '2026-06-01' }));
  assert.equal(refused.status, 422);
  assert.match(refused.text, /href="#field-until"/);
  assert.match(refused.text, /value="Nieuw"/);
  const used = await post(paths.newPerson(town.id), typed({ mail: head.mail }));
  assert.equal(used.status, 409);
  const done = await post(paths.newPerson(town.id), typed());
  assert.equal(done.status, 303);
  const page = await get(String(done.headers['location']));
  assert.match(page.text, /Nele Nieuw/);
  assert.match(page.text, /role="status"/);
});

test('a known number leads to a page that asks, and from there to an affiliation', async () => {
  const number = { scheme: 'rrn', identifier: '85.07.30-033.28' };
  await post(paths.newPerson(town.id), typed({ ...number, givenName: 'Kim', mail: 'kim@lier.example' }));
  const asked = await post(
    paths.newPerson(village.id),
    typed({ ...number, mail: 'other@duffel.example' }),
    operator,
  );
  assert.equal(asked.status, 409);
  assert.match(asked.text, /Kim Nieuw/);
  assert.match(asked.text, /k…@lier\.example/);
  assert.match(asked.text, /name="existing" value="on"/);
  const done = await post(paths.newPerson(village.id), typed({ ...number, existing: 'on' }), operator);
  assert.equal(done.status, 303);
});

test('an edit on an old version shows both, and can be sent again on the new one', async () => {
  const where = [town.id, ann.id, work.id] as const;
  const form = (version: string, title: string) => ({ version, function: title, from: '2026-01-01' });
  assert.equal((await post(paths.editAffiliation(...where), form('1', 'Clerk'))).status, 303);
  const stale = await post(paths.editAffiliation(...where), form('1', 'Director'));
  assert.equal(stale.status, 409);
  assert.match(stale.text, /Clerk/);
  assert.match(stale.text, /<mark>Director<\/mark>/);
  assert.match(stale.text, /name="version" value="2"/);
  assert.match(stale.text, /Hilde Hoofd/, 'who changed it');
  const end = await post(paths.endAffiliation(...where), { version: '1', when: 'now' });
  assert.equal(end.status, 409);
  assert.match(end.text, /This is how it stands now/);
  const disable = await post(paths.disablePerson(town.id, ann.id), { version: '9' }, operator);
  assert.equal(disable.status, 409);
  assert.match(disable.text, /This is how it stands now/);
  assert.equal((await post(paths.editAffiliation(...where), form('2', 'Director'))).status, 303);
});

test('saving another field leaves the instants of the period as they are', async () => {
  const person = await world.person();
  const from = '2026-02-03T09:30:00Z';
  const until = '2026-12-24T11:00:00Z';
  const affiliation = await world.affiliation(person, town, { from, until });
  const fields = { version: '1', function: 'Clerk', from: '2026-02-03', until: '2026-12-24' };
  assert.equal((await post(paths.editAffiliation(town.id, person.id, affiliation.id), fields)).status, 303);
  const row = await site.db.handle
    .selectFrom('affiliation')
    .selectAll()
    .where('id', '=', affiliation.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual([row.valid_from, row.valid_until], [new Date(from), new Date(until)]);
});

test('ending states what follows, offers an undo that works, and a last day ends at midnight in Brussels', async () => {
  const person = await world.person();
  const affiliation = await world.affiliation(person, town);
  const right = await world.right(await world.application());
  await world.assignment(affiliation, right);
  const where = [town.id, person.id, affiliation.id] as const;
  const asked = await get(paths.endAffiliation(...where));
  assert.match(asked.text, /<strong>1<\/strong>/);
  const done = await post(paths.endAffiliation(...where), { version: '1', when: 'now' });
  assert.equal(done.status, 303);
  const shown = await get(paths.person(town.id, person.id));
  const undo = /name="undo" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
  assert.equal((await post(paths.undoAffiliation(...where), { undo })).status, 303);
  await get(paths.person(town.id, person.id));
  assert.equal(
    (await post(paths.endAffiliation(...where), { version: '3', when: 'on', on: '31 mei' })).status,
    422,
  );
  assert.equal(
    (await post(paths.endAffiliation(...where), { version: '3', when: 'on', on: '2026-09-30' })).status,
    303,
  );
  const row = await site.db.handle
    .selectFrom('affiliation')
    .selectAll()
    .where('id', '=', affiliation.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual(row.valid_until, new Date('2026-09-30T22:00:00Z'));
});

test('the list keeps its state in the address, pages, and exports what it shows', async () => {
  const crowd = await world.organisation({ name: 'Crowd' });
  await world.administration(await world.affiliation(head, crowd), 'head');
  for (const name of ['Aa', 'Bb', 'Cc', 'Dd']) {
    const type = name === 'Dd' ? ('external' as const) : ('employee' as const);
    await world.affiliation(
      await world.person({ givenName: 'Piet', familyName: name, password: null }),
      crowd,
      { type },
    );
  }
  const first = await get(`${paths.people(crowd.id)}?q=piet&type=employee&size=2`);
  assert.match(first.text, /Aa, Piet[\s\S]*Bb, Piet/);
  assert.doesNotMatch(first.text, /Cc, Piet/);
  const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match(next, /q=piet&type=employee/);
  assert.match((await get(next)).text, /Cc, Piet/);
  const file = await get(`${paths.exportPeople(crowd.id)}?q=piet&type=employee`);
  assert.match(String(file.headers['content-type']), /text\/csv/);
  assert.deepEqual(
    file.text
      .trim()
      .split('\r\n')
      .map((line) => line.split(';')[0])
      .slice(1),
    ['Aa', 'Bb', 'Cc'],
  );
  const fact = await site.db.handle
    .selectFrom('audit_event')
    .selectAll()
    .where('action', '=', 'people.exported')
    .executeTakeFirstOrThrow();
  assert.deepEqual([fact.actor_person_id, fact.organisation_id], [head.id, crowd.id]);
  assert.equal((await get(`${paths.people(crowd.id)}?after=nonsense`)).status, 400);
});

test('one’s own page offers nothing to give oneself', async () => {
  const page = await get(paths.person(town.id, head.id));
  assert.doesNotMatch(page.text, new RegExp(paths.newAssignment(town.id, head.id)));
  assert.doesNotMatch(page.text, new RegExp(paths.newAffiliation(town.id, head.id)));
});

test('forms that would be refused anyway are not offered, and their addresses say why', async () => {
  const shared = await world.person();
  await world.affiliation(shared, town);
  await world.affiliation(shared, village);
  const page = await get(paths.person(town.id, shared.id));
  assert.doesNotMatch(page.text, new RegExp(paths.editPerson(town.id, shared.id)));
  assert.equal((await get(paths.editPerson(town.id, shared.id))).status, 403);
  assert.equal((await get(paths.newAffiliation(town.id, head.id))).status, 403);
  const auditor = await world.person();
  await world.administration(await world.affiliation(auditor, village), 'auditor');
  const seen = await get(paths.person(town.id, ann.id), auditor);
  assert.equal(seen.status, 200);
  assert.doesNotMatch(seen.text, new RegExp(`${paths.person(town.id, ann.id)}/`));
  for (const address of [
    paths.newPerson(town.id),
    paths.editPerson(town.id, ann.id),
    paths.newAffiliation(town.id, ann.id),
  ]) {
    assert.equal((await get(address, auditor)).status, 403, address);
  }
});

test('an operator disables and enables; others do not find the page', async () => {
  const where = [town.id, ann.id] as const;
  assert.equal((await get(paths.disablePerson(...where))).status, 404);
  assert.equal((await get(paths.disablePerson(...where), operator)).status, 200);
  assert.equal((await post(paths.disablePerson(...where), { version: '1' }, operator)).status, 303);
  const page = await get(paths.person(...where), operator);
  assert.match(page.text, new RegExp(`action="${paths.enablePerson(...where)}"`));
  assert.equal((await post(paths.enablePerson(...where), { version: '2' }, operator)).status, 303);
});

test('the invitation is sent again from the page', async () => {
  const person = await world.person({ password: null });
  await world.affiliation(person, town);
  assert.equal((await post(paths.invitePerson(town.id, person.id), {})).status, 303);
  const link = await site.db.handle
    .selectFrom('one_time_link')
    .select('id')
    .where('person_id', '=', person.id)
    .execute();
  assert.equal(link.length, 1);
});

test('what ends soon is paged whole, exported, on record, and ends where the scope ends', async () => {
  const busy = await world.organisation({ name: 'Busy' });
  await world.administration(await world.affiliation(head, busy), 'head');
  for (let day = 1; day <= 14; day++) {
    const leaver = await world.person({
      givenName: 'Leaver',
      familyName: `No${String(day).padStart(2, '0')}`,
    });
    await world.affiliation(leaver, busy, { until: new Date(site.clock.now().getTime() + day * 86_400_000) });
  }
  const elsewhere = await world.person({ givenName: 'Else', familyName: 'Where' });
  await world.affiliation(elsewhere, village, { until: new Date(site.clock.now().getTime() + 86_400_000) });
  const overview = await get(paths.home());
  assert.match(overview.text, /No12/);
  assert.doesNotMatch(overview.text, /No13|Else Where/);
  assert.match(overview.text, new RegExp(`href="${paths.endingSoon()}"`));
  const first = await get(`${paths.endingSoon()}?size=10`);
  assert.match(first.text, /No10/);
  assert.doesNotMatch(first.text, /No11/);
  const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const second = await get(next);
  assert.match(second.text, /No11[\s\S]*No14/);
  assert.match((await get(`${paths.endingSoon()}?dir=desc`)).text, /No14[\s\S]*No01/);
  const file = await get(paths.exportEndingSoon());
  assert.equal(file.text.trim().split('\r\n').length, 15);
  assert.doesNotMatch(file.text, /Else Where/);
  const facts = await site.db.handle
    .selectFrom('audit_event')
    .select('after')
    .where('action', '=', 'people.exported')
    .execute();
  assert.ok(facts.some(({ after }) => JSON.stringify(after) === '{"status":"expiring"}'));
  for (const address of [paths.endingSoon(), paths.exportEndingSoon()])
    assert.equal((await get(address, ann)).status, 404, address);
});

test('what ends soon is there for who looks over more organisations than can be named', async () => {
  const group = await world.targetGroup();
  await site.db.query(
    `insert into organisation (id, code, name, target_group_id, search_text, valid_from)
     select gen_random_uuid(), 'many' || n, 'Many ' || n, $1::uuid, 'many ' || n, '2026-01-01'
     from generate_series(1, 401) n`,
    [group.id],
  );
  const operator = await world.person();
  await world.administration(await world.affiliation(operator, await world.organisation()), 'operator');
  const home = await get(paths.home(), operator);
  assert.match(home.text, new RegExp(`<a href="${paths.endingSoon()}"><span class="stat-value">`));
  const page = await get(`${paths.endingSoon()}?size=10`, operator);
  assert.match(page.text, /Else Where[\s\S]*No09/);
  assert.doesNotMatch(page.text, /No10/);
  const file = await get(paths.exportEndingSoon(), operator);
  assert.match(file.text, /Else Where[\s\S]*No14/);
});

test('who was invited and has not signed in is found from the overview', async () => {
  const added = await post(
    paths.newPerson(town.id),
    typed({ mail: 'waiting@lier.example', familyName: 'Waits' }),
  );
  assert.equal(added.status, 303);
  const list = await get(`${paths.people(town.id)}?status=invited`);
  assert.match(list.text, /Waits, Nele/);
  assert.doesNotMatch(list.text, /Hoofd, Hilde/);
});

test('what is ended twice, by a double click, has ended once', async () => {
  const leaver = await world.affiliation(await world.person(), town);
  const address = paths.endAffiliation(town.id, leaver.personId, leaver.id);
  assert.equal((await post(address, { version: '1', when: 'now' })).status, 303);
  const second = await post(address, { version: '1', when: 'now' });
  assert.equal(second.status, 409);
  assert.match(second.text, /This affiliation is over/);
});

test('organisations stand in the language of the reader: in the list of people, its file, and on the page of a person', async () => {
  const below = await world.organisation({ name: 'Politiezone', parent: village });
  const names = JSON.stringify({ nl: 'Politiezone', fr: 'Zone de police' });
  await site.db.handle.updateTable('organisation').set({ names }).where('id', '=', below.id).execute();
  const someone = await world.person({ familyName: 'Agent' });
  await world.administration(await world.affiliation(someone, below), 'local');
  const list = `${paths.people(village.id)}?subtree=yes`;
  for (const address of [
    list,
    `${paths.exportPeople(village.id)}?subtree=yes`,
    paths.person(below.id, someone.id),
  ]) {
    const french = await get(address, operator).set('accept-language', 'fr');
    assert.equal(french.status, 200, address);
    assert.match(french.text, /Zone de police/, address);
    assert.doesNotMatch(french.text, /Politiezone/, address);
  }
});

test('the overview tells an auditor what they see, and offers them nothing to add', async () => {
  const auditor = await world.person();
  const audited = await world.affiliation(auditor, village);
  await world.administration(audited, 'auditor');
  const { text } = await get(paths.home(), auditor);
  assert.match(text, /Everything you may look into as an auditor/);
  assert.doesNotMatch(text, /Everything you administer/);
  await world.administration(audited, 'local');
  assert.match((await get(paths.home(), auditor)).text, /Everything you administer or may look into/);
  const ofOne = await world.person();
  await world.administration(await world.affiliation(ofOne, town), 'auditor', { organisation: town });
  const one = await get(paths.home(), ofOne);
  assert.match(one.text, /Lier/);
  assert.ok(!one.text.includes(paths.newPerson(town.id)));
});
