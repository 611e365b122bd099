// Adding people: found by number or made new, invited once, refused where rules say so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  addPerson,
  changePerson,
  disablePerson,
  enablePerson,
  findUsableLink,
  oneTimeToken,
  resendInvitation,
  type NewPerson,
} from '../../../src/modules/people/index.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../../support/world.ts';

let site: TestSite;
let world: World;
let town: OrganisationRef;
let village: OrganisationRef;
let head: PersonRef;
let operator: PersonRef;
let auditor: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  const group = await world.targetGroup({ code: 'LB', identifierScheme: 'nis' });
  town = await world.organisation({ code: '44021', name: 'Gent', targetGroup: group });
  village = await world.organisation({ code: '44083', name: 'Deinze', targetGroup: group });
  head = await world.person({ userName: 'head' });
  operator = await world.person({ userName: 'operator' });
  auditor = await world.person({ userName: 'auditor' });
  await world.administration(await world.affiliation(head, town), 'head');
  const site_ = await world.organisation({ code: 'site', targetGroup: group });
  await world.administration(await world.affiliation(operator, site_), 'operator');
  await world.administration(await world.affiliation(auditor, site_), 'auditor');
});
after(() => site.close());

let number = 0;
/** A valid, invented national register number of somebody born in the 1980s. */
function registerNumber(): string {
  const body = `800101${String(++number).padStart(3, '0')}`;
  return body + String(97 - (Number(body) % 97)).padStart(2, '0');
}

function newPerson(overrides: Partial<NewPerson> = {}): NewPerson {
  return {
    organisationId: town.id,
    person: {
      givenName: 'Élodie',
      familyName: 'Van den Bossche',
      mail: `new${++number}@town.example`,
      language: 'nl',
    },
    affiliation: {
      type: 'employee',
      unitId: null,
      functionTitle: null,
      contactMail: null,
      from: site.clock.now(),
      until: null,
    },
    ...overrides,
  };
}

const add = async (by: PersonRef, input: NewPerson) =>
  addPerson(site, await world.actor(by), world.origin(by, town), input);

test('a new person gets names that sort and search, a user name, an affiliation and one invitation', async () => {
  const input = newPerson({ person: { ...newPerson().person, mail: 'Elodie@Town.example' } });
  const first = await add(head, input);
  const second = await add(head, newPerson());
  assert.equal(first.created, true);
  const rows = await site.db.handle
    .selectFrom('person')
    .selectAll()
    .where('id', 'in', [first.personId, second.personId])
    .orderBy('user_name')
    .execute();
  assert.deepEqual(
    rows.map((row) => row.user_name),
    ['elodie.van-den-bossche', 'elodie.van-den-bossche2'],
  );
  assert.equal(rows[0]?.sort_name, 'van den bossche elodie');
  assert.equal(rows[0]?.mail, 'elodie@town.example');
  const mails = await site.db.handle
    .selectFrom('outbox')
    .select('payload')
    .where('kind', '=', 'mail')
    .execute();
  const mine = mails
    .map((row) => row.payload as Record<string, string>)
    .filter((payload) => payload['personId'] === first.personId);
  assert.equal(mine.length, 1);
  assert.equal(mine[0]?.['template'], 'invitation');
});

test('the link in the invitation is found by its token, and neither stands in the database', async () => {
  const { personId } = await add(head, newPerson());
  const link = await site.db.handle
    .selectFrom('one_time_link')
    .select('id')
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  const token = oneTimeToken(site.secrets, link.id);
  const found = await findUsableLink(site.db.reader, site.secrets, token, site.clock.now());
  assert.equal(found?.personId, personId);
  const messages = JSON.stringify(await site.db.handle.selectFrom('outbox').selectAll().execute());
  assert.ok(!messages.includes(token));
  const wrong = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  assert.equal(await findUsableLink(site.db.reader, site.secrets, wrong, site.clock.now()), undefined);
  const later = new Date(site.clock.now().getTime() + site.config.invitationSeconds * 1000);
  assert.equal(await findUsableLink(site.db.reader, site.secrets, token, later), undefined);
});

