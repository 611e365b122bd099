// Every list, in every order, forwards and backwards, with pages of any size: each row once, in order, none left out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { canSortHolders, holderSorts, listHolders } from '../../src/modules/assignments/index.ts';
import { listAuditEvents } from '../../src/modules/audit/audit.queries.ts';
import {
  listOrganisations,
  organisationSorts,
  placeOfOrganisation,
} from '../../src/modules/organisations/index.ts';
import { canSortByPeriod, listLimits, listPeople, peopleSorts } from '../../src/modules/people/index.ts';
import { offerSorts, sortOffers } from '../../src/modules/rights/offers.order.ts';
import type { Actor } from '../../src/modules/administration/index.ts';
import type { Offer } from '../../src/modules/rights/index.ts';
import type { PageRequest, Position } from '../../src/platform/keyset.ts';
import { runCommand } from '../../src/platform/command.ts';
import { createTestSite, type TestSite } from '../support/site.ts';
import { createWorld, type OrganisationRef, type Ref, type World } from '../support/world.ts';

let site: TestSite;
let world: World;
let actor: Actor;
let town: OrganisationRef;
let application: Ref;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  town = await world.organisation({ name: 'Gent' });
  application = await world.application();
  const right = await world.right(application);
  const ends = ['2026-07-01', undefined, '2026-08-01', '2026-07-01', undefined];
  // Two names, three ends and three starts among eleven people: plenty of ties.
  for (let index = 0; index < 11; index += 1) {
    const person = await world.person({
      givenName: 'An',
      familyName: index % 2 === 0 ? 'Aerts' : 'Claes',
      userName: `p${index}`,
    });
    const until = ends[index % 5];
    const work = { from: `2026-0${1 + (index % 3)}-01`, ...(until ? { until } : {}) };
    const affiliation = await world.affiliation(person, town, work);
    await world.assignment(affiliation, right, work);
    if (index % 4 === 0) await world.affiliation(person, town, { type: 'external', until: '2026-09-01' });
  }
  for (let index = 0; index < 4; index += 1) await world.organisation({ name: `Town ${index % 2}` });
  const operator = await world.person({ givenName: 'Op', familyName: 'Erator' });
  await world.administration(await world.affiliation(operator, town), 'operator');
  actor = await world.actor(operator);
  for (let index = 0; index < 7; index += 1) {
    if (index % 2 === 0) site.clock.advance({ minutes: 1 });
    const fact = { action: 'person.changed', subjectType: 'person', organisationId: town.id };
    await runCommand(site, world.origin(operator), fact, async (change) => change.record(fact));
  }
});
after(() => site.close());

interface Page {
  readonly ids: readonly string[];
  readonly first?: Position | undefined;
  readonly last?: Position | undefined;
  readonly more: boolean;
}
type ReadPage = (page: PageRequest) => Promise<Page>;

/** From the first page to the last, or from behind the last row back to the first. */
async function readAll(size: number, read: ReadPage, start: PageRequest = { size }): Promise<string[]> {
  const seen: string[] = [];
  const backwards = start.before !== undefined;
  for (let page = start; ;) {
    const found = await read(page);
    seen.splice(backwards ? 0 : seen.length, 0, ...found.ids);
    if (!found.more) return seen;
    assert.ok(seen.length < 100, 'pages go round in circles');
    page = backwards ? { size, before: found.first } : { size, after: found.last };
  }
}

const cut = <Row>(rows: Row[], page: PageRequest, place: (row: Row) => Position): Page => {
  const kept = rows.slice(0, page.size);
  const shown = page.before ? kept.reverse() : kept;
  const [first, last] = [shown[0], shown.at(-1)];
  return {
    ids: shown.map((row) => place(row).id),
    ...(first && last ? { first: place(first), last: place(last) } : {}),
    more: rows.length > page.size,
  };
};

const directions = fc.constantFrom('asc' as const, 'desc' as const);

/** Complete and without doubles, whatever the size; the same from the end; and turned around but for who has no end. */
async function holds(size: number, total: number, read: ReadPage): Promise<string[]> {
  const whole = await read({ size: 100 });
  assert.equal(whole.ids.length, total);
  assert.equal(new Set(whole.ids).size, total);
  assert.deepEqual(await readAll(size, read), whole.ids);
  const back = await readAll(size, read, { size, before: whole.last });
  assert.deepEqual(back, whole.ids.slice(0, -1));
  return [...whole.ids];
}

