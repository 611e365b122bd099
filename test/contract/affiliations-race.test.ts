// Two administrators at once, on a real PostgreSQL: never two overlapping affiliations, never a right outside one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addAffiliation, endAffiliation } from '../../src/modules/affiliations/index.ts';
import { createUnit, endUnit } from '../../src/modules/organisations/index.ts';
import { addPerson } from '../../src/modules/people/index.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../support/world.ts';

let server: TestPostgres;
let db: Database;
let site: TestSite;
let world: World;
let town: OrganisationRef;
let heads: PersonRef[];

before(async () => {
  server = await startTestPostgres();
  db = await openDatabase({ url: await server.createDatabase(), poolMax: 12 });
  site = await createTestSite({ db });
  world = createWorld(site);
  town = await world.organisation();
  heads = [await world.person(), await world.person()];
  for (const head of heads) await world.administration(await world.affiliation(head, town), 'head');
});
after(async () => {
  await site.close();
  await db.close();
  await server.stop();
});

const details = () => ({
  type: 'employee' as const,
  unitId: null,
  functionTitle: null,
  contactMail: null,
  from: site.clock.now(),
  until: null,
});

/** How each attempt ended: 'done' or the code of the refusal. Anything else is a defect and is thrown. */
async function outcomes(attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(attempts);
  return settled.map((one) => {
    if (one.status === 'fulfilled') return 'done';
    if (isAppError(one.reason)) return one.reason.code;
    throw one.reason;
  });
}

test('twelve times the same affiliation at once: one', async () => {
  const person = await world.person();
  await world.affiliation(person, town, { until: '2026-02-01' });
  const actors = await Promise.all(heads.map((head) => world.actor(head)));
  const attempts = Array.from({ length: 12 }, (_, index) => {
    const head = heads[index % 2]!;
    const input = { personId: person.id, organisationId: town.id, details: details() };
    return addAffiliation(site, actors[index % 2]!, world.origin(head, town), input);
  });
  const ended = await outcomes(attempts);
  assert.equal(ended.filter((one) => one === 'done').length, 1);
  assert.equal(ended.filter((one) => one === 'affiliation_overlap').length, 11);
});

test('the same new person added twice at once: one person, and nobody twice', async () => {
  const actor = await world.actor(heads[0]!);
  const person = {
    givenName: 'Same',
    familyName: 'Person',
    mail: 'same@town.example',
    language: 'nl' as const,
  };
  const add = () =>
    addPerson(site, actor, world.origin(heads[0]!, town), {
      organisationId: town.id,
      person,
      affiliation: details(),
    });
  const ended = await outcomes(Array.from({ length: 6 }, add));
  assert.equal(ended.filter((one) => one === 'done').length, 1);
  assert.ok(
    ended.every((one) => ['done', 'mail_in_use', 'mail_taken'].includes(one)),
    ended.join(),
  );
  const invitations = await db.handle.selectFrom('outbox').select('id').where('kind', '=', 'mail').execute();
  assert.equal(invitations.length, 1);
});

test('two people of one name added at once get two user names', async () => {
  const actor = await world.actor(heads[0]!);
  const add = (mail: string) =>
    addPerson(site, actor, world.origin(heads[0]!, town), {
      organisationId: town.id,
      person: { givenName: 'Jan', familyName: 'Peeters', mail, language: 'nl' },
      affiliation: details(),
    });
  const ended = await outcomes(Array.from({ length: 8 }, (_, index) => add(`jan${index}@town.example`)));
  assert.deepEqual(
    ended,
    Array.from({ length: 8 }, () => 'done'),
  );
});

test('rights granted while the affiliation ends are ended with it or refused, never left outside', async () => {
  const right = await world.right(await world.application());
  const actor = await world.actor(heads[0]!);
  for (let round = 0; round < 8; round++) {
    const person = await world.person({ password: null });
    const work = await world.affiliation(person, town);
    const grants = Array.from({ length: 4 }, (_, index) =>
      world
        .assignment(work, right, { from: site.clock.now(), context: { round: [String(index)] } })
        .catch((error: { constraint?: string }) => {
          assert.equal(error.constraint, 'assignment_inside_affiliation');
        }),
    );
    site.clock.advance({ seconds: 1 });
    const ending = endAffiliation(site, actor, world.origin(heads[0]!, town), {
      affiliationId: work.id,
      version: 1,
    });
    await Promise.all([...grants, ending]);
    const left = await db.query<{ count: number }>(
      `select count(*)::int as count from assignment a join affiliation f on f.id = a.affiliation_id
       where f.id = $1 and a.cancelled_at is null and not a.valid_at <@ f.valid_at`,
      [work.id],
    );
    assert.equal(left[0]?.count, 0);
  }
});

test('a unit that ends while somebody comes to work in it, or another comes below it, is never left ended with them', async () => {
  const actors = await Promise.all(heads.map((head) => world.actor(head)));
  for (let round = 0; round < 8; round++) {
    const unit = await world.unit(town);
    const person = await world.person({ password: null });
    site.clock.advance({ seconds: 1 });
    const end = () =>
      endUnit(site, actors[0]!, world.origin(heads[0]!, town), {
        organisationId: town.id,
        unitId: unit.id,
        version: 1,
      });
    const come = () =>
      addAffiliation(site, actors[1]!, world.origin(heads[1]!, town), {
        personId: person.id,
        organisationId: town.id,
        details: { ...details(), unitId: unit.id },
      });
    const below = () =>
      createUnit(site, actors[1]!, world.origin(heads[1]!, town), {
        organisationId: town.id,
        code: `below${round}`,
        name: 'Below',
        parentId: unit.id,
      });
    const second = round % 4 < 2 ? below : come;
    await outcomes(round % 2 === 0 ? [end(), second()] : [second(), end()]);
    const [left] = await db.query<{ count: number }>(
      `select count(*)::int as count from unit u where u.id = $1 and u.valid_until is not null
         and (exists (select 1 from unit child where child.parent_id = u.id)
           or exists (select 1 from affiliation f where f.unit_id = u.id))`,
      [unit.id],
    );
    assert.equal(left?.count, 0);
  }
});

test('two heads who end each other at once: one stays', async () => {
  const lonely = await world.organisation();
  const pair = [await world.person(), await world.person()];
  const works = [];
  for (const person of pair) {
    const work = await world.affiliation(person, lonely);
    await world.administration(work, 'head');
    works.push(work);
  }
  const [first, second] = await Promise.all(pair.map((person) => world.actor(person)));
  const ended = await outcomes([
    endAffiliation(site, first!, world.origin(pair[0]!, lonely), { affiliationId: works[1]!.id, version: 1 }),
    endAffiliation(site, second!, world.origin(pair[1]!, lonely), {
      affiliationId: works[0]!.id,
      version: 1,
    }),
  ]);
  assert.equal(ended.filter((one) => one === 'done').length, 1, ended.join());
});
