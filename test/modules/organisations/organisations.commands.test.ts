// Organisations, target groups and units through their commands: who may, what is refused, versions, the tree.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  changeOrganisation,
  changeTargetGroup,
  changeUnit,
  countOrganisations,
  createOrganisation,
  createTargetGroup,
  createUnit,
  endOrganisation,
  endUnit,
  getOrganisation,
  listOrganisations,
  placeOfOrganisation,
  type Position,
  listUnits,
  moveUnit,
} from '../../../src/modules/organisations/index.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type OrganisationRef,
  type PersonRef,
  type TargetGroupRef,
  type World,
} from '../../support/world.ts';

let site: TestSite;
let world: World;
let group: TargetGroupRef;
let home: OrganisationRef;
let province: OrganisationRef;
let otherProvince: OrganisationRef;
let town: OrganisationRef;
let operator: PersonRef;
let head: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  group = await world.targetGroup({ code: 'LB', identifierScheme: 'kbo' });
  home = await world.organisation({ code: 'home', targetGroup: group });
  province = await world.organisation({ code: 'province', name: 'Province', targetGroup: group });
  otherProvince = await world.organisation({ code: 'other', name: 'Other province', targetGroup: group });
  town = await world.organisation({ code: 'town', name: 'Town', targetGroup: group, parent: province });
  operator = await world.person();
  head = await world.person();
  await world.administration(await world.affiliation(operator, home), 'operator');
  await world.administration(await world.affiliation(head, town), 'head');
});
after(() => site.close());

const by = async (person: PersonRef) => [site, await world.actor(person), world.origin(person)] as const;
const found = async (person: PersonRef, id: string) =>
  getOrganisation(site.db.reader, await world.actor(person), id);
const change = (organisation: { id: string; name: string }, version: number, overrides: object = {}) => ({
  organisationId: organisation.id,
  version,
  name: organisation.name,
  names: {},
  contactMail: null,
  ...overrides,
});

test('an operator makes an organisation with a checked number, which then finds it', async () => {
  const input = {
    code: 'abc',
    name: 'Ville d’Éghezée',
    targetGroupId: group.id,
    identifiers: [{ scheme: 'kbo', text: 'BE 0207.509.031' }],
  };
  const id = await createOrganisation(...(await by(operator)), input);
  assert.deepEqual((await found(operator, id)).identifiers, [{ scheme: 'kbo', value: '0207509031' }]);
  const search = async (q: string) =>
    (
      await listOrganisations(
        site.db.reader,
        await world.actor(operator),
        site.clock.now(),
        { q },
        { size: 10 },
      )
    ).items.map((item) => item.code);
  assert.deepEqual(await search('0207509031'), ['abc']);
  assert.deepEqual(await search('eghezee ville'), ['abc']);
  const refused = async (more: object, code: string) =>
    assert.rejects(createOrganisation(...(await by(operator)), { ...input, ...more }), { code });
  await refused({}, 'code_taken');
  await refused({ code: 'abcd' }, 'identifier_taken');
  await refused({ code: 'with:colon' }, 'invalid_fields');
  await refused({ code: 'x', identifiers: [{ scheme: 'kbo', text: '0207509032' }] }, 'invalid_fields');
  await assert.rejects(createOrganisation(...(await by(head)), { ...input, code: 'y', identifiers: [] }), {
    code: 'not_allowed',
  });
});

test('a head changes name and contact of the own organisation; a stale form is refused with what stands', async () => {
  const mine = await world.organisation({ name: 'Before', targetGroup: group });
  await world.administration(await world.affiliation(await world.person(), mine), 'head');
  const administrator = await world.person();
  await world.administration(await world.affiliation(administrator, mine), 'head');
  await changeOrganisation(
    ...(await by(administrator)),
    change(mine, 1, { name: 'After', contactMail: 'info@mine.example' }),
  );
  assert.deepEqual(
    [(await found(administrator, mine.id)).name, (await found(administrator, mine.id)).version],
    ['After', 2],
  );
  await assert.rejects(
    changeOrganisation(...(await by(administrator)), change(mine, 1)),
    (error: { code: string; details: { current: { name: string } } }) => {
      assert.equal(error.code, 'stale_edit');
      assert.equal(error.details.current.name, 'After');
      return true;
    },
  );
  await assert.rejects(changeOrganisation(...(await by(administrator)), change(town, 1)), {
    code: 'organisation_not_found',
  });
  await assert.rejects(
    changeOrganisation(...(await by(administrator)), change(mine, 2, { contactMail: 'x' })),
    { code: 'invalid_fields' },
  );
});

