// Taking the adding or a change of an affiliation back: by who did it, for ten minutes, while nothing happened since, and
// never past four eyes or a power that is gone.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import request from 'supertest';
import {
  addAffiliation,
  changeAffiliation,
  createAffiliationRoutes,
  undoAddAffiliation,
  undoChangeAffiliation,
  type AffiliationDetails,
} from '../../../src/modules/affiliations/index.ts';
import { endAssignment } from '../../../src/modules/assignments/index.ts';
import { addPerson, createPeopleRoutes } from '../../../src/modules/people/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
import { newId } from '../../../src/platform/ids.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type RightRef,
  type World,
} from '../../support/world.ts';

const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;
const now = '2026-06-15T08:00:00.000Z';

describe('taking back', () => {
  let site: TestSite;
  let world: World;
  let town: OrganisationRef;
  let village: OrganisationRef;
  let local: PersonRef;
  let localship: Ref;
  let right: RightRef;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    right = await world.right(await world.application());
  });
  after(() => site.close());

  beforeEach(async () => {
    site.clock.set(now);
    [town, village] = [await world.organisation(), await world.organisation()];
    local = await world.person({ password: null });
    localship = await world.administration(await world.affiliation(local, town), 'local');
    await world.offer(right, { organisation: town });
  });

  const details = (overrides: Partial<AffiliationDetails> = {}): AffiliationDetails => ({
    type: 'external',
    unitId: null,
    functionTitle: null,
    contactMail: null,
    from: new Date('2026-03-01T00:00:00Z'),
    until: null,
    ...overrides,
  });
  const row = (id: string) =>
    site.db.reader.selectFrom('affiliation').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const worker = async (): Promise<{ person: PersonRef; work: AffiliationRef }> => {
    const person = await world.person({ password: null });
    return { person, work: await world.affiliation(person, town, { from: '2026-01-01' }) };
  };
  const by = async (person: PersonRef) =>
    [site, await world.actor(person), world.origin(person, town)] as const;
  const recordOf = (id: string) =>
    site.db.reader
      .selectFrom('audit_event')
      .select(['action', 'actor_person_id', 'outcome'])
      .where('subject_id', '=', id)
      .where('outcome', '=', 'done')
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .execute();

  describe('the adding of an affiliation', () => {
    const add = async (): Promise<{ affiliationId: string; undoId: string; person: PersonRef }> => {
      const { person } = await worker();
      const input = { personId: person.id, organisationId: town.id, details: details() };
      return { ...(await addAffiliation(...(await by(local)), input)), person };
    };
    const undo = async (undoId: string, person = local) =>
      undoAddAffiliation(...(await by(person)), { undoId });

    it('cancels it, once, and is on record', async () => {
      const { affiliationId, undoId } = await add();
      site.clock.advance({ minutes: 9 });
      await undo(undoId);
      assert.notEqual((await row(affiliationId)).cancelled_at, null);
      assert.deepEqual((await recordOf(affiliationId))[0], {
        action: 'affiliation.undone',
        actor_person_id: local.id,
        outcome: 'done',
      });
      await assert.rejects(undo(undoId), refusal('undo_expired'));
    });

    it('is refused to somebody else, after ten minutes, and without the power', async () => {
      const { affiliationId, undoId } = await add();
      const head = await world.person({ password: null });
      await world.administration(await world.affiliation(head, town), 'head');
      await assert.rejects(undo(undoId, head), refusal('undo_expired'));
      await site.db.handle
        .updateTable('administration')
        .set({ valid_until: site.clock.now() })
        .where('id', '=', localship.id)
        .execute();
      await assert.rejects(undo(undoId), (error) => isAppError(error) && error.kind === 'not_found');
      await site.db.handle
        .updateTable('administration')
        .set({ valid_until: null })
        .where('id', '=', localship.id)
        .execute();
      site.clock.advance({ minutes: 11 });
      await assert.rejects(undo(undoId), refusal('undo_expired'));
      assert.equal((await row(affiliationId)).cancelled_at, null);
    });

    it('is refused once it was changed or carried something, even what has ended since', async () => {
      const changed = await add();
      const edit = {
        ...details({ functionTitle: 'Clerk' }),
        affiliationId: changed.affiliationId,
        version: 1,
      };
      await changeAffiliation(...(await by(local)), edit);
      await assert.rejects(undo(changed.undoId), refusal('undo_changed'));
      const used = await add();
      const work = { id: used.affiliationId, personId: used.person.id, organisationId: town.id };
      const granted = await world.assignment(work, right, { from: now });
      await assert.rejects(undo(used.undoId), refusal('undo_changed'));
      site.clock.advance({ minutes: 1 });
      await endAssignment(...(await by(local)), { assignmentId: granted.id, version: 1 });
      await assert.rejects(undo(used.undoId), refusal('undo_changed'));
      assert.equal((await row(used.affiliationId)).cancelled_at, null);
    });

    it('is refused against four eyes: an entry made up for one’s own changes nothing', async () => {
      const own = await world.affiliation(local, town, { type: 'external' });
      await assert.rejects(
        undo(await forge('affiliation.added', { id: own.id, version: 1 })),
        refusal('four_eyes'),
      );
    });

    it('is offered for somebody the site knew, not for somebody who was invited', async () => {
      const identifier = { scheme: 'rrn', text: '80010100107' } as const;
      const person = {
        givenName: 'Eva',
        familyName: 'Nieuw',
        mail: 'eva@mail.example',
        language: 'nl' as const,
      };
      const input = { organisationId: town.id, person, identifier, affiliation: details() };
      const created = await addPerson(...(await by(local)), input);
      assert.deepEqual([created.created, created.undoId], [true, undefined]);
      const neighbour = await world.person({ password: null });
      await world.administration(await world.affiliation(neighbour, village), 'local');
      const again = { ...input, organisationId: village.id, existingConfirmed: true };
      const known = await addPerson(...(await by(neighbour)), again);
      assert.equal(known.created, false);
      await undo(known.undoId!, neighbour);
      assert.notEqual((await row(known.affiliationId)).cancelled_at, null);
      assert.equal((await row(created.affiliationId)).cancelled_at, null);
    });
  });

  describe('a change of an affiliation', () => {
    const change = async (id: string, overrides: Partial<AffiliationDetails>, version = 1, who = local) =>
      changeAffiliation(...(await by(who)), {
        ...details({ from: new Date('2026-01-01'), ...overrides }),
        affiliationId: id,
        version,
        acknowledgeConsequences: true,
      });
    const undo = async (undoId: string | undefined, person = local) =>
      undoChangeAffiliation(...(await by(person)), { undoId: undoId! });

    it('brings every field back, and what a shorter period ended', async () => {
      const { person, work } = await worker();
      const running = await world.assignment(work, right);
      const coming = await world.assignment(work, await world.right(await world.application()), {
        from: '2026-11-01',
      });
      const office = await world.administration(work, 'local', { organisation: town });
      const unit = await world.unit(town);
      const head = await world.person({ password: null });
      await world.administration(await world.affiliation(head, town), 'head');
      const changed = { unitId: unit.id, functionTitle: 'Clerk', contactMail: 'x@firm.example' };
      const { undoId } = await change(work.id, { ...changed, until: new Date('2026-09-01') }, 1, head);
      site.clock.advance({ minutes: 5 });
      await undo(undoId, head);
      const now = await row(work.id);
      assert.deepEqual(
        [now.unit_id, now.function_title, now.contact_mail, now.valid_until, now.version],
        [null, null, null, null, 3],
      );
      for (const [table, id] of [
        ['assignment', running.id],
        ['assignment', coming.id],
        ['administration', office.id],
      ] as const) {
        const back = await site.db.reader
          .selectFrom(table)
          .select(['valid_until', 'cancelled_at'])
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        assert.deepEqual(back, { valid_until: null, cancelled_at: null }, table);
      }
      assert.equal((await recordOf(work.id))[0]?.action, 'affiliation.undone');
      assert.equal((await recordOf(running.id))[0]?.action, 'assignment.restored');
      assert.equal(person.id, work.personId);
      await assert.rejects(undo(undoId, head), refusal('undo_expired'));
    });

    it('that made it longer ends access again when it is taken back', async () => {
      const person = await world.person({ password: null });
      const work = await world.affiliation(person, town, { from: '2026-01-01', until: '2026-09-01' });
      const { undoId } = await change(work.id, { until: null });
      const heard: unknown[] = [];
      const hooks = {
        ...site.hooks,
        revokeAccess: async (_: unknown, ended: unknown) => void heard.push(ended),
      };
      const [, actor, origin] = await by(local);
      await undoChangeAffiliation({ ...site, hooks }, actor, origin, { undoId: undoId! });
      assert.deepEqual((await row(work.id)).valid_until, new Date('2026-09-01'));
      assert.deepEqual(heard, [[{ personId: person.id, organisationId: town.id }]]);
    });

    it('is refused to somebody else, after ten minutes, and without the power', async () => {
      const { work } = await worker();
      const { undoId } = await change(work.id, { functionTitle: 'Clerk' });
      const other = await world.person({ password: null });
      await world.administration(await world.affiliation(other, town), 'local');
      await assert.rejects(undo(undoId, other), refusal('undo_expired'));
      await site.db.handle
        .updateTable('administration')
        .set({ valid_until: site.clock.now() })
        .where('id', '=', localship.id)
        .execute();
      await assert.rejects(undo(undoId), (error) => isAppError(error) && error.kind === 'not_found');
      site.clock.advance({ minutes: 11 });
      await assert.rejects(undo(undoId), refusal('undo_expired'));
      assert.equal((await row(work.id)).function_title, 'Clerk');
    });

    it('is refused after another change, also of what ended along', async () => {
      const { work } = await worker();
      const running = await world.assignment(work, right);
      const { undoId } = await change(work.id, { until: new Date('2026-09-01') });
      await site.db.handle
        .updateTable('assignment')
        .set({ version: 9 })
        .where('id', '=', running.id)
        .execute();
      await assert.rejects(undo(undoId), refusal('undo_changed'));
      assert.deepEqual((await row(work.id)).valid_until, new Date('2026-09-01'));
      await change(work.id, { until: new Date('2026-09-01'), functionTitle: 'Clerk' }, 2);
      await assert.rejects(undo(undoId), refusal('undo_changed'));
    });

    it('is refused when a right was given for longer, or the unit is no more', async () => {
      const person = await world.person({ password: null });
      const work = await world.affiliation(person, town, { from: '2026-01-01', until: '2026-09-01' });
      const { undoId } = await change(work.id, { until: null });
      await world.assignment(work, right, { from: now, until: '2026-12-01' });
      await assert.rejects(undo(undoId), refusal('undo_changed'));
      const unit = await world.unit(town);
      const placed = await world.affiliation(await world.person({ password: null }), town, { unit });
      const moved = await change(placed.id, {});
      await site.db.handle
        .updateTable('unit')
        .set({ valid_until: site.clock.now() })
        .where('id', '=', unit.id)
        .execute();
      await assert.rejects(undo(moved.undoId), refusal('undo_changed'));
    });

    it('is neither offered for one’s own nor possible with an entry made up', async () => {
      const own = await world.affiliation(local, village, { from: '2026-01-01' });
      await world.administration(own, 'local');
      const { undoId } = await change(own.id, { until: new Date('2027-01-01') });
      assert.equal(undoId, undefined);
      const before = { unitId: null, functionTitle: null, contactMail: null, from: now, until: null };
      const entry = { id: own.id, version: 2, before, assignments: [], administrations: [] };
      await assert.rejects(undo(await forge('affiliation.changed', entry)), refusal('four_eyes'));
    });

    it('does not bring a head administrator back by the hand of who is none any more', async () => {
      const { work } = await worker();
      const office = await world.administration(work, 'head');
      const boss = await world.person({ password: null });
      const bossWork = await world.affiliation(boss, town);
      const headship = await world.administration(bossWork, 'head');
      await world.administration(bossWork, 'local');
      const { undoId } = await change(work.id, { until: new Date('2026-09-01') }, 1, boss);
      await site.db.handle
        .updateTable('administration')
        .set({ valid_until: site.clock.now() })
        .where('id', '=', headship.id)
        .execute();
      await assert.rejects(undo(undoId, boss), refusal('beyond_own_power'));
      const after = await site.db.reader
        .selectFrom('administration')
        .select('valid_until')
        .where('id', '=', office.id)
        .executeTakeFirstOrThrow();
      assert.deepEqual(after.valid_until, new Date('2026-09-01'));
    });
  });

  it('is a button under the message, on the page of the person', async () => {
    const { person } = await worker();
    const agent = request(createPagesApp(site, [createAffiliationRoutes(site), createPeopleRoutes(site)]));
    const page = paths.person(town.id, person.id);
    const as = (test: request.Test) => test.set('x-person', local.id).set('accept', 'text/html');
    const post = (path: string, form: object) => as(agent.post(path)).type('form').send(form);
    const undoIn = (html: string): { action: string; fields: Record<string, string> } => {
      const form = /<form[^>]*action="([^"]+\/undo)"[^>]*>(.*?)<\/form>/s.exec(html);
      assert.ok(form, 'a button to undo');
      const fields = [...form[2]!.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map((one) => [one[1], one[2]]);
      return { action: form[1]!, fields: Object.fromEntries(fields) };
    };
    const form = { type: 'external', from: '2026-06-15', function: 'Painter' };
    await post(paths.newAffiliation(town.id, person.id), form).expect(303);
    const added = undoIn((await as(agent.get(page)).expect(200)).text);
    await post(added.action, added.fields).expect(303);
    const back = await as(agent.get(page)).expect(200);
    assert.match(back.text, /Undone: the affiliation was not added/);
    const first = await site.db.reader
      .selectFrom('affiliation')
      .select('id')
      .where('person_id', '=', person.id)
      .where('cancelled_at', 'is', null)
      .executeTakeFirstOrThrow();
    const edit = { version: '1', from: '2026-01-01', function: 'Clerk' };
    await post(paths.editAffiliation(town.id, person.id, first.id), edit).expect(303);
    const changed = undoIn((await as(agent.get(page)).expect(200)).text);
    await post(changed.action, changed.fields).expect(303);
    assert.equal((await row(first.id)).function_title, null);
    assert.match((await as(agent.get(page)).expect(200)).text, /Undone: the affiliation is as it was/);
  });

  /** An entry in the name of the local administrator, as no command would make it. */
  async function forge(kind: string, payload: object): Promise<string> {
    const id = newId();
    const at = site.clock.now();
    await site.db.handle
      .insertInto('undo_entry')
      .values({
        id,
        person_id: local.id,
        kind,
        payload: JSON.stringify(payload),
        created_at: at,
        expires_at: new Date(at.getTime() + 60_000),
        used_at: null,
      })
      .execute();
    return id;
  }
});
