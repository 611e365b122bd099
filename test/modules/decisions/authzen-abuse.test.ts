// What a hostile or broken caller may send: an error of its own or a denial, never ours, never a wrong answer, never a
// process that stands still.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import type { ApplicationRef, ClientRef } from '../../support/world.ts';
import { basic, createAsker, putModel, putRecords, putSubjects, startTestPoint } from './point.ts';
import type { Answer, Ask, TestPoint } from './point.ts';

/** Attributes and actions with names that every object inherits. */
const model: RightsModel = {
  resourceTypes: [
    {
      name: 'file',
      actions: ['read', 'constructor'],
      attributes: {
        ['valueOf' as string]: { type: 'text', source: 'record' },
        ['hasOwnProperty' as string]: { type: 'set', source: 'record' },
      },
    },
    { name: 'desk', actions: ['read'], attributes: {} },
    { name: 'note', actions: ['read'], parentType: 'file', classifiedBy: 'request', attributes: {} },
    { name: 'code', actions: ['read'], attributes: { text: { type: 'text', source: 'request' } } },
  ],
  nodes: [],
  gates: [
    {
      id: 'files',
      types: ['file'],
      silence: 'deny',
      rules: [
        { id: 'valued', effect: 'permit', when: { has: { resource: 'valueOf' } } },
        { id: 'flagged', effect: 'permit', when: { has: { subject: 'toString' } } },
        { id: 'context', effect: 'permit', when: { has: { context: 'isPrototypeOf' } } },
        { id: 'listed', effect: 'permit', when: { some: 'constructor', that: { has: { item: 'valueOf' } } } },
      ],
    },
    { id: 'desks', types: ['desk'], silence: 'permit', rules: [] },
    { id: 'notes', types: ['note'], silence: 'deny', parent: { action: 'read' }, rules: [] },
    {
      id: 'codes',
      types: ['code'],
      silence: 'deny',
      rules: [
        {
          id: 'line',
          effect: 'permit',
          when: { like: [{ resource: 'text' }, { const: [`${'*a'.repeat(12)}b`] }] },
        },
      ],
    },
  ],
};

const evaluation = '/access/v1/evaluation';
let point: TestPoint;
let application: ApplicationRef;
let client: ClientRef;
let ask: Ask;

before(async () => {
  point = await startTestPoint();
  ({ application, client, ask } = await createAsker(point));
  await putModel(point.site, application, model);
  await putSubjects(point.site, application, [{ id: 'alice' }]);
  await putRecords(point.site, application, [
    { type: 'desk', id: 'open' },
    { type: 'file', id: 'plain' },
    { type: 'file', id: 'valued', attributes: { valueOf: 'x' } },
  ]);
});
after(() => point.close());

const question = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'file', id: 'plain' },
};
const files = { ...question, resource: { type: 'file' } };
const decisionOf = async (changes: object): Promise<unknown> =>
  (await ask(evaluation, { ...question, ...changes })).body.decision;

async function synchronise(path: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(point.url + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: basic(client) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: response.ok ? JSON.parse(text) : text };
}

describe('names that every object inherits', () => {
  test('are nobody’s attributes', async () => {
    assert.equal(await decisionOf({}), false);
    assert.equal(await decisionOf({ action: { name: 'constructor' } }), false);
    assert.equal(await decisionOf({ resource: { type: 'file', id: 'valued' } }), true);
    const { body } = await ask('/access/v1/search/resource', files);
    assert.deepEqual(body.results, [{ type: 'file', id: 'valued' }]);
    const { body: actions } = await ask('/access/v1/search/action', {
      ...question,
      resource: { type: 'file', id: 'valued' },
    });
    assert.deepEqual(actions.results, [{ name: 'read' }, { name: 'constructor' }]);
  });

  test('are attributes and lists like any other when they are said', async () => {
    const said = {
      attributes: [{ name: 'toString', value: 'x' }],
      lists: [
        { name: 'constructor', item: { ['valueOf' as string]: 'x' } },
        { name: 'valueOf', item: {} },
      ],
    };
    const put = await synchronise('/access/v1/subjects', {
      subjects: [
        { type: 'user', id: 'attribute', version: 1, attributes: said.attributes },
        { type: 'user', id: 'list', version: 1, lists: said.lists },
        { type: 'user', id: 'neither', version: 1, lists: said.lists.slice(1) },
      ],
    });
    assert.deepEqual(put, { status: 200, body: { changed: 3, notNewer: 0, refused: [] } });
    assert.equal(await decisionOf({ subject: { type: 'user', id: 'attribute' } }), true);
    assert.equal(await decisionOf({ subject: { type: 'user', id: 'list' } }), true);
    assert.equal(await decisionOf({ subject: { type: 'user', id: 'neither' } }), false);
    assert.equal(await decisionOf({ context: { isPrototypeOf: 'x' } }), true);
    const records = await synchronise('/access/v1/records', {
      records: [
        { type: 'file', id: 'wrong', version: 1, attributes: { hasOwnProperty: 'no set' } },
        { type: 'file', id: 'other', version: 1, attributes: { constructor: 'undeclared' } },
      ],
    });
    const refused = [{ index: 0, message: 'attributes.hasOwnProperty: is not of type set' }];
    assert.deepEqual(records, { status: 200, body: { changed: 1, notNewer: 0, refused } });
  });

  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    '%',
    '*',
    `'; drop table decision_record; --`,
  ]) {
    test(`${name} as any name or identifier`, async () => {
      const entity = { type: name, id: name, properties: JSON.parse(`{"${name}":"x"}`) as object };
      for (const changes of [
        { subject: entity },
        { resource: entity },
        { resource: { ...question.resource, id: name } },
        { subject: { ...question.subject, id: name } },
        { action: { name: name === 'constructor' ? 'valueOf' : name } },
      ]) {
        assert.equal(await decisionOf(changes), false, JSON.stringify(changes));
      }
      const search = { ...files, resource: { type: name } };
      assert.deepEqual((await ask('/access/v1/search/resource', search)).body.results, []);
      const who = { ...question, subject: { type: name } };
      assert.deepEqual((await ask('/access/v1/search/subject', who)).body.results, []);
    });
  }
});

