// Applying declarations: what is written, that a second time writes nothing, and that the portal's rules hold.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  applyDeclarations,
  planDeclarations,
  textSource,
  type ApplyOptions,
  type PlanEntry,
  type RefusedDetails,
} from '../../../src/modules/provisioning/index.ts';
import { isAppError } from '../../../src/platform/errors.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';

const base = `
targetGroups:
  - code: LB
    names: { nl: Lokale besturen, en: Local authorities }
    identifierScheme: nis
    affiliationRules: { external: { mandatory: [until], maxPeriodDays: 456 } }
organisations:
  # The child stands before its parent on purpose.
  - { code: 44021, name: Gent, names: { fr: Gand }, targetGroup: LB, parent: OVL, identifiers: { nis: 44021 } }
  - { code: OVL, name: Oost-Vlaanderen, targetGroup: LB }
  - { code: VO, name: Vlaamse overheid, targetGroup: LB }
units:
  - { organisation: 44021, code: social-care, name: Zorg, parent: social }
  - { organisation: 44021, code: social, name: Sociale dienst }
people:
  - { userName: An.Peeters, givenName: An, familyName: Peeters, mail: An.Peeters@gent.example, identifiers: { rrn: 85.07.30-033.28 } }
  - { userName: bart.claes, givenName: Bart, familyName: Claes, mail: bart.claes@gent.example, language: fr }
affiliations:
  - { person: an.peeters, organisation: 44021, type: employee, unit: social, from: 2026-01-01 }
  - { person: bart.claes, organisation: 44021, type: external, from: 2026-01-01, until: 2026-12-31 }
applications:
  - code: counter
    names: { en: Counter }
    owner: VO
    roleTemplate: '{right}-{context}:{organisation}'
    clients:
      - { id: counter-web, name: Counter, metadata: { redirect_uris: ['https://counter.example/callback'] } }
    rights:
      - code: CounterUser
        names: { en: User }
        contexts:
          - code: module
            names: { en: Module }
            kind: list
            required: true
            many: true
            options: [{ code: mandates, names: { en: Mandates } }, { code: subsidies, names: { en: Subsidies } }]
      - { code: CounterReader, names: { en: Reader } }
offers:
  - { application: counter, rights: [CounterUser, CounterReader], targetGroup: LB, maxPeriodDays: 365, from: 2026-01-01 }
administrations:
  - { person: an.peeters, kind: head, organisation: 44021, includesSubtree: true, from: 2026-01-01 }
assignments:
  - person: bart.claes
    organisation: 44021
    application: counter
    right: CounterUser
    contexts: { module: [subsidies, mandates] }
    from: 2026-02-01
    until: 2026-06-30
`;

describe('applying declarations', () => {
  let site: TestSite;

  before(async () => {
    site = await createTestSite({ now: '2026-03-15T10:00:00Z' });
  });
  after(() => site.close());

  const apply = (text: string, options?: ApplyOptions) =>
    applyDeclarations(site, [textSource('site.yaml', text)], options);
  const totals = (outcome: Awaited<ReturnType<typeof apply>>) =>
    Object.fromEntries(
      [...outcome.counts].map(([noun, count]) => [noun, [count.create, count.change, count.same]]),
    );
  const entriesOf = async (text: string): Promise<PlanEntry[]> => {
    const entries: PlanEntry[] = [];
    await planDeclarations(site, [textSource('site.yaml', text)], {
      onEntry: (entry) => entries.push(entry),
    });
    return entries;
  };
  const problemsOf = async (text: string) => {
    const error: unknown = await apply(text).then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    if (!isAppError(error)) throw error;
    assert.equal(error.code, 'declarations_refused');
    return (error.details as RefusedDetails).problems.map(
      ({ place, path, code }) => `${place.line}:${place.column} ${path} ${code}`,
    );
  };
  const countRows = async (table: 'audit_event' | 'person' | 'organisation' | 'assignment') => {
    const row = await site.db.reader
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  };

  test('a plan tells what would be made and makes nothing', async () => {
    const entries = await entriesOf(base);
    assert.equal(entries.length, 18);
    assert.ok(entries.every((entry) => entry.action === 'create'));
    assert.equal(await countRows('organisation'), 0);
    assert.equal(await countRows('audit_event'), 0);
  });

  test('everything is made, with its audit rows', async () => {
    const outcome = await apply(base);
    assert.deepEqual(totals(outcome), {
      targetGroups: [1, 0, 0],
      organisations: [3, 0, 0],
      units: [2, 0, 0],
      people: [2, 0, 0],
      affiliations: [2, 0, 0],
      applications: [1, 0, 0],
      clients: [1, 0, 0],
      rights: [2, 0, 0],
      offers: [2, 0, 0],
      administrations: [1, 0, 0],
      assignments: [1, 0, 0],
    });
    const granted = await site.db.reader.selectFrom('assignment').selectAll().executeTakeFirstOrThrow();
    assert.deepEqual(granted.context, { module: ['mandates', 'subsidies'] });
    assert.equal(granted.valid_from.toISOString(), '2026-01-31T23:00:00.000Z');
    assert.equal(granted.valid_until?.toISOString(), '2026-06-30T22:00:00.000Z');
    const audit = await site.db.reader.selectFrom('audit_event').select(['action', 'actor_kind']).execute();
    assert.equal(audit.length, 19);
    assert.ok(audit.every((row) => row.actor_kind === 'system'));
    assert.equal(audit.filter((row) => row.action === 'provisioning.applied').length, 1);
  });
});
