// Conferral never goes above: over random trees, administrations and wishes, whatever is allowed was within a power
// of the actor that reaches that far and lasts that long. And what a move confers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  judge,
  loadConferredByMove,
  type Actor,
  type Allowance,
  type ConferredAdministration,
} from '../../../src/modules/administration/index.ts';
import type { AdministrationKind } from '../../../src/platform/db/types.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type World } from '../../support/world.ts';

const kinds: AdministrationKind[] = ['operator', 'auditor', 'application_owner', 'head', 'local'];
const at = new Date('2026-06-15T00:00:00Z');
const until = (days: number): Date | null =>
  days === 9 ? null : new Date(at.getTime() + (days + 1) * 86_400_000);

/** Organisation n hangs under parents[n], one that was made before it. */
function ancestorsOf(parents: readonly number[]): Map<string, Map<string, number>> {
  const above = new Map<string, Map<string, number>>();
  parents.forEach((parent, index) => {
    const own = new Map([[String(index), 0]]);
    if (index > 0) for (const [id, depth] of above.get(String(parent % index))!) own.set(id, depth + 1);
    above.set(String(index), own);
  });
  return above;
}

const power = fc.record({
  kind: fc.constantFrom(...kinds),
  organisation: fc.nat(5),
  subtree: fc.boolean(),
  ends: fc.nat(9),
});

const scoped = (kind: AdministrationKind, organisation: number) => ({
  kind,
  organisationId: kind === 'head' || kind === 'local' ? String(organisation) : null,
  applicationId: kind === 'application_owner' ? 'app' : null,
});

describe('conferral of administrations', () => {
  it('never exceeds what the actor holds, and never serves the actor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 6, maxLength: 6 }),
        fc.array(power, { maxLength: 4 }),
        power,
        fc.boolean(),
        (parents, held, wish, toSelf) => {
          const ancestors = ancestorsOf(parents);
          const administrations = held.map((one, index) => ({
            id: `a${index}`,
            ...scoped(one.kind, one.organisation),
            includesSubtree: one.subtree,
            effectiveUntil: until(one.ends),
          }));
          const actor: Actor = { personId: 'me', administrations };
          const allowance: Allowance = { actor, ancestors, ceilings: new Map(), at, zone: 'UTC' };
          const wanted: ConferredAdministration = {
            what: 'administration',
            personId: toSelf ? 'me' : 'you',
            ...scoped(wish.kind, wish.organisation),
            includesSubtree: wish.subtree,
            period: { from: at, until: until(wish.ends) },
          };
          const judgement = judge(wanted, allowance);
          // Said again in the plainest way: every organisation it would reach, one by one.
          const reach = [...ancestors].filter(
            ([id, above]) =>
              id === wanted.organisationId || (wish.subtree && above.has(wanted.organisationId!)),
          );
          const enough = administrations.some((one) => {
            if (one.kind === 'operator') return true;
            if (one.kind !== 'head' || wanted.organisationId === null) return false;
            const reaches = reach.every(
              ([id, above]) =>
                id === one.organisationId || (one.includesSubtree && above.has(one.organisationId!)),
            );
            // A subtree is given only by a subtree: organisations that will hang there later count too.
            if (!reaches || (wish.subtree && !one.includesSubtree)) return false;
            return (
              one.effectiveUntil === null ||
              (wanted.period.until !== null && wanted.period.until <= one.effectiveUntil)
            );
          });
          assert.equal(
            judgement.allowed,
            enough && !toSelf,
            JSON.stringify({ parents, held, wish, judgement }),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('hanging an organisation under another parent', () => {
  let site: TestSite;
  let world: World;
  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
  });
  after(() => site.close());

  it('confers the administrations above that include their subtree, and only the new ones', async () => {
    const [top, left, right] = [
      await world.organisation(),
      await world.organisation(),
      await world.organisation(),
    ];
    const moved = await world.organisation();
    const db = site.db.handle;
    for (const below of [left, right])
      await db.updateTable('organisation').set({ parent_id: top.id }).where('id', '=', below.id).execute();
    await db.updateTable('organisation').set({ parent_id: left.id }).where('id', '=', moved.id).execute();
    const appointed = async (where: typeof top, subtree: boolean) => {
      const person = await world.person({ password: null });
      await world.administration(await world.affiliation(person, where), 'head', { subtree });
      return person;
    };
    await appointed(top, true);
    await appointed(right, false);
    const gains = await appointed(right, true);
    const conferred = await loadConferredByMove(site.db.reader, moved.id, right.id, site.clock.now());
    assert.deepEqual(
      conferred.map((one) => [one.personId, one.kind, one.organisationId, one.includesSubtree]),
      [[gains.id, 'head', moved.id, true]],
    );
  });
});