test('a record that comes with the request lies below one of its own kind of parent only', async () => {
  const below = (parent: unknown): Promise<unknown> =>
    decisionOf({ resource: { type: 'note', id: 'n', properties: { parent } } });
  assert.equal(await below({ type: 'file', id: 'valued' }), true);
  assert.equal(await decisionOf({ resource: { type: 'desk', id: 'open' } }), true);
  for (const parent of [
    { type: 'desk', id: 'open' },
    { type: 'file', id: 'plain' },
    { id: 'open' },
    [],
    null,
  ])
    assert.equal(await below(parent), false, JSON.stringify(parent));
});

test('a pattern with many stars does not hold anybody up', async () => {
  const began = performance.now();
  const long = { type: 'code', id: 'x', properties: { text: 'a'.repeat(100_000) } };
  assert.equal(await decisionOf({ resource: long }), false);
  assert.equal(await decisionOf({ resource: { ...long, properties: { text: `${'a'.repeat(12)}b` } } }), true);
  assert.ok(performance.now() - began < 5000);
});

describe('a body that two readers could read differently', () => {
  const text = JSON.stringify(question);
  const open = text.slice(0, -1);
  const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const bodies: [string, string, RegExp][] = [
    ['nothing', '', /not valid JSON/],
    ['no object', '[]', /the request body/],
    ['cut off', open, /not valid JSON/],
    ['a name twice', `{"subject":{"type":"user","id":"bob"},${text.slice(1)}`, /same name twice/],
    ['a name twice, once escaped', `{"\\u0073ubject":{},${text.slice(1)}`, /same name twice/],
    ['deep objects', `${open},"context":${nested(100_000)}}`, /nested deeper/],
    ['deep lists', `${open},"context":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, /nested deeper/],
    ['U+0000', text.replace('alice', '\\u0000'), /subject\.id/],
    ['half a character', text.replace('alice', '\\ud800'), /subject\.id/],
    ['either in a name', `${open},"context":{"\\u0000":1}}`, /context/],
  ];
  for (const [title, body, message] of bodies) {
    test(title, async () => {
      for (const path of [evaluation, '/access/v1/search/resource', '/access/v1/condition']) {
        const answer = await ask(path, body, { 'x-request-id': title.replaceAll(' ', '-') });
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.text, message);
        assert.equal(answer.headers.get('x-request-id'), title.replaceAll(' ', '-'));
      }
    });
  }

  test('quotes, colons and braces inside texts count for nothing', async () => {
    const context = { a: '{"a":1,"a":2}\\', 'b":{[': '\\\\"', c: '😀\u2028' };
    assert.equal((await ask(evaluation, { ...question, context })).status, 200);
    assert.equal((await ask(evaluation, `${open},"context":${nested(28)}}`)).status, 200);
  });

  test('bytes that are no UTF-8, and other character sets', async () => {
    const post = (body: string | Uint8Array<ArrayBuffer>, type: string): Promise<Response> =>
      fetch(point.url + evaluation, {
        method: 'POST',
        headers: { 'content-type': type, authorization: basic(client) },
        body,
      });
    const bytes = Buffer.from(text.replace('alice', 'é'), 'latin1');
    assert.equal((await post(bytes, 'application/json')).status, 400);
    assert.equal((await post(Buffer.from(text, 'utf16le'), 'application/json; charset=utf-16')).status, 400);
    assert.equal((await post(text, 'application/json; charset=UTF-8')).status, 200);
  });
});

describe('errors of the call', () => {
  const headers = { 'x-request-id': 'mine' };
  const expectError = (answer: Answer, status: number, message: RegExp): void => {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, message);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(answer.headers.get('x-request-id'), 'mine');
  };

  test('what is missing is called missing, what is wrong is called wrong', async () => {
    const { subject: _left, ...without } = question;
    expectError(await ask(evaluation, without, headers), 400, /^subject is missing$/);
    expectError(await ask(evaluation, { ...question, context: null }, headers), 400, /^context: .*null/);
    expectError(await ask(evaluation, { ...question, subject: 5 }, headers), 400, /^subject: .*number/);
  });

  test('a path that is none', async () => {
    expectError(await ask('/access/v1/nothing', question, headers), 404, /no such endpoint/);
  });

  test('too much', async () => {
    const huge = { ...question, context: { a: 'x'.repeat(5 * 2 ** 20) } };
    expectError(await ask(evaluation, huge, headers), 413, /too large/);
  });

  test('what goes wrong with us says nothing of it', async (t) => {
    const broken = await createAsker(point);
    await point.site.db.query(
      `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
       values (gen_random_uuid(), $1::uuid, 1, 'valid', '{}', now(), now())`,
      [broken.application.id],
    );
    t.after(() =>
      point.site.db.query('delete from decision_model where application_id = $1::uuid', [
        broken.application.id,
      ]),
    );
    expectError(await broken.ask(evaluation, question, headers), 500, /^internal error$/);
  });
});

test('a page of no results leads on', async () => {
  const none = await ask('/access/v1/search/resource', { ...files, page: { limit: 0 } });
  assert.deepEqual(none.body.results, []);
  const token = none.body.page?.next_token;
  const rest = await ask('/access/v1/search/resource', { ...files, page: { token, limit: 5 } });
  assert.deepEqual(rest.body.results, [{ type: 'file', id: 'valued' }]);
});
