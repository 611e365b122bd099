// The pages about organisations, units and target groups through HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import request from 'supertest';
import {
  createOrganisationListRoutes,
  createOrganisationRoutes,
  createTargetGroupRoutes,
  createUnitRoutes,
} from '../../../src/modules/organisations/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type OrganisationRef,
  type PersonRef,
  type TargetGroupRef,
  type World,
} from '../../support/world.ts';

let site: TestSite;
let world: World;
let app: ReturnType<typeof createPagesApp>;
let group: TargetGroupRef;
let town: OrganisationRef;
let other: OrganisationRef;
let head: PersonRef;
let operator: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  app = createPagesApp(site, [
    createOrganisationListRoutes(site),
    createOrganisationRoutes(site),
    createUnitRoutes(site),
    createTargetGroupRoutes(site),
  ]);
  group = await world.targetGroup({ code: 'LB', identifierScheme: 'nis' });
  town = await world.organisation({ name: 'Lier', targetGroup: group });
  other = await world.organisation({ name: 'Duffel', code: 'duffel', targetGroup: group });
  head = await world.person();
  operator = await world.person();
  await world.administration(await world.affiliation(head, town), 'head');
  await world.administration(await world.affiliation(operator, other), 'operator');
});
after(() => site.close());

const get = (path: string, by: PersonRef) =>
  request(app).get(path).set('accept', 'text/html').set('x-person', by.id);
const post = (path: string, fields: Record<string, string>, by: PersonRef) =>
  request(app).post(path).set('accept', 'text/html').set('x-person', by.id).type('form').send(fields);

test('every page answers in every language without a missing text', async () => {
  const unit = await world.unit(town);
  const addresses = [
    paths.organisations(),
    paths.newOrganisation(),
    paths.organisation(town.id),
    paths.editOrganisation(town.id),
    paths.endOrganisation(town.id),
    paths.units(town.id),
    paths.editUnit(town.id, unit.id),
    paths.endUnit(town.id, unit.id),
    paths.targetGroups(),
    paths.newTargetGroup(),
    paths.editTargetGroup(group.id),
  ];
  for (const lang of ['en', 'nl', 'fr', 'de']) {
    for (const address of addresses) {
      const page = await get(address, operator).set('cookie', `lang=${lang}`);
      assert.equal(page.status, 200, address);
      assert.doesNotMatch(
        page.text,
        /(?<!\/)\b(?:people|affiliations|organisations|forms)\.[a-z]+\.?[a-zA-Z]*\b(?!\/)/i,
        address,
      );
    }
  }
});

test('what lies out of scope is not found; what lies in it but is not theirs to do is refused', async () => {
  for (const address of [
    paths.organisation(other.id),
    paths.editOrganisation(other.id),
    paths.units(other.id),
  ]) {
    assert.equal((await get(address, head)).status, 404, address);
  }
  assert.equal((await get(paths.endOrganisation(town.id), head)).status, 404);
  assert.equal((await get(paths.newOrganisation(), head)).status, 403);
  assert.equal((await get(paths.targetGroups(), head)).status, 403);
  const list = await get(paths.organisations(), head);
  assert.match(list.text, /Lier/);
  assert.doesNotMatch(list.text, /Duffel/);
});

test('an organisation is made with a checked number under a parent named by its code', async () => {
  const fields = {
    code: 'new',
    name: 'Mechelen',
    targetGroup: group.id,
    identifier: '1202',
    parent: 'nowhere',
  };
  const parentless = await post(paths.newOrganisation(), fields, operator);
  assert.equal(parentless.status, 422);
  assert.match(parentless.text, /href="#field-parent"/);
  const wrong = await post(paths.newOrganisation(), { ...fields, parent: 'duffel' }, operator);
  assert.match(wrong.text, /href="#field-identifier"/);
  assert.match(wrong.text, /value="Mechelen"/);
  const done = await post(
    paths.newOrganisation(),
    { ...fields, parent: 'duffel', identifier: '12025' },
    operator,
  );
  assert.equal(done.status, 303);
  const page = await get(String(done.headers['location']), operator);
  assert.match(page.text, /12025/);
  assert.match(page.text, /Duffel/);
});

