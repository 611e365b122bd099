// Applying changes of applications, rights, offers and administrations, and which affiliation carries what.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  applyDeclarations,
  textSource,
  type PlanEntry,
  type RefusedDetails,
} from '../../../src/modules/provisioning/index.ts';
import { AppError, isAppError } from '../../../src/platform/errors.ts';
import type { EndedAccess } from '../../../src/platform/change.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

const base = `
targetGroups: [{ code: LB, names: { en: Local }, identifierScheme: nis }]
organisations:
  - { code: lier, name: Lier, targetGroup: LB, from: 2020-01-01 }
  - { code: owner, name: Owner, targetGroup: LB, from: 2020-01-01 }
units:
  - { organisation: lier, code: ict, name: ICT, from: 2020-01-01 }
  - { organisation: lier, code: finance, name: Finance, from: 2020-01-01 }
people:
  - { userName: head, givenName: H, familyName: Ead, mail: head@x.example, from: 2020-01-01 }
  - { userName: other, givenName: O, familyName: Ther, mail: other@x.example, from: 2020-01-01 }
  - { userName: boss, givenName: B, familyName: Oss, mail: boss@x.example, from: 2020-01-01 }
affiliations:
  - { person: head, organisation: lier, type: employee, from: 2025-01-01 }
  - { person: boss, organisation: owner, type: employee, from: 2025-01-01 }
  - { person: boss, organisation: lier, type: external, from: 2025-01-01 }
  - { person: other, organisation: lier, type: employee, unit: ict, from: 2025-01-01 }
  - { person: other, organisation: lier, type: employee, unit: finance, from: 2025-01-01 }
applications:
  - code: app
    names: { en: App }
    owner: owner
    rights:
      - code: Use
        names: { en: Use }
        contexts:
          - { code: area, names: { en: Area }, kind: list, many: true, options: [{ code: a, names: { en: A } }, { code: b, names: { en: B } }] }
      - { code: Unit, names: { en: Unit }, contexts: [{ code: unit, names: { en: Unit }, kind: unit }] }
offers:
  - { application: app, rights: [Use, Unit], targetGroup: LB, from: 2025-01-01 }
administrations:
  - { person: boss, kind: operator, worksFor: owner, from: 2025-01-01 }
  - { person: head, kind: head, organisation: lier, from: 2025-01-01 }
assignments:
  - { person: head, organisation: lier, application: app, right: Use, contexts: { area: [a] }, from: 2026-01-01, until: 2026-12-31 }
`;

