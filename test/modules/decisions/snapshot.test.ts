// What is remembered is never out of date: a change counts at the next question, in every process, and periods count to
// the instant without anything being written.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createDecisionPoint, type DecisionPoint } from '../../../src/modules/decisions/index.ts';
import { findPersonInReach } from '../../../src/modules/decisions/facts/facts.reach.ts';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type AffiliationRef,
  type ApplicationRef,
  type OrganisationRef,
  type PersonRef,
  type Ref,
  type RightRef,
  type World,
} from '../../support/world.ts';
import { putModel, putRecords, putSubjects } from './point.ts';

let site: TestSite;
let world: World;
/** Two processes on one database. */
let here: DecisionPoint;
let elsewhere: DecisionPoint;
let organisation: OrganisationRef;
let person: PersonRef;
let affiliation: AffiliationRef;
let application: ApplicationRef;
let right: RightRef;
let offer: Ref;

const compile = (forms: unknown): RightsModel => (forms as { rights: RightsModel }).rights;
const modelFor = (group: string): RightsModel => ({
  resourceTypes: [
    { name: 'page', actions: ['view'], attributes: { area: { type: 'text', source: 'record' } } },
  ],
  nodes: [],
  gates: [
    {
      id: 'pages',
      types: ['page'],
      silence: 'deny',
      rules: [{ id: 'the rule', effect: 'permit', groups: [group] }],
    },
  ],
});

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
});
after(() => site.close());

beforeEach(async () => {
  here = createDecisionPoint(site, { compile });
  elsewhere = createDecisionPoint(site, { compile });
  organisation = await world.organisation();
  const unit = await world.unit(organisation, { code: `care-${organisation.code}` });
  person = await world.person();
  affiliation = await world.affiliation(person, organisation, { unit });
  application = await world.application();
  right = await world.right(application, { code: 'Reader' });
  offer = await world.offer(right, { organisation });
  await putModel(site, application, modelFor('right:Reader'));
  await putRecords(site, application, [{ type: 'page', id: 'p1', attributes: { area: 'north' } }]);
});

async function may(at: DecisionPoint = here, of: ApplicationRef = application): Promise<boolean> {
  const [verdict] = await at.decide(of.id, [
    {
      subject: { type: 'person', id: person.id },
      action: { name: 'view' },
      resource: { type: 'page', id: 'p1' },
    },
  ]);
  return verdict!.allowed;
}

/** Asked in both processes, which have both remembered the answer before. */
const both = async (): Promise<boolean[]> => [await may(here), await may(elsewhere)];
const change = (text: string, ...values: unknown[]): Promise<unknown> => site.db.query(text, values);

describe('a change counts at the next question', () => {
  const now = '2026-06-15T08:00:00.000Z';
  const ends: [string, () => Promise<unknown>][] = [
    [
      'the right is ended',
      () => change('update assignment set valid_until = $2 where person_id = $1', person.id, now),
    ],
    [
      'the affiliation is ended, with what it carries',
      () =>
        site.db.handle.transaction().execute(async (trx) => {
          const set = { valid_until: new Date(now) };
          await trx.updateTable('assignment').set(set).where('person_id', '=', person.id).execute();
          await trx.updateTable('affiliation').set(set).where('id', '=', affiliation.id).execute();
        }),
    ],
    [
      'the person is disabled',
      () => change('update person set valid_until = $2 where id = $1', person.id, now),
    ],
    [
      'the organisation ends',
      () => change('update organisation set valid_until = $2 where id = $1', organisation.id, now),
    ],
    [
      'the offer is withdrawn',
      () => change('update offer set valid_until = $2 where id = $1', offer.id, now),
    ],
    [
      'the right is abolished',
      () => change('update application_right set valid_until = $2 where id = $1', right.id, now),
    ],
    [
      'the application ends',
      () => change('update application set valid_until = $2 where id = $1', application.id, now),
    ],
    ['another model is put in force', () => putModel(site, application, modelFor('right:Writer'))],
    [
      'the model is withdrawn',
      () =>
        change(`update decision_model set status = 'superseded' where application_id = $1`, application.id),
    ],
  ];
  for (const [name, end] of ends) {
    test(name, async () => {
      assert.deepEqual(await both(), [false, false], 'no right yet');
      await world.assignment(affiliation, right);
      assert.deepEqual(await both(), [true, true], 'granted');
      await end();
      assert.deepEqual(await both(), [false, false], 'ended');
    });
  }

  test('a record is read anew for every question', async () => {
    await world.assignment(affiliation, right);
    assert.equal(await may(), true);
    await change('delete from decision_record where application_id = $1::uuid', application.id);
    assert.equal(await may(), false);
  });

  test('what was said of somebody by hand', async () => {
    await putModel(site, application, modelFor('readers'));
    assert.equal(await may(), false);
    const about = { type: 'person', id: person.id, source: 'portal' as const };
    await putSubjects(site, application, [{ ...about, groups: [{ name: 'readers' }] }]);
    assert.equal(await may(), true);
    await putSubjects(site, application, [{ ...about, groups: [{ name: 'others' }] }]);
    assert.equal(await may(), false);
  });
});