test('moving an organisation takes power over all three places, makes no loop and gives the mover nothing', async () => {
  const moved = await world.organisation({ name: 'Moved', targetGroup: group, parent: province });
  const mover = await world.person();
  await world.administration(await world.affiliation(mover, province), 'head', { subtree: true });
  const there = { parentId: otherProvince.id };
  await assert.rejects(changeOrganisation(...(await by(mover)), change(moved, 1, there)), {
    code: 'organisation_not_found',
  });
  await assert.rejects(changeOrganisation(...(await by(mover)), change(moved, 1, { parentId: null })), {
    code: 'not_allowed',
  });
  await changeOrganisation(...(await by(operator)), change(moved, 1, there));
  assert.equal((await found(operator, moved.id)).parentId, otherProvince.id);
  await assert.rejects(found(mover, moved.id), { code: 'organisation_not_found' });
  await assert.rejects(
    changeOrganisation(...(await by(operator)), change(otherProvince, 1, { parentId: moved.id })),
    { code: 'organisation_loop' },
  );
  const interested = await world.person();
  const work = await world.affiliation(interested, home);
  await world.administration(work, 'operator');
  await world.administration(work, 'head', { organisation: province, subtree: true });
  await assert.rejects(
    changeOrganisation(...(await by(interested)), change(moved, 2, { parentId: province.id })),
    { code: 'four_eyes' },
  );
});

test('an organisation ends unless others hang below it or the last operator works there', async () => {
  await assert.rejects(
    endOrganisation(...(await by(operator)), { organisationId: province.id, version: 1 }),
    { code: 'organisation_has_children' },
  );
  const lonely = await world.organisation({ targetGroup: group });
  const heard: unknown[] = [];
  const hooks = { ...site.hooks, revokeAccess: async (_: unknown, ended: unknown) => void heard.push(ended) };
  await endOrganisation({ ...site, hooks }, await world.actor(operator), world.origin(operator), {
    organisationId: lonely.id,
    version: 1,
  });
  assert.deepEqual(heard, [[{ organisationId: lonely.id }]]);
  assert.deepEqual((await found(operator, lonely.id)).until, site.clock.now());
});

test('the organisation of the last operator does not end', async () => {
  await site.db.handle
    .updateTable('administration')
    .set({ valid_until: site.clock.now() })
    .where('kind', '=', 'operator')
    .where('person_id', '<>', operator.id)
    .execute();
  await assert.rejects(endOrganisation(...(await by(operator)), { organisationId: home.id, version: 1 }), {
    code: 'last_operator',
  });
});

test('units make a tree without loops, and end only when nobody works there', async () => {
  const acting = await by(head);
  const top = await createUnit(...acting, {
    organisationId: town.id,
    code: 'A',
    name: 'Top',
    parentId: null,
  });
  const sub = await createUnit(...acting, { organisationId: town.id, code: 'B', name: 'Sub', parentId: top });
  const ref = (unitId: string, version: number) => ({ organisationId: town.id, unitId, version });
  await assert.rejects(
    createUnit(...acting, { organisationId: town.id, code: 'A', name: 'Twice', parentId: null }),
    { code: 'code_taken' },
  );
  const foreign = await world.unit(province);
  await assert.rejects(
    createUnit(...acting, { organisationId: town.id, code: 'C', name: 'C', parentId: foreign.id }),
    { code: 'unit_unknown' },
  );
  await assert.rejects(
    createUnit(...acting, { organisationId: province.id, code: 'C', name: 'C', parentId: null }),
    { code: 'organisation_not_found' },
  );
  await assert.rejects(moveUnit(...acting, { ...ref(top, 1), parentId: sub }), { code: 'unit_loop' });
  await assert.rejects(moveUnit(...acting, { ...ref(top, 1), parentId: top }), { code: 'unit_loop' });
  await changeUnit(...acting, { ...ref(sub, 1), name: 'Below' });
  await assert.rejects(changeUnit(...acting, { ...ref(sub, 1), name: 'Stale' }), { code: 'stale_edit' });
  const units = () => listUnits(site.db.reader, town.id, site.clock.now());
  assert.deepEqual(
    (await units()).map((unit) => [unit.name, unit.depth]),
    [
      ['Top', 0],
      ['Below', 1],
    ],
  );
  await assert.rejects(endUnit(...acting, ref(top, 1)), { code: 'unit_in_use' });
  const work = await world.affiliation(await world.person(), town, { unit: { id: sub } });
  site.clock.advance({ minutes: 1 });
  await assert.rejects(endUnit(...acting, ref(sub, 2)), { code: 'unit_in_use' });
  await site.db.handle
    .updateTable('affiliation')
    .set({ valid_until: site.clock.now() })
    .where('id', '=', work.id)
    .execute();
  await endUnit(...acting, ref(sub, 2));
  assert.deepEqual(
    (await units()).map((unit) => unit.name),
    ['Top'],
  );
});

