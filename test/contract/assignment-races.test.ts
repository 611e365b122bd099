// Races of grants with each other, with the end of the affiliation, and with the administrator's own end, on a real
// PostgreSQL: many connections, READ COMMITTED, nothing but locks and temporal keys in between.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { composeSite } from '../../src/compose.ts';
import {
  appointAdministrator,
  endAdministration,
  loadActor,
  type Actor,
} from '../../src/modules/administration/index.ts';
import { grantRight } from '../../src/modules/assignments/index.ts';
import { changeRight } from '../../src/modules/rights/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runCommand } from '../../src/platform/command.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Site } from '../../src/platform/site.ts';
import { testConfig } from '../support/config.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createWorld, type World } from '../support/world.ts';

describe('races of assignments and administrations', () => {
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

  /** A local administrator of an organisation with a colleague and an offered right. */
  async function office() {
    const from = new Date(Date.now() - 1000);
    const organisation = await world.organisation({ from });
    const person = await world.person({ password: null, from });
    const colleague = await world.person({ password: null, from });
    const desk = await world.affiliation(person, organisation, { from });
    const work = await world.affiliation(colleague, organisation, { from });
    const administration = await world.administration(desk, 'local', { from });
    const right = await world.right(await world.application({ from }), { from });
    await world.offer(right, { organisation, from });
    const actor = await loadActor(db.reader, person.id, new Date());
    const origin = world.origin(person, organisation);
    const grant = (context: Record<string, string[]> = {}) =>
      grantRight(site, actor, origin, {
        affiliationId: work.id,
        rightId: right.id,
        context,
        from: null,
        until: null,
      });
    return { organisation, person, colleague, desk, work, administration, right, actor, origin, grant, from };
  }

  const codeOf = (error: unknown): string => {
    if (isAppError(error)) return error.code;
    throw error;
  };
  const outcomes = async (attempts: Promise<unknown>[]): Promise<string[]> =>
    Promise.all(attempts.map((attempt) => attempt.then(() => 'done', codeOf)));

  it('twenty grants of the same at once give one', async () => {
    const { grant, right } = await office();
    const results = await outcomes(Array.from({ length: 20 }, () => grant()));
    assert.equal(results.filter((result) => result === 'done').length, 1, results.join());
    assert.ok(
      results.every((result) => result === 'done' || result === 'assignment_overlap'),
      results.join(),
    );
    const rows = await db.reader
      .selectFrom('assignment')
      .select('id')
      .where('right_id', '=', right.id)
      .execute();
    assert.equal(rows.length, 1);
  });

  it('a grant and the end of the affiliation never leave an assignment outside it', async () => {
    for (let round = 0; round < 12; round++) {
      const { grant, work } = await office();
      const leave = runCommand(
        site,
        { actor: { kind: 'system' } },
        { action: 'affiliation.ended', subjectType: 'affiliation' },
        async (change) => {
          const cut = change.trx.updateTable('assignment').where('affiliation_id', '=', work.id);
          await cut.set({ valid_until: change.at }).where('valid_from', '<', change.at).execute();
          await cut.set({ cancelled_at: change.at }).where('valid_from', '>=', change.at).execute();
          await change.trx
            .updateTable('affiliation')
            .set({ valid_until: change.at })
            .where('id', '=', work.id)
            .execute();
        },
      );
      await outcomes(round % 2 === 0 ? [grant(), leave] : [leave, grant()]);
      const outside = await db.query<{ id: string }>(
        `select a.id from assignment a join affiliation f on f.id = a.affiliation_id
         where a.affiliation_id = $1 and a.valid_at is not null and not (a.valid_at <@ f.valid_at)`,
        [work.id],
      );
      assert.deepEqual(outside, []);
    }
  });

  it('nothing is granted at or after the instant an administration was taken away', async () => {
    for (let round = 0; round < 12; round++) {
      const { grant, administration, person, right, from } = await office();
      const operator = await world.person({ password: null, from });
      await world.administration(
        await world.affiliation(operator, await world.organisation({ from }), { from }),
        'operator',
        { from },
      );
      const boss: Actor = await loadActor(db.reader, operator.id, new Date());
      const end = () =>
        endAdministration(site, boss, world.origin(operator), {
          administrationId: administration.id,
          version: 1,
        });
      const attempts = [grant({}), end(), grant({}), grant({})];
      await outcomes(round % 2 === 0 ? attempts : attempts.reverse());
      const { valid_until: until } = await db.reader
        .selectFrom('administration')
        .select('valid_until')
        .where('id', '=', administration.id)
        .executeTakeFirstOrThrow();
      assert.ok(until !== null, `the administration of ${person.id} was ended`);
      const later = await db.reader
        .selectFrom('assignment')
        .select('id')
        .where('right_id', '=', right.id)
        .where('granted_at', '>', until)
        .execute();
      assert.deepEqual(later, []);
    }
  });

  it('a context that goes while it is being given is refused or kept, never left behind', async () => {
    for (let round = 0; round < 12; round++) {
      const { colleague, desk, organisation, actor, origin, work, from } = await office();
      const application = await world.application({ from });
      const right = await world.right(application, {
        from,
        contexts: [{ code: 'module', kind: 'text', many: true }],
      });
      await world.offer(right, { organisation, from });
      await world.administration(desk, 'application_owner', { application, from });
      const owner = await loadActor(db.reader, desk.personId, new Date());
      const grant = grantRight(site, actor, origin, {
        affiliationId: work.id,
        rightId: right.id,
        context: { module: ['one'] },
        from: null,
        until: null,
      });
      const without = {
        code: right.code,
        names: {},
        descriptions: {},
        position: 0,
        until: null,
        contexts: [],
      };
      const change = () => changeRight(site, owner, origin, { ...without, rightId: right.id, version: 1 });
      await outcomes([grant, change()]);
      const [left] = await db.query<{ given: number; defined: number }>(
        `select (select count(*)::int from assignment where person_id = $1 and right_id = $2) as given,
           (select count(*)::int from context_definition where right_id = $2) as defined`,
        [colleague.id, right.id],
      );
      assert.ok(left!.given === 0 || left!.defined === 1, JSON.stringify(left));
    }
  });

  it('two heads that end each other at once leave one', async () => {
    for (let round = 0; round < 8; round++) {
      const { organisation, person, colleague, desk, work, from } = await office();
      const mine = await world.administration(desk, 'head', { from });
      const theirs = await world.administration(work, 'head', { from });
      const [one, other] = [
        await loadActor(db.reader, person.id, new Date()),
        await loadActor(db.reader, colleague.id, new Date()),
      ];
      const results = await outcomes([
        endAdministration(site, one, world.origin(person), { administrationId: theirs.id, version: 1 }),
        endAdministration(site, other, world.origin(colleague), { administrationId: mine.id, version: 1 }),
      ]);
      assert.equal(results.filter((result) => result === 'done').length, 1, results.join());
      const { rows } = {
        rows: await db.query(
          `select 1 from administration where organisation_id = $1 and kind = 'head' and valid_until is null`,
          [organisation.id],
        ),
      };
      assert.equal(rows.length, 1);
    }
  });

  it('an administrator who is being removed appoints nobody afterwards', async () => {
    for (let round = 0; round < 8; round++) {
      const { organisation, person, desk, work, from } = await office();
      const head = await world.administration(desk, 'head', { from });
      const spare = await world.person({ password: null, from });
      const spareDesk = await world.affiliation(spare, organisation, { from });
      await world.administration(spareDesk, 'head', { from });
      const [removed, remover] = [
        await loadActor(db.reader, person.id, new Date()),
        await loadActor(db.reader, spare.id, new Date()),
      ];
      const appointment = {
        affiliationId: work.id,
        kind: 'local',
        organisationId: organisation.id,
        from: null,
        until: null,
      } as const;
      const appoint = () => appointAdministrator(site, removed, world.origin(person), appointment);
      const end = () =>
        endAdministration(site, remover, world.origin(spare), { administrationId: head.id, version: 1 });
      await outcomes(round % 2 === 0 ? [appoint(), end()] : [end(), appoint()]);
      const standing = await db.query(
        `select d.id from administration d join administration g on g.id = d.given_by_id
         where g.id = $1 and d.cancelled_at is null and d.valid_until is null`,
        [head.id],
      );
      assert.deepEqual(standing, []);
    }
  });
});