describe('applying rights and administrations', () => {
  let site: TestSite;
  let ended: EndedAccess[] = [];

  before(async () => {
    site = await createTestSite({ now: '2026-03-15T10:00:00Z' });
    const { revokeAccess } = site.hooks;
    Object.assign(site.hooks, {
      revokeAccess: (...[change, access]: Parameters<typeof revokeAccess>) => {
        ended.push(...access);
        return revokeAccess(change, access);
      },
    });
    await applyDeclarations(site, [textSource('base.yaml', base)]);
  });
  after(() => site.close());

  async function apply(
    text: string,
    options: Parameters<typeof applyDeclarations>[2] = {},
  ): Promise<string[]> {
    ended = [];
    const entries: PlanEntry[] = [];
    await applyDeclarations(site, [textSource('f.yaml', text)], {
      ...options,
      onEntry: (entry) => entries.push(entry),
    });
    return entries.map(({ noun, action, changes }) =>
      `${action} ${noun} ${changes.map(({ field }) => field).join(' ')}`.trim(),
    );
  }
  async function problemsOf(
    text: string,
    options: Parameters<typeof applyDeclarations>[2] = {},
  ): Promise<string[]> {
    const error: unknown = await apply(text, options).then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    if (!isAppError(error)) throw error;
    return (error.details as RefusedDetails).problems.map(({ path, code }) => `${path} ${code}`);
  }
  const application = (rest: string) =>
    `applications: [{ code: app, names: { en: App }, owner: owner, ${rest} }]`;

  test('a context value that is no longer given is withdrawn, and rights that are not named stay', async () => {
    const right = (contexts: string) =>
      application(`rights: [{ code: Use, names: { en: Use }, contexts: [${contexts}] }]`);
    const one =
      '{ code: area, names: { en: Area }, kind: list, many: true, options: [{ code: b, names: { en: B } }] }';
    assert.deepEqual(await apply(right(one)), ['change rights contexts']);
    assert.deepEqual(await apply(right(one)), []);
    const options = await site.db.query(
      'select code, withdrawn_at is not null as gone from context_option order by code',
      [],
    );
    assert.deepEqual(options, [
      { code: 'a', gone: true },
      { code: 'b', gone: false },
    ]);
    assert.deepEqual(await problemsOf(right('')), ['applications[0].rights[0] context_in_use']);
    assert.deepEqual(
      await problemsOf(right(one.replace('list', 'text').replace('options', 'pattern: "(a+)+", options'))),
      ['applications[0].rights[0].contexts[0].pattern pattern_unsafe'],
    );
  });

  test('nobody is signed out for what has not begun', async () => {
    const later = `
people: [{ userName: later, givenName: L, familyName: Ater, mail: later@x.example, from: 2026-05-01 }]
affiliations: [{ person: head, organisation: owner, type: external, from: 2026-05-01, until: 2026-12-31 }]
applications: [{ code: later, names: { en: Later }, owner: owner, from: 2026-05-01, rights: [{ code: Use, names: { en: Use }, from: 2026-05-01 }] }]
offers: [{ application: later, rights: [Use], targetGroup: LB, from: 2026-05-01 }]
assignments: [{ person: head, organisation: lier, application: later, right: Use, from: 2026-05-01, until: 2026-12-31 }]
`;
    await apply(later);
    const shorter = later
      .replaceAll('from: 2026-05-01', 'from: 2026-05-01, until: 2026-11-30')
      .replaceAll(', until: 2026-12-31', '')
      .replace(/assignments.*/, (line) => line.replace('11-30', '10-31'));
    const changed = await apply(shorter);
    assert.deepEqual(
      changed.map((line) => line.split(' ')[1]),
      ['people', 'affiliations', 'applications', 'rights', 'offers', 'assignments'],
    );
    assert.deepEqual(ended, []);
    await apply(
      shorter.replaceAll('2026-05-01', '2026-06-01').replace(/people.*|applications.*|offers.*/g, ''),
    );
    assert.deepEqual(ended, []);
  });

  test('what is not written stays, what is new needs its names', async () => {
    const [lean] = ['applications: [{ code: app, homeUrl: https://app.example/, rights: [{ code: Use }] }]'];
    assert.deepEqual(await apply(lean), ['change applications homeUrl']);
    assert.deepEqual(await apply('organisations: [{ code: lier, contactMail: info@x.example }]'), [
      'change organisations contactMail',
    ]);
    assert.deepEqual(await apply('units: [{ organisation: lier, code: ict, from: 2019-01-01 }]'), [
      'change units from',
    ]);
    assert.deepEqual(await apply('targetGroups: [{ code: LB }]'), []);
    const bare = `
targetGroups: [{ code: NEW }]
organisations: [{ code: new, targetGroup: LB }]
units: [{ organisation: lier, code: new }]
applications: [{ code: new }, { code: app, rights: [{ code: New }], clients: [{ id: new }] }]
`;
    assert.deepEqual((await problemsOf(bare)).sort(), [
      'applications[0].names required',
      'applications[0].owner required',
      'applications[1].clients[0].metadata required',
      'applications[1].clients[0].name required',
      'applications[1].rights[0].names required',
      'organisations[0].name required',
      'targetGroups[0].identifierScheme required',
      'targetGroups[0].names required',
      'units[0].name required',
    ]);
  });

  test('an offer that ends sooner revokes what rests on it', async () => {
    const offer = 'offers: [{ application: app, rights: [Use], targetGroup: LB, until: 2026-09-30 }]';
    assert.deepEqual(await apply(offer), ['change offers until']);
    assert.deepEqual(
      ended.map(({ rightId, targetGroupId }) => [typeof rightId, typeof targetGroupId]),
      [['string', 'string']],
    );
    assert.deepEqual(await apply(offer), []);
  });

  test('another role template revokes tokens; one that cannot be used is refused', async () => {
    assert.deepEqual(await apply(application("roleTemplate: '{right}:{context}'")), [
      'change applications roleTemplate',
    ]);
    assert.equal(ended.length, 1);
    const wrong = application("roleTemplate: 'role', roleClaim: sub");
    assert.deepEqual(await problemsOf(wrong), ['applications[0].roleTemplate role_template_invalid']);
  });

  test('clients are made without a secret, and only with metadata that the provider takes', async () => {
    const client = (metadata: string) =>
      application(`clients: [{ id: web, name: Web, metadata: { ${metadata} } }]`);
    const check = async (metadata: Record<string, unknown>) => {
      if (!('redirect_uris' in metadata))
        throw new AppError('invalid', 'client_metadata_invalid', { params: { message: 'no' } });
    };
    const good = client("redirect_uris: ['https://web.example/cb']");
    assert.deepEqual(await apply(good, { validateClientMetadata: check }), ['create clients']);
    assert.deepEqual(await apply(good, { validateClientMetadata: check }), []);
    const path = 'applications[0].clients[0].metadata';
    assert.deepEqual(await problemsOf(client('scope: openid'), { validateClientMetadata: check }), [
      `${path} client_metadata_invalid`,
    ]);
    assert.deepEqual(await problemsOf(client('client_secret: x')), [
      `${path}.client_secret client_metadata_reserved`,
    ]);
  });

  test('an assignment needs to know which affiliation carries it', async () => {
    const assignment = (rest: string) =>
      `assignments: [{ person: other, organisation: lier, application: app, right: Unit, contexts: { unit: ict }, ${rest} }]`;
    assert.deepEqual(await problemsOf(assignment('until: 2026-06-01')), [
      'assignments[0].organisation affiliation_ambiguous',
    ]);
    assert.deepEqual(await apply(assignment('unit: finance, until: 2026-06-01')), ['create assignments']);
    assert.deepEqual(
      await problemsOf(assignment('unit: finance, until: 2026-06-01').replace('unit: ict', 'unit: attic')),
      ['assignments[0].contexts.unit context_unit_unknown'],
    );
    const nowhere = assignment('until: 2026-06-01').replace('organisation: lier', 'organisation: owner');
    assert.deepEqual(await problemsOf(nowhere), ['assignments[0].organisation unknown_affiliation']);
  });

  test('an assignment that becomes shorter needs no offer, and revokes', async () => {
    const shorter = (until: string) =>
      `assignments: [{ person: head, organisation: lier, application: app, right: Use, contexts: { area: [a] }, until: ${until} }]`;
    // Its context value was withdrawn above: it may stay and become shorter, and not become longer.
    assert.deepEqual(await apply(shorter('2026-05-31')), ['change assignments until']);
    assert.equal(ended.length, 1);
    assert.deepEqual(await problemsOf(shorter('2026-08-31')), [
      'assignments[0].contexts.area context_value_unknown',
    ]);
  });

  test('administrations: their scope, what they rest on, and what ends with them', async () => {
    const declare = (rest: string) => `administrations: [{ ${rest} }]`;
    assert.deepEqual(await problemsOf(declare('person: head, kind: operator, organisation: lier')), [
      'administrations[0].organisation administration_scope',
    ]);
    assert.deepEqual(await problemsOf(declare('person: head, kind: application_owner')), [
      'administrations[0].application required',
    ]);
    assert.deepEqual(await problemsOf(declare('person: boss, kind: auditor')), [
      'administrations[0] works_for_required',
    ]);
    assert.deepEqual(
      await problemsOf(declare('person: head, kind: local, organisation: lier, from: 2024-01-01')),
      ['administrations[0].from administration_outside_affiliation'],
    );
    assert.deepEqual(await problemsOf(declare('person: boss, kind: operator, until: 2026-12-31')), [
      'administrations[0] last_operator',
    ]);
    await delegate();
    assert.deepEqual(
      await apply(declare('person: head, kind: head, organisation: lier, until: 2026-04-30')),
      ['change administrations until'],
    );
    const rows = await site.db.query<{ kind: string; until: Date }>(
      "select kind, valid_until as until from administration where kind in ('head', 'local') order by kind",
      [],
    );
    assert.deepEqual(
      rows.map(({ kind, until }) => `${kind} ${until.toISOString()}`),
      ['head 2026-04-30T22:00:00.000Z', 'local 2026-04-30T22:00:00.000Z'],
    );
    const mails = await site.db.query<{ payload: { template: string } }>('select payload from outbox', []);
    assert.deepEqual(
      mails.map(({ payload }) => payload.template),
      ['last_administrator'],
    );
  });

  /** A local administration that the head gave to somebody. */
  async function delegate(): Promise<void> {
    await site.db.query(
      `insert into administration (id, affiliation_id, person_id, affiliation_organisation_id, kind, organisation_id,
         given_by_id, given_at, valid_from)
       select gen_random_uuid(), f.id, f.person_id, f.organisation_id, 'local', d.organisation_id, d.id, now(), '2026-01-01'
       from administration d, affiliation f join person p on p.id = f.person_id
       where d.kind = 'head' and p.user_name = 'boss' and f.type = 'external'`,
      [],
    );
  }
});
