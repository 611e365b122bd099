// Affiliations through their commands: the rules of the target group, what ends along, four eyes, versions, undo.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addAffiliation,
  changeAffiliation,
  endAffiliation,
  undoEndAffiliation,
  type AffiliationDetails,
} from '../../../src/modules/affiliations/index.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type RightRef,
  type World,
} from '../../support/world.ts';

let site: TestSite;
let world: World;
let town: OrganisationRef;
let village: OrganisationRef;
let head: PersonRef;
let local: PersonRef;
let headWork: AffiliationRef;
let right: RightRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  town = await world.organisation();
  village = await world.organisation();
  await site.db.handle
    .updateTable('target_group')
    .set({
      affiliation_rules: JSON.stringify({
        external: { mandatory: ['until', 'contactMail'], maxPeriodDays: 100 },
      }),
    })
    .execute();
  head = await world.person();
  local = await world.person();
  headWork = await world.affiliation(head, town);
  await world.administration(headWork, 'head');
  await world.administration(await world.affiliation(local, town), 'local');
  right = await world.right(await world.application());
  await world.offer(right, { organisation: town });
});
after(() => site.close());

const employee = (overrides: Partial<AffiliationDetails> = {}): AffiliationDetails => ({
  type: 'employee',
  unitId: null,
  functionTitle: null,
  contactMail: null,
  from: new Date('2026-06-01T00:00:00Z'),
  until: null,
  ...overrides,
});
const detailsOnly = ({ type: _, ...details }: AffiliationDetails) => details;

async function worker(): Promise<{ person: PersonRef; work: AffiliationRef }> {
  const person = await world.person();
  return { person, work: await world.affiliation(person, town) };
}
const row = (id: string) =>
  site.db.handle.selectFrom('affiliation').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const assignmentRow = (id: string) =>
  site.db.handle.selectFrom('assignment').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const end = async (
  by: PersonRef,
  affiliationId: string,
  version = 1,
  more: { at?: Date; acknowledgeLast?: boolean } = {},
) => endAffiliation(site, await world.actor(by), world.origin(by, town), { affiliationId, version, ...more });
const undo = async (by: PersonRef, undoId: string | undefined) =>
  undoEndAffiliation(site, await world.actor(by), world.origin(by, town), { undoId: undoId ?? '' });

test('the rules of the target group are kept, to the day', async () => {
  const { person } = await worker();
  const add = async (details: AffiliationDetails) =>
    addAffiliation(site, await world.actor(local), world.origin(local), {
      personId: person.id,
      organisationId: town.id,
      details,
    });
  const external = (overrides: Partial<AffiliationDetails>) =>
    employee({ type: 'external', contactMail: 'x@firm.example', ...overrides });
  const fields = async (details: AffiliationDetails): Promise<string[]> => {
    const error = await add(details).then(
      () => undefined,
      (thrown: { fields?: object }) => thrown,
    );
    return Object.entries(error?.fields ?? {}).map(
      ([name, field]) => `${name}: ${(field as { code: string }).code}`,
    );
  };
  assert.deepEqual(await fields(external({ contactMail: null })), [
    'until: affiliation_too_long',
    'contactMail: required',
  ]);
  // Midnight to midnight in Brussels, over the end of summer time: a hundred days and an hour.
  const from = new Date('2026-07-31T22:00:00Z');
  assert.deepEqual(await fields(external({ from, until: new Date('2026-11-09T23:00:00Z') })), [
    'until: affiliation_too_long',
  ]);
  assert.deepEqual(await fields(external({ from, until: new Date('2026-11-08T23:00:00Z') })), []);
  assert.deepEqual(await fields(employee({ until: new Date('2026-06-01T00:00:00Z') })), [
    'until: until_before_from',
  ]);
  assert.deepEqual(await fields(employee({ type: 'occasional', contactMail: 'x' })), [
    'contactMail: invalid_mail',
  ]);
  const foreign = await world.unit(village);
  assert.deepEqual(await fields(employee({ type: 'occasional', unitId: foreign.id })), [
    'unit: unit_unknown',
  ]);
  const ended = await world.unit(town, { until: '2026-06-02' });
  assert.deepEqual(await fields(employee({ type: 'occasional', unitId: ended.id })), ['unit: unit_unknown']);
});

