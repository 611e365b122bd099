// The public AuthZEN certification scenario, levels Basic and Batch, rebuilt from its text. Names are its test numbers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { certificationModel, certificationRecords, certificationSubjects } from './certification.model.ts';
import {
  createAsker,
  putModel,
  putRecords,
  putSubjects,
  startTestPoint,
  type Ask,
  type TestPoint,
} from './point.ts';

let point: TestPoint;
let ask: Ask;

before(async () => {
  point = await startTestPoint();
  const asking = await createAsker(point);
  ask = asking.ask;
  await putModel(point.site, asking.application, certificationModel);
  await putSubjects(point.site, asking.application, certificationSubjects);
  await putRecords(point.site, asking.application, certificationRecords);
});
after(() => point.close());

const one = '/access/v1/evaluation';
const many = '/access/v1/evaluations';
const alice = { type: 'user', id: 'alice' };
const bob = { type: 'user', id: 'bob' };
const first = { type: 'record', id: 'record-1' };
const second = { type: 'record', id: 'record-2' };
const [read, write] = [{ name: 'read' }, { name: 'write' }];
const archived = { ...second, properties: { status: 'archived' } };
const admin = { ...bob, properties: { role: 'admin' } };

describe('Basic', () => {
  const fixture: [string, object, boolean][] = [
    ['2.2.1 permit', { subject: alice, action: read, resource: first }, true],
    ['1.4 rule 2', { subject: alice, action: write, resource: first }, true],
    ['1.4 rule 3', { subject: bob, action: read, resource: first }, true],
    ['2.2.2 deny', { subject: bob, action: write, resource: first }, false],
    [
      '2.2.3 optional context',
      {
        subject: alice,
        action: read,
        resource: first,
        context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' },
      },
      true,
    ],
    ['2.2.4 resource properties', { subject: alice, action: write, resource: archived }, false],
    ['2.2.5 subject properties', { subject: admin, action: write, resource: archived }, true],
    [
      '2.2.6 action properties, permit',
      { subject: alice, action: { name: 'delete', properties: { soft: true } }, resource: first },
      true,
    ],
    [
      '2.2.7 action properties, deny',
      { subject: alice, action: { name: 'delete', properties: { soft: false } }, resource: first },
      false,
    ],
    [
      '2.2.8 additional properties',
      {
        subject: { ...alice, properties: { department: 'Sales', role: 'manager' } },
        action: { name: 'read', properties: { method: 'GET' } },
        resource: { ...first, properties: { status: 'active', owner: 'bob' } },
      },
      true,
    ],
    [
      '2.2.9 unknown fields',
      { subject: alice, action: read, resource: first, foo: 'bar', futureField: { nested: true } },
      true,
    ],
  ];
  for (const [name, request, decision] of fixture) {
    test(name, async () => {
      const answer = await ask(one, request);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
      assert.deepEqual(answer.body, { decision }, 'terse: no context');
    });
  }

  const broken: [string, unknown][] = [
    ['2.4.1 no subject', { action: read, resource: first }],
    ['2.4.1 no action', { subject: alice, resource: first }],
    ['2.4.1 no resource', { subject: alice, action: read }],
    ['2.4.2 subject without type', { subject: { id: 'alice' }, action: read, resource: first }],
    ['2.4.2 subject without id', { subject: { type: 'user' }, action: read, resource: first }],
    ['2.4.2 action without name', { subject: alice, action: {}, resource: first }],
    ['2.4.2 resource without type', { subject: alice, action: read, resource: { id: 'record-1' } }],
    ['2.4.2 resource without id', { subject: alice, action: read, resource: { type: 'record' } }],
    ['2.4.4 malformed JSON', '{"subject":'],
    ['2.4.5 empty body', ''],
    ['2.4.6 subject is a string', { subject: 'alice', action: read, resource: first }],
    ['2.4.6 action name is a number', { subject: alice, action: { name: 123 }, resource: first }],
    ['an array at the top', [{ subject: alice, action: read, resource: first }]],
  ];
  for (const [name, request] of broken) {
    test(name, async () => {
      const answer = await ask(one, request, { 'x-request-id': 'the one' });
      assert.equal(answer.status, 400);
      assert.ok(answer.text.length > 0, 'with a message');
      assert.equal(answer.headers.get('x-request-id'), 'the one');
    });
  }

  test('2.4.3 another content type', async () => {
    const request = JSON.stringify({ subject: alice, action: read, resource: first });
    assert.equal((await ask(one, request, { 'content-type': 'text/plain' })).status, 400);
  });

  test('2.5 gives X-Request-ID back', async () => {
    const request = { subject: alice, action: read, resource: first };
    const answer = await ask(one, request, { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' });
    assert.equal(answer.headers.get('x-request-id'), 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716');
    assert.equal((await ask(one, request)).status, 200);
  });

  test('2.6 answers the same again', async () => {
    const request = { subject: alice, action: write, resource: first };
    for (let time = 0; time < 3; time++) assert.equal((await ask(one, request)).body.decision, true);
  });
});

describe('Batch', () => {
  const decisions = async (request: object): Promise<unknown> => {
    const answer = await ask(many, request);
    assert.equal(answer.status, 200);
    assert.equal('decision' in answer.body, false);
    return answer.body.evaluations?.map((evaluation) => evaluation.decision);
  };

  test('3.2.1 items with defaults', async () => {
    const evaluations = [{ resource: first }, { resource: second }];
    assert.deepEqual(await decisions({ subject: alice, action: read, evaluations }), [true, true]);
  });
  test('3.2.2 fixture decisions in order', async () => {
    const evaluations = [{ action: read }, { action: write }];
    assert.deepEqual(await decisions({ subject: bob, resource: first, evaluations }), [true, false]);
  });
  test('3.2.3 resource properties', async () => {
    const evaluations = [
      { resource: { ...first, properties: { status: 'active' } } },
      { resource: archived },
    ];
    assert.deepEqual(await decisions({ subject: alice, action: write, evaluations }), [true, false]);
  });
  test('3.2.4 subject properties', async () => {
    const evaluations = [{ subject: alice }, { subject: admin }];
    assert.deepEqual(await decisions({ action: write, resource: archived, evaluations }), [false, true]);
  });
  test('3.2.5 items without defaults', async () => {
    const evaluations = [
      { subject: alice, action: read, resource: first },
      { subject: bob, action: write, resource: first },
    ];
    assert.deepEqual(await decisions({ evaluations }), [true, false]);
  });
  test('3.2.6 context is inherited', async () => {
    const evaluations = [
      { resource: first },
      { resource: second, context: { time: '2025-06-27T19:00-07:00', source: 'batch-override' } },
    ];
    const request = {
      subject: alice,
      action: read,
      context: { time: '2025-06-27T18:03-07:00' },
      evaluations,
    };
    assert.deepEqual(await decisions(request), [true, true]);
  });
  test('3.2.7 an item falls back to the identity of the default', async () => {
    const evaluations = [
      { resource: { id: 'record-1', properties: { status: 'active' } } },
      { resource: archived },
    ];
    const request = { subject: alice, action: write, resource: { type: 'record' }, evaluations };
    assert.deepEqual(await decisions(request), [true, false]);
  });
  test('3.4.1 a broken item answers for itself', async () => {
    const evaluations = [{ resource: first }, {}];
    const answer = await ask(many, { subject: alice, action: read, evaluations });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.evaluations, [
      { decision: true },
      { decision: false, context: { error: { status: 400, message: 'resource is missing' } } },
    ]);
  });
  test('3.4.2 and 3.4.3 without items it is the single API', async () => {
    const request = { subject: alice, action: read, resource: first };
    assert.deepEqual((await ask(many, request)).body, { decision: true });
    assert.deepEqual((await ask(many, { ...request, evaluations: [] })).body, { decision: true });
  });
});
