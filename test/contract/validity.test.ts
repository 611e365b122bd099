// What the database itself refuses and what counts when, on both engines: decision 0001.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { toDomainError } from '../../src/platform/db/constraint-errors.ts';
import type { Database } from '../../src/platform/db/open.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { newId } from '../../src/platform/ids.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { bothEngines } from '../support/engines.ts';

const at = (day: string) => new Date(`${day}T00:00:00Z`);

interface Fixture {
  organisation: string;
  parent: string;
  person: string;
  affiliation: string;
  application: string;
  right: string;
  offer: string;
}

/** One organisation below another, one person employed for 2026, one right offered to the target group for 2026. */
async function fill(db: Database): Promise<Fixture> {
  const ids = { organisation: newId(), parent: newId(), person: newId(), affiliation: newId() };
  const more = { application: newId(), right: newId(), offer: newId() };
  const group = newId();
  const code = ids.organisation.slice(-12);
  const year = [at('2026-01-01'), at('2027-01-01')];
  await db.query('insert into target_group (id, code, names, identifier_scheme) values ($1, $2, $3, $4)', [
    group,
    code,
    '{}',
    'kbo',
  ]);
  for (const [id, parent, suffix] of [
    [ids.parent, null, 'p'],
    [ids.organisation, ids.parent, 'c'],
  ] as const) {
    await db.query(
      'insert into organisation (id, code, name, target_group_id, parent_id, search_text, valid_from) values ($1, $2, $3, $4, $5, $3, $6)',
      [id, `${code}${suffix}`, `Organisation ${suffix}`, group, parent, at('2020-01-01')],
    );
  }
  await db.query(
    `insert into person (id, user_name, given_name, family_name, mail, sort_name, search_text, valid_from)
     values ($1, $2, 'An', 'Example', $2 || '@test.example', 'example an', 'an example', $3)`,
    [ids.person, code, at('2020-01-01')],
  );
  await db.query(
    `insert into affiliation (id, person_id, organisation_id, type, valid_from, valid_until) values ($1, $2, $3, 'employee', $4, $5)`,
    [ids.affiliation, ids.person, ids.organisation, ...year],
  );
  await db.query(
    'insert into application (id, code, names, owner_organisation_id, valid_from) values ($1, $2, $3, $4, $5)',
    [more.application, `app-${code}`, '{}', ids.organisation, at('2020-01-01')],
  );
  await db.query(
    'insert into application_right (id, application_id, code, names, valid_from) values ($1, $2, $3, $4, $5)',
    [more.right, more.application, 'Reader', '{}', at('2020-01-01')],
  );
  await db.query(
    'insert into offer (id, right_id, target_group_id, valid_from, valid_until) values ($1, $2, $3, $4, $5)',
    [more.offer, more.right, group, ...year],
  );
  return { ...ids, ...more };
}

