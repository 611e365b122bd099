// A unit among the values of a right is shown by its name, wherever the right is: to administrators, owners, oneself.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createApplicationRoutes } from '../../../src/modules/applications/index.ts';
import { createAssignmentRoutes, createMyAccessRoutes } from '../../../src/modules/assignments/index.ts';
import { createPeopleRoutes } from '../../../src/modules/people/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef } from '../../support/world.ts';

describe('a unit among the values of a right', () => {
  let site: TestSite;
  let agent: ReturnType<typeof request>;
  let clerk: PersonRef;
  let colleague: PersonRef;
  let owner: PersonRef;
  let application: ApplicationRef;
  let place: [string, string];
  let assignmentId: string;

  before(async () => {
    site = await createTestSite();
    const world = createWorld(site);
    const validateClientMetadata = async () => {};
    const routers = [
      createAssignmentRoutes(site),
      createMyAccessRoutes(site),
      createPeopleRoutes(site),
      createApplicationRoutes(site, { validateClientMetadata }),
    ];
    agent = request(createPagesApp(site, routers));
    const organisation = await world.organisation({ name: 'Town of Ghent' });
    const elsewhere = await world.organisation();
    await world.unit(organisation, { code: 'HOUSING', name: 'Housing and building' });
    await world.unit(elsewhere, { code: 'HOUSING', name: 'Somebody else’s unit' });
    clerk = await world.person({ password: null });
    await world.administration(await world.affiliation(clerk, organisation), 'local');
    owner = await world.person({ password: null });
    application = await world.application();
    await world.administration(await world.affiliation(owner, elsewhere), 'application_owner', {
      application,
    });
    const right = await world.right(application, {
      code: 'Editor',
      contexts: [
        { code: 'unit', kind: 'unit', required: true, many: true },
        { code: 'module', options: ['HOUSING'] },
        { code: 'note', kind: 'text' },
      ],
    });
    await world.offer(right, { organisation });
    colleague = await world.person({ password: null });
    const affiliation = await world.affiliation(colleague, organisation);
    const context = { unit: ['HOUSING', 'GONE'], note: ['HOUSING'] };
    assignmentId = (await world.assignment(affiliation, right, { context })).id;
    place = [organisation.id, colleague.id];
  });
  after(() => site.close());

  const get = (path: string, person: PersonRef) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html').expect(200);

  it('is named on the page of the person, of the right, of the holders, and on one’s own', async () => {
    for (const [path, person] of [
      [paths.person(...place), clerk],
      [paths.endAssignment(...place, assignmentId), clerk],
      [paths.holders(application.id), owner],
      [paths.myAccess(), colleague],
    ] as const) {
      const { text } = await get(path, person);
      assert.match(text, /Housing and building and GONE/, path);
      assert.match(text, /(: |>)HOUSING/, `${path}: a text that looks like the code of a unit stays a text`);
      assert.doesNotMatch(text, /Somebody else/, path);
    }
  });

  it('is named in the export, beside its code', async () => {
    const { text } = await get(paths.holdersExport(application.id), owner);
    assert.match(text, /Housing and building/);
    assert.match(text, /unit=HOUSING\|GONE/);
  });
});
