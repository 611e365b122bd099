// Taking an appointment back: by who made it, for ten minutes, while nothing came of it, and never the last head silently.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import request from 'supertest';
import {
  appointAdministrator,
  changeAdministrationPeriod,
  createAdministrationRoutes,
  endAdministration,
  undoAppointment,
  type AppointAdministrator,
} from '../../../src/modules/administration/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
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

const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;

interface Somebody extends PersonRef {
  readonly affiliation: AffiliationRef;
}

describe('an appointment', () => {
  let site: TestSite;
  let world: World;
  let organisation: OrganisationRef;
  let head: Somebody;
  let headship: Ref;
  let operator: Somebody;
  let newcomer: Somebody;

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
    headship = await world.administration(head.affiliation, 'head');
    newcomer = await somebody(organisation);
  });

  const by = async (person: PersonRef) => [site, await world.actor(person), world.origin(person)] as const;
  const appoint = async (who: PersonRef, input: Partial<AppointAdministrator> = {}) =>
    appointAdministrator(...(await by(who)), {
      affiliationId: newcomer.affiliation.id,
      kind: 'local',
      organisationId: organisation.id,
      from: null,
      until: null,
      ...input,
    });
  const undo = async (who: PersonRef, undoId: string) => undoAppointment(...(await by(who)), { undoId });
  const powersOf = async (person: PersonRef) =>
    (await world.actor(person)).administrations.map((one) => one.kind);
  const row = (id: string) =>
    site.db.reader.selectFrom('administration').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  it('is taken back, once, ends what had begun, and is on record', async () => {
    const { administrationId, undoId } = await appoint(head);
    assert.deepEqual(await powersOf(newcomer), ['local']);
    site.clock.advance({ minutes: 9 });
    await undo(head, undoId);
    assert.deepEqual(await powersOf(newcomer), []);
    assert.deepEqual((await row(administrationId)).valid_until, site.clock.now());
    const event = await site.db.reader
      .selectFrom('audit_event')
      .select(['actor_person_id', 'person_id', 'organisation_id'])
      .where('action', '=', 'administration.undone')
      .where('outcome', '=', 'done')
      .where('subject_id', '=', administrationId)
      .executeTakeFirstOrThrow();
    assert.deepEqual(event, {
      actor_person_id: head.id,
      person_id: newcomer.id,
      organisation_id: organisation.id,
    });
    await assert.rejects(undo(head, undoId), refusal('undo_expired'));
  });

  it('that was to begin later is cancelled', async () => {
    const { administrationId, undoId } = await appoint(head, { from: new Date('2026-09-01') });
    await undo(head, undoId);
    const after = await row(administrationId);
    assert.notEqual(after.cancelled_at, null);
    assert.equal(after.valid_until, null);
  });

  it('is not taken back by somebody else, not after ten minutes, not by who has lost the power', async () => {
    const { undoId } = await appoint(head);
    await assert.rejects(undo(operator, undoId), refusal('undo_expired'));
    await assert.rejects(undo(newcomer, undoId), refusal('undo_expired'));
    const boss = await somebody(await world.organisation());
    const power = await world.administration(boss.affiliation, 'operator');
    const second = await somebody(organisation);
    const { undoId: other } = await appoint(boss, { affiliationId: second.affiliation.id });
    await endAdministration(...(await by(boss)), { administrationId: power.id, version: 1 });
    await assert.rejects(undo(boss, other), (error) => isAppError(error) && error.kind === 'not_found');
    assert.deepEqual(await powersOf(second), ['local']);
    site.clock.advance({ minutes: 11 });
    await assert.rejects(undo(head, undoId), refusal('undo_expired'));
  });

  it('is not taken back after a change, an end, or once it was passed on', async () => {
    const changed = await appoint(head);
    await changeAdministrationPeriod(...(await by(head)), {
      administrationId: changed.administrationId,
      version: 1,
      until: new Date('2026-12-01'),
    });
    await assert.rejects(undo(head, changed.undoId), refusal('undo_changed'));
    const over = await appoint(head, { affiliationId: (await somebody(organisation)).affiliation.id });
    site.clock.advance({ minutes: 1 });
    await endAdministration(...(await by(head)), { administrationId: over.administrationId, version: 1 });
    await assert.rejects(undo(head, over.undoId), refusal('undo_changed'));
    const deputy = await somebody(organisation);
    const passed = await appoint(head, { affiliationId: deputy.affiliation.id, kind: 'head' });
    await appoint(deputy, { affiliationId: (await somebody(organisation)).affiliation.id });
    await assert.rejects(undo(head, passed.undoId), refusal('undo_changed'));
    assert.deepEqual(await powersOf(deputy), ['head']);
  });

  it('is not taken back when it has become the last head administrator', async () => {
    const { undoId } = await appoint(operator, { kind: 'head' });
    site.clock.advance({ minutes: 1 });
    await endAdministration(...(await by(operator)), { administrationId: headship.id, version: 1 });
    await assert.rejects(undo(operator, undoId), refusal('last_administrator'));
    assert.deepEqual(await powersOf(newcomer), ['head']);
  });

  it('has a button to take it back under the message', async () => {
    const agent = request(createPagesApp(site, [createAdministrationRoutes(site)]));
    const as = (test: request.Test) => test.set('x-person', head.id).set('accept', 'text/html');
    const list = paths.administrators(organisation.id);
    const form = { affiliation: newcomer.affiliation.id, kind: 'local', from: '2026-06-15' };
    await as(agent.post(list)).type('form').send(form).expect(303);
    const { text } = await as(agent.get(list)).expect(200);
    const undoing = /<form[^>]*action="([^"]+\/undo)"[^>]*>(.*?)<\/form>/s.exec(text);
    assert.ok(undoing);
    const fields = [...undoing[2]!.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map((one) => [
      one[1],
      one[2],
    ]);
    site.clock.advance({ minutes: 1 });
    await as(agent.post(undoing[1]!)).type('form').send(Object.fromEntries(fields)).expect(303);
    assert.deepEqual(await powersOf(newcomer), []);
    assert.match((await as(agent.get(list)).expect(200)).text, /Undone: the appointment was taken back/);
  });
});
