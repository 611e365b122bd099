// Lists, counts, search and exports of people: complete, in order, and blind to what lies out of scope.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  countPeople,
  exportPeople,
  getPerson,
  listLimits,
  listPeople,
  loadOverview,
  type ListLimits,
  type PeopleFilter,
} from '../../../src/modules/people/index.ts';
import type { Actor } from '../../../src/modules/administration/index.ts';
import type { PageRequest } from '../../../src/modules/organisations/index.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type World,
} from '../../support/world.ts';

let site: TestSite;
let world: World;
let province: OrganisationRef;
let town: OrganisationRef;
let village: OrganisationRef;
let sports: Ref;
let local: PersonRef;
let provincial: PersonRef;
const people = new Map<string, PersonRef>();

async function person(givenName: string, familyName: string): Promise<PersonRef> {
  const made = await world.person({
    givenName,
    familyName,
    userName: `${givenName}.${familyName}`.toLowerCase().replace(/[^a-z.]/g, ''),
  });
  people.set(givenName, made);
  return made;
}

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  province = await world.organisation({ name: 'Oost-Vlaanderen' });
  town = await world.organisation({ name: 'Gent', parent: province });
  village = await world.organisation({ name: 'Deinze', parent: province });
  sports = await world.unit(town, { name: 'Sports' });
  local = await person('Lea', 'Local');
  provincial = await person('Piet', 'Province');
  await world.administration(await world.affiliation(local, town), 'local');
  await world.administration(await world.affiliation(provincial, province), 'head', { subtree: true });
  await world.affiliation(await person('An', 'Aerts'), town, { unit: sports });
  await world.affiliation(await person('Bé', 'Béart'), town, { type: 'external', until: '2026-07-01' });
  await world.affiliation(await person('Cas', 'Claes'), town, { until: '2026-02-01' });
  await world.affiliation(await person('Dirk', 'de Wolf'), town, { from: '2026-09-01' });
  await world.affiliation(await person('Eva', 'Declercq'), village);
  await world.affiliation(people.get('An')!, village, { type: 'occasional' });
});
after(() => site.close());

const first: PageRequest = { size: 50 };
const names = async (by: PersonRef, filter: Partial<PeopleFilter> = {}, page: PageRequest = first) => {
  const found = await listPeople(
    site.db.reader,
    await world.actor(by),
    site.clock.now(),
    { organisationId: town.id, ...filter },
    page,
  );
  return found.items.map((item) => item.givenName);
};

test('everybody of the organisation, by folded family name', async () => {
  assert.deepEqual(await names(local), ['An', 'Bé', 'Cas', 'Dirk', 'Lea']);
});

test('filters: status, type, unit', async () => {
  assert.deepEqual(await names(local, { status: 'current' }), ['An', 'Bé', 'Lea']);
  assert.deepEqual(await names(local, { status: 'expiring' }), ['Bé']);
  assert.deepEqual(await names(local, { status: 'future' }), ['Dirk']);
  assert.deepEqual(await names(local, { status: 'past' }), ['Cas']);
  assert.deepEqual(await names(local, { type: 'external' }), ['Bé']);
  assert.deepEqual(await names(local, { unitId: sports.id }), ['An']);
});

test('search takes every word, without accents or case, and no wildcard of the database', async () => {
  assert.deepEqual(await names(local, { q: 'BEART' }), ['Bé']);
  assert.deepEqual(await names(local, { q: 'wolf dirk' }), ['Dirk']);
  assert.deepEqual(await names(local, { q: 'wolf an' }), []);
  assert.deepEqual(await names(local, { q: '%' }), []);
  assert.deepEqual(await names(local, { q: '_n' }), []);
});

test('pages forward and back visit everybody once', async () => {
  const actor = await world.actor(provincial);
  const at = site.clock.now();
  const filter = { organisationId: province.id, subtree: true };
  const seen: string[] = [];
  let page: PageRequest = { size: 2 };
  for (;;) {
    const found = await listPeople(site.db.reader, actor, at, filter, page);
    seen.push(...found.items.map((item) => item.givenName));
    const last = found.items.at(-1)!;
    if (!found.hasNext) break;
    page = { size: 2, after: { key: last.sortName, id: last.id } };
  }
  assert.deepEqual(seen, ['An', 'Bé', 'Cas', 'Dirk', 'Eva', 'Lea', 'Piet']);
  const start = await listPeople(site.db.reader, actor, at, filter, { size: 3 });
  const third = start.items[2]!;
  const back = await listPeople(site.db.reader, actor, at, filter, {
    size: 5,
    before: { key: third.sortName, id: third.id },
  });
  assert.deepEqual([back.items.map((item) => item.givenName), back.hasPrevious], [['An', 'Bé'], false]);
});