test('a unit that ended never goes on, neither by an end later on nor as the parent of another', async () => {
  const acting = await by(head);
  const over = await world.unit(town, { until: '2026-02-01' });
  const ref = { organisationId: town.id, unitId: over.id, version: 1 };
  const at = new Date('2030-01-01');
  await assert.rejects(endUnit(...acting, { ...ref, at }), { code: 'unit_over' });
  const below = { organisationId: town.id, code: 'below', name: 'Below', parentId: over.id };
  await assert.rejects(createUnit(...acting, below), { code: 'unit_unknown' });
  const unit = await world.unit(town);
  await assert.rejects(moveUnit(...acting, { ...ref, unitId: unit.id, parentId: over.id }), {
    code: 'unit_unknown',
  });
});

test('nobody moves the unit they work in, or one above it: that gives them what the new place gives', async () => {
  const person = await world.person();
  const [top, group] = [await world.unit(town), await world.unit(town)];
  const desk = await world.unit(town, { parent: top });
  await world.administration(await world.affiliation(person, town, { unit: desk }), 'head');
  const ref = { organisationId: town.id, version: 1, parentId: group.id };
  for (const unit of [top, desk])
    await assert.rejects(moveUnit(...(await by(person)), { ...ref, unitId: unit.id }), { code: 'four_eyes' });
  await moveUnit(...(await by(head)), { ...ref, unitId: desk.id });
});

test('target groups are the operator’s', async () => {
  const input = {
    code: 'OV',
    names: { nl: 'Onderwijs' },
    identifierScheme: 'institution' as const,
    affiliationRules: {},
  };
  const id = await createTargetGroup(...(await by(operator)), input);
  await assert.rejects(createTargetGroup(...(await by(head)), { ...input, code: 'X' }), {
    code: 'not_allowed',
  });
  const rules = { employee: { maxPeriodDays: 456 } };
  const next = { targetGroupId: id, version: 1, names: input.names, affiliationRules: rules };
  await changeTargetGroup(...(await by(operator)), next);
  await assert.rejects(changeTargetGroup(...(await by(operator)), next), { code: 'stale_edit' });
  const wrong = { ...next, version: 2, affiliationRules: { employee: { maxPeriodDays: 0 } } };
  await assert.rejects(changeTargetGroup(...(await by(operator)), wrong), { code: 'invalid_fields' });
});

test('lists and counts of organisations end where the scope ends', async () => {
  const at = site.clock.now();
  const actor = await world.actor(head);
  const { items } = await listOrganisations(site.db.reader, actor, at, {}, { size: 10 });
  assert.deepEqual(
    items.map((item) => item.code),
    ['town'],
  );
  assert.equal(await countOrganisations(site.db.reader, actor, at, {}), 1);
  assert.deepEqual(
    (await listOrganisations(site.db.reader, actor, at, { q: 'province' }, { size: 10 })).items,
    [],
  );
  await assert.rejects(found(head, province.id), { code: 'organisation_not_found' });
});

test('pages of organisations visit each once', async () => {
  const actor = await world.actor(operator);
  const at = site.clock.now();
  const seen: string[] = [];
  let after: Position | undefined;
  do {
    const page = await listOrganisations(site.db.reader, actor, at, {}, { size: 2, after });
    seen.push(...page.items.map((item) => item.id));
    const last = page.items.at(-1);
    after = page.hasNext && last ? placeOfOrganisation(last, 'name') : undefined;
  } while (after);
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, await countOrganisations(site.db.reader, actor, at, {}));
});
