// Granting, changing, ending and undoing rights: what is refused, to whom, and what stays on record.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  changeAssignmentPeriod,
  endAssignment,
  findEffectiveRights,
  grantRight,
  undoAssignmentChange,
  type GrantRight,
} from '../../../src/modules/assignments/index.ts';
import type { Actor } from '../../../src/modules/administration/index.ts';
import type { Origin } from '../../../src/platform/change.ts';
import { AppError, isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type ApplicationRef,
  type OrganisationRef,
  type PersonRef,
  type RightRef,
  type World,
} from '../../support/world.ts';

const now = '2026-06-15T08:00:00.000Z';
const day = (text: string): Date => new Date(`${text}T00:00:00+02:00`);

const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;
/** Refused for these fields, each with this code. */
const fieldsRefused = (fields: Record<string, string>) => (error: unknown) => {
  assert.ok(error instanceof AppError, String(error));
  const codes = Object.entries(error.fields ?? {}).map(([field, { code }]) => [field, code]);
  assert.deepEqual(Object.fromEntries(codes), fields);
  return true;
};

describe('assignments', () => {
  let site: TestSite;
  let world: World;
  let organisation: OrganisationRef;
  let clerk: PersonRef;
  let colleague: PersonRef;
  let desk: AffiliationRef;
  let work: AffiliationRef;
  let application: ApplicationRef;
  let right: RightRef;
  let actor: Actor;
  let origin: Origin;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
  });
  after(() => site.close());

  beforeEach(async () => {
    site.clock.set(now);
    organisation = await world.organisation();
    clerk = await world.person({ password: null });
    colleague = await world.person({ password: null });
    desk = await world.affiliation(clerk, organisation);
    work = await world.affiliation(colleague, organisation, { until: day('2027-01-01') });
    await world.administration(desk, 'local');
    application = await world.application();
    right = await world.right(application);
    await world.offer(right, { organisation, maxPeriodDays: 100 });
    actor = await world.actor(clerk);
    origin = world.origin(clerk, organisation);
  });

  const grant = (input: Partial<GrantRight> = {}) =>
    grantRight(site, actor, origin, {
      affiliationId: work.id,
      rightId: right.id,
      context: {},
      from: null,
      until: day('2026-07-01'),
      ...input,
    });
  const rightsOf = (person: PersonRef, at = site.clock.now()) =>
    findEffectiveRights(site.db, { personId: person.id, applicationId: application.id, at });
  const versionOf = async (id: string) =>
    (
      await site.db.reader
        .selectFrom('assignment')
        .select('version')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
    ).version;
  const recorded = (action: string, subjectId?: string) =>
    site.db.reader
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '=', action)
      .where('actor_person_id', '=', clerk.id)
      .$if(subjectId !== undefined, (query) => query.where('subject_id', '=', subjectId!))
      .execute();

  it('counts from the moment of the grant until its end, and is on record', async () => {
    const { assignmentId } = await grant({ reason: 'replaces a colleague' });
    assert.equal((await rightsOf(colleague)).length, 1);
    assert.equal((await rightsOf(colleague, new Date(Date.parse(now) - 1))).length, 0);
    assert.equal((await rightsOf(colleague, new Date(day('2026-07-01').getTime() - 1))).length, 1);
    assert.equal((await rightsOf(colleague, day('2026-07-01'))).length, 0);
    const [row] = await recorded('assignment.granted', assignmentId);
    assert.equal(row?.outcome, 'done');
    assert.equal(row?.on_behalf_of_organisation_id, organisation.id);
    assert.equal(row?.reason, 'replaces a colleague');
  });

  it('is refused for oneself, and the attempt is on record', async () => {
    await assert.rejects(grant({ affiliationId: desk.id }), refusal('four_eyes'));
    assert.equal((await rightsOf(clerk)).length, 0);
    const rows = await recorded('assignment.granted');
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.reason]),
      [['refused', 'four_eyes']],
    );
  });

  it('of oneself cannot be prolonged, shortened or restored, but can be given up', async () => {
    const own = await world.assignment(desk, right, { until: day('2026-07-01') });
    for (const until of [day('2026-07-15'), day('2026-06-20')]) {
      const change = changeAssignmentPeriod(site, actor, origin, { assignmentId: own.id, version: 1, until });
      await assert.rejects(change, refusal('four_eyes'));
    }
    const ended = await endAssignment(site, actor, origin, { assignmentId: own.id, version: 1 });
    assert.equal(ended.undoId, undefined);
    assert.equal((await rightsOf(clerk)).length, 0);
  });

  it('cannot be restored by whom it came to, through an undo of somebody else', async () => {
    const { assignmentId } = await grant();
    const { undoId } = await endAssignment(site, actor, origin, { assignmentId, version: 1 });
    await world.administration(work, 'local', { until: day('2027-01-01') });
    const receiver = await world.actor(colleague);
    const stolen = undoAssignmentChange(site, receiver, world.origin(colleague), undoId!);
    await assert.rejects(stolen, refusal('undo_expired'));
    assert.equal((await rightsOf(colleague)).length, 0);
  });

  it('tells every wrong field at once', async () => {
    const strict = await world.right(application, {
      contexts: [{ code: 'module', required: true, options: ['a', 'b'] }],
    });
    await world.offer(strict, { organisation, maxPeriodDays: 10 });
    const wrong = grant({
      rightId: strict.id,
      until: day('2026-07-01'),
      context: { module: ['c'], other: ['x'] },
    });
    const fields = {
      until: 'until_beyond_offer',
      'context.module': 'context_value_unknown',
      'context.other': 'context_unknown',
    };
    await assert.rejects(wrong, fieldsRefused(fields));
    await assert.rejects(
      grant({ rightId: strict.id, until: day('2026-06-20') }),
      fieldsRefused({ 'context.module': 'context_required' }),
    );
  });

  it('keeps inside ceilings and affiliation', async () => {
    await assert.rejects(grant({ until: null }), fieldsRefused({ until: 'until_required' }));
    await assert.rejects(grant({ until: day('2026-09-24') }), fieldsRefused({ until: 'until_beyond_offer' }));
    await assert.rejects(
      grant({ from: day('2026-12-01'), until: day('2027-01-02') }),
      fieldsRefused({ until: 'until_outside_affiliation' }),
    );
    await assert.rejects(
      grant({ from: day('2027-02-01'), until: day('2027-02-02') }),
      fieldsRefused({ from: 'from_outside_affiliation' }),
    );
    await assert.rejects(grant({ from: day('2026-06-14') }), fieldsRefused({ from: 'from_in_past' }));
    await assert.rejects(grant({ until: new Date(now) }), fieldsRefused({ until: 'until_before_from' }));
    await grant({ from: day('2026-09-23'), until: day('2027-01-01') });
  });

  it('needs an offer that runs when it begins', async () => {
    const other = await world.right(application);
    await assert.rejects(grant({ rightId: other.id }), fieldsRefused({ right: 'right_not_offered' }));
    await world.offer(other, { organisation, from: day('2026-08-01') });
    await assert.rejects(grant({ rightId: other.id }), fieldsRefused({ from: 'right_not_offered' }));
    await grant({ rightId: other.id, from: day('2026-08-01'), until: day('2026-08-02') });
  });

  it('does not exist outside the scope of the actor', async () => {
    const elsewhere = await world.organisation();
    const stranger = await world.affiliation(await world.person({ password: null }), elsewhere);
    await assert.rejects(grant({ affiliationId: stranger.id }), refusal('affiliation_not_found'));
    await world.offer(right, { organisation: elsewhere });
    const hidden = await world.assignment(stranger, right);
    const end = endAssignment(site, actor, origin, { assignmentId: hidden.id, version: 1 });
    await assert.rejects(end, refusal('assignment_not_found'));
    const change = { assignmentId: hidden.id, version: 1, until: day('2026-06-20') };
    await assert.rejects(
      changeAssignmentPeriod(site, actor, origin, change),
      refusal('assignment_not_found'),
    );
  });

  it('is refused to an operator and to a head elsewhere below without the subtree', async () => {
    const operator = await world.person({ password: null });
    await world.administration(await world.affiliation(operator, await world.organisation()), 'operator');
    const input = {
      affiliationId: work.id,
      rightId: right.id,
      context: {},
      from: null,
      until: day('2026-07-01'),
    };
    const attempt = grantRight(site, await world.actor(operator), world.origin(operator), input);
    await assert.rejects(attempt, refusal('beyond_own_power'));
    const child = await world.organisation({ parent: organisation });
    await world.offer(right, { organisation: child });
    const below = await world.affiliation(colleague, child);
    await assert.rejects(grant({ affiliationId: below.id }), refusal('affiliation_not_found'));
  });

  it('is refused once the administration was taken away, whatever the page still held', async () => {
    await site.db.handle
      .updateTable('administration')
      .set({ valid_until: new Date(now) })
      .where('affiliation_id', '=', desk.id)
      .execute();
    await assert.rejects(grant(), refusal('affiliation_not_found'));
  });

  it('cannot be held twice at the same time with the same context, in any order of values', async () => {
    const many = await world.right(application, {
      contexts: [{ code: 'area', many: true, options: ['n', 's'] }],
    });
    await world.offer(many, { organisation });
    const first = { rightId: many.id, from: null, until: day('2026-07-01') };
    await grant({ ...first, context: { area: ['s', 'n', 's'] } });
    await assert.rejects(grant({ ...first, context: { area: ['n', 's'] } }), refusal('assignment_overlap'));
    await grant({ ...first, context: { area: ['n'] } });
    await grant({
      ...first,
      from: day('2026-07-01'),
      until: day('2026-08-01'),
      context: { area: ['n', 's'] },
    });
  });

  it('refuses a change that was begun on an older version, and shows the one that stands', async () => {
    const { assignmentId } = await grant();
    await changeAssignmentPeriod(site, actor, origin, { assignmentId, version: 1, until: day('2026-07-10') });
    const stale = changeAssignmentPeriod(site, actor, origin, {
      assignmentId,
      version: 1,
      until: day('2026-07-20'),
    });
    await assert.rejects(stale, (error: unknown) => {
      assert.ok(isAppError(error) && error.code === 'stale_edit');
      const { current } = error.details as { current: { period: { until: Date } } };
      assert.deepEqual(current.period.until, day('2026-07-10'));
      return true;
    });
    await assert.rejects(
      endAssignment(site, actor, origin, { assignmentId, version: 1 }),
      refusal('stale_edit'),
    );
  });

  it('is shortened beyond a ceiling that was lowered since, but not prolonged', async () => {
    await world.offer(right, {
      targetGroup: { id: organisation.targetGroupId },
      maxPeriodDays: 1,
    });
    const { assignmentId } = await grant({ until: day('2026-09-01') });
    await site.db.handle
      .updateTable('offer')
      .set({ max_period_days: 10 })
      .where('right_id', '=', right.id)
      .execute();
    const shorter = { assignmentId, version: 1, until: day('2026-08-01') };
    await changeAssignmentPeriod(site, actor, origin, shorter);
    const longer = { assignmentId, version: 2, until: day('2026-08-02') };
    await assert.rejects(
      changeAssignmentPeriod(site, actor, origin, longer),
      fieldsRefused({ until: 'until_beyond_offer' }),
    );
  });

  it('ends at once and comes back by undo, once, and for ten minutes', async () => {
    const { assignmentId } = await grant();
    site.clock.advance({ minutes: 5 });
    const { undoId } = await endAssignment(site, actor, origin, {
      assignmentId,
      version: 1,
      reason: 'left the team',
    });
    assert.equal((await rightsOf(colleague)).length, 0);
    await undoAssignmentChange(site, actor, origin, undoId!);
    assert.equal(
      (await rightsOf(colleague))[0]?.effectiveUntil?.toISOString(),
      day('2026-07-01').toISOString(),
    );
    await assert.rejects(undoAssignmentChange(site, actor, origin, undoId!), refusal('undo_expired'));
    const again = await endAssignment(site, actor, origin, {
      assignmentId,
      version: await versionOf(assignmentId),
    });
    site.clock.advance({ minutes: 10 });
    await assert.rejects(undoAssignmentChange(site, actor, origin, again.undoId!), refusal('undo_expired'));
  });

  it('is not restored by an undo when the offer ended meanwhile', async () => {
    const { assignmentId } = await grant();
    const { undoId } = await endAssignment(site, actor, origin, { assignmentId, version: 1 });
    await site.db.handle
      .updateTable('offer')
      .set({ valid_until: new Date(now) })
      .where('right_id', '=', right.id)
      .execute();
    await assert.rejects(
      undoAssignmentChange(site, actor, origin, undoId!),
      fieldsRefused({ from: 'right_not_offered' }),
    );
    assert.equal((await rightsOf(colleague)).length, 0);
  });

  it('undone as a grant leaves nothing that counts', async () => {
    const { undoId, assignmentId } = await grant();
    await undoAssignmentChange(site, actor, origin, undoId);
    assert.equal((await rightsOf(colleague)).length, 0);
    assert.equal((await recorded('assignment.ended', assignmentId)).length, 1);
  });

  it('planned for later is moved, and cancelled when ended before it begins', async () => {
    const { assignmentId } = await grant({ from: day('2026-07-01'), until: day('2026-08-01') });
    const move = { assignmentId, version: 1, from: day('2026-07-10'), until: day('2026-08-10') };
    await changeAssignmentPeriod(site, actor, origin, move);
    await endAssignment(site, actor, origin, { assignmentId, version: 2 });
    assert.equal((await rightsOf(colleague, day('2026-07-15'))).length, 0);
    const change = { assignmentId, version: 3, until: day('2026-08-01') };
    await assert.rejects(changeAssignmentPeriod(site, actor, origin, change), refusal('assignment_over'));
  });

  it('signs out whom it takes something from, and nobody while it has not begun', async () => {
    const revoked: unknown[] = [];
    const revokeAccess = async (_change: unknown, ended: readonly unknown[]) => void revoked.push(...ended);
    const watched = { ...site, hooks: { ...site.hooks, revokeAccess } };
    const later = await grant({ from: day('2026-07-01'), until: day('2026-08-01') });
    const moved = {
      assignmentId: later.assignmentId,
      version: 1,
      from: day('2026-07-10'),
      until: day('2026-07-20'),
    };
    await changeAssignmentPeriod(watched, actor, origin, moved);
    await endAssignment(watched, actor, origin, { assignmentId: later.assignmentId, version: 2 });
    assert.deepEqual(revoked, []);
    const running = await grant();
    await endAssignment(watched, actor, origin, { assignmentId: running.assignmentId, version: 1 });
    assert.equal(revoked.length, 1);
  });
});
