// Promise 1 over random histories: grants, changes, ends, undo, offers, affiliations, rights, a disabled person and a
// moving clock, through the commands, against the model of intervals next to this file.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changeAssignmentPeriod,
  endAssignment,
  findEffectiveRights,
  grantRight,
  listActingOrganisations,
  undoAssignmentChange,
} from '../../../src/modules/assignments/index.ts';
import { createOffer, endOffer, endRight } from '../../../src/modules/rights/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type World } from '../../support/world.ts';
import { cutAt, effective, forever, mayLast, type Interval, type Model } from './effective-rights.model.ts';

const start = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;
const instant = (day: number): Date => new Date(start + day * dayMs);
const endInstant = (day: number): Date | null => (day === Infinity ? null : instant(day));

/** `a` and `b` choose what it is about, `n` and `m` how many days. */
const kind = (name: string, weight: number, a: number, b: number, n: number, m: number) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), a: fc.nat(a), b: fc.nat(b), n: fc.nat(n), m: fc.nat(m) }),
});
const step = fc.oneof(
  kind('grant', 10, 1, 2, 3, 8),
  kind('change', 5, 20, 0, 14, 0),
  kind('end', 2, 20, 0, 0, 0),
  kind('undo', 3, 0, 0, 0, 0),
  kind('offer', 3, 3, 2, 8, 12),
  kind('withdraw', 2, 20, 0, 0, 0),
  kind('wait', 4, 0, 0, 3, 0),
  kind('leave', 1, 2, 0, 3, 0),
  kind('retire', 1, 20, 0, 0, 0),
  kind('disable', 1, 9, 0, 0, 0),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('effective rights', () => {
  let site: TestSite;
  let world: World;
  before(async () => {
    // In UTC a calendar day is 24 hours; daylight saving has tests of its own.
    site = await createTestSite({ config: { timeZone: 'UTC' }, now: instant(0) });
    world = createWorld(site);
  });
  after(() => site.close());

  it('equal the model at every instant of random histories', async () => {
    const histories = fc.array(step, { minLength: 10, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.nat(30), { minLength: 3, maxLength: 6 }),
        async (steps, days) => {
          const history = await begin(site, world);
          for (const one of steps) {
            await history.take(one);
            await history.compare(history.model.now);
          }
          for (const half of days) await history.compare(half / 2);
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

/** A person with two affiliations in one organisation, three rights of one application, and those who decide. */
async function begin(site: TestSite, world: World) {
  site.clock.set(instant(0));
  const from = instant(0);
  const group = await world.targetGroup();
  const organisation = await world.organisation({ targetGroup: group, from });
  const [person, clerk] = [
    await world.person({ from, password: null }),
    await world.person({ from, password: null }),
  ];
  const application = await world.application({ from });
  const rights = [0, 1, 2].map(() => world.right(application, { from }));
  const rightRefs = await Promise.all(rights);
  const ends = [Infinity, 15];
  const affiliations = [
    await world.affiliation(person, organisation, { from, type: 'employee' }),
    await world.affiliation(person, organisation, { from, until: instant(15), type: 'external' }),
  ];
  const desk = await world.affiliation(clerk, organisation, { from });
  await world.administration(desk, 'local', { from });
  await world.administration(desk, 'application_owner', { application, from });
  const offerIds: string[] = [];
  const assignmentIds: string[] = [];
  const undos: { id: string; assignment: number; before: Interval | null; version: number }[] = [];
  const versions: number[] = [];
  const model: Model = {
    now: 0,
    person: { ...forever },
    offers: [],
    assignments: [],
    affiliations: ends.map((until) => ({ from: 0, until })),
    rights: rightRefs.map(() => ({ ...forever })),
  };
  for (const [right, maxDays] of [Infinity, 10].entries()) {
    const terms = right === 0 ? { organisation } : { targetGroup: group, maxPeriodDays: maxDays };
    offerIds.push((await world.offer(rightRefs[right]!, { ...terms, from })).id);
    model.offers.push({ right, during: { ...forever }, maxDays, maxUntil: Infinity });
  }
  const origin = world.origin(clerk, organisation);
  const actor = await world.actor(clerk);

  /** Runs a command; false when it refused. Anything but a refusal is a defect. */
  const accepted = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  };

  const steps: Record<string, (s: Step) => Promise<void>> = {
    async grant({ a, b, n, m }) {
      const affiliation = a % affiliations.length;
      const during = { from: model.now + n, until: m === 0 ? Infinity : model.now + n + m };
      const wanted = { affiliation, right: b, during };
      const expected = mayLast(model, wanted, during);
      const done = await accepted(async () => {
        const input = {
          affiliationId: affiliations[affiliation]!.id,
          rightId: rightRefs[b]!.id,
          context: {},
        };
        const period = { from: instant(during.from), until: endInstant(during.until) };
        const granted = await grantRight(site, actor, origin, { ...input, ...period });
        assignmentIds.push(granted.assignmentId);
        versions.push(1);
        undos.push({ id: granted.undoId, assignment: assignmentIds.length - 1, before: null, version: 1 });
      });
      assert.equal(done, expected, `grant on day ${model.now} of ${JSON.stringify(wanted)}`);
      if (done) model.assignments.push(wanted);
    },
    async change({ a, n }) {
      const at = a % Math.max(1, assignmentIds.length);
      const assignment = model.assignments[at];
      if (!assignment) return;
      const old = assignment.during;
      const until = n === 0 ? Infinity : model.now + n;
      const wanted = { from: old?.from ?? 0, until };
      const running = old !== null && old.until > model.now;
      const within = running && until <= old.until;
      const expected =
        running && until > old.from && (within || mayLast(model, assignment, wanted, assignment));
      const done = await accepted(async () => {
        const input = { assignmentId: assignmentIds[at]!, version: versions[at]!, until: endInstant(until) };
        const { undoId } = await changeAssignmentPeriod(site, actor, origin, input);
        versions[at]! += 1;
        undos.push({ id: undoId, assignment: at, before: old, version: versions[at]! });
      });
      assert.equal(done, expected, `change on day ${model.now} of ${JSON.stringify({ old, until })}`);
      if (done) assignment.during = wanted;
    },
    async end({ a }) {
      const at = a % Math.max(1, assignmentIds.length);
      const assignment = model.assignments[at];
      if (!assignment) return;
      const old = assignment.during;
      const done = await accepted(async () => {
        const { undoId } = await endAssignment(site, actor, origin, {
          assignmentId: assignmentIds[at]!,
          version: versions[at]!,
        });
        versions[at]! += 1;
        undos.push({ id: undoId!, assignment: at, before: old, version: versions[at]! });
      });
      assert.equal(done, old !== null && old.until > model.now);
      if (done) assignment.during = cutAt(old!, model.now);
    },
    async undo() {
      const undo = undos.pop();
      if (!undo) return;
      const assignment = model.assignments[undo.assignment]!;
      const done = await accepted(async () => {
        await undoAssignmentChange(site, actor, origin, undo.id);
        versions[undo.assignment]! += 1;
      });
      if (!done) return;
      assert.equal(undo.version, versions[undo.assignment]! - 1, 'only the latest change is undone');
      const before = undo.before;
      assert.ok(
        before === null ||
          (assignment.during !== null && before.until <= assignment.during.until) ||
          mayLast(model, assignment, before, assignment),
      );
      // What ended with its affiliation meanwhile has nothing left to take back.
      assignment.during = before ?? (assignment.during && cutAt(assignment.during, model.now));
    },
    async offer({ a, b, n, m }) {
      const during = { from: model.now + (n % 3), until: m === 0 ? Infinity : model.now + (n % 3) + m };
      const maxDays = a === 0 ? Infinity : a * 4;
      const maxUntil = n === 7 ? model.now + 9 : Infinity;
      const receiver = n % 2 === 0 ? { organisationId: organisation.id } : { targetGroupId: group.id };
      await accepted(async () => {
        const { offerId } = await createOffer(site, actor, origin, {
          rightId: rightRefs[b]!.id,
          ...receiver,
          from: instant(during.from),
          until: endInstant(during.until),
          maxPeriodDays: maxDays === Infinity ? null : maxDays,
          maxUntil: endInstant(maxUntil),
        });
        offerIds.push(offerId);
        model.offers.push({ right: b, during, maxDays, maxUntil });
      });
    },
    async withdraw({ a }) {
      const at = a % Math.max(1, offerIds.length);
      const offer = model.offers[at];
      if (!offer) return;
      const done = await accepted(() =>
        endOffer(site, actor, origin, { offerId: offerIds[at]!, version: 1 }).then(() => undefined),
      );
      if (done) offer.during = cutAt(offer.during!, model.now);
    },
    async retire({ a }) {
      const right = model.rights[a];
      if (!right) return;
      const done = await accepted(() =>
        endRight(site, actor, origin, { rightId: rightRefs[a]!.id, version: 1 }),
      );
      if (done) right.until = model.now;
    },
    async wait({ n }) {
      model.now += (n + 1) / 2;
      site.clock.set(instant(model.now));
      undos.length = 0;
    },
    // Ended in one statement each, as the database allows it: nothing may stay outside.
    async leave({ a, n }) {
      const at = a % affiliations.length;
      const affiliation = model.affiliations[at];
      const day = model.now + n;
      if (!affiliation || affiliation.until <= day || affiliation.from >= day) return;
      await site.db.handle.transaction().execute(async (trx) => {
        const carried = trx.updateTable('assignment').where('affiliation_id', '=', affiliations[at]!.id);
        await carried
          .set({ cancelled_at: instant(model.now) })
          .where('valid_from', '>=', instant(day))
          .execute();
        await carried
          .set({ valid_until: instant(day) })
          .where('cancelled_at', 'is', null)
          .where((eb) => eb.or([eb('valid_until', 'is', null), eb('valid_until', '>', instant(day))]))
          .execute();
        await trx
          .updateTable('affiliation')
          .set({ valid_until: instant(day) })
          .where('id', '=', affiliations[at]!.id)
          .execute();
      });
      affiliation.until = day;
      for (const assignment of model.assignments) {
        if (assignment.affiliation === at && assignment.during)
          assignment.during = cutAt(assignment.during, day);
      }
    },
    async disable({ a }) {
      const enabled = a < 5;
      const until = enabled ? Infinity : Math.max(model.now, 0.5);
      model.person.until = until;
      await site.db.handle
        .updateTable('person')
        .set({ valid_until: endInstant(until) })
        .where('id', '=', person.id)
        .execute();
    },
  };

  return {
    model,
    take: (one: Step) => steps[one.do]!(one),
    async compare(day: number) {
      const at = instant(day);
      const found = await findEffectiveRights(site.db, {
        personId: person.id,
        applicationId: application.id,
        at,
      });
      const shown = found
        .map((right) => `${right.rightId} until ${right.effectiveUntil?.toISOString() ?? 'ever'}`)
        .sort();
      const promised = effective(model, day);
      const expected = promised.map(
        ({ right, until }) => `${rightRefs[right]!.id} until ${endInstant(until)?.toISOString() ?? 'ever'}`,
      );
      assert.deepEqual(shown, expected.sort(), `day ${day} of ${JSON.stringify(model)}`);
      const acting = await listActingOrganisations(site.db, person.id, application.id, at);
      assert.deepEqual(
        acting.map((one) => one.organisationId),
        promised.length > 0 ? [organisation.id] : [],
      );
    },
  };
}
