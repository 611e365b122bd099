// The same on a PostgreSQL server, and two at once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadDemoWorldOnFirstStart } from '../../../src/modules/demo/index.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { startTestPostgres, type TestPostgres } from '../../support/database.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

describe('the demo world on PostgreSQL', () => {
  let postgres: TestPostgres;
  let sites: TestSite[];

  before(async () => {
    postgres = await startTestPostgres();
    const url = await postgres.createDatabase();
    const open = async () => createTestSite({ db: await openDatabase({ url }), config: { demo: true } });
    sites = [await open(), await open()];
  });
  after(async () => {
    for (const site of sites) await site.db.close();
    await postgres.stop();
  });

  test('two processes that start at once load it once', async () => {
    await Promise.all(sites.map((site) => loadDemoWorldOnFirstStart(site, { people: 50 })));
    const [site] = sites;
    const rows = await site!.db.query<{ people: number; loaded: number; added: number }>(
      `select (select count(*) from person) as people,
        (select count(*) from audit_event where action = 'person.added') as added,
        (select count(*) from audit_event where action = 'provisioning.applied' and outcome = 'done') as loaded`,
      [],
    );
    assert.deepEqual(rows, [{ people: 71, loaded: 1, added: 71 }]);
    assert.equal(await loadDemoWorldOnFirstStart(site!), false);
  });
});