test('two affiliations of one kind cannot overlap', async () => {
  const { person } = await worker();
  const adding = addAffiliation(site, await world.actor(local), world.origin(local), {
    personId: person.id,
    organisationId: town.id,
    details: employee(),
  });
  await assert.rejects(adding, { code: 'affiliation_overlap' });
});

test('nobody gives themselves an affiliation or a longer one; a shorter one they may', async () => {
  const actor = await world.actor(head);
  const origin = world.origin(head, town);
  const own = { personId: head.id, organisationId: town.id, details: employee({ type: 'occasional' }) };
  await assert.rejects(addAffiliation(site, actor, origin, own), { code: 'four_eyes' });
  const period = { from: new Date('2025-01-01'), until: null };
  const change = { ...detailsOnly(employee(period)), affiliationId: headWork.id, version: 1 };
  await assert.rejects(changeAffiliation(site, actor, origin, change), { code: 'four_eyes' });
});

test('out of scope does not exist', async () => {
  const person = await world.person();
  const work = await world.affiliation(person, village);
  const actor = await world.actor(local);
  const origin = world.origin(local, town);
  const details = employee();
  await assert.rejects(end(local, work.id), { code: 'affiliation_not_found' });
  await assert.rejects(
    changeAffiliation(site, actor, origin, { ...detailsOnly(details), affiliationId: work.id, version: 1 }),
    { code: 'affiliation_not_found' },
  );
  await assert.rejects(
    addAffiliation(site, actor, origin, { personId: person.id, organisationId: town.id, details }),
    { code: 'person_not_found' },
  );
  await assert.rejects(
    addAffiliation(site, actor, origin, { personId: local.id, organisationId: village.id, details }),
    { code: 'organisation_not_found' },
  );
});

test('a power that was taken away a moment ago does not count', async () => {
  const { work } = await worker();
  const temporary = await world.person();
  const administration = await world.administration(await world.affiliation(temporary, town), 'local');
  const actor = await world.actor(temporary);
  await site.db.handle
    .updateTable('administration')
    .set({ valid_until: site.clock.now() })
    .where('id', '=', administration.id)
    .execute();
  const ending = endAffiliation(site, actor, world.origin(temporary, town), {
    affiliationId: work.id,
    version: 1,
  });
  await assert.rejects(ending, { code: 'affiliation_not_found' });
});

test('ending ends what it carries: running assignments now, later ones are cancelled, each on record', async () => {
  const { person, work } = await worker();
  const running = await world.assignment(work, right);
  const later = await world.assignment(work, right, { from: '2027-01-01', context: { module: ['x'] } });
  const past = await world.assignment(work, right, { until: '2026-03-01', context: { module: ['y'] } });
  const ended = await end(local, work.id);
  assert.deepEqual(ended.consequences, { assignments: 2, administrations: 0, delegated: 0 });
  assert.deepEqual((await row(work.id)).valid_until, site.clock.now());
  assert.deepEqual((await assignmentRow(running.id)).valid_until, site.clock.now());
  assert.deepEqual((await assignmentRow(later.id)).cancelled_at, site.clock.now());
  assert.deepEqual((await assignmentRow(past.id)).version, 1);
  const facts = await site.db.handle
    .selectFrom('audit_event')
    .select(['action', 'reason', 'actor_person_id'])
    .where('person_id', '=', person.id)
    .orderBy('seq')
    .execute();
  assert.deepEqual(facts.map((fact) => `${fact.action} ${fact.reason ?? ''}`.trim()).sort(), [
    'affiliation.ended',
    'assignment.ended affiliation_ended',
    'assignment.ended affiliation_ended',
  ]);
  assert.ok(facts.every((fact) => fact.actor_person_id === local.id));
});

test('an affiliation that has not begun is cancelled, with what it carries', async () => {
  const person = await world.person();
  const work = await world.affiliation(person, town, { from: '2027-01-01' });
  const later = await world.assignment(work, right, { from: '2027-01-01' });
  assert.equal((await end(local, work.id)).cancelled, true);
  assert.deepEqual((await row(work.id)).cancelled_at, site.clock.now());
  assert.deepEqual((await assignmentRow(later.id)).cancelled_at, site.clock.now());
});

