// The pages of a rights model: brought in, read, filled in, previewed, published; what is wrong comes back, stale pages lose nothing,
// nobody publishes a gain of their own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createRightsModelRoutes } from '../../../src/modules/decisions/index.ts';
import { gridsOf } from '../../../src/modules/decisions/grids/index.ts';
import { readWorld, worldNames, type WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';

type Fields = Record<string, string>;

const document = (name: WorldName) => JSON.stringify(readWorld(name).forms);

describe('the pages of a rights model', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;
  let stranger: PersonRef;
  let worker: PersonRef;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    agent = request(createPagesApp(site, [createRightsModelRoutes(site)]));
    const organisation = await world.organisation();
    application = await world.application({ code: 'fallmanager' });
    owner = await world.person({ password: null });
    stranger = await world.person({ password: null });
    worker = await world.person({ password: null });
    const working = await world.affiliation(worker, organisation);
    await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
      application,
    });
    await world.administration(await world.affiliation(stranger, organisation), 'head');
    for (const code of ['CaseReader', 'CaseAdministrator']) {
      const right = await world.right(application, { code });
      await world.offer(right, { organisation });
      await world.assignment(working, right);
    }
    await site.db.query(
      `insert into decision_record (application_id, type, id, owner) values ($1::uuid, 'client', 'kim', $2::text)`,
      [application.id, worker.id],
    );
  });
  after(() => site.close());

  const get = (path: string, person = owner) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');
  const post = (path: string, form: Fields, person = owner) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  const bringIn = (name: WorldName, version: string) =>
    post(paths.rightsModelDocument(application.id), { document: document(name), version });
  const gridPath = (role: string) => paths.rightsModelGrid(application.id, 'funktionen', role);
  const versionOf = (html: string) => /name="version" value="(\d+)"/.exec(html)![1]!;

  it('are for the owner and for nobody else', async () => {
    for (const path of [paths.rightsModel, paths.rightsModelDocument, paths.rightsModelPreview]) {
      await get(path(application.id), stranger).expect(404);
    }
    await post(paths.publishRightsModel(application.id), { version: '1' }, stranger).expect(404);
    assert.match((await get(paths.rightsModel(application.id)).expect(200)).text, /No rights model/);
  });

  it('say what is wrong with a document, and keep it', async () => {
    const path = paths.rightsModelDocument(application.id);
    const broken = await post(path, { document: '{ not json', version: '0' }).expect(422);
    assert.match(broken.text, /not valid JSON/);
    assert.match(broken.text, /\{ not json/);
    const faulty = document('ecase').replace('"role":"benutzer"', '"role":"niemand"');
    assert.match(
      (await post(path, { document: faulty, version: '0' }).expect(422)).text,
      /niemand does not exist/,
    );
  });

  it('show every table of every kind of form, to read and to fill in', async () => {
    let version = 0;
    for (const name of worldNames) {
      await bringIn(name, String(version)).expect(303);
      version += 1;
      const { forms } = readWorld(name);
      const read = await get(paths.rightsModelVersion(application.id, 'draft')).expect(200);
      assert.doesNotMatch(read.text, /decisions\.[a-z]/);
      for (const form of forms.forms) {
        for (const grid of gridsOf(form, { forms, t: (key) => key })) {
          const page = await get(paths.rightsModelGrid(application.id, form.id, grid.id)).expect(200);
          assert.match(page.text, /<select|<input type="checkbox"|<textarea/);
          assert.doesNotMatch(page.text, /decisions\.[a-z]/);
        }
      }
    }
    await get(paths.rightsModelGrid(application.id, 'funktionen', 'nobody')).expect(404);
  });

  it('tell who gains before a version is published, and list it afterwards', async () => {
    const preview = await get(paths.rightsModelPreview(application.id)).expect(200);
    assert.match(preview.text, /person gains something/);
    assert.match(preview.text, /Klient: see in lists, read/);
    assert.match(preview.text, /Serienbrief: view/);
    const version = versionOf(preview.text);
    await post(paths.publishRightsModel(application.id), { version, note: 'First' }).expect(303);
    const shown = await get(paths.rightsModel(application.id)).expect(200);
    assert.match(shown.text, /First/);
    assert.match(shown.text, /Valid/);
  });

  it('tell who loses, by name', async () => {
    const page = await get(gridPath('profil-fallfuehrung')).expect(200);
    const ticks = Object.fromEntries(
      ['dossier', 'journal', 'document', 'service'].map((type) => [`objekt.${type}|all`, 'allowed']),
    );
    const sent = { version: versionOf(page.text), ...ticks, 'funktion.serienbrief|view': 'allowed' };
    await post(gridPath('profil-fallfuehrung'), sent).expect(303);
    const preview = await get(paths.rightsModelPreview(application.id)).expect(200);
    assert.match(preview.text, /person loses something/);
    assert.doesNotMatch(preview.text, /gains something/);
    assert.match(preview.text, /Klient: [a-z ,]*modify/);
    assert.doesNotMatch(preview.text, /Serienbrief/);
  });

  it('lay a stale page over the draft that stands now', async () => {
    const page = await get(gridPath('primarstufe')).expect(200);
    const version = versionOf(page.text);
    await post(gridPath('mittelstufe'), { version, 'objekt.client|view': 'allowed' }).expect(303);
    const stale = await post(gridPath('primarstufe'), { version, 'objekt.client|view': 'denied' }).expect(
      409,
    );
    assert.match(stale.text, /value="denied" selected/);
    const again = { version: versionOf(stale.text), 'objekt.client|view': 'denied' };
    await post(gridPath('primarstufe'), again).expect(303);
    const draft = await get(paths.rightsModelVersion(application.id, 'draft')).expect(200);
    assert.match(draft.text, /Mittelstufe Lehrpersonen/);
  });

  it('say what does not fit together in a table', async () => {
    const path = gridPath('primarstufe');
    const { text } = await get(path).expect(200);
    const wrong = await post(path, { version: versionOf(text), 'fallmanager|modify': 'allowed' }).expect(422);
    assert.match(wrong.text, /is opened or not/);
  });

  it('refuse to publish to whoever would gain, and what was not looked at', async () => {
    const organisation = await world.organisation();
    const working = await world.affiliation(owner, organisation);
    for (const code of ['gains_a', 'gains_b']) {
      const right = await world.right(application, { code });
      await world.offer(right, { organisation });
      await world.assignment(working, right);
    }
    const forms = structuredClone(readWorld('ecase').forms);
    for (const [group, code] of [
      ['benutzer', 'gains_a'],
      ['profil-fallfuehrung', 'gains_b'],
    ] as const) {
      forms.groups.find(({ id }) => id === group)!.filledBy.push(`right:${code}`);
    }
    const before = await get(paths.rightsModelDocument(application.id)).expect(200);
    const version = versionOf(before.text);
    await post(paths.rightsModelDocument(application.id), {
      document: JSON.stringify(forms),
      version,
    }).expect(303);
    const preview = await get(paths.rightsModelPreview(application.id)).expect(200);
    assert.match(preview.text, /Somebody else has to publish it/);
    await post(paths.publishRightsModel(application.id), { version }).expect(409);
    await post(paths.publishRightsModel(application.id), { version: versionOf(preview.text) }).expect(403);
    await post(paths.discardRightsModel(application.id), { version: versionOf(preview.text) }).expect(303);
    assert.match((await get(paths.rightsModel(application.id)).expect(200)).text, /Given up/);
  });

  it('put every step on record', async () => {
    const rows = await site.db.query<{ action: string; outcome: string }>(
      `select action, outcome from audit_event where application_id = $1::uuid and action like 'rights_model.%'`,
      [application.id],
    );
    const said = new Set(rows.map(({ action, outcome }) => `${action} ${outcome}`));
    for (const action of ['drafted', 'published', 'discarded'])
      assert.ok(said.has(`rights_model.${action} done`));
    assert.ok([...said].some((each) => each.startsWith('rights_model.published') && !each.endsWith('done')));
  });
});
