// Who may publish a version: nobody who gains by it, now or later, on records that are there or may come; and who is named.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createRightsModelRoutes } from '../../../src/modules/decisions/index.ts';
import type { ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type ApplicationRef,
  type OrganisationRef,
  type PersonRef,
  type World,
} from '../../support/world.ts';

describe('publishing a rights model', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let organisation: OrganisationRef;
  let application: ApplicationRef;
  let owner: PersonRef;
  let other: PersonRef;
  let working: AffiliationRef;
  let rights: Record<'care' | 'guidance', { id: string }>;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    agent = request(createPagesApp(site, [createRightsModelRoutes(site)]));
    organisation = await world.organisation();
    application = await world.application({ code: 'school' });
    // With a right of its own it is not everybody's; without an offer it is nobody's yet.
    const care = await world.right(application, { code: 'CareTeacher' });
    const guidance = await world.right(application, { code: 'GuidanceCentre' });
    rights = { care, guidance };
    owner = await world.person({ password: null, givenName: 'Olga', familyName: 'Owns' });
    other = await world.person({ password: null, givenName: 'Otto', familyName: 'Other' });
    for (const person of [owner, other]) {
      const affiliation = await world.affiliation(person, organisation);
      await world.administration(affiliation, 'application_owner', { application });
      if (person === owner) working = affiliation;
    }
    // A record the owner has nothing to do with: that the portal holds some is no reason to look at those only.
    await site.db.query(
      `insert into decision_record (application_id, type, id, nodes) values ($1::uuid, 'gegeven', 'x', '{personeel.geheim}')`,
      [application.id],
    );
    await draft(readWorld('school').forms);
    await publish(other).expect(303);
  });
  after(() => site.close());

  const get = (path: string, person = owner) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html').expect(200);
  const post = (path: string, form: Record<string, string>, person: PersonRef) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  let version = '0';

  async function draft(forms: ModelForms): Promise<void> {
    const { text } = await get(paths.rightsModelDocument(application.id));
    version = /name="version" value="(\d+)"/.exec(text)![1]!;
    const sent = { document: JSON.stringify(forms), version };
    await post(paths.rightsModelDocument(application.id), sent, owner).expect(303);
    version = String(Number(version) + 1);
  }
  const publish = (person: PersonRef) => post(paths.publishRightsModel(application.id), { version }, person);
  const discard = () => post(paths.discardRightsModel(application.id), { version }, owner).expect(303);

  /** The school's document with one cell said otherwise. */
  function withCell(row: string, column: string, level: 'GT' | 'L' | 'WD'): ModelForms {
    const forms = structuredClone(readWorld('school').forms);
    for (const form of forms.forms) {
      if (form.kind === 'matrix') form.matrices[0]!.rows.find(({ id }) => id === row)!.cells[column] = level;
    }
    return forms;
  }

  it('is for nobody whose right begins later', async () => {
    await world.offer(rights.care, { organisation });
    const from = new Date(site.clock.now().getTime() + 30 * 86_400_000);
    await world.assignment(working, rights.care, { from });
    await draft(withCell('intern', 'zorg', 'WD'));
    const { text } = await get(paths.rightsModelPreview(application.id));
    assert.match(text, /Nothing changes for anybody/);
    assert.match(text, /Somebody else has to publish it/);
    await publish(owner).expect(403);
    await discard();
  });

  it('is for nobody who gains on records that are not there yet', async () => {
    await world.offer(rights.guidance, { organisation });
    await world.assignment(working, rights.guidance);
    await draft(withCell('geheim', 'clb', 'WD'));
    await publish(owner).expect(403);
    await publish(other).expect(303);
    const shown = (await get(paths.rightsModel(application.id))).text;
    assert.match(shown, /<dt>Author<\/dt>\s*<dd[^>]*>\s*Olga Owns/);
    assert.match(shown, /published by Otto Other/);
  });

  it('is for whoever only loses, or has nothing to do with it', async () => {
    await draft(withCell('vertrouwelijk', 'clb', 'GT'));
    await publish(owner).expect(303);
    await draft(withCell('vertrouwelijk', 'ict', 'L'));
    await publish(owner).expect(403);
    await discard();
  });
});