test('nobody changes their own unit or function, which may give more in a rights model; the contact mail they may', async () => {
  const person = await world.person();
  const [unit, other] = [await world.unit(town), await world.unit(town)];
  const work = await world.affiliation(person, town, { unit });
  await world.administration(work, 'local');
  const own = { ...detailsOnly(employee({ from: new Date('2026-01-01'), unitId: unit.id })), version: 1 };
  const change = async (more: Partial<AffiliationDetails>) =>
    changeAffiliation(site, await world.actor(person), world.origin(person), {
      ...own,
      ...more,
      affiliationId: work.id,
    });
  for (const more of [{ unitId: other.id }, { unitId: null }, { functionTitle: 'Treasurer' }])
    await assert.rejects(change(more), { code: 'four_eyes' }, JSON.stringify(more));
  await change({ contactMail: 'desk@town.example' });
  assert.equal((await row(work.id)).contact_mail, 'desk@town.example');
});

test('undo brings everything back as it was, once, within ten minutes, for who ended it', async () => {
  const { work } = await worker();
  const running = await world.assignment(work, right, { until: '2026-12-01' });
  const later = await world.assignment(work, right, { from: '2027-01-01' });
  const { undoId } = await end(local, work.id);
  await assert.rejects(undo(head, undoId), { code: 'undo_expired' });
  await undo(local, undoId);
  assert.deepEqual([(await row(work.id)).valid_until, (await row(work.id)).version], [null, 3]);
  assert.deepEqual((await assignmentRow(running.id)).valid_until, new Date('2026-12-01'));
  assert.equal((await assignmentRow(later.id)).cancelled_at, null);
  await assert.rejects(undo(local, undoId), { code: 'undo_expired' });
  const again = await end(local, work.id, 3);
  site.clock.advance({ minutes: 10 });
  await assert.rejects(undo(local, again.undoId), { code: 'undo_expired' });
});

test('undo gives no administration back that one could not give, of one’s own least of all', async () => {
  const [lead, helper] = [await world.person(), await world.person()];
  const work = await world.affiliation(lead, town);
  const headship = await world.administration(work, 'head', { subtree: true });
  const desk = await world.affiliation(helper, town);
  await world.administration(desk, 'local', { givenBy: headship });
  assert.equal((await end(head, work.id)).undoId, undefined, 'a subtree, which the other head does not have');

  const second = await worker();
  const secondship = await world.administration(second.work, 'head');
  await world.administration(await world.affiliation(head, village), 'local', { givenBy: secondship });
  assert.equal((await end(head, second.work.id)).undoId, undefined, 'one of their own would come back along');

  const colleague = await worker();
  await world.administration(colleague.work, 'local');
  assert.equal(
    (await end(local, colleague.work.id)).undoId,
    undefined,
    'a local administrator appoints none',
  );
});

test('undo is refused when an organisation left the reach of who gave an administration', async () => {
  const [above, below] = [await world.organisation(), await world.organisation()];
  await site.db.query('update organisation set parent_id = $2 where id = $1', [below.id, above.id]);
  const operator = await world.person();
  await world.administration(await world.affiliation(operator, village), 'operator');
  const wide = await world.administration(await world.affiliation(await world.person(), above), 'head', {
    subtree: true,
  });
  const { work } = await worker();
  const given = await world.administration(work, 'local', { organisation: below, givenBy: wide });
  const { undoId } = await end(operator, work.id);
  await site.db.query('update organisation set parent_id = null where id = $1', [below.id]);
  await assert.rejects(undo(operator, undoId), { code: 'beyond_own_power' });
  const { valid_until: until } = await site.db.handle
    .selectFrom('administration')
    .select('valid_until')
    .where('id', '=', given.id)
    .executeTakeFirstOrThrow();
  assert.notEqual(until, null);
});