function assign(db: Database, f: Fixture, from: string, until: string | null, context = '{}') {
  return db.query(
    `insert into assignment (id, affiliation_id, person_id, organisation_id, right_id, context, granted_at, valid_from, valid_until)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
    [newId(), f.affiliation, f.person, f.organisation, f.right, context, at(from), until && at(until)],
  );
}

function administer(db: Database, f: Fixture, id: string, giver: string | null, from: string, until: string) {
  return db.query(
    `insert into administration (id, affiliation_id, person_id, affiliation_organisation_id, kind, organisation_id, given_by_id, given_at, valid_from, valid_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`,
    [
      id,
      f.affiliation,
      f.person,
      f.organisation,
      giver ? 'local' : 'head',
      f.organisation,
      giver,
      at(from),
      at(until),
    ],
  );
}

const refusedAs = (code: string) => (error: unknown) => {
  const domain = toDomainError(error);
  return isAppError(domain) && domain.code === code;
};

async function effective(db: Database, f: Fixture, day: string) {
  return db.query<{ right_code: string; effective_until: Date | null }>(
    'select right_code, effective_until from effective_assignment($1::timestamptz) where person_id = $2',
    [at(day), f.person],
  );
}

let server: TestPostgres;
before(async () => {
  server = await startTestPostgres();
});
after(() => server.stop());

for (const [engine, open] of bothEngines(() => server)) {
  describe(`validity on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await open();
    });
    after(() => db.close());

    test('two assignments of one right, affiliation and context never overlap; they may meet', async () => {
      const f = await fill(db);
      await assign(db, f, '2026-01-01', '2026-06-01');
      await assign(db, f, '2026-06-01', '2026-09-01');
      await assign(db, f, '2026-01-01', '2026-06-01', '{"area":["north"]}');
      await assert.rejects(assign(db, f, '2026-05-31', '2026-07-01'), refusedAs('assignment_overlap'));
    });

    test('an assignment lies inside its affiliation, also when the affiliation shrinks later', async () => {
      const f = await fill(db);
      await assert.rejects(assign(db, f, '2026-06-01', null), refusedAs('assignment_outside_affiliation'));
      await assert.rejects(
        assign(db, f, '2025-12-31', '2026-06-01'),
        refusedAs('assignment_outside_affiliation'),
      );
      await assign(db, f, '2026-06-01', '2026-09-01');
      const shrink = db.query('update affiliation set valid_until = $2 where id = $1', [
        f.affiliation,
        at('2026-08-01'),
      ]);
      await assert.rejects(shrink, refusedAs('assignment_outside_affiliation'));
    });

    test('an empty period is refused', async () => {
      const f = await fill(db);
      await assert.rejects(assign(db, f, '2026-06-01', '2026-06-01'), refusedAs('period_empty'));
    });

    test('a delegated administration never outlives its giver nor the affiliation', async () => {
      const f = await fill(db);
      const head = newId();
      await administer(db, f, head, null, '2026-01-01', '2026-06-01');
      await assert.rejects(
        administer(db, f, newId(), head, '2026-01-01', '2026-07-01'),
        refusedAs('administration_outlives_giver'),
      );
      await assert.rejects(
        administer(db, f, newId(), null, '2026-07-01', '2027-02-01'),
        refusedAs('administration_outside_affiliation'),
      );
      await administer(db, f, newId(), head, '2026-02-01', '2026-05-01');
      const shrink = db.query('update administration set valid_until = $2 where id = $1', [
        head,
        at('2026-04-01'),
      ]);
      await assert.rejects(shrink, refusedAs('administration_outlives_giver'));
    });

    test('a right counts only inside every period, and says the earliest end', async () => {
      const f = await fill(db);
      await assign(db, f, '2026-02-01', '2026-12-01');
      assert.equal((await effective(db, f, '2026-01-31')).length, 0);
      assert.deepEqual(
        (await effective(db, f, '2026-02-01')).map((row) => row.effective_until),
        [at('2026-12-01')],
      );
      assert.equal((await effective(db, f, '2026-12-01')).length, 0);
      const table = {
        person: f.person,
        organisation: f.organisation,
        application: f.application,
        application_right: f.right,
        offer: f.offer,
      };
      for (const [name, id] of Object.entries(table)) {
        await db.query(`update ${name} set valid_until = $2 where id = $1`, [id, at('2026-07-01')]);
        assert.deepEqual(
          (await effective(db, f, '2026-06-30')).map((row) => row.effective_until),
          [at('2026-07-01')],
          name,
        );
        assert.equal((await effective(db, f, '2026-07-01')).length, 0, name);
        await db.query(`update ${name} set valid_until = $2 where id = $1`, [id, at('2027-01-01')]);
      }
    });

    test('of several running offers the longest carries', async () => {
      const f = await fill(db);
      await assign(db, f, '2026-02-01', '2026-12-01');
      await db.query('update offer set valid_until = $2 where id = $1', [f.offer, at('2026-05-01')]);
      await db.query(
        'insert into offer (id, right_id, organisation_id, valid_from, valid_until) values ($1, $2, $3, $4, $5)',
        [newId(), f.right, f.organisation, at('2026-04-01'), at('2026-08-01')],
      );
      assert.deepEqual(
        (await effective(db, f, '2026-04-15')).map((row) => row.effective_until),
        [at('2026-08-01')],
      );
      assert.equal((await effective(db, f, '2026-08-01')).length, 0);
    });

    test('the organisation tree follows moves and refuses loops', async () => {
      const f = await fill(db);
      const ancestors = async () =>
        (
          await db.query<{ ancestor_id: string }>(
            'select ancestor_id from organisation_tree where organisation_id = $1 order by depth',
            [f.organisation],
          )
        ).map((row) => row.ancestor_id);
      assert.deepEqual(await ancestors(), [f.organisation, f.parent]);
      await assert.rejects(
        db.query('update organisation set parent_id = $2 where id = $1', [f.parent, f.organisation]),
        refusedAs('organisation_loop'),
      );
      await db.query('update organisation set parent_id = null where id = $1', [f.organisation]);
      assert.deepEqual(await ancestors(), [f.organisation]);
      await db.query('update organisation set parent_id = $2 where id = $1', [f.organisation, f.parent]);
      assert.deepEqual(await ancestors(), [f.organisation, f.parent]);
    });

    test('audit events can be neither changed nor removed through SQL by accident', async () => {
      await db.query(
        `insert into audit_event (lane, seq, id, at, action, outcome, actor_kind, subject_type, hash)
         values (31, 1, $1, now(), 'test.done', 'done', 'system', 'test', '\\x00')`,
        [newId()],
      );
      await assert.rejects(
        db.query('update audit_event set action = $1', ['other']),
        /never changed or removed/,
      );
      await assert.rejects(db.query('delete from audit_event', []), /never changed or removed/);
    });
  });
}
