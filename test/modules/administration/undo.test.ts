// Taking the end of an administration back: all of it or nothing, judged anew, and never a way to more than one has.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  changeAdministrationPeriod,
  endAdministration,
  undoEndAdministration,
} from '../../../src/modules/administration/index.ts';
import { endAffiliation } from '../../../src/modules/affiliations/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type World,
} from '../../support/world.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00+02:00`);
const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;

interface Somebody extends PersonRef {
  readonly affiliation: AffiliationRef;
}

describe('the end of an administration', () => {
  let site: TestSite;
  let world: World;
  let organisation: OrganisationRef;
  let operator: Somebody;
  let head: Somebody;
  let headship: Ref;
  let local: Somebody;
  let localship: Ref;

  const somebody = async (where: OrganisationRef): Promise<Somebody> => {
    const person = await world.person({ password: null });
    return { ...person, affiliation: await world.affiliation(person, where) };
  };

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    operator = await somebody(await world.organisation());
    await world.administration(operator.affiliation, 'operator');
  });
  after(() => site.close());

  beforeEach(async () => {
    site.clock.set('2026-06-15T08:00:00.000Z');
    organisation = await world.organisation();
    head = await somebody(organisation);
    headship = await world.administration(head.affiliation, 'head', { until: day('2027-01-01') });
    local = await somebody(organisation);
    localship = await world.administration(local.affiliation, 'local', {
      givenBy: headship,
      until: day('2026-12-01'),
    });
  });

  const end = async (by: PersonRef, id: string, version = 1) =>
    endAdministration(site, await world.actor(by), world.origin(by), {
      administrationId: id,
      version,
      acknowledgeLast: true,
    });
  const undo = async (by: PersonRef, undoId: string | undefined) =>
    undoEndAdministration(site, await world.actor(by), world.origin(by), { undoId: undoId! });
  const shorten = async (by: PersonRef, id: string, until: Date) =>
    changeAdministrationPeriod(site, await world.actor(by), world.origin(by), {
      administrationId: id,
      version: 1,
      until,
      acknowledgeLast: true,
    });
  const powersOf = async (person: PersonRef) =>
    (await world.actor(person)).administrations.map((one) => one.kind);
  const ends = async (...ids: string[]) => {
    const rows = await site.db.reader
      .selectFrom('administration')
      .select(['id', 'valid_until'])
      .where('id', 'in', ids)
      .execute();
    return ids.map((id) => rows.find((row) => row.id === id)!.valid_until);
  };

  it('is taken back with all that was delegated from it, once, and is on record', async () => {
    const { undoId } = await end(operator, headship.id);
    assert.deepEqual([await powersOf(head), await powersOf(local)], [[], []]);
    site.clock.advance({ minutes: 9 });
    assert.deepEqual(await undo(operator, undoId), { restored: 2 });
    assert.deepEqual([await powersOf(head), await powersOf(local)], [['head'], ['local']]);
    assert.deepEqual(await ends(headship.id, localship.id), [day('2027-01-01'), day('2026-12-01')]);
    const restored = await site.db.reader
      .selectFrom('audit_event')
      .select(['subject_id', 'actor_person_id'])
      .where('action', '=', 'administration.restored')
      .where('outcome', '=', 'done')
      .where('subject_id', 'in', [headship.id, localship.id])
      .execute();
    assert.deepEqual(new Set(restored.map((row) => row.subject_id)), new Set([headship.id, localship.id]));
    assert.ok(restored.every((row) => row.actor_person_id === operator.id));
    await assert.rejects(undo(operator, undoId), refusal('undo_expired'));
  });

  it('is taken back by who made it only, and not after ten minutes', async () => {
    const { undoId } = await end(head, localship.id);
    await assert.rejects(undo(operator, undoId), refusal('undo_expired'));
    site.clock.advance({ minutes: 11 });
    await assert.rejects(undo(head, undoId), refusal('undo_expired'));
    assert.deepEqual(await powersOf(local), []);
  });

  it('comes back for one that had not begun', async () => {
    const later = await somebody(organisation);
    const coming = await world.administration(later.affiliation, 'local', {
      givenBy: headship,
      from: day('2026-09-01'),
      until: day('2026-12-01'),
    });
    const { undoId } = await end(head, coming.id);
    await undo(head, undoId);
    site.clock.set(day('2026-09-02').toISOString());
    assert.deepEqual(await powersOf(later), ['local']);
  });

  it('is taken back for a shortened one as well', async () => {
    const { undoId } = await shorten(operator, headship.id, day('2026-08-01'));
    assert.deepEqual(await ends(headship.id, localship.id), [day('2026-08-01'), day('2026-08-01')]);
    await undo(operator, undoId);
    assert.deepEqual(await ends(headship.id, localship.id), [day('2027-01-01'), day('2026-12-01')]);
  });

  it('is not offered for what could not be given: one’s own, directly or along, and what lasts longer', async () => {
    assert.equal((await end(local, localship.id)).undoId, undefined);
    const longer = await somebody(organisation);
    const lasting = await world.administration(longer.affiliation, 'head');
    assert.equal((await end(head, lasting.id)).undoId, undefined);

    const second = await somebody(organisation);
    const secondship = await world.administration(second.affiliation, 'head', { until: day('2027-01-01') });
    const own = await world.administration(head.affiliation, 'local', {
      givenBy: secondship,
      until: day('2026-12-01'),
    });
    assert.equal((await end(head, secondship.id)).undoId, undefined);
    assert.notDeepEqual(await ends(own.id), [day('2026-12-01')]);
  });

  it('stays when the actor lost the power to give it', async () => {
    const other = await somebody(organisation);
    const restingOnNobody = await world.administration(other.affiliation, 'local', {
      until: day('2026-12-01'),
    });
    const { undoId } = await end(head, restingOnNobody.id);
    await end(operator, headship.id);
    await assert.rejects(undo(head, undoId), refusal('organisation_not_found'));
    assert.deepEqual(await powersOf(other), []);
  });

  it('stays, all of it, when something of it was changed or what carries it is gone', async () => {
    const { undoId } = await end(operator, headship.id);
    await endAffiliation(site, await world.actor(operator), world.origin(operator), {
      affiliationId: local.affiliation.id,
      version: 1,
    });
    await assert.rejects(undo(operator, undoId), refusal('undo_changed'));
    assert.deepEqual([await powersOf(head), await powersOf(local)], [[], []]);

    const other = await somebody(organisation);
    const anotherHead = await somebody(organisation);
    const giver = await world.administration(anotherHead.affiliation, 'head', { until: day('2027-01-01') });
    const given = await world.administration(other.affiliation, 'local', {
      givenBy: giver,
      until: day('2026-12-01'),
    });
    const second = await end(operator, given.id);
    await end(operator, giver.id);
    await assert.rejects(undo(operator, second.undoId), refusal('undo_changed'));
  });

  it('stays when the organisation left the reach of the giver in the meantime', async () => {
    const parent = await world.organisation();
    const below = await world.organisation({ parent });
    const above = await somebody(parent);
    const wide = await world.administration(above.affiliation, 'head', { subtree: true });
    const helper = await somebody(below);
    const given = await world.administration(helper.affiliation, 'local', {
      organisation: below,
      givenBy: wide,
    });
    const { undoId } = await end(operator, given.id);
    await site.db.query('update organisation set parent_id = null where id = $1', [below.id]);
    await assert.rejects(undo(operator, undoId), refusal('beyond_own_power'));
    assert.deepEqual(await powersOf(helper), []);
  });
});
