// Moving and ending an organisation: what was delegated from where it no longer stands ends, and it is said beforehand.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import request from 'supertest';
import { appointAdministrator } from '../../../src/modules/administration/index.ts';
import {
  changeOrganisation,
  createOrganisationRoutes,
  endOrganisation,
} from '../../../src/modules/organisations/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../../support/world.ts';

let site: TestSite;
let world: World;
let operator: PersonRef;
let provincial: PersonRef;
let [east, west, town]: OrganisationRef[] = [];

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  east = await world.organisation({ name: 'East' });
  west = await world.organisation({ name: 'West' });
  town = await world.organisation({ name: 'Town', parent: east });
  const agency = await world.organisation({ name: 'Agency' });
  operator = await world.person();
  await world.administration(await world.affiliation(operator, agency), 'operator');
  provincial = await world.person();
  await world.administration(await world.affiliation(provincial, east), 'head', { subtree: true });
});
after(() => site.close());

const by = async (person: PersonRef) => [site, await world.actor(person), world.origin(person)] as const;

async function appoint(giver: PersonRef, kind: 'head' | 'local', organisation = town!): Promise<PersonRef> {
  const person = await world.person();
  const { id } = await world.affiliation(person, organisation);
  const input = { affiliationId: id, kind, organisationId: organisation.id, from: null, until: null };
  await appointAdministrator(...(await by(giver)), input);
  return person;
}

const administers = async (person: PersonRef) => (await world.actor(person)).administrations.length > 0;

const move = async (parentId: string, acknowledgeMove?: boolean, organisation = town!) => {
  const { name, version } = await site.db.handle
    .selectFrom('organisation')
    .select(['name', 'version'])
    .where('id', '=', organisation.id)
    .executeTakeFirstOrThrow();
  const input = { organisationId: organisation.id, version, name, names: {}, contactMail: null, parentId };
  await changeOrganisation(...(await by(operator)), {
    ...input,
    ...(acknowledgeMove === undefined ? {} : { acknowledgeMove }),
  });
};

test('a move ends what the old province delegated, with what came of that, and nothing else', async () => {
  const delegated = await appoint(provincial, 'head');
  site.clock.advance({ minutes: 1 });
  const below = await appoint(delegated, 'local');
  const byOperator = await appoint(operator, 'head');
  const ofOperator = await appoint(byOperator, 'local');
  const elsewhere = await appoint(provincial, 'local', east!);
  site.clock.advance({ minutes: 1 });
  await assert.rejects(move(west!.id), { code: 'move_ends_administrations', details: { count: 2 } });
  assert.deepEqual([await administers(delegated), await administers(below)], [true, true]);
  await move(west!.id, true);
  site.clock.advance({ minutes: 1 });
  assert.deepEqual([await administers(delegated), await administers(below)], [false, false]);
  assert.deepEqual(
    [await administers(byOperator), await administers(ofOperator), await administers(elsewhere)],
    [true, true, true],
  );
  const ended = await site.db.handle
    .selectFrom('audit_event')
    .select('person_id')
    .where('action', '=', 'administration.ended')
    .where('reason', '=', 'organisation_moved')
    .execute();
  assert.deepEqual(new Set(ended.map((row) => row.person_id)), new Set([delegated.id, below.id]));
});

test('a move below the giver keeps what was delegated', async () => {
  const district = await world.organisation({ name: 'District', parent: east! });
  const village = await world.organisation({ name: 'Village', parent: east! });
  const delegated = await appoint(provincial, 'head', village);
  site.clock.advance({ minutes: 1 });
  await move(district.id, undefined, village);
  assert.equal(await administers(delegated), true);
});

test('the page of a move asks first, with the count, and then does it', async () => {
  const app = createPagesApp(site, [createOrganisationRoutes(site)]);
  const hamlet = await world.organisation({ name: 'Hamlet', parent: east! });
  const delegated = await appoint(provincial, 'head', hamlet);
  site.clock.advance({ minutes: 1 });
  const form = { name: 'Hamlet', parent: west!.code, version: '1' };
  const post = (fields: Record<string, string>) =>
    request(app)
      .post(paths.editOrganisation(hamlet.id))
      .set('accept', 'text/html')
      .set('x-person', operator.id)
      .type('form')
      .send(fields);
  const asked = await post(form);
  assert.equal(asked.status, 409);
  assert.match(asked.text, /name="acknowledgeMove"/);
  assert.match(asked.text, /<strong>1<\/strong>/);
  assert.equal(await administers(delegated), true);
  assert.equal((await post({ ...form, acknowledgeMove: 'on' })).status, 303);
  site.clock.advance({ minutes: 1 });
  assert.equal(await administers(delegated), false);
});

test('ending an organisation with a head administrator is acknowledged, after the figures', async () => {
  const app = createPagesApp(site, [createOrganisationRoutes(site)]);
  const borough = await world.organisation({ name: 'Borough' });
  await appoint(operator, 'head', borough);
  site.clock.advance({ minutes: 1 });
  const page = () =>
    request(app)
      .get(paths.endOrganisation(borough.id))
      .set('accept', 'text/html')
      .set('x-person', operator.id);
  const shown = await page();
  assert.match(shown.text, /<strong>1<\/strong> <span>person works there now/);
  assert.match(shown.text, /<strong>1<\/strong> <span>administration stops/);
  assert.match(shown.text, /name="acknowledgeLast"/);
  const input = { organisationId: borough.id, version: 1 };
  await assert.rejects(endOrganisation(...(await by(operator)), input), { code: 'last_administrator' });
  const refused = await request(app)
    .post(paths.endOrganisation(borough.id))
    .set('accept', 'text/html')
    .set('x-person', operator.id)
    .type('form')
    .send({ version: '1' });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /name="acknowledgeLast"/);
  await endOrganisation(...(await by(operator)), { ...input, acknowledgeLast: true });
});

test('ending where somebody works who appointed the head of another organisation asks for that one too', async () => {
  const office = await world.organisation({ name: 'Office' });
  const province = await world.organisation({ name: 'Province' });
  const village = await world.organisation({ name: 'Village', parent: province });
  const giver = await world.affiliation(await world.person(), office);
  const wide = await world.administration(giver, 'head', { organisation: province, subtree: true });
  await world.administration(await world.affiliation(await world.person(), province), 'head');
  await world.administration(await world.affiliation(await world.person(), village), 'head', {
    givenBy: wide,
  });
  site.clock.advance({ minutes: 1 });
  const input = { organisationId: office.id, version: 1 };
  await assert.rejects(
    endOrganisation(...(await by(operator)), input),
    (error: { code?: string; details?: unknown }) => {
      assert.deepEqual([error.code, error.details], ['last_administrator', { organisations: [village.id] }]);
      return true;
    },
  );
  await endOrganisation(...(await by(operator)), { ...input, acknowledgeLast: true });
});
