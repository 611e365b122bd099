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

  test('the same files again change nothing and write nothing', async () => {
    const before = await countRows('audit_event');
    const outcome = await apply(base);
    assert.equal(outcome.differs, false);
    assert.equal(await countRows('audit_event'), before);
  });

  test('only what differs is changed, and what is not written is left alone', async () => {
    const text = `
people: [{ userName: an.peeters, mail: an@elsewhere.example }]
affiliations: [{ person: bart.claes, organisation: 44021, type: external, function: Adviser }]
organisations: [{ code: 44021, name: Stad Gent, parent: null }]`;
    assert.deepEqual(await entriesOf(text), [
      {
        noun: 'organisations',
        action: 'change',
        label: '44021 Stad Gent',
        changes: [
          { field: 'name', from: 'Gent', to: 'Stad Gent' },
          { field: 'parent', from: 'OVL', to: null },
        ],
      },
      {
        noun: 'people',
        action: 'change',
        label: 'an.peeters (An Peeters)',
        changes: [{ field: 'mail', from: 'an.peeters@gent.example', to: 'an@elsewhere.example' }],
      },
      {
        noun: 'affiliations',
        action: 'change',
        label: 'bart.claes at 44021 (external)',
        changes: [{ field: 'function', from: null, to: 'Adviser' }],
      },
    ]);
    await apply(text);
    const organisation = await site.db.reader
      .selectFrom('organisation')
      .select(['name', 'names', 'parent_id', 'version', 'search_text'])
      .where('code', '=', '44021')
      .executeTakeFirstOrThrow();
    assert.deepEqual(organisation.names, { fr: 'Gand' });
    assert.equal(organisation.parent_id, null);
    assert.equal(organisation.version, 2);
    assert.match(organisation.search_text, /stad gent gand 44021/);
    const told = await site.db.reader
      .selectFrom('audit_event')
      .select(['before', 'after'])
      .where('action', '=', 'person.changed')
      .execute();
    assert.deepEqual(told, [{ before: {}, after: { mailChanged: true } }]);
    const mails = await site.db.reader
      .selectFrom('outbox')
      .select('payload')
      .where('kind', '=', 'mail')
      .execute();
    assert.deepEqual(
      mails.map(({ payload }) => (payload as { template: string; to: string }).to),
      ['an.peeters@gent.example'],
    );
  });

  test('all problems are told at once, with their places, and nothing is half applied', async () => {
    const people = await countRows('person');
    const text = `people:
  - { userName: new.one, givenName: New, familyName: One, mail: new.one@x.example }
  - { userName: bad.mail, givenName: Bad, familyName: Mail, mail: nowhere }
  - { userName: other, givenName: Other, familyName: One, mail: other@x.example, colour: red }
affiliations:
  - { person: nobody, organisation: 44021, type: employee }
  - { person: bad.mail, organisation: 44021, type: employee }
  - person: new.one
    organisation: 44021
    type: external
  - { person: new.one, organisation: nowhere, type: employee, from: 2026-02-30 }
assignments:
  - { person: bart.claes, organisation: 44021, application: counter, right: CounterUser, contexts: { module: [fishing] }, until: 2026-05-01 }
  - { person: bart.claes, organisation: 44021, application: counter, right: CounterReader, until: 2027-06-01 }
  - { person: bart.claes, organisation: 44021, application: counter, right: CounterRader }
`;
    assert.deepEqual(await problemsOf(text), [
      '3:67 people[1].mail invalid_mail',
      '4:90 people[2].colour unknown_key',
      '6:15 affiliations[0].person unknown_person',
      '8:5 affiliations[2].until affiliation_too_long',
      '11:38 affiliations[3].organisation unknown_organisation',
      '11:69 affiliations[3].from invalid_date',
      '13:110 assignments[0].contexts.module context_value_unknown',
      '14:99 assignments[1].until until_outside_affiliation',
      '15:77 assignments[2].right unknown_right',
    ]);
    assert.equal(await countRows('person'), people);
    const refused = await site.db.reader
      .selectFrom('audit_event')
      .select(['action', 'reason'])
      .where('outcome', '=', 'refused')
      .execute();
    assert.deepEqual(refused, [{ action: 'provisioning.applied', reason: 'declarations_refused' }]);
  });

  test('what the database refuses is told of the row at fault', async () => {
    const text = `people:
  - { userName: a.one, givenName: A, familyName: One, mail: a.one@x.example }
  - { userName: a.two, givenName: A, familyName: Two, mail: bart.claes@gent.example }
  - { userName: a.three, givenName: A, familyName: Three, mail: a.three@x.example, identifiers: { rrn: 85.07.30-033.28 } }
organisations:
  - { code: X1, name: Same number, targetGroup: LB, identifiers: { nis: 44021 } }
`;
    assert.deepEqual(await problemsOf(text), [
      '3:61 people[1].mail mail_taken',
      '4:97 people[2].identifiers identifier_taken',
      '6:66 organisations[0].identifiers identifier_taken',
    ]);
  });

  test('the rules of the portal hold: ceilings, offers, contexts, the rules of the target group', async () => {
    const assignment = (rest: string) =>
      `assignments:\n  - { person: an.peeters, organisation: 44021, application: counter, ${rest} }\n`;
    const codes = async (text: string) =>
      (await problemsOf(text)).map((line) => line.split(' ').slice(1).join(' '));
    assert.deepEqual(await codes(assignment('right: CounterReader, until: 2027-12-31')), [
      'assignments[0].until until_beyond_offer',
    ]);
    assert.deepEqual(await codes(assignment('right: CounterReader')), [
      'assignments[0].until until_required',
    ]);
    assert.deepEqual(await codes(assignment('right: CounterUser, until: 2026-12-31')), [
      'assignments[0].contexts.module context_required',
    ]);
    const elsewhere = `
affiliations: [{ person: an.peeters, organisation: VO, type: employee }]
targetGroups: [{ code: OTHER, names: { en: Other }, identifierScheme: ovo }]
organisations: [{ code: VO, name: Vlaamse overheid, targetGroup: OTHER }]
assignments: [{ person: an.peeters, organisation: VO, application: counter, right: CounterReader, until: 2026-12-31 }]`;
    assert.deepEqual(await codes(elsewhere), ['assignments[0].right right_not_offered']);
    const external =
      'affiliations: [{ person: an.peeters, organisation: 44021, type: external, until: 2028-01-01 }]';
    assert.deepEqual(await codes(external), ['affiliations[0].until affiliation_too_long']);
  });

  test('ending an affiliation takes along what it carries, and revokes', async () => {
    const ended: unknown[] = [];
    const revoke = site.hooks.revokeAccess;
    Object.assign(site.hooks, {
      revokeAccess: async (...[change, access]: Parameters<typeof revoke>) => {
        ended.push(...access);
        await revoke(change, access);
      },
    });
    await apply(
      'affiliations: [{ person: bart.claes, organisation: 44021, type: external, until: 2026-03-31 }]',
    );
    Object.assign(site.hooks, { revokeAccess: revoke });
    const assignment = await site.db.reader
      .selectFrom('assignment')
      .innerJoin('person', 'person.id', 'assignment.person_id')
      .select('assignment.valid_until')
      .where('user_name', '=', 'bart.claes')
      .executeTakeFirstOrThrow();
    assert.equal(assignment.valid_until?.toISOString(), '2026-03-31T22:00:00.000Z');
    assert.equal(ended.length, 1);
    const told = await site.db.reader
      .selectFrom('audit_event')
      .select('action')
      .where('action', 'in', ['assignment.ended', 'affiliation.changed'])
      .execute();
    // One for the function of Bart in an earlier test, one for the end.
    assert.deepEqual(told.map((row) => row.action).sort(), [
      'affiliation.changed',
      'affiliation.changed',
      'assignment.ended',
    ]);
  });

  test('what runs cannot silently begin later, and one thing is declared once', async () => {
    assert.deepEqual(
      await problemsOf(
        'affiliations: [{ person: an.peeters, organisation: 44021, type: employee, unit: social, from: 2026-06-01 }]',
      ),
      ['1:95 affiliations[0].from begins_inside_another'],
    );
    const twice = `organisations:
  - { code: Z, name: Zet, targetGroup: LB }
  - { code: Z, name: Zed, targetGroup: LB }
`;
    assert.deepEqual(await problemsOf(twice), ['3:5 organisations[1] declared_twice']);
    const loop = `organisations:
  - { code: P, name: P, targetGroup: LB, parent: Q }
  - { code: Q, name: Q, targetGroup: LB, parent: P }
`;
    assert.deepEqual(await problemsOf(loop), [
      '2:50 organisations[0].parent organisation_loop',
      '3:50 organisations[1].parent organisation_loop',
    ]);
  });

  test('a new person is invited when the file says so, and only then', async () => {
    const invited = async () =>
      (await site.db.reader.selectFrom('one_time_link').select('purpose').execute()).map(
        (row) => row.purpose,
      );
    const person = (name: string, rest = '') =>
      `people: [{ userName: ${name}, givenName: A, familyName: B, mail: ${name}@x.example${rest} }]`;
    await apply(person('not.invited'));
    assert.deepEqual(await invited(), []);
    await planDeclarations(site, [textSource('a.yaml', person('is.planned', ', invite: true'))]);
    assert.deepEqual(await invited(), []);
    await apply(person('is.invited', ', invite: true'));
    await apply(person('all.invited'), { invite: true });
    assert.deepEqual(await invited(), ['invitation', 'invitation']);
  });

  test('units and organisations end by the rules of the portal, whatever the order of the file', async () => {
    const unit = (code: string) => `{ organisation: 44021, code: ${code}, name: X, until: 2026-03-31 }`;
    const place = (code: string) => `{ code: ${code}, name: X, until: 2026-03-31 }`;
    assert.deepEqual(await problemsOf(`units: [${unit('social')}]`), ['1:62 units[0].until unit_in_use']);
    await apply('organisations: [{ code: 44021, name: Gent, parent: OVL }]');
    assert.deepEqual(await problemsOf(`organisations: [${place('OVL')}]`), [
      '1:46 organisations[0].until organisation_has_children',
    ]);
    // Together with what lies below, once nobody works there any more.
    const moved = '{ person: an.peeters, organisation: 44021, type: employee, unit: null, from: 2026-01-01 }';
    const tree = `organisations: [${place('OVL')}, ${place('44021')}]`;
    const units = `units: [${unit('social')}, ${unit('social-care')}]`;
    assert.equal((await entriesOf(`${tree}\n${units}\naffiliations: [${moved}]`)).length, 5);
  });

  test('the organisation of the last operator cannot end, unless another one is appointed elsewhere', async () => {
    const operator = (person: string, worksFor: string) =>
      `{ person: ${person}, kind: operator, worksFor: ${worksFor} }`;
    await apply(`organisations: [{ code: VZ, name: VZ, targetGroup: LB, from: 2026-01-01 }]
affiliations: [{ person: an.peeters, organisation: VZ, type: employee, from: 2026-01-01 }]
administrations: [${operator('an.peeters', 'VZ')}]`);
    for (const until of ['2026-03-15T10:00:00Z', '2026-03-31']) {
      const end = `organisations: [{ code: VZ, name: VZ, until: ${until} }]`;
      assert.deepEqual(await problemsOf(end), ['1:46 organisations[0].until last_operator']);
      const other = `administrations: [${operator('bart.claes', '44021')}]`;
      assert.equal((await entriesOf(`${end}\n${other}`)).length, 2);
    }
  });

  test('another mail address invites again who has no password yet, when invitations are asked for', async () => {
    const links = async () => {
      const { id } = await site.db.reader
        .selectFrom('person')
        .select('id')
        .where('user_name', '=', 'bart.claes')
        .executeTakeFirstOrThrow();
      const rows = await site.db.reader
        .selectFrom('one_time_link')
        .select('purpose')
        .where('person_id', '=', id)
        .execute();
      return { id, count: rows.length };
    };
    const mail = (name: string, invite: boolean) =>
      apply(`people: [{ userName: bart.claes, mail: ${name}@gent.example, invite: ${invite} }]`);
    await mail('b1', false);
    assert.equal((await links()).count, 0);
    await mail('b2', true);
    await mail('b2', true);
    const { id, count } = await links();
    assert.equal(count, 1);
    await site.db.handle
      .insertInto('password_credential')
      .values({ person_id: id, hash: 'x', changed_at: site.clock.now() })
      .execute();
    await mail('b3', true);
    assert.equal((await links()).count, 1);
  });

  test('identifiers are neither shown nor recorded', async () => {
    const text =
      'people: [{ userName: not.invited, identifiers: { rrn: 85073003327, staff: "44021:A-17" } }]';
    const wrong = await problemsOf(text);
    assert.deepEqual(wrong, ['1:55 people[0].identifiers.rrn identifier_rrn']);
    const good = text.replace('85073003327', '49020199914');
    const shown = JSON.stringify(await entriesOf(good));
    assert.ok(!shown.includes('49020199914') && !shown.includes('A17'), shown);
    await apply(good);
    const stored = JSON.stringify(
      await site.db.reader.selectFrom('audit_event').select(['before', 'after']).execute(),
    );
    assert.ok(!stored.includes('49020199914') && !stored.includes('A17'));
    assert.equal((await apply(good)).differs, false);
  });
});