test('every way to find a page finds the same one, in scope and out of it', async () => {
  const at = site.clock.now();
  const ways: ListLimits[] = [
    { ...listLimits, smallSelection: 0, walkedNames: 3000, namedOrganisations: 400 },
    { ...listLimits, smallSelection: 0, walkedNames: 1, namedOrganisations: 400 },
    { ...listLimits, smallSelection: 0, walkedNames: 3000, namedOrganisations: 0 },
    { ...listLimits, smallSelection: 0, walkedNames: 1, namedOrganisations: 0 },
  ];
  const filters: Partial<PeopleFilter>[] = [
    {},
    { status: 'current' },
    { q: 'e' },
    { q: 'de', type: 'employee' },
  ];
  for (const by of [local, provincial]) {
    const actor = await world.actor(by);
    for (const filter of filters) {
      const asked = { organisationId: by === local ? town.id : province.id, subtree: true, ...filter };
      for (const page of await pagesOf(actor, asked)) {
        const expected = await listPeople(site.db.reader, actor, at, asked, page);
        for (const limits of ways) {
          const found = await listPeople(site.db.reader, actor, at, asked, page, limits);
          assert.deepEqual(found, expected, JSON.stringify({ limits, filter, page }));
        }
      }
    }
    const outside = by === local ? village.id : town.id;
    for (const limits of by === local ? ways : []) {
      const nowhere = { organisationId: outside };
      await assert.rejects(listPeople(site.db.reader, actor, at, nowhere, first, limits), {
        code: 'organisation_not_found',
      });
    }
  }
});

/** The first page, one in the middle, and the way back from there. */
async function pagesOf(actor: Actor, filter: PeopleFilter): Promise<PageRequest[]> {
  const { items } = await listPeople(site.db.reader, actor, site.clock.now(), filter, { size: 3 });
  const last = items.at(-1);
  const place = last && { key: last.sortName, id: last.id };
  return [
    { size: 3 },
    ...(place
      ? [
          { size: 2, after: place },
          { size: 2, before: place },
        ]
      : []),
  ];
}

test('the subtree is that part of it which the actor administers', async () => {
  assert.deepEqual(await names(provincial, { organisationId: province.id }), ['Piet']);
  assert.deepEqual(await names(local, { subtree: true }), ['An', 'Bé', 'Cas', 'Dirk', 'Lea']);
  await assert.rejects(names(local, { organisationId: province.id, subtree: true }), {
    code: 'organisation_not_found',
  });
  await assert.rejects(names(local, { organisationId: village.id }), { code: 'organisation_not_found' });
});

test('counts and exports see what lists see', async () => {
  const at = site.clock.now();
  const filter = { organisationId: town.id, q: 'a' };
  const actor = await world.actor(local);
  const listed = await names(local, filter);
  assert.equal(await countPeople(site.db.reader, actor, at, filter), listed.length);
  const exported: string[] = [];
  for await (const item of exportPeople(site.db.reader, actor, at, filter, 2)) exported.push(item.givenName);
  assert.deepEqual(exported, listed);
  await assert.rejects(countPeople(site.db.reader, actor, at, { organisationId: village.id }), {
    code: 'organisation_not_found',
  });
});

test('a list shows no affiliation with an organisation out of scope', async () => {
  const actor = await world.actor(local);
  const found = await listPeople(
    site.db.reader,
    actor,
    site.clock.now(),
    { organisationId: town.id, q: 'aerts' },
    first,
  );
  assert.deepEqual(
    found.items[0]?.affiliations.map((one) => one.organisationName),
    ['Gent'],
  );
});

test('the file of a person holds only what lies in scope; elsewhere they do not exist', async () => {
  const an = people.get('An')!;
  const seenByLocal = await getPerson(site.db.reader, await world.actor(local), town.id, an.id);
  assert.deepEqual(
    seenByLocal.affiliations.map((one) => one.organisationName),
    ['Gent'],
  );
  const seenByProvince = await getPerson(site.db.reader, await world.actor(provincial), town.id, an.id);
  assert.deepEqual(seenByProvince.affiliations.map((one) => one.organisationName).sort(), ['Deinze', 'Gent']);
  const actor = await world.actor(local);
  const eva = people.get('Eva')!;
  await assert.rejects(getPerson(site.db.reader, actor, village.id, eva.id), { code: 'person_not_found' });
  await assert.rejects(getPerson(site.db.reader, actor, town.id, eva.id), { code: 'person_not_found' });
  await assert.rejects(getPerson(site.db.reader, actor, village.id, an.id), { code: 'person_not_found' });
  const nobody = await world.actor(an);
  await assert.rejects(getPerson(site.db.reader, nobody, town.id, an.id), { code: 'person_not_found' });
});

test('assignments out of scope are not in the file either', async () => {
  const application = await world.application();
  const right = await world.right(application);
  const an = people.get('An')!;
  const elsewhere = await site.db.handle
    .selectFrom('affiliation')
    .select('id')
    .where('person_id', '=', an.id)
    .where('organisation_id', '=', village.id)
    .executeTakeFirstOrThrow();
  await world.assignment({ id: elsewhere.id, personId: an.id, organisationId: village.id }, right);
  assert.equal(
    (await getPerson(site.db.reader, await world.actor(local), town.id, an.id)).assignments.length,
    0,
  );
  assert.equal(
    (await getPerson(site.db.reader, await world.actor(provincial), town.id, an.id)).assignments.length,
    1,
  );
});

test('the overview counts what lies in scope', async () => {
  const at = site.clock.now();
  const mine = await loadOverview(site.db.reader, await world.actor(local), at);
  assert.deepEqual([mine.people.count, mine.expiring.count, mine.organisations.count], [3, 1, 1]);
  const all = await loadOverview(site.db.reader, await world.actor(provincial), at);
  assert.deepEqual([all.people.count, all.organisations.count], [5, 3]);
});