test('a known person is found by number and family name, confirmed, and not invited again', async () => {
  const identifier = { scheme: 'rrn', text: registerNumber() } as const;
  const { personId } = await add(head, newPerson({ identifier }));
  const elsewhere = await world.person();
  await world.administration(await world.affiliation(elsewhere, village), 'head');
  const again = newPerson({ organisationId: village.id, identifier });
  await assert.rejects(add(elsewhere, again), (error: { code: string; details: { maskedMail: string } }) => {
    assert.equal(error.code, 'person_exists');
    assert.match(error.details.maskedMail, /^n…@town\.example$/);
    return true;
  });
  const added = await add(elsewhere, { ...again, existingConfirmed: true });
  assert.deepEqual([added.personId, added.created], [personId, false]);
  const other = { ...again.person, familyName: 'Peeters' };
  await assert.rejects(
    add(elsewhere, { ...again, person: other, existingConfirmed: true }),
    (error: { code: string; details: unknown }) => {
      assert.equal(error.code, 'identifier_mismatch');
      assert.equal(error.details, undefined);
      return true;
    },
  );
});

test('the number itself is stored only sealed and as a keyed digest', async () => {
  const text = registerNumber();
  const { personId } = await add(head, newPerson({ identifier: { scheme: 'rrn', text } }));
  const row = await site.db.handle
    .selectFrom('person_identifier')
    .selectAll()
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  assert.ok(!JSON.stringify(row).includes(text));
  assert.equal(site.secrets.open(row.sealed, `person_identifier:${personId}`).toString(), text);
  const audit = JSON.stringify(await site.db.handle.selectFrom('audit_event').selectAll().execute());
  assert.ok(!audit.includes(text));
});

test('a staff number counts inside its organisation only', async () => {
  const identifier = { scheme: 'staff', text: '1000' } as const;
  const one = await add(head, newPerson({ identifier }));
  const other = await add(operator, newPerson({ organisationId: village.id, identifier }));
  assert.notEqual(one.personId, other.personId);
});

test('refusals: number that cannot exist, mail in use, oneself, out of scope, no power', async () => {
  const refused = (by: PersonRef, input: NewPerson, code: string) => assert.rejects(add(by, input), { code });
  await refused(head, newPerson({ identifier: { scheme: 'rrn', text: '80010100101' } }), 'invalid_fields');
  const { person } = newPerson();
  await refused(head, newPerson({ person: { ...person, mail: head.mail.toUpperCase() } }), 'mail_in_use');
  await refused(head, newPerson({ person: { ...person, mail: 'no address' } }), 'invalid_fields');
  await refused(head, newPerson({ person: { ...person, familyName: ' ' } }), 'invalid_fields');
  await refused(head, newPerson({ organisationId: village.id }), 'organisation_not_found');
  await refused(auditor, newPerson(), 'not_allowed');
  const identifier = { scheme: 'rrn', text: registerNumber() } as const;
  const { personId } = await add(operator, newPerson({ identifier }));
  const self: PersonRef = { ...head, id: personId };
  const affiliation = await site.db.handle
    .selectFrom('affiliation')
    .select('id')
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  await world.administration({ id: affiliation.id, personId, organisationId: town.id }, 'local', {
    from: site.clock.now(),
  });
  await refused(
    self,
    newPerson({
      identifier,
      existingConfirmed: true,
      affiliation: { ...newPerson().affiliation, type: 'external' },
    }),
    'four_eyes',
  );
});

test('a refusal leaves an audit row and nothing else', async () => {
  const before = await site.db.handle.selectFrom('person').select('id').execute();
  const input = newPerson({ affiliation: { ...newPerson().affiliation, until: new Date(0) } });
  await assert.rejects(add(head, input), { code: 'invalid_fields' });
  assert.equal((await site.db.handle.selectFrom('person').select('id').execute()).length, before.length);
  const last = await site.db.handle
    .selectFrom('audit_event')
    .selectAll()
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  assert.deepEqual([last.action, last.outcome, last.reason], ['person.added', 'refused', 'invalid_fields']);
});