const property = <T>(cases: fc.Arbitrary<T>, check: (one: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(cases, check), { numRuns: 15 });

test('people, in every order', async () => {
  const at = site.clock.now();
  const asked = { organisationId: town.id };
  assert.equal(await canSortByPeriod(site.db.reader, actor, at, asked), true);
  const cases = fc.record({
    sort: fc.constantFrom(...peopleSorts),
    dir: directions,
    size: fc.integer({ min: 1, max: 5 }),
  });
  await property(cases, async ({ size, ...order }) => {
    await holds(size, 12, async (page) => {
      const found = await listPeople(site.db.reader, actor, at, asked, page, listLimits, order);
      const ids = found.items.map((item) => item.id);
      return { ...found, ids, more: page.before ? found.hasPrevious : found.hasNext };
    });
  });
});

test('people without an end come last in both directions', async () => {
  for (const dir of ['asc', 'desc'] as const) {
    const order = { sort: 'until', dir } as const;
    const asked = { organisationId: town.id, type: 'employee' } as const;
    const at = site.clock.now();
    const { items } = await listPeople(site.db.reader, actor, at, asked, { size: 50 }, listLimits, order);
    const ends = items.map((item) =>
      item.affiliations.find((one) => one.type === 'employee')!.until?.getTime(),
    );
    const dated = ends.filter((end) => end !== undefined);
    assert.deepEqual(ends.slice(0, dated.length), dated);
    assert.deepEqual(
      dated,
      dated.toSorted((a, b) => (dir === 'asc' ? a - b : b - a)),
    );
  }
});

test('organisations, in every order', async () => {
  const cases = fc.record({
    sort: fc.constantFrom(...organisationSorts),
    dir: directions,
    size: fc.integer({ min: 1, max: 4 }),
  });
  await property(cases, async ({ size, ...order }) => {
    await holds(size, 6, async (page) => {
      const at = site.clock.now();
      const found = await listOrganisations(site.db.reader, actor, at, {}, page, 'organisation.view', order);
      const places = found.items.map((item) => placeOfOrganisation(item, order.sort));
      const ids = places.map(({ id }) => id);
      return {
        ids,
        first: places[0],
        last: places.at(-1),
        more: page.before ? found.hasPrevious : found.hasNext,
      };
    });
  });
});

test('holders of a right, in every order', async () => {
  assert.equal(await canSortHolders(site.db.reader, application.id), true);
  const cases = fc.record({
    sort: fc.constantFrom(...holderSorts),
    dir: directions,
    size: fc.integer({ min: 1, max: 5 }),
  });
  await property(cases, async ({ size, ...order }) => {
    const question = { applicationId: application.id, state: 'all' as const, order };
    await holds(size, 11, async (page) =>
      cut(await listHolders(site.db.reader, question, page, site.clock.now()), page, (one) => one.place),
    );
  });
});

test('the audit, newest and oldest first', async () => {
  const filter = { action: 'person.changed' };
  const read =
    (dir: 'asc' | 'desc'): ReadPage =>
    async (page) => {
      const place = (one: Position | undefined) => one && { at: one.key!, id: one.id };
      const options = { limit: page.size + 1, dir, after: place(page.after), before: place(page.before) };
      const rows = await listAuditEvents(site.db.reader, actor, filter, options);
      return cut(rows, page, (row) => ({ key: row.at.toISOString(), id: row.id }));
    };
  for (const size of [1, 2, 3]) {
    const newest = await holds(size, 7, read('desc'));
    assert.deepEqual(await holds(size, 7, read('asc')), newest.toReversed());
  }
});

test('offers: every order keeps them all, without an end last', () => {
  const instant = fc.integer({ min: 0, max: 3 }).map((day) => new Date(day * 86_400_000));
  const offer = fc.record({
    rightId: fc.constantFrom('a', 'b'),
    organisation: fc.constantFrom('Gent', 'Lier').map((name) => ({ id: name, code: name, name, names: {} })),
    period: fc.record({ from: instant, until: fc.option(instant) }),
  });
  const cases = [fc.array(offer), fc.constantFrom(...offerSorts), directions] as const;
  fc.assert(
    fc.property(...cases, (some, sort, dir) => {
      const offers = some as unknown as Offer[];
      const sorted = sortOffers(offers, { sort, dir }, { lang: 'nl' });
      assert.deepEqual(new Set(sorted), new Set(offers));
      if (sort !== 'until') return;
      const ends = sorted.map((one) => one.period.until);
      const dated = ends.filter((end) => end !== null);
      assert.deepEqual(ends.slice(0, dated.length), dated);
      assert.deepEqual(
        dated,
        dated.toSorted((a, b) => (dir === 'asc' ? +a - +b : +b - +a)),
      );
    }),
  );
});