test('undo is refused when something was changed since', async () => {
  const { work } = await worker();
  const running = await world.assignment(work, right);
  const { undoId } = await end(local, work.id);
  await site.db.handle.updateTable('assignment').set({ version: 9 }).where('id', '=', running.id).execute();
  await assert.rejects(undo(local, undoId), { code: 'undo_changed' });
  assert.notEqual((await row(work.id)).valid_until, null);
});

test('ending what one holds oneself gives no undo', async () => {
  const person = await world.person();
  const work = await world.affiliation(person, town);
  await world.administration(work, 'local');
  assert.equal((await end(person, work.id)).undoId, undefined);
});

test('ending takes administrations and what was delegated from them along, but no head by the hand of a local', async () => {
  const person = await world.person();
  const work = await world.affiliation(person, town);
  const given = await world.administration(work, 'head');
  const other = await worker();
  const delegated = await world.administration(other.work, 'local', { givenBy: given });
  await assert.rejects(end(local, work.id), { code: 'ends_administration' });
  const ended = await end(head, work.id);
  assert.deepEqual(ended.consequences, { assignments: 0, administrations: 1, delegated: 1 });
  const rows = () =>
    site.db.handle
      .selectFrom('administration')
      .select(['valid_until', 'cancelled_at'])
      .where('id', 'in', [given.id, delegated.id])
      .execute();
  assert.ok((await rows()).every((one) => one.valid_until?.getTime() === site.clock.now().getTime()));
  await undo(head, ended.undoId);
  assert.ok((await rows()).every((one) => one.valid_until === null));
  await end(head, work.id, 3);
});

test('the last head administrator does not go silently', async () => {
  await assert.rejects(end(head, headWork.id), { code: 'last_administrator' });
  assert.equal((await row(headWork.id)).valid_until, null);
});

test('a shorter period asks first when something would end by it', async () => {
  const { work } = await worker();
  const running = await world.assignment(work, right);
  const actor = await world.actor(local);
  const until = new Date('2026-10-01T00:00:00Z');
  const input = {
    ...detailsOnly(employee({ from: new Date('2026-01-01'), until })),
    affiliationId: work.id,
    version: 1,
  };
  await assert.rejects(changeAffiliation(site, actor, world.origin(local), input), {
    code: 'consequences_unconfirmed',
  });
  await changeAffiliation(site, actor, world.origin(local), { ...input, acknowledgeConsequences: true });
  assert.deepEqual((await assignmentRow(running.id)).valid_until, until);
  const stale = { ...input, functionTitle: 'Clerk' };
  await assert.rejects(
    changeAffiliation(site, actor, world.origin(local), stale),
    (error: { code: string; details: { current: { version: number; until: Date } } }) => {
      assert.equal(error.code, 'stale_edit');
      assert.deepEqual([error.details.current.version, error.details.current.until], [2, until]);
      return true;
    },
  );
  await changeAffiliation(site, actor, world.origin(local), { ...stale, version: 2 });
  assert.equal((await row(work.id)).function_title, 'Clerk');
});

test('a later start that leaves a running assignment outside is refused by the database itself', async () => {
  const { work } = await worker();
  await world.assignment(work, right);
  const input = {
    ...detailsOnly(employee({ from: new Date('2026-03-01') })),
    affiliationId: work.id,
    version: 1,
  };
  await assert.rejects(changeAffiliation(site, await world.actor(local), world.origin(local), input), {
    code: 'assignment_outside_affiliation',
  });
});

test('what is over can be changed no more', async () => {
  const person = await world.person();
  const work = await world.affiliation(person, town, { until: '2026-02-01' });
  await assert.rejects(end(local, work.id), { code: 'affiliation_over' });
});

test('access that ends is handed to revocation in the same transaction', async () => {
  const { person, work } = await worker();
  const heard: unknown[] = [];
  const hooks = { ...site.hooks, revokeAccess: async (_: unknown, ended: unknown) => void heard.push(ended) };
  const listening = { ...site, hooks };
  await endAffiliation(listening, await world.actor(local), world.origin(local), {
    affiliationId: work.id,
    version: 1,
  });
  assert.deepEqual(heard, [[{ personId: person.id, organisationId: town.id }]]);
});