test('an invitation can be sent again until the password is set; the earlier link dies', async () => {
  const { personId } = await add(head, newPerson());
  const actor = await world.actor(head);
  const usable = () =>
    site.db.handle
      .selectFrom('one_time_link')
      .select('id')
      .where('person_id', '=', personId)
      .where('expires_at', '>', site.clock.now())
      .execute();
  const first = await usable();
  site.clock.advance({ minutes: 1 });
  await resendInvitation(site, actor, world.origin(head, town), { personId });
  const second = await usable();
  assert.equal(second.length, 1);
  assert.notEqual(second[0]?.id, first[0]?.id);
  const seen = await world.actor(auditor);
  await assert.rejects(resendInvitation(site, seen, world.origin(auditor), { personId }), {
    code: 'not_allowed',
  });
  const accepted = await world.person();
  await world.affiliation(accepted, town);
  await assert.rejects(resendInvitation(site, actor, world.origin(head, town), { personId: accepted.id }), {
    code: 'invitation_accepted',
  });
  const left = await world.person({ password: null });
  await world.affiliation(left, town, { until: '2026-02-01' });
  await world.affiliation(left, village);
  await assert.rejects(
    resendInvitation(site, actor, world.origin(head, town), { personId: left.id }),
    { code: 'person_left' },
    'the invitation of the next organisation would die by it',
  );
});

