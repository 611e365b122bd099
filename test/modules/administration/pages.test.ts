// The pages of administrators: find, appoint, prolong, end; the last head only with open eyes; strangers see nothing.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createAdministrationRoutes } from '../../../src/modules/administration/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type World,
} from '../../support/world.ts';

describe('the pages of administrators', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let organisation: OrganisationRef;
  let head: PersonRef;
  let headship: Ref;
  let colleague: PersonRef;
  let work: AffiliationRef;
  let list: string;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    agent = request(createPagesApp(site, [createAdministrationRoutes(site)]));
    organisation = await world.organisation({ name: 'Town of Ghent' });
    head = await world.person({ password: null });
    colleague = await world.person({ password: null, givenName: 'Zoë', familyName: 'Claes' });
    work = await world.affiliation(colleague, organisation);
    headship = await world.administration(await world.affiliation(head, organisation), 'head', {
      until: '2027-01-01',
    });
    list = paths.administrators(organisation.id);
  });
  after(() => site.close());

  const get = (path: string, person = head) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');
  const post = (path: string, form: Record<string, string>, person = head) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  const row = () =>
    site.db.reader
      .selectFrom('administration')
      .selectAll()
      .where('person_id', '=', colleague.id)
      .executeTakeFirstOrThrow();

  it('find somebody without accents, appoint them, prolong and end', async () => {
    const found = await get(`${paths.appoint(list)}?q=zoe`).expect(200);
    assert.match(found.text, /Zoë Claes/);
    const form = await get(`${paths.appoint(list)}?affiliation=${work.id}`).expect(200);
    assert.match(form.text, /Local administrator/);
    const late = { affiliation: work.id, kind: 'local', from: '2026-06-15', until: '2027-05-01' };
    const refused = await post(list, late).expect(422);
    assert.match(refused.text, /Your own administration ends on 31 Dec 2026/);
    await post(list, { ...late, until: '2026-09-30' }).expect(303);
    assert.match((await get(list).expect(200)).text, /Zoë Claes/);
    const { id } = await row();
    await post(paths.editAdministration(list, id), { version: '1', until: '2026-10-31' }).expect(303);
    site.clock.advance({ minutes: 7 });
    const stale = await post(paths.editAdministration(list, id), { version: '1', until: '2026-11-30' });
    assert.equal(stale.status, 409);
    assert.match(stale.text, /15 Jun 2026, 10:00/, 'the instant of the change, not of the question');
    assert.match(stale.text, /31 Oct 2026[\s\S]*<mark>30 Nov 2026<\/mark>/);
    assert.match(stale.text, /name="version" value="2"[\s\S]*Save my version all the same/);
    const endedStale = await post(paths.endAdministration(list, id), { version: '1' }).expect(409);
    assert.match(endedStale.text, /This is how it stands now/);
    assert.match(endedStale.text, /name="version" value="2"/);
    assert.match(
      (await get(paths.endAdministration(list, id)).expect(200)).text,
      /You can undo this for ten minutes/,
    );
    await post(paths.endAdministration(list, id), { version: '2' }).expect(303);
    assert.deepEqual((await row()).valid_until, site.clock.now());
    const { id: undo } = await site.db.reader
      .selectFrom('undo_entry')
      .select('id')
      .where('kind', '=', 'administration.ended')
      .where('person_id', '=', head.id)
      .executeTakeFirstOrThrow();
    await post(paths.undoAdministration(list, id), { undo: 'x' }).expect(400);
    await post(paths.undoAdministration(list, id), { undo }, colleague).expect(404);
    await post(paths.undoAdministration(list, id), { undo }).expect(303);
    assert.equal((await row()).valid_until?.toISOString(), '2026-10-31T23:00:00.000Z');
    await post(paths.undoAdministration(list, id), { undo }).expect(410);
    await post(paths.endAdministration(list, id), { version: '4' }).expect(303);
  });

  it('list in the order asked for, and as a file that is on record, inside the scope', async () => {
    const sorted = await get(`${list}?sort=until&dir=desc`).expect(200);
    assert.match(sorted.text, /aria-sort="descending"/);
    const file = await get(paths.exportAdministrators(list)).expect(200);
    assert.match(String(file.headers['content-type']), /text\/csv/);
    assert.match(file.text, /Head administrator;Town of Ghent;no;[\d-]+;2027-01-01/);
    const fact = await site.db.reader
      .selectFrom('audit_event')
      .select(['actor_person_id', 'organisation_id'])
      .where('action', '=', 'administration.exported')
      .executeTakeFirstOrThrow();
    assert.deepEqual(fact, { actor_person_id: head.id, organisation_id: organisation.id });
    const other = await world.organisation({ name: 'Elsewhere' });
    for (const path of [
      paths.administrators(other.id),
      paths.exportAdministrators(paths.administrators(other.id)),
    ])
      await get(path).expect(404);
    await get(paths.exportAdministrators(paths.siteAdministrators())).expect(404);
  });

  it('ask before the last head goes', async () => {
    const page = await get(paths.endAdministration(list, headship.id)).expect(200);
    assert.match(page.text, /name="acknowledgeLast"/);
    assert.match(page.text, /You cannot undo this yourself/);
    await post(paths.endAdministration(list, headship.id), { version: '1' }).expect(409);
    await post(paths.endAdministration(list, headship.id), { version: '1', acknowledgeLast: 'on' }).expect(
      303,
    );
    await get(list).expect(404);
  });

  it('are for operators only where the site and applications are administered', async () => {
    const operator = await world.person({ password: null });
    await world.administration(await world.affiliation(operator, organisation), 'operator');
    const application = await world.application();
    for (const other of [paths.siteAdministrators(), paths.applicationAdministrators(application.id)]) {
      await get(other, operator).expect(200);
      await get(paths.appoint(other), operator).expect(200);
      await get(other, colleague).expect(404);
    }
    const owner = { affiliation: work.id, kind: 'application_owner', from: '2026-06-15' };
    await post(paths.applicationAdministrators(application.id), owner, operator).expect(303);
    await post(paths.siteAdministrators(), { ...owner, kind: 'operator' }, colleague).expect(404);
  });
});
