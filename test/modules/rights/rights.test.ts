// Rights and offers through their commands: owners only, nothing that serves the owner, and what ends takes effect.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { findEffectiveRights } from '../../../src/modules/assignments/index.ts';
import {
  changeOffer,
  changeRight,
  createOffer,
  createRight,
  endOffer,
  undoEndOffer,
  endRight,
  findRight,
  listOffersFor,
  type ContextInput,
  type CreateOffer,
  type RightInput,
} from '../../../src/modules/rights/index.ts';
import { AppError, isAppError } from '../../../src/platform/errors.ts';
import type { EndedAccess } from '../../../src/platform/change.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type ApplicationRef,
  type OrganisationRef,
  type PersonRef,
  type World,
} from '../../support/world.ts';

const day = (text: string): Date => new Date(`${text}T00:00:00+02:00`);
const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;
const fieldRefused = (field: string, code: string) => (error: unknown) =>
  error instanceof AppError && error.fields?.[field]?.code === code;

describe('rights and offers', () => {
  let site: TestSite;
  let world: World;
  let ended: EndedAccess[];
  let organisation: OrganisationRef;
  let application: ApplicationRef;
  let owner: PersonRef;
  let desk: AffiliationRef;
  let holder: PersonRef;
  let work: AffiliationRef;

  before(async () => {
    const whole = await createTestSite();
    const hooks = {
      ...whole.hooks,
      revokeAccess: async (_: unknown, list: readonly EndedAccess[]) => void ended.push(...list),
    };
    site = Object.assign(whole, { hooks });
    world = createWorld(site);
  });
  after(() => site.close());
  beforeEach(async () => {
    site.clock.set('2026-06-15T08:00:00.000Z');
    ended = [];
    organisation = await world.organisation();
    application = await world.application();
    [owner, holder] = [await world.person({ password: null }), await world.person({ password: null })];
    desk = await world.affiliation(owner, organisation);
    work = await world.affiliation(holder, organisation);
    await world.administration(desk, 'application_owner', { application });
  });

  const as = async (person: PersonRef) => [site, await world.actor(person), world.origin(person)] as const;
  const module: ContextInput = {
    code: 'module',
    names: { en: 'Module' },
    kind: 'list',
    required: true,
    many: true,
    pattern: null,
    options: [
      { code: 'a', names: { en: 'A' } },
      { code: 'b', names: { en: 'B' } },
    ],
  };
  const input = (rest: Partial<RightInput> = {}): RightInput => ({
    code: 'Reader',
    names: { en: 'Reader' },
    descriptions: {},
    position: 0,
    until: null,
    contexts: [module],
    ...rest,
  });
  const newRight = async (rest: Partial<RightInput> = {}) =>
    (await createRight(...(await as(owner)), { ...input(rest), applicationId: application.id, from: null }))
      .rightId;
  const offer = async (rightId: string, rest: Partial<CreateOffer> = {}, by = owner) =>
    (
      await createOffer(...(await as(by)), {
        rightId,
        organisationId: organisation.id,
        maxPeriodDays: null,
        maxUntil: null,
        from: null,
        until: null,
        ...rest,
      })
    ).offerId;
  const rightsOf = (at = site.clock.now()) =>
    findEffectiveRights(site.db, { personId: holder.id, applicationId: application.id, at });

  it('are made by owners of the application; for others it does not exist or may not be changed', async () => {
    await newRight();
    const stranger = await world.person({ password: null });
    await world.administration(await world.affiliation(stranger, organisation), 'head');
    const create = { ...input({ code: 'Other' }), applicationId: application.id, from: null };
    await assert.rejects(createRight(...(await as(stranger)), create), refusal('application_not_found'));
    const auditor = await world.person({ password: null });
    await world.administration(await world.affiliation(auditor, organisation), 'auditor');
    await assert.rejects(createRight(...(await as(auditor)), create), refusal('not_allowed'));
    await assert.rejects(newRight(), refusal('code_taken'));
  });

  it('withdraw options instead of deleting them, and keep definitions that are in use', async () => {
    const rightId = await newRight();
    await offer(rightId);
    await world.assignment(work, { id: rightId }, { context: { module: ['b'] } });
    const change = { rightId, version: 1 };
    const less = { ...module, options: module.options.slice(0, 1) };
    await changeRight(...(await as(owner)), { ...input({ contexts: [less] }), ...change });
    const [context] = (await findRight(site.db.reader, rightId))!.contexts;
    assert.deepEqual(
      context!.options.map((option) => [option.code, option.withdrawnAt !== null]),
      [
        ['a', false],
        ['b', true],
      ],
    );
    assert.equal((await rightsOf()).length, 1);
    const gone = changeRight(...(await as(owner)), { ...input({ contexts: [] }), ...change, version: 2 });
    await assert.rejects(gone, refusal('context_in_use'));
    await changeRight(...(await as(owner)), { ...input({ contexts: [module] }), ...change, version: 2 });
    assert.equal((await findRight(site.db.reader, rightId))!.contexts[0]!.options[1]!.withdrawnAt, null);
    await assert.rejects(
      changeRight(...(await as(owner)), { ...input(), ...change, version: 2 }),
      refusal('stale_edit'),
    );
  });

  it('refuse definitions that nobody could fill in or that could hang the server', async () => {
    await assert.rejects(
      newRight({ contexts: [{ ...module, options: [] }] }),
      fieldRefused('contexts.0.options', 'options_missing'),
    );
    await assert.rejects(
      newRight({ contexts: [module, module] }),
      fieldRefused('contexts.1.code', 'code_taken'),
    );
    const hanging = { ...module, kind: 'text', options: [], pattern: '(a+)+' } as const;
    await assert.rejects(
      newRight({ contexts: [hanging] }),
      fieldRefused('contexts.0.pattern', 'pattern_unsafe'),
    );
  });

  it('are handed out while they are offered, and no longer', async () => {
    const rightId = await newRight({ contexts: [] });
    assert.deepEqual(await listOffersFor(site.db.reader, organisation.id, site.clock.now()), []);
    const offerId = await offer(rightId, { until: day('2026-12-01'), maxPeriodDays: 30 });
    const [offered] = await listOffersFor(site.db.reader, organisation.id, site.clock.now());
    assert.equal(offered?.ceilings[0]?.maxPeriodDays, 30);
    await world.assignment(work, { id: rightId });
    assert.deepEqual((await rightsOf())[0]?.effectiveUntil, day('2026-12-01'));
    await endOffer(...(await as(owner)), { offerId, version: 1, reason: 'contract ended' });
    assert.deepEqual(await rightsOf(), []);
    assert.deepEqual(ended, [{ rightId, organisationId: organisation.id }]);
    assert.deepEqual(await listOffersFor(site.db.reader, organisation.id, site.clock.now()), []);
    await assert.rejects(endOffer(...(await as(owner)), { offerId, version: 2 }), refusal('offer_over'));
  });

  it('are offered again when the end is taken back, once, by who ended it, and not for oneself', async () => {
    const rightId = await newRight({ contexts: [] });
    const offerId = await offer(rightId, { until: day('2026-12-01') });
    await world.assignment(work, { id: rightId });
    const { undoId } = await endOffer(...(await as(owner)), { offerId, version: 1 });
    assert.deepEqual(await rightsOf(), []);
    await undoEndOffer(...(await as(owner)), { undoId });
    assert.deepEqual((await rightsOf())[0]?.effectiveUntil, day('2026-12-01'));
    await assert.rejects(undoEndOffer(...(await as(owner)), { undoId }), refusal('undo_expired'));
    const again = await endOffer(...(await as(owner)), { offerId, version: 3 });
    const stranger = await world.person();
    await assert.rejects(
      undoEndOffer(...(await as(stranger)), { undoId: again.undoId }),
      refusal('undo_expired'),
    );
    const own = await world.affiliation(owner, organisation, { type: 'external' });
    await world.assignment(own, { id: rightId });
    await assert.rejects(undoEndOffer(...(await as(owner)), { undoId: again.undoId }), refusal('four_eyes'));
  });

  it('tell of ended access when an offer is shortened, to a target group as well, and not when it is lengthened', async () => {
    const rightId = await newRight({ contexts: [] });
    const terms = { maxPeriodDays: null, maxUntil: null };
    const offerId = await offer(rightId, {
      organisationId: undefined,
      targetGroupId: organisation.targetGroupId,
      until: day('2026-12-01'),
    });
    await changeOffer(...(await as(owner)), { ...terms, offerId, version: 1, until: day('2026-12-31') });
    assert.deepEqual(ended, []);
    await changeOffer(...(await as(owner)), { ...terms, offerId, version: 2, until: day('2026-08-01') });
    assert.deepEqual(ended, [{ rightId, targetGroupId: organisation.targetGroupId }]);
    await assert.rejects(
      changeOffer(...(await as(owner)), { ...terms, offerId, version: 2, until: null }),
      refusal('stale_edit'),
    );
  });

  it('end for everybody at once', async () => {
    const rightId = await newRight({ contexts: [] });
    await offer(rightId);
    await world.assignment(work, { id: rightId });
    site.clock.advance({ hours: 1 });
    await endRight(...(await as(owner)), { rightId, version: 1 });
    assert.deepEqual(await rightsOf(), []);
    assert.deepEqual(ended, [{ rightId }]);
  });

  it('are not offered, or offered longer, by whoever that would serve', async () => {
    const rightId = await newRight({ contexts: [] });
    const own = await world.assignment(desk, { id: rightId });
    await assert.rejects(offer(rightId), refusal('four_eyes'));
    await assert.rejects(
      offer(rightId, { organisationId: undefined, targetGroupId: organisation.targetGroupId }),
      refusal('four_eyes'),
    );
    await offer(rightId, {
      organisationId: (await world.organisation({ targetGroup: await world.targetGroup() })).id,
    });
    const second = await world.person({ password: null });
    await world.administration(await world.affiliation(second, organisation), 'application_owner', {
      application,
    });
    const offerId = await offer(rightId, { until: day('2026-12-01') }, second);
    const terms = { maxPeriodDays: null, maxUntil: null, offerId };
    const longer = changeOffer(...(await as(owner)), { ...terms, version: 1, until: null });
    await assert.rejects(longer, refusal('four_eyes'));
    await changeOffer(...(await as(owner)), { ...terms, version: 1, until: day('2026-10-01') });
    await site.db.handle
      .updateTable('assignment')
      .set({ valid_until: day('2026-07-01') })
      .where('id', '=', own.id)
      .execute();
    await changeOffer(...(await as(owner)), { ...terms, version: 2, until: null });
  });

  it('are not renamed by who holds them: by its code a right fills groups of a rights model', async () => {
    const rightId = await newRight({ contexts: [] });
    const own = await world.assignment(desk, { id: rightId });
    const renamed = { ...input({ contexts: [], code: 'Everything' }), rightId, version: 1 };
    await assert.rejects(changeRight(...(await as(owner)), renamed), refusal('four_eyes'));
    await changeRight(...(await as(owner)), { ...renamed, ...input({ contexts: [], position: 3 }) });
    await site.db.handle
      .updateTable('assignment')
      .set({ valid_until: site.clock.now() })
      .where('id', '=', own.id)
      .execute();
    await changeRight(...(await as(owner)), { ...renamed, version: 2 });
  });

  it('have one offer at a time to each receiver, which exists', async () => {
    const rightId = await newRight({ contexts: [] });
    await offer(rightId);
    await assert.rejects(offer(rightId), refusal('offer_overlap'));
    await assert.rejects(
      offer(rightId, { organisationId: '00000000-0000-7000-8000-000000000000' }),
      fieldRefused('receiver', 'receiver_unknown'),
    );
    await assert.rejects(
      offer(rightId, { targetGroupId: organisation.targetGroupId }),
      fieldRefused('receiver', 'choose'),
    );
  });
});
