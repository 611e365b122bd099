// Appointing, prolonging and ending administrators: nobody confers more than they may, nobody serves themselves, and
// what was delegated falls with what it came from.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  appointAdministrator,
  changeAdministrationPeriod,
  endAdministration,
  type AppointAdministrator,
} from '../../../src/modules/administration/index.ts';
import { AppError, isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type World,
} from '../../support/world.ts';

const now = '2026-06-15T08:00:00.000Z';
const day = (text: string): Date => new Date(`${text}T00:00:00+02:00`);
const refusal = (code: string) => (error: unknown) => isAppError(error) && error.code === code;
const fieldRefused = (field: string, code: string) => (error: unknown) =>
  error instanceof AppError && error.fields?.[field]?.code === code;

interface Somebody extends PersonRef {
  readonly affiliation: AffiliationRef;
}

describe('administrations', () => {
  let site: TestSite;
  let world: World;
  let organisation: OrganisationRef;
  let operator: Somebody;
  let head: Somebody;
  let headship: Ref;
  let local: Somebody;
  let newcomer: Somebody;

  const somebody = async (where: OrganisationRef, until?: Date): Promise<Somebody> => {
    const person = await world.person({ password: null });
    return { ...person, affiliation: await world.affiliation(person, where, { until: until ?? null }) };
  };

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    operator = await somebody(await world.organisation());
    await world.administration(operator.affiliation, 'operator');
  });
  after(() => site.close());

  beforeEach(async () => {
    site.clock.set(now);
    organisation = await world.organisation();
    head = await somebody(organisation);
    headship = await world.administration(head.affiliation, 'head', { until: day('2027-01-01') });
    local = await somebody(organisation);
    await world.administration(local.affiliation, 'local', { givenBy: headship, until: day('2027-01-01') });
    newcomer = await somebody(organisation);
  });

  const appoint = async (by: PersonRef, input: Partial<AppointAdministrator> = {}) =>
    appointAdministrator(site, await world.actor(by), world.origin(by), {
      affiliationId: newcomer.affiliation.id,
      kind: 'local',
      organisationId: organisation.id,
      from: null,
      until: day('2026-12-01'),
      ...input,
    });
  const end = async (by: PersonRef, id: string, version = 1, acknowledgeLast = false) =>
    endAdministration(site, await world.actor(by), world.origin(by), {
      administrationId: id,
      version,
      acknowledgeLast,
    });
  const prolong = async (by: PersonRef, id: string, until: Date | null, version = 1) =>
    changeAdministrationPeriod(site, await world.actor(by), world.origin(by), {
      administrationId: id,
      version,
      until,
    });
  const powersOf = async (person: PersonRef) =>
    (await world.actor(person)).administrations.map((one) => one.kind);
  const row = (id: string) =>
    site.db.reader.selectFrom('administration').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  it('are given by a head and rest on theirs', async () => {
    const { administrationId } = await appoint(head);
    assert.deepEqual(await powersOf(newcomer), ['local']);
    assert.equal((await row(administrationId)).given_by_id, headship.id);
  });

  it('given by an operator rest on nobody', async () => {
    const { administrationId } = await appoint(operator, { kind: 'head', until: null });
    assert.equal((await row(administrationId)).given_by_id, null);
  });

  it('are never given to oneself, by heads or operators', async () => {
    await assert.rejects(appoint(head, { affiliationId: head.affiliation.id }), refusal('four_eyes'));
    const self = appoint(operator, { affiliationId: operator.affiliation.id, kind: 'head' });
    await assert.rejects(self, refusal('four_eyes'));
  });

  it('are not given by whoever may not: local administrators, strangers, the removed', async () => {
    await assert.rejects(appoint(local), refusal('beyond_own_power'));
    const elsewhere = await world.organisation();
    const stranger = await somebody(elsewhere);
    await world.administration(stranger.affiliation, 'head');
    await assert.rejects(appoint(stranger), refusal('affiliation_not_found'));
    const own = { affiliationId: (await somebody(elsewhere)).affiliation.id };
    await assert.rejects(appoint(stranger, own), refusal('organisation_not_found'));
    await end(operator, headship.id, 1, true);
    await assert.rejects(appoint(head), refusal('affiliation_not_found'));
  });

  it('of the site and of applications are for operators to give', async () => {
    const application = await world.application();
    const owner = {
      kind: 'application_owner',
      organisationId: undefined,
      applicationId: application.id,
    } as const;
    await assert.rejects(appoint(head, owner), refusal('application_not_found'));
    await assert.rejects(
      appoint(head, { kind: 'operator', organisationId: undefined }),
      refusal('application_not_found'),
    );
    await assert.rejects(appoint(head, { kind: 'auditor' }), refusal('beyond_own_power'));
    await appoint(operator, owner);
    assert.deepEqual(await powersOf(newcomer), ['application_owner']);
  });

  it('do not outlive the giver, the affiliation, or reach wider', async () => {
    await assert.rejects(
      appoint(head, { until: null }),
      fieldRefused('until', 'administration_outlives_giver'),
    );
    await assert.rejects(
      appoint(head, { until: day('2027-01-02') }),
      fieldRefused('until', 'administration_outlives_giver'),
    );
    await assert.rejects(appoint(head, { includesSubtree: true }), refusal('beyond_own_power'));
    const temporary = await somebody(organisation, day('2026-10-01'));
    const late = appoint(head, { affiliationId: temporary.affiliation.id });
    await assert.rejects(late, fieldRefused('until', 'until_outside_affiliation'));
    await assert.rejects(appoint(head, { from: day('2026-06-01') }), fieldRefused('from', 'from_in_past'));
  });

  it('reach down a tree only with the subtree', async () => {
    const below = await world.organisation({ parent: organisation });
    const target = { organisationId: below.id };
    await assert.rejects(appoint(head, target), refusal('organisation_not_found'));
    const above = await somebody(organisation);
    await world.administration(above.affiliation, 'head', { subtree: true });
    await appoint(above, { ...target, includesSubtree: true });
    assert.deepEqual(await powersOf(newcomer), ['local']);
  });

  it('cannot be prolonged by their holder, and by others only inside what gave them', async () => {
    await assert.rejects(prolong(head, headship.id, day('2027-06-01')), refusal('four_eyes'));
    const { administrationId } = await appoint(head);
    await prolong(head, administrationId, day('2026-12-31'));
    await assert.rejects(
      prolong(head, administrationId, day('2027-02-01'), 2),
      fieldRefused('until', 'administration_outlives_giver'),
    );
    await prolong(operator, administrationId, day('2027-02-01'), 2);
    assert.equal((await row(administrationId)).given_by_id, null);
    await assert.rejects(prolong(head, administrationId, day('2026-08-01'), 2), refusal('stale_edit'));
  });

  it('fall with what they were delegated from, shortened ones as well', async () => {
    const second = await appoint(head, { kind: 'head' });
    const helper = await somebody(organisation);
    const third = await appoint(newcomer, { affiliationId: helper.affiliation.id });
    await prolong(operator, second.administrationId, day('2026-08-01'));
    assert.deepEqual((await row(third.administrationId)).valid_until, day('2026-08-01'));
    await end(operator, headship.id, 1, true);
    for (const person of [head, newcomer, helper, local]) assert.deepEqual(await powersOf(person), []);
  });

  it('of the last head are not ended without a word, and then the operators hear of it', async () => {
    await assert.rejects(end(head, headship.id), (error: unknown) => {
      assert.ok(isAppError(error) && error.code === 'last_administrator');
      assert.deepEqual(error.details, { organisations: [organisation.id] });
      return true;
    });
    assert.deepEqual(await powersOf(head), ['head']);
    await end(head, headship.id, 1, true);
    const mails = await site.db.reader
      .selectFrom('outbox')
      .select('payload')
      .where('kind', '=', 'mail')
      .execute();
    const told = mails
      .map((mail) => mail.payload as Record<string, string>)
      .filter((mail) => mail['organisationId'] === organisation.id);
    assert.deepEqual(told, [
      { template: 'last_administrator', personId: operator.id, organisationId: organisation.id },
    ]);
  });

  it('of one of two heads are given up freely, also by a local administrator for themselves only', async () => {
    await appoint(operator, { kind: 'head', until: null });
    await end(head, headship.id);
    const other = await somebody(organisation);
    const { administrationId } = await appoint(newcomer, { affiliationId: other.affiliation.id });
    const fresh = await somebody(organisation);
    await appoint(newcomer, { affiliationId: fresh.affiliation.id });
    await assert.rejects(end(fresh, administrationId), refusal('not_allowed'));
    await end(other, administrationId);
    assert.deepEqual(await powersOf(other), []);
  });

  it('of the last operator stay', async () => {
    const { administrations } = await world.actor(operator);
    await assert.rejects(end(operator, administrations[0]!.id, 1, true), refusal('last_operator'));
    const gone = await somebody(await world.organisation({ until: '2026-02-01T00:00:00Z' }));
    await world.administration(gone.affiliation, 'operator');
    await assert.rejects(end(operator, administrations[0]!.id, 1, true), refusal('last_operator'));
  });

  it('out of scope do not exist, and what is over cannot be ended again', async () => {
    const stranger = await somebody(await world.organisation());
    await world.administration(stranger.affiliation, 'head');
    await assert.rejects(end(stranger, headship.id), refusal('administration_not_found'));
    const { administrationId } = await appoint(head);
    await end(head, administrationId);
    await assert.rejects(end(head, administrationId, 2), refusal('administration_over'));
  });
});
