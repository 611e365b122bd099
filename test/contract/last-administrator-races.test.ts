// The last administrator cannot be lost by two changes at once that are each fine, on a real PostgreSQL.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composeSite } from '../../src/compose.ts';
import { loadActor } from '../../src/modules/administration/index.ts';
import { endAffiliation } from '../../src/modules/affiliations/index.ts';
import { endOrganisation } from '../../src/modules/organisations/index.ts';
import { disablePerson } from '../../src/modules/people/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Site } from '../../src/platform/site.ts';
import { testConfig } from '../support/config.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../support/world.ts';

describe('the last administrator, lost by two changes at once', () => {
  let server: TestPostgres;
  let db: Database;
  let site: Site;
  let world: World;

  before(async () => {
    server = await startTestPostgres();
    db = await openDatabase({ url: await server.createDatabase(), poolMax: 24 });
    const config = testConfig();
    site = composeSite({ config, db, clock: systemClock, logger: createLogger(config) });
    world = createWorld(site);
  });
  after(async () => {
    await db.close();
    await server.stop();
  });

  const from = new Date(Date.now() - 1000);
  const actorOf = (person: PersonRef) => loadActor(db.reader, person.id, new Date());
  const outcomes = async (attempts: Promise<unknown>[]): Promise<string[]> =>
    Promise.all(
      attempts.map((attempt) =>
        attempt.then(
          () => 'done',
          (error: unknown) => {
            if (isAppError(error)) return error.code;
            throw error;
          },
        ),
      ),
    );

  async function administrator(organisation: OrganisationRef, kind: 'head' | 'operator') {
    const person = await world.person({ password: null, from });
    const work = await world.affiliation(person, organisation, { from });
    await world.administration(work, kind, { from });
    return { person, work };
  }
  const disable = async (by: PersonRef, person: PersonRef) => {
    const actor = await actorOf(by);
    return () => disablePerson(site, actor, world.origin(by), { personId: person.id, version: 1 });
  };
  const countEffective = async (kind: string, organisationId: string | null): Promise<number> => {
    const rows = await db.query(
      `select 1 from effective_administration($1::timestamptz, array(select id from administration
         where kind = $2 and organisation_id is not distinct from $3::uuid))`,
      [new Date(Date.now() + 1), kind, organisationId],
    );
    return rows.length;
  };

  it('two operators that disable each other leave one', async () => {
    const organisation = await world.organisation({ from });
    let { person: standing } = await administrator(organisation, 'operator');
    for (let round = 0; round < 3; round++) {
      const { person: other } = await administrator(organisation, 'operator');
      const changes = [await disable(standing, other), await disable(other, standing)];
      await outcomes(changes.map((change) => change()));
      assert.equal(await countEffective('operator', null), 1);
      const [left] = await db.query<{ id: string }>(
        `select p.id from person p join administration d on d.person_id = p.id
         where d.kind = 'operator' and p.valid_until is null`,
        [],
      );
      standing = left!.id === other.id ? other : standing;
    }
  });

  it('two heads that are disabled by two operators: one of the two is asked about it', async () => {
    const elsewhere = await world.organisation({ from });
    const operators = [
      await administrator(elsewhere, 'operator'),
      await administrator(elsewhere, 'operator'),
    ] as const;
    for (let round = 0; round < 8; round++) {
      const organisation = await world.organisation({ from });
      const heads = [
        await administrator(organisation, 'head'),
        await administrator(organisation, 'head'),
      ] as const;
      const changes = [
        await disable(operators[0].person, heads[0].person),
        await disable(operators[1].person, heads[1].person),
      ];
      const results = await outcomes(changes.map((change) => change()));
      assert.deepEqual(results.toSorted(), ['done', 'last_administrator']);
      assert.equal(await countEffective('head', organisation.id), 1);
    }
  });

  it('two operators that end the organisation of the other one leave one', async () => {
    await db.query(
      `update person set valid_until = $1 where id in (select person_id from administration where kind = 'operator')`,
      [new Date()],
    );
    const places = [await world.organisation({ from }), await world.organisation({ from })] as const;
    const operators = await Promise.all(places.map((place) => administrator(place, 'operator')));
    const changes = await Promise.all(
      operators.map(async ({ person }, index) => {
        const actor = await actorOf(person);
        const organisationId = places[1 - index]!.id;
        return () => endOrganisation(site, actor, world.origin(person), { organisationId, version: 1 });
      }),
    );
    await outcomes(changes.map((change) => change()));
    assert.equal(await countEffective('operator', null), 1);
  });

  it('two heads who leave at once: one of the two is asked about it', async () => {
    for (let round = 0; round < 12; round++) {
      const organisation = await world.organisation({ from });
      const heads = [
        await administrator(organisation, 'head'),
        await administrator(organisation, 'head'),
      ] as const;
      const leave = await Promise.all(
        heads.map(async ({ person, work }) => {
          const actor = await actorOf(person);
          return () =>
            endAffiliation(site, actor, world.origin(person), { affiliationId: work.id, version: 1 });
        }),
      );
      const results = await outcomes(leave.map((change) => change()));
      assert.deepEqual(results.toSorted(), ['done', 'last_administrator']);
      assert.equal(await countEffective('head', organisation.id), 1);
    }
  });
});
