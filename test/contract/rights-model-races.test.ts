// Two owners begin the draft of one rights model at once, on a real PostgreSQL: one does, the other is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { saveDraft } from '../../src/modules/decisions/models/models.commands.ts';
import { readWorld } from '../../src/modules/decisions/worlds/worlds.files.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { startTestPostgres, type TestPostgres } from '../support/database.ts';
import { createTestSite, type TestSite } from '../support/site.ts';
import { createWorld, type World } from '../support/world.ts';

let server: TestPostgres;
let db: Database;
let site: TestSite;
let world: World;

before(async () => {
  server = await startTestPostgres();
  db = await openDatabase({ url: await server.createDatabase(), poolMax: 8 });
  site = await createTestSite({ db });
  world = createWorld(site);
});
after(async () => {
  await site.close();
  await db.close();
  await server.stop();
});

test('a draft that two begin at once is begun by one; the other is told that it was changed', async () => {
  const organisation = await world.organisation();
  const { forms } = readWorld('ecase');
  for (let round = 0; round < 12; round++) {
    const application = await world.application();
    const owners = [await world.person({ password: null }), await world.person({ password: null })];
    const saves = await Promise.all(
      owners.map(async (owner) => {
        const work = await world.affiliation(owner, organisation);
        await world.administration(work, 'application_owner', { application });
        const actor = await world.actor(owner);
        const input = { applicationId: application.id, forms, version: 0 };
        return () => saveDraft(site, actor, world.origin(owner), input);
      }),
    );
    const ended = await Promise.all(
      saves.map((save) =>
        save().then(
          () => 'done',
          (error: unknown) => {
            if (isAppError(error)) return error.code;
            throw error;
          },
        ),
      ),
    );
    assert.deepEqual(ended.toSorted(), ['done', 'stale_edit']);
  }
});