describe('periods count to the instant', () => {
  test('a right that begins and ends', async (t) => {
    t.after(() => site.clock.set(now));
    const now = site.clock.now();
    await world.assignment(affiliation, right, {
      from: '2026-06-15T10:00:00.000Z',
      until: '2026-06-15T12:00:00.000Z',
    });
    const seen = [];
    for (const time of ['09:59:59.999', '10:00:00.000', '11:59:59.999', '12:00:00.000', '11:00:00.000']) {
      site.clock.set(`2026-06-15T${time}Z`);
      seen.push(await may());
    }
    assert.deepEqual(seen, [false, true, true, false, true]);
  });

  test('a group by hand', async (t) => {
    t.after(() => site.clock.set(now));
    const now = site.clock.now();
    await putModel(site, application, modelFor('readers'));
    const period = { from: '2026-06-15T10:00:00Z', until: '2026-06-15T14:00:00+02:00' };
    const groups = [{ name: 'readers', ...period }];
    await putSubjects(site, application, [{ type: 'person', id: person.id, source: 'portal', groups }]);
    const seen = [];
    for (const time of ['09:59:59.999', '10:00:00.000', '11:59:59.999', '12:00:00.000']) {
      site.clock.set(`2026-06-15T${time}Z`);
      seen.push(await may());
    }
    assert.deepEqual(seen, [false, true, true, false]);
  });
});

describe('who is in a group', () => {
  test('by a right with one context value', async () => {
    await putModel(site, application, modelFor('right:Reader:north'));
    await world.assignment(affiliation, right, { context: { area: ['south'] } });
    assert.equal(await may(), false);
    await world.assignment(affiliation, right, { context: { area: ['north', 'west'] } });
    assert.equal(await may(), true);
  });

  test('by the unit, or one above it, for customers of the application only', async () => {
    await putModel(site, application, modelFor(`unit:care-${organisation.code}`));
    assert.equal(await may(), true);
    await change(`update offer set valid_until = '2026-06-15T08:00:00Z' where id = $1`, offer.id);
    assert.equal(await may(), false);
  });

  test('by their work, in an application without rights, only those of the organisation that owns it', async () => {
    const model = modelFor(`unit:care-${organisation.code}`);
    const [theirs, own] = [await world.application(), await world.application({ owner: organisation })];
    for (const one of [theirs, own]) {
      await putModel(site, one, model);
      await putRecords(site, one, [{ type: 'page', id: 'p1' }]);
    }
    const named = (of: ApplicationRef) =>
      findPersonInReach(site.db.reader, of.id, person.userName, site.clock.now());
    assert.equal(await may(here, theirs), false);
    assert.equal(await named(theirs), undefined);
    assert.equal(await may(here, own), true);
    assert.equal(await named(own), person.id);
  });

  test('by the function, as long as they hold it', async () => {
    await putModel(site, application, modelFor('function:nurse'));
    assert.equal(await may(), false);
    await change(`update affiliation set function_title = 'nurse' where id = $1`, affiliation.id);
    assert.deepEqual(await both(), [true, true]);
    await change(`update affiliation set function_title = 'cook' where id = $1`, affiliation.id);
    assert.deepEqual(await both(), [false, false]);
  });

  test('what the application says of somebody without a right there does not make them known', async () => {
    await putModel(site, application, modelFor('readers'));
    const about = { type: 'person', id: person.id, source: 'sync' as const, groups: [{ name: 'readers' }] };
    await putSubjects(site, application, [about]);
    assert.equal(await may(), false);
    await world.assignment(affiliation, right);
    assert.equal(await may(), true, 'with a right it counts');
  });

  test('an application cannot put somebody into a group that the portal fills', async () => {
    const groups = [{ name: 'right:Reader' }];
    await putSubjects(site, application, [{ type: 'person', id: person.id, source: 'sync', groups }]);
    await assert.rejects(() => may());
  });
});

test('nothing of another application counts', async () => {
  await world.assignment(affiliation, right);
  const other = await world.application();
  const otherRight = await world.right(other, { code: 'Reader' });
  await world.offer(otherRight, { organisation });
  await putModel(site, other, modelFor('right:Reader'));
  await putRecords(site, other, [{ type: 'page', id: 'p1' }]);
  assert.equal(await may(here, application), true);
  assert.equal(await may(here, other), false);
});
