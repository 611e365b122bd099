// Promise 2 through a file: hanging an organisation elsewhere ends what its giver no longer reaches.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { applyDeclarations, textSource } from '../../../src/modules/provisioning/index.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld } from '../../support/world.ts';

let site: TestSite;
before(async () => {
  site = await createTestSite({ now: '2026-03-15T10:00:00Z' });
});
after(() => site.close());

test('a delegated administration ends when its organisation moves out of the reach of its giver', async () => {
  const world = createWorld(site);
  const [province, elsewhere] = [
    await world.organisation({ code: 'P' }),
    await world.organisation({ code: 'Q' }),
  ];
  const town = await world.organisation({ code: 'T', parent: province });
  const provincial = await world.affiliation(await world.person(), province);
  const head = await world.administration(provincial, 'head', { subtree: true });
  const local = async () =>
    world.administration(await world.affiliation(await world.person(), town), 'local', {
      organisation: town,
      givenBy: head,
    });
  const [given, own] = [
    await local(),
    await world.administration(await world.affiliation(await world.person(), town), 'head'),
  ];
  const untilOf = async (id: string) =>
    (
      await site.db.reader
        .selectFrom('administration')
        .select('valid_until')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).valid_until;
  await applyDeclarations(site, [
    textSource('site.yaml', `organisations: [{ code: T, name: Town, parent: ${elsewhere.code} }]`),
  ]);
  assert.deepEqual(await untilOf(given.id), new Date('2026-03-15T10:00:00Z'));
  assert.deepEqual([await untilOf(head.id), await untilOf(own.id)], [null, null]);
  const actions = await site.db.reader.selectFrom('audit_event').select('action').execute();
  assert.equal(actions.filter(({ action }) => action === 'administration.ended').length, 1);
});