test('names and mail of somebody who also works elsewhere are not for one of the organisations to change', async () => {
  const mine = await world.person();
  await world.affiliation(mine, town);
  const actor = await world.actor(head);
  const input = {
    personId: mine.id,
    version: 1,
    givenName: 'Ann',
    familyName: 'Peeters',
    mail: 'ann@town.example',
    language: 'fr',
  } as const;
  await changePerson(site, actor, world.origin(head, town), input);
  const row = await site.db.handle
    .selectFrom('person')
    .selectAll()
    .where('id', '=', mine.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual(
    [row.sort_name, row.mail, row.mail_verified_at, row.version],
    ['peeters ann', 'ann@town.example', null, 2],
  );
  const copied = await site.db.handle
    .selectFrom('affiliation')
    .select('person_sort_name')
    .where('person_id', '=', mine.id)
    .executeTakeFirstOrThrow();
  assert.equal(copied.person_sort_name, 'peeters ann');
  const told = await site.db.handle.selectFrom('outbox').select('payload').execute();
  assert.ok(told.some((message) => (message.payload as { template: string; to?: string }).to === mine.mail));
  await assert.rejects(changePerson(site, actor, world.origin(head, town), input), { code: 'stale_edit' });
  await world.affiliation(mine, village);
  await assert.rejects(changePerson(site, actor, world.origin(head, town), { ...input, version: 2 }), {
    code: 'person_shared',
  });
  await changePerson(site, await world.actor(operator), world.origin(operator), {
    ...input,
    version: 2,
    givenName: 'Anne',
  });
});

test('a local administrator cannot take over the account of a head or an operator by changing the mail address', async () => {
  const local = await world.person();
  await world.administration(await world.affiliation(local, town), 'local');
  const actor = await world.actor(local);
  const takeOver = {
    version: 1,
    givenName: 'X',
    familyName: 'Y',
    mail: 'mine@evil.example',
    language: 'nl',
  } as const;
  await assert.rejects(changePerson(site, actor, world.origin(local), { ...takeOver, personId: head.id }), {
    code: 'person_shared',
  });
  await assert.rejects(
    changePerson(site, actor, world.origin(local), { ...takeOver, personId: operator.id }),
    { code: 'person_not_found' },
  );
});

test('the account of somebody who left is not for the former organisation to take over', async () => {
  const actor = await world.actor(head);
  const gone = await world.person();
  const past = new Date(site.clock.now().getTime() - 86_400_000);
  await world.affiliation(gone, town, { from: new Date(past.getTime() - 86_400_000), until: past });
  const details = { givenName: 'X', familyName: 'Y', language: 'nl', version: 1 } as const;
  const change = { ...details, personId: gone.id, mail: 'mine@evil.example' };
  await assert.rejects(changePerson(site, actor, world.origin(head, town), change), { code: 'person_left' });
  const planned = await add(head, newPerson());
  const affiliation = await world.affiliation(gone, town, { type: 'external' });
  await changePerson(site, actor, world.origin(head, town), { ...change, mail: 'back@town.example' });
  await site.db.handle
    .updateTable('affiliation')
    .set({ cancelled_at: site.clock.now() })
    .where('id', 'in', [affiliation.id, planned.affiliationId])
    .execute();
  for (const [personId, version] of [[gone.id, 2] as const, [planned.personId, 1] as const]) {
    const again = { ...details, personId, version, mail: 'mine@evil.example' };
    await assert.rejects(changePerson(site, actor, world.origin(head, town), again), { code: 'person_left' });
  }
  const byOperator = { ...change, version: 2, mail: 'other@town.example' };
  await changePerson(site, await world.actor(operator), world.origin(operator), byOperator);
});

test('links on their way die with another mail address and when the person is disabled', async () => {
  const actor = await world.actor(operator);
  const origin = world.origin(operator);
  const usable = async (personId: string) => {
    const links = await site.db.handle
      .selectFrom('one_time_link')
      .select('id')
      .where('person_id', '=', personId)
      .execute();
    const tokens = links.map((link) => oneTimeToken(site.secrets, link.id));
    const found = await Promise.all(
      tokens.map((token) => findUsableLink(site.db.reader, site.secrets, token, site.clock.now())),
    );
    return found.filter((link) => link !== undefined).length;
  };
  const { personId } = await add(head, newPerson());
  const details = { givenName: 'A', familyName: 'B', language: 'nl', personId, version: 1 } as const;
  await changePerson(site, actor, origin, { ...details, mail: 'moved@town.example' });
  // The old one is dead, and a new one went to the new address.
  assert.equal(await usable(personId), 1);
  await disablePerson(site, actor, origin, { personId, version: 2 });
  assert.equal(await usable(personId), 0);
});

test('only operators disable people, never themselves, and never the last head administrator unasked', async () => {
  const actor = await world.actor(operator);
  const origin = world.origin(operator);
  const somebody = await world.person();
  await world.affiliation(somebody, town);
  await assert.rejects(
    disablePerson(site, await world.actor(head), world.origin(head), { personId: somebody.id, version: 1 }),
    { code: 'not_allowed' },
  );
  await assert.rejects(disablePerson(site, actor, origin, { personId: operator.id, version: 1 }), {
    code: 'four_eyes',
  });
  await assert.rejects(disablePerson(site, actor, origin, { personId: head.id, version: 1 }), {
    code: 'last_administrator',
  });
  const [above, below] = [await world.organisation(), await world.organisation()];
  const [giver, last] = [await world.person(), await world.person()];
  const given = await world.administration(await world.affiliation(giver, above), 'head', { subtree: true });
  await world.administration(await world.affiliation(last, below), 'head', { givenBy: given });
  await world.administration(await world.affiliation(await world.person(), above), 'head');
  await assert.rejects(
    disablePerson(site, actor, origin, { personId: giver.id, version: 1 }),
    (error: { code?: string; details?: unknown }) => {
      assert.deepEqual([error.code, error.details], ['last_administrator', { organisations: [below.id] }]);
      return true;
    },
    'who was appointed by them rests with them',
  );
  await disablePerson(site, actor, origin, { personId: somebody.id, version: 1 });
  await assert.rejects(disablePerson(site, actor, origin, { personId: somebody.id, version: 2 }), {
    code: 'person_disabled',
  });
  await enablePerson(site, actor, origin, { personId: somebody.id, version: 2 });
  const row = await site.db.handle
    .selectFrom('person')
    .selectAll()
    .where('id', '=', somebody.id)
    .executeTakeFirstOrThrow();
  assert.deepEqual([row.valid_until, row.version], [null, 3]);
});