test('a head who is not asked for the parent does not move the organisation', async () => {
  const child = await world.organisation({ name: 'Child', parent: other, targetGroup: group });
  await world.administration(await world.affiliation(head, child), 'head');
  const form = await get(paths.editOrganisation(child.id), head);
  assert.doesNotMatch(form.text, /name="parent"/);
  const fields = { name: 'Renamed', nameFr: 'Enfant', version: '1' };
  assert.equal((await post(paths.editOrganisation(child.id), fields, head)).status, 303);
  const row = await site.db.handle
    .selectFrom('organisation')
    .selectAll()
    .where('id', '=', child.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual([row.name, row.names, row.parent_id], ['Renamed', { fr: 'Enfant' }, other.id]);
  const stale = await post(paths.editOrganisation(child.id), { ...fields, name: 'Late' }, head);
  assert.equal(stale.status, 409);
  assert.match(stale.text, /<mark>Late<\/mark>/);
  assert.match(stale.text, /name="version" value="2"/);
});

test('a unit is made, renamed and moved at once, and its old version shows both', async () => {
  const made = await post(paths.units(town.id), { code: 'IT', name: 'Computers' }, head);
  assert.equal(made.status, 303);
  const top = await world.unit(town, { name: 'Top' });
  const unit = await site.db.handle
    .selectFrom('unit')
    .selectAll()
    .where('code', '=', 'IT')
    .executeTakeFirstOrThrow();
  const fields = { name: 'ICT', parent: top.id, version: '1' };
  assert.equal((await post(paths.editUnit(town.id, unit.id), fields, head)).status, 303);
  const row = await site.db.handle
    .selectFrom('unit')
    .selectAll()
    .where('id', '=', unit.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual([row.name, row.parent_id, row.version], ['ICT', top.id, 3]);
  const stale = await post(paths.editUnit(town.id, unit.id), { name: 'Late', version: '1' }, head);
  assert.equal(stale.status, 409);
  assert.match(stale.text, /<mark>Late<\/mark>/);
  site.clock.advance({ minutes: 1 });
  assert.equal((await post(paths.endUnit(town.id, top.id), { version: '1' }, head)).status, 409);
  assert.equal((await post(paths.endUnit(town.id, unit.id), { version: '3' }, head)).status, 303);
});

test('a target group is made with rules that are shown again', async () => {
  const fields = {
    code: 'OV',
    scheme: 'institution',
    nameNl: 'Onderwijs',
    externalMandatory: 'until',
    externalMaxPeriodDays: '456',
  };
  assert.equal((await post(paths.newTargetGroup(), { ...fields, nameNl: '' }, operator)).status, 422);
  assert.equal((await post(paths.newTargetGroup(), fields, operator)).status, 303);
  const row = await site.db.handle
    .selectFrom('target_group')
    .selectAll()
    .where('code', '=', 'OV')
    .executeTakeFirstOrThrow();
  assert.deepEqual(row.affiliation_rules, { external: { mandatory: ['until'], maxPeriodDays: 456 } });
  assert.match((await get(paths.editTargetGroup(row.id), operator)).text, /value="456"/);
  const changed = { version: '1', nameNl: 'Scholen', employeeMaxPeriodDays: '0' };
  assert.equal((await post(paths.editTargetGroup(row.id), changed, operator)).status, 422);
  assert.equal(
    (await post(paths.editTargetGroup(row.id), { ...changed, employeeMaxPeriodDays: '' }, operator)).status,
    303,
  );
  const late = await post(
    paths.editTargetGroup(row.id),
    { version: '1', nameNl: 'Te laat', externalMandatory: 'unit' },
    operator,
  );
  assert.equal(late.status, 409);
  assert.match(late.text, /<mark>Te laat<\/mark>/);
  assert.match(late.text, /Scholen/);
  assert.match(late.text, /name="version" value="2"/);
});

test('the list of organisations is narrowed and exported as it stands, and no formula runs in a spreadsheet', async () => {
  const region = await world.organisation({ name: 'Region', code: 'region', targetGroup: group });
  const below = await world.organisation({ name: '=HYPERLINK("x")', parent: region, targetGroup: group });
  const ended = { from: '2020-01-01', until: '2021-01-01' };
  await world.organisation({ name: 'Closed school', parent: region, targetGroup: group, ...ended });
  await site.db.handle
    .insertInto('organisation_identifier')
    .values({ organisation_id: below.id, scheme: 'kbo', value: '0207509031' })
    .execute();
  const all = await get(`${paths.organisations()}?parent=${region.id}&ended=yes`, operator);
  assert.match(all.text, /Closed school/);
  assert.match(all.text, /Directly below Region/);
  assert.doesNotMatch(all.text, />Duffel</);
  const [href] = /\/organisations\.csv\?[^"]+/.exec(all.text) ?? [];
  const file = await get(String(href).replaceAll('&amp;', '&'), operator);
  assert.match(String(file.headers['content-type']), /text\/csv/);
  const lines = file.text.trim().split('\r\n');
  assert.equal(lines.length, 3);
  assert.match(file.text, /'=HYPERLINK/);
  assert.match(file.text, /0207\.509\.031/);
  assert.match(file.text, /2020-01-01;2021-01-01/);
  const narrowed = await get(paths.exportOrganisations(), head);
  assert.doesNotMatch(narrowed.text, /Region|HYPERLINK/);
  assert.match(narrowed.text, /Lier/);
  // A parent that the actor does not see does not exist.
  assert.equal((await get(`${paths.organisations()}?parent=${region.id}`, head)).status, 404);
});

test('operators find the organisations that have no head administrator', async () => {
  const page = await get(`${paths.organisations()}?heads=none`, operator);
  assert.match(page.text, />Duffel</);
  assert.doesNotMatch(page.text, />Lier</);
  const former = await world.organisation({ name: 'Former head', targetGroup: group });
  const gone = await world.person({ until: '2026-02-01', from: '2026-01-01' });
  await world.administration(await world.affiliation(gone, former), 'head');
  assert.match((await get(`${paths.organisations()}?heads=none`, operator)).text, />Former head</);
});

test('the page of an organisation shows some of those below it, and leads to all', async () => {
  const large = await world.organisation({ name: 'Large', targetGroup: group });
  for (let number = 10; number < 32; number++)
    await world.organisation({ name: `School ${number}`, parent: large, targetGroup: group });
  const page = await get(paths.organisation(large.id), operator);
  assert.match(page.text, /School 29/);
  assert.doesNotMatch(page.text, /School 30/);
  assert.match(page.text, /All 22 organisations below it/);
});

test('an operator corrects the numbers; whoever is not asked for them leaves them, and may not send them', async () => {
  const school = await world.organisation({ name: 'School', targetGroup: group });
  await world.administration(await world.affiliation(head, school), 'head');
  const address = paths.editOrganisation(school.id);
  const fields = { name: 'School', version: '1', parent: '', kbo: '', ovo: '', nis: '', institution: '' };
  const wrong = await post(address, { ...fields, kbo: '0207.509.032', nis: '12' }, operator);
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /href="#field-kbo"/);
  assert.match(wrong.text, /href="#field-nis"/);
  assert.match(wrong.text, /value="0207\.509\.032"/);
  const right = { ...fields, kbo: 'BE 0401.574.852', institution: '042' };
  assert.equal((await post(address, right, operator)).status, 303);
  const page = await get(paths.organisation(school.id), operator);
  assert.match(page.text, /0401\.574\.852/);
  const found = await get(`${paths.organisations()}?q=0401574852`, operator);
  assert.match(found.text, />School</);
  const elsewhere = await world.organisation({ name: 'Elsewhere', targetGroup: group });
  const taken = await post(paths.editOrganisation(elsewhere.id), right, operator);
  assert.equal(taken.status, 422);
  assert.match(taken.text, /href="#field-kbo"/);
  const stale = await post(address, { ...fields, nis: '11002' }, operator);
  assert.equal(stale.status, 409);
  assert.match(stale.text, /0401\.574\.852/);
  assert.match(stale.text, /11002/);
  const form = await get(address, head);
  assert.doesNotMatch(form.text, /name="kbo"/);
  assert.equal((await post(address, { name: 'School 2', version: '2' }, head)).status, 303);
  assert.match((await get(paths.organisation(school.id), head)).text, /0401\.574\.852/);
  const forged = { name: 'School 2', version: '3', kbo: '0207.509.031' };
  assert.equal((await post(address, forged, head)).status, 403);
});

test('a unit that cannot end yet says why and leads there; an old question is asked again', async () => {
  const hall = await world.organisation({ name: 'Hall', targetGroup: group });
  const desk = await world.unit(hall);
  const clerk = await world.affiliation(await world.person(), hall, { unit: desk });
  const blocked = await get(paths.endUnit(hall.id, desk.id), operator);
  assert.match(blocked.text, /One person still works in this unit/);
  assert.match(blocked.text, new RegExp(`people\\?unit=${desk.id}`));
  assert.doesNotMatch(blocked.text, /button--danger/);
  await site.db.handle
    .updateTable('affiliation')
    .set({ valid_until: site.clock.now() })
    .where('id', '=', clerk.id)
    .execute();
  const stale = await post(paths.endUnit(hall.id, desk.id), { version: '9' }, operator);
  assert.equal(stale.status, 409);
  assert.match(stale.text, /This is how it stands now/);
  const organisation = await post(paths.endOrganisation(hall.id), { version: '9' }, operator);
  assert.equal(organisation.status, 409);
  assert.match(organisation.text, /This is how it stands now/);
  site.clock.advance({ minutes: 1 });
  assert.equal((await post(paths.endOrganisation(hall.id), { version: '1' }, operator)).status, 303);
  const endedAt = site.clock.now();
  site.clock.advance({ minutes: 1 });
  const again = await post(paths.endOrganisation(hall.id), { version: '2' }, operator);
  assert.equal(again.status, 409);
  const { valid_until } = await site.db.handle
    .selectFrom('organisation')
    .select('valid_until')
    .where('id', '=', hall.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual(valid_until, endedAt, 'an end is not moved to a later one');
});

test('organisations stand in the order of the names that the reader sees, accents and case aside', async () => {
  const country = await world.organisation({ name: 'Country', targetGroup: group });
  for (const [name, nl, fr] of [
    ['Hainaut', 'Henegouwen', 'Hainaut'],
    ['Écaussinnes', 'Écaussinnes', 'Écaussinnes'],
    ['Lier', 'lier', 'Lierre'],
    ['Liège', 'Luik', 'Liège'],
    ['Antwerpen', 'Antwerpen', 'Anvers'],
  ] as const) {
    const { id } = await world.organisation({ name, parent: country, targetGroup: group });
    const names = JSON.stringify({ nl, fr });
    await site.db.handle.updateTable('organisation').set({ names }).where('id', '=', id).execute();
  }
  const address = `${paths.organisations()}?parent=${country.id}`;
  const inOrder = /Antwerpen[^]*Écaussinnes[^]*Henegouwen[^]*lier[^]*Luik/;
  const first = await get(`${address}&size=3`, operator).set('cookie', 'lang=nl');
  const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const second = await get(next, operator).set('cookie', 'lang=nl');
  assert.match(first.text + second.text, inOrder);
  assert.match(
    (await get(address, operator).set('cookie', 'lang=fr')).text,
    /Anvers[^]*Écauss[^]*Hainaut[^]*Liège[^]*Lierre/,
  );
  assert.match((await get(paths.organisation(country.id), operator).set('cookie', 'lang=nl')).text, inOrder);
});

test('units and target groups can be taken along as a file, by whoever sees them', async () => {
  const house = await world.organisation({ name: 'House', targetGroup: group });
  await world.unit(house);
  const units = await get(paths.exportUnits(house.id), operator);
  assert.match(String(units.headers['content-type']), /text\/csv/);
  assert.equal(units.text.trim().split('\r\n').length, 2);
  assert.equal((await get(paths.exportUnits(house.id), head)).status, 404);
  const groups = await get(paths.exportTargetGroups(), operator);
  assert.match(groups.text, /LB;NIS code;\d+/);
  assert.equal((await get(paths.exportTargetGroups(), head)).status, 403);
});
