// The page that compares two versions: old ones too, both ways, by name for people and by cell for the document, and only for
// whoever may see the application.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createComparisonRoutes, createRightsModelRoutes } from '../../../src/modules/decisions/index.ts';
import type { ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { newId } from '../../../src/platform/ids.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef } from '../../support/world.ts';

describe('comparing two versions of a rights model', () => {
  let site: TestSite;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;
  let stranger: PersonRef;

  const { forms } = readWorld('ecase');

  /** Only list views for whoever runs a case, and the primary school reads what it wrote before. */
  const narrower = (): ModelForms => {
    const changed = structuredClone(forms);
    for (const form of changed.forms) {
      if (form.kind === 'permissions')
        form.ticks = form.ticks.filter(({ node }) => node !== 'funktion.serienbrief');
      if (form.kind === 'access_lists') form.domain!.values[0]!.groups[0]!.level = 'read';
    }
    changed.groups.find(({ id }) => id === 'schulsozialarbeit')!.name = 'Schulsozialdienst';
    return changed;
  };

  const putVersion = (number: number, status: string, document: ModelForms) =>
    site.db.query(
      `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from, superseded_at)
       values ($1::uuid, $2::uuid, $3::integer, $4, $5::jsonb, $6::timestamptz, $6::timestamptz,
         case when $4 = 'superseded' then $6::timestamptz end)`,
      [newId(), application.id, number, status, JSON.stringify(document), site.clock.now()],
    );
  const get = (path: string, person = owner) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');

  before(async () => {
    site = await createTestSite();
    const world = createWorld(site);
    agent = request(createPagesApp(site, [createRightsModelRoutes(site), createComparisonRoutes(site)]));
    const organisation = await world.organisation();
    application = await world.application({ code: 'fallmanager' });
    owner = await world.person({ password: null });
    stranger = await world.person({ password: null });
    await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
      application,
    });
    await world.administration(await world.affiliation(stranger, organisation), 'head');
    const right = await world.right(application, { code: 'CaseAdministrator' });
    await world.offer(right, { organisation });
    for (const familyName of ['Fischer', 'Vogel']) {
      const person = await world.person({ password: null, givenName: 'Fritz', familyName });
      await world.assignment(await world.affiliation(person, organisation), right);
    }
  });
  after(() => site.close());

  it('needs two versions', async () => {
    await putVersion(1, 'superseded', forms);
    assert.match((await get(paths.compareRightsModels(application.id)).expect(200)).text, /Only one version/);
  });

  it('begins in the list of versions', async () => {
    await putVersion(2, 'superseded', narrower());
    await putVersion(3, 'valid', forms);
    const { text } = await get(paths.rightsModel(application.id)).expect(200);
    const links = [...text.matchAll(/href="([^"]*\/compare\?[^"]*)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
    assert.deepEqual(links, [
      paths.compareRightsModels(application.id, 2, 3),
      paths.compareRightsModels(application.id, 1, 3),
    ]);
  });

  it('says who loses what, by name, and which cells differ', async () => {
    const { text } = await get(paths.compareRightsModels(application.id, 1, 2)).expect(200);
    assert.match(text, /<strong>2<\/strong><span>people lose something/);
    assert.match(text, /Fritz Fischer, Fritz Vogel/);
    assert.match(text, /Serienbrief: view/);
    assert.match(text, /Profil Fallführung/);
    assert.match(text, /Read and modify[\s\S]*Read only/);
    assert.match(text, /groups › Schulsozialdienst › name/);
    assert.doesNotMatch(text, /decisions\.[a-z]/);
  });

  it('goes the other way too, and knows when nothing differs', async () => {
    const back = await get(paths.compareRightsModels(application.id, 2, 3)).expect(200);
    assert.match(back.text, /<strong>2<\/strong><span>people gain something/);
    const same = await get(paths.compareRightsModels(application.id, 1, 3)).expect(200);
    assert.match(same.text, /Both versions say the same/);
    assert.match(same.text, /Nothing changes for anybody/);
  });

  it('compares an unfinished draft by its document alone, and tells another order from the same', async () => {
    const unfinished = structuredClone(forms);
    unfinished.resourceTypes.push({ name: 'visit', label: 'Besuch', actions: ['read'], attributes: {} });
    await putVersion(4, 'draft', unfinished);
    const { text } = await get(paths.compareRightsModels(application.id, 3, 4)).expect(200);
    assert.match(text, /Version 4 is unfinished/);
    assert.match(text, /resourceTypes › Besuch/);
    await site.db.query(
      `update decision_model set forms = $2::jsonb where application_id = $1::uuid and number = 4`,
      [application.id, JSON.stringify({ ...forms, groups: forms.groups.toReversed() })],
    );
    const order = await get(paths.compareRightsModels(application.id, 3, 4)).expect(200);
    assert.match(order.text, /the same, in another order/);
    assert.match(order.text, /Nothing changes for anybody/);
  });

  it('is for whoever may see the application, and of versions that exist', async () => {
    await get(paths.compareRightsModels(application.id, 1, 2), stranger).expect(404);
    await get(paths.compareRightsModels(application.id, 1, 9)).expect(404);
    const { text } = await get(`${paths.compareRightsModels(application.id)}?from=x&to=2`).expect(200);
    assert.doesNotMatch(text, /For whom/);
  });
});
