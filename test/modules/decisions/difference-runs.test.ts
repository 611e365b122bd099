// With many people a comparison goes on in the background: a page that shows how far it is, can be left, and begins again what
// ended with its process.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { createRightsModelRoutes } from '../../../src/modules/decisions/index.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef } from '../../support/world.ts';

describe('a comparison in the background', () => {
  let site: TestSite;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;

  before(async () => {
    site = await createTestSite();
    const world = createWorld(site);
    agent = request(createPagesApp(site, [createRightsModelRoutes(site, { peopleAtOnce: 1 })]));
    const organisation = await world.organisation();
    application = await world.application({ code: 'fallmanager' });
    owner = await world.person({ password: null });
    const affiliation = await world.affiliation(owner, await world.organisation());
    await world.administration(affiliation, 'application_owner', { application });
    const rights = [];
    for (const code of ['CaseReader', 'CaseAdministrator']) {
      const right = await world.right(application, { code });
      await world.offer(right, { organisation });
      rights.push(right);
    }
    for (const familyName of ['One', 'Two', 'Three']) {
      const working = await world.affiliation(await world.person({ familyName }), organisation);
      for (const right of rights) await world.assignment(working, right);
    }
    const document = JSON.stringify(readWorld('ecase').forms);
    await agent
      .post(paths.rightsModelDocument(application.id))
      .set('x-person', owner.id)
      .type('form')
      .send({ document, version: '0' })
      .expect(303);
  });
  after(() => site.close());

  const preview = () =>
    agent
      .get(paths.rightsModelPreview(application.id))
      .set('x-person', owner.id)
      .set('accept', 'text/html')
      .expect(200);
  const setRun = (what: string) =>
    site.db.query(`update decision_difference_run set ${what} returning 1`, []);
  const runId = async () =>
    (await site.db.query<{ id: string }>('select id from decision_difference_run', []))[0]?.id;

  async function waitForAnswer(): Promise<string> {
    for (let looks = 0; looks < 200; looks++) {
      const { text } = await preview();
      if (!text.includes('<progress')) return text;
      await delay(50);
    }
    throw new Error('the comparison does not end');
  }

  it('tells how far it is, looks again by itself, and ends with everybody', async () => {
    const first = await preview();
    assert.equal(first.headers['refresh'], '5');
    assert.match(first.text, /0 of 3 people compared/);
    assert.doesNotMatch(first.text, /Publish this version/);
    const text = await waitForAnswer();
    assert.match(text, /3 people were compared/);
    assert.match(text, /<strong>3<\/strong>\s*<span>people gain something/);
    assert.match(text, /One.*Two.*Three|Publish this version/s);
    assert.match(text, /Publish this version/);
  });

  it('keeps its answer for ten minutes', async () => {
    const known = await runId();
    site.clock.advance({ minutes: 9 });
    await waitForAnswer();
    assert.equal(await runId(), known);
    site.clock.advance({ minutes: 2 });
    assert.match((await preview()).text, /<progress/);
    assert.notEqual(await runId(), known);
    await waitForAnswer();
  });

  it('is begun once, and again when its process has ended', async () => {
    await setRun('result = null, done = 1, seen_at = clock_timestamp()');
    const standing = await runId();
    assert.match((await preview()).text, /1 of 3 people compared/);
    assert.equal(await runId(), standing);
    await setRun(`seen_at = clock_timestamp() - interval '31 seconds'`);
    await preview();
    assert.notEqual(await runId(), standing);
    assert.match(await waitForAnswer(), /3 people were compared/);
  });

  it('says when it failed', async () => {
    await setRun('result = null, failed = true, seen_at = clock_timestamp()');
    const { text, headers } = await preview();
    assert.match(text, /The comparison failed/);
    assert.equal(headers['refresh'], undefined);
  });
});
