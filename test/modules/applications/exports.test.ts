// The lists of applications, clients, rights, offers, organisations and one's own access as files: whole, in scope, harmless
// to a spreadsheet, without secrets, and on record.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createApplicationRoutes } from '../../../src/modules/applications/index.ts';
import { createMyAccessRoutes } from '../../../src/modules/assignments/index.ts';
import { createOrganisationListRoutes } from '../../../src/modules/organisations/index.ts';
import { createOfferRoutes, createRightRoutes } from '../../../src/modules/rights/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';

describe('lists as files', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;
  let stranger: PersonRef;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    const routers = [
      createApplicationRoutes(site, { validateClientMetadata: async () => {} }),
      createRightRoutes(site),
      createOfferRoutes(site),
      createMyAccessRoutes(site),
      createOrganisationListRoutes(site),
    ];
    agent = request(createPagesApp(site, routers));
    application = await world.application({ code: 'counter' });
    await world.application({ code: 'hidden' });
    const formula = JSON.stringify({ en: '=HYPERLINK("evil")' });
    await site.db.handle
      .updateTable('application')
      .set({ names: formula })
      .where('id', '=', application.id)
      .execute();
    const town = await world.organisation({ code: 'TOWN', name: '=Town' });
    owner = await world.person({ password: null });
    stranger = await world.person({ password: null });
    await world.administration(await world.affiliation(stranger, town), 'head');
    const work = await world.affiliation(owner, town);
    await world.administration(work, 'application_owner', { application });
    const right = await world.right(application, {
      code: 'Reader',
      contexts: [{ code: 'module', options: ['permits'] }],
    });
    await site.db.handle
      .updateTable('application_right')
      .set({ names: formula })
      .where('id', '=', right.id)
      .execute();
    await world.offer(right, { organisation: town });
    await world.assignment(work, right, { until: '2026-12-01T23:00:00Z', context: { module: ['permits'] } });
    await world.client(application, { id: 'counter-web', secret: 'a secret that stays where it is' });
  });
  after(() => site.close());

  const get = (path: string, person = owner) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');
  const recorded = (action: string) =>
    site.db.reader
      .selectFrom('audit_event')
      .select(['actor_person_id', 'application_id', 'person_id'])
      .where('action', '=', action)
      .where('outcome', '=', 'done')
      .execute();
  /** The file; the page it belongs to has a link to it, and taking it is on record. */
  const take = async (page: string, href: string, action: string, person = owner): Promise<string> => {
    assert.ok((await get(page, person).expect(200)).text.includes(`href="${href}`), `${page} links ${href}`);
    const before = (await recorded(action)).length;
    const { text, headers } = await get(href, person).expect(200);
    assert.match(String(headers['content-type']), /^text\/csv/);
    assert.match(String(headers['content-disposition']), /^attachment; filename="?[^"]+\.csv"?$/);
    const events = await recorded(action);
    assert.equal(events.length, before + 1);
    assert.equal(events.at(-1)?.actor_person_id, person.id);
    assert.doesNotMatch(text, /(^|[;,"\n])=/, 'no cell begins a formula');
    return text;
  };

  it('of applications: those in scope', async () => {
    const text = await take(paths.applications(), paths.exportApplications(), 'applications.exported');
    assert.match(text, /counter[;,]/);
    assert.doesNotMatch(text, /hidden/);
    await get(paths.exportApplications(), stranger).expect(403);
  });

  it('of clients: no secret, no digest', async () => {
    const page = paths.application(application.id);
    const text = await take(page, paths.exportClients(application.id), 'clients.exported');
    assert.match(text, /counter-web[;,]Client counter-web/);
    assert.match(text, /https:\/\/counter-web\.example\/callback/);
    assert.doesNotMatch(text, /[0-9a-f]{64}|secret that stays/);
    await get(paths.exportClients(application.id), stranger).expect(404);
  });

  it('of rights and offers', async () => {
    const rights = await take(
      paths.rights(application.id),
      paths.exportRights(application.id),
      'rights.exported',
    );
    assert.match(rights, /Reader[;,].*module[;,]2026-01-01[;,]/);
    const offers = await take(
      paths.offers(application.id),
      paths.offersExport(application.id),
      'offers.exported',
    );
    assert.match(offers, /TOWN/);
    for (const path of [paths.exportRights(application.id), paths.offersExport(application.id)]) {
      await get(path, stranger).expect(404);
    }
    assert.deepEqual((await recorded('rights.exported'))[0]?.application_id, application.id);
  });

  it('of one’s own access, the last day included', async () => {
    const text = await take(paths.myAccess(), paths.exportMyAccess(), 'own_access.exported');
    assert.match(text, /module: permits[;,]2026-01-01[;,]2026-12-01[;,]Yes/);
    assert.equal((await recorded('own_access.exported'))[0]?.person_id, owner.id);
    const nothing = await get(paths.exportMyAccess(), stranger).expect(200);
    assert.doesNotMatch(nothing.text, /permits/);
  });

  it('and their pages name organisations in the language of the reader', async () => {
    const names = JSON.stringify({ nl: 'Stad', fr: 'Ville' });
    await site.db.handle
      .updateTable('organisation')
      .set({ names })
      .where('code', 'in', ['TOWN', 'owner'])
      .execute();
    for (const path of [
      paths.applications(),
      paths.exportApplications(),
      paths.application(application.id),
      paths.offers(application.id),
      paths.offersExport(application.id),
      paths.myAccess(),
      paths.exportMyAccess(),
    ]) {
      const { text } = await get(path).set('accept-language', 'fr').expect(200);
      assert.match(text, /Ville/, path);
      assert.doesNotMatch(text, /Stad|=Town|Organisation owner/, path);
    }
    await site.db.handle
      .updateTable('organisation')
      .set({ names: '{}' })
      .where('code', '=', 'TOWN')
      .execute();
  });

  it('of organisations: on record as well', async () => {
    const text = await take(
      paths.organisations(),
      paths.exportOrganisations(),
      'organisations.exported',
      stranger,
    );
    assert.match(text, /TOWN/);
  });
});
