// A replaced SECRET_KEYS entry can be dropped once everything was sealed again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { composeSite } from '../../../src/compose.ts';
import { identifierColumns, resealIdentifiers } from '../../../src/modules/people/index.ts';
import { ensureKeys, listPublicKeys, resealKeys } from '../../../src/modules/provider/index.ts';
import { loadConfig } from '../../../src/platform/config.ts';
import { testKey } from '../../support/config.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld } from '../../support/world.ts';

let site: TestSite;
before(async () => {
  site = await createTestSite();
});
after(() => site.close());

/** The same site after a restart with other keys. */
function withKeys(...bytes: number[]) {
  const config = loadConfig({
    NODE_ENV: 'test',
    SECRET_KEYS: bytes.map(testKey).join(','),
    IDENTIFIER_KEY: testKey(2),
    DATA_DIR: site.config.dataDir,
    LOG_LEVEL: 'silent',
  });
  return composeSite({ config, db: site.db, clock: site.clock, logger: site.logger });
}

test('after resealing the old key is no longer needed; before it is', async () => {
  const origin = { actor: { kind: 'system' } } as const;
  const person = await createWorld(site).person();
  const columns = identifierColumns(site.secrets, person.id, { scheme: 'rrn', value: '85073003328' });
  await site.db.handle
    .insertInto('person_identifier')
    .values({ person_id: person.id, ...columns })
    .execute();
  await ensureKeys(site);
  const both = withKeys(9, 1);
  const onlyNew = withKeys(9);
  const context = `person_identifier:${person.id}`;
  const read = async () =>
    await site.db.handle
      .selectFrom('person_identifier')
      .select(['sealed', 'lookup'])
      .executeTakeFirstOrThrow();
  const before = await read();
  assert.throws(() => onlyNew.secrets.open(before.sealed, context));
  assert.equal(await resealIdentifiers(both, origin), 1);
  assert.equal(await resealKeys(both, origin), 3);
  const afterwards = await read();
  assert.equal(onlyNew.secrets.open(afterwards.sealed, context).toString(), '85073003328');
  assert.deepEqual(afterwards.lookup, before.lookup);
  assert.equal((await listPublicKeys(onlyNew)).length, 3);
  assert.deepEqual([await resealIdentifiers(both, origin), await resealKeys(both, origin)], [0, 0]);
});
