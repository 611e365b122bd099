// The demo world: it loads, once, outside production; what the terminal promises about it is true.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findEffectiveRights } from '../../../src/modules/assignments/index.ts';
import {
  demoPassword,
  demoSampleClient,
  demoSignIns,
  followSamplePort,
  loadDemoWorldOnFirstStart,
} from '../../../src/modules/demo/index.ts';
import { artificialNumber, inventPeople } from '../../../src/modules/demo/demo.people.ts';
import { demoSources, municipalities } from '../../../src/modules/demo/demo.world.ts';
import { applyDeclarations } from '../../../src/modules/provisioning/index.ts';
import { normaliseIdentifier } from '../../../src/modules/organisations/index.ts';
import { hashToken } from '../../../src/platform/crypto.ts';
import { createPasswordHasher } from '../../../src/platform/password-hash.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

describe('the demo world', () => {
  let site: TestSite;

  before(async () => {
    site = await createTestSite({ now: '2026-11-22T09:00:00Z', config: { demo: true, samplePort: 4567 } });
  });
  after(() => site.close());

  test('is loaded on the first start, and only then', async () => {
    assert.equal(await loadDemoWorldOnFirstStart(site, { people: 60 }), true);
    assert.equal(await loadDemoWorldOnFirstStart(site, { people: 60 }), false);
    const again = await applyDeclarations(site, await demoSources(site, 60), { relativeDays: true });
    assert.equal(again.differs, false);
  });

  test('is never loaded in production', async () => {
    const production = { ...site, config: { ...site.config, environment: 'production' as const } };
    assert.equal(await loadDemoWorldOnFirstStart(production), false);
  });

  test('has all municipalities below their provinces and regions', async () => {
    const rows = await site.db.query<{ count: number }>(
      `select count(*) from organisation_tree t join organisation above on above.id = t.ancestor_id
       join organisation o on o.id = t.organisation_id
       where above.code in ('02000', '03000', '04000') and o.code ~ '^[1-9]' and o.code !~ '0000$' and o.code not in ('20001', '20002')`,
      [],
    );
    assert.equal(rows[0]?.count, 581);
  });

  test('lets everybody of the terminal sign in with the one password', async () => {
    const hasher = createPasswordHasher(site.config);
    for (const { userName } of demoSignIns()) {
      const row = await site.db.reader
        .selectFrom('person')
        .innerJoin('password_credential', 'person_id', 'id')
        .select('hash')
        .where('user_name', '=', userName)
        .executeTakeFirst();
      assert.ok(row, userName);
      assert.equal((await hasher.verify(row.hash, demoPassword)).ok, true);
    }
    const invited = await site.db.query<{ user_name: string }>(
      'select user_name from person where not exists (select 1 from password_credential where person_id = id)',
      [],
    );
    assert.deepEqual(invited, [{ user_name: 'wim.aerts' }]);
  });

  test('tells a story: past, running, ending and coming rights, and two towns', async () => {
    const person = await site.db.reader.selectFrom('person').select(['id', 'user_name']).execute();
    const application = await site.db.reader
      .selectFrom('application')
      .select('id')
      .where('code', '=', 'counter')
      .executeTakeFirstOrThrow();
    const rightsAt = async (userName: string, at: string) => {
      const personId = person.find((row) => row.user_name === userName)!.id;
      const rights = await findEffectiveRights(site.db, {
        personId,
        applicationId: application.id,
        at: new Date(at),
      });
      return rights.map((right) =>
        `${right.rightCode} ${Object.values(right.context).flat().join(' ')}`.trim(),
      );
    };
    assert.deepEqual(await rightsAt('tom.willems', '2026-11-22T10:00:00Z'), ['CounterUser subsidies']);
    assert.deepEqual(await rightsAt('tom.willems', '2026-11-29T10:00:00Z'), []);
    assert.deepEqual(await rightsAt('sofie.maes', '2026-12-07T10:00:00Z'), [
      'CounterUser submissions',
      'CounterUser leaders mandates',
    ]);
    assert.deepEqual(await rightsAt('griet.peeters', '2026-11-22T10:00:00Z'), []);
    assert.equal((await rightsAt('lotte.vermeulen', '2026-11-22T10:00:00Z')).length, 3);
  });

  test('knows the sample application where it runs', async () => {
    const client = await site.db.reader
      .selectFrom('client')
      .selectAll()
      .where('id', '=', demoSampleClient.clientId)
      .executeTakeFirstOrThrow();
    assert.deepEqual(client.metadata['redirect_uris'], ['http://localhost:4567/callback']);
    assert.equal(client.secrets[0]?.hash, hashToken(demoSampleClient.clientSecret).toString('hex'));
  });

  test('takes the sample application along to another port, and touches nothing else of it', async () => {
    await site.db.query(`update application set names = '{"en": "Renamed"}' where code = 'counter'`, []);
    await followSamplePort({ ...site, config: { ...site.config, samplePort: 5678 } });
    const [row] = await site.db.query<Record<string, unknown>>(
      `select a.names ->> 'en' as name, a.home_url as home, c.secrets, c.metadata,
         (select count(*) from audit_event where action = 'client.changed') as recorded
       from client c join application a on a.id = c.application_id where c.id = $1`,
      [demoSampleClient.clientId],
    );
    assert.deepEqual(
      [row?.['name'], row?.['home'], row?.['recorded']],
      ['Renamed', 'http://localhost:5678/', 1],
    );
    assert.doesNotMatch(JSON.stringify(row?.['metadata']), /4567/);
    assert.match(JSON.stringify(row?.['secrets']), /hash/);
    await followSamplePort({ ...site, config: { ...site.config, samplePort: 5678 } });
    const changes = await site.db.query(`select id from audit_event where action = 'client.changed'`, []);
    assert.equal(changes.length, 1);
  });
});

describe('invented people', () => {
  test('are the same every time, with different artificial numbers that pass the check', async () => {
    const places = await municipalities();
    const some = [...inventPeople(places, 500, '12021')];
    assert.deepEqual(some.slice(0, 50), [...inventPeople(places, 50, '12021')]);
    assert.equal(new Set(some.map((person) => person.userName)).size, 500);
    assert.ok(some.filter((person) => person.organisation === '12021').length >= 100);
    const numbers = new Set<string>();
    for (let index = 0; index < 100_800; index += 1) numbers.add(artificialNumber(index));
    assert.equal(numbers.size, 100_800);
    for (const { rrn } of some) assert.equal(normaliseIdentifier('rrn', rrn), rrn);
  });
});
