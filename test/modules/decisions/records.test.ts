// What an application brings of its records and subjects: in bulk, in any order, twice if need be; read back in pages; and
// the condition for those that keep their records to themselves.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import type { ApplicationRef, ClientRef } from '../../support/world.ts';
import { basic, createAsker, putModel, startTestPoint, type Ask, type TestPoint } from './point.ts';

const model: RightsModel = {
  resourceTypes: [
    {
      name: 'client',
      actions: ['view'],
      attributes: {
        departments: { type: 'set', source: 'record' },
        active: { type: 'truth', source: 'record' },
        secret: { type: 'text', source: 'record' },
      },
    },
    {
      name: 'note',
      actions: ['view'],
      parentType: 'client',
      attributes: { kind: { type: 'text', source: 'record' } },
    },
    { name: 'department', actions: ['view'], attributes: { named: { type: 'text', source: 'request' } } },
  ],
  nodes: [],
  gates: [
    {
      id: 'clients',
      types: ['client'],
      silence: 'deny',
      rules: [
        {
          id: 'mine',
          effect: 'permit',
          when: {
            all: [
              { eq: [{ resource: 'active' }, { const: true }] },
              { meets: [{ resource: 'departments' }, { subject: 'departments' }] },
            ],
          },
        },
      ],
    },
    { id: 'client-of-note', types: ['note'], silence: 'deny', parent: { action: 'view' }, rules: [] },
    {
      id: 'departments',
      types: ['department'],
      silence: 'deny',
      rules: [
        {
          id: 'with-my-clients',
          effect: 'permit',
          when: {
            exists: 'client',
            that: {
              all: [
                { meets: [{ found: 'departments' }, { resource: 'id' }] },
                { eq: [{ found: 'owner' }, { subject: 'id' }] },
              ],
            },
          },
        },
      ],
    },
  ],
};

let point: TestPoint;
let application: ApplicationRef;
let client: ClientRef;
let ask: Ask;
before(async () => {
  point = await startTestPoint();
});
after(() => point.close());
beforeEach(async () => {
  ({ application, client, ask } = await createAsker(point));
  await putModel(point.site, application, model);
});

async function send(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(point.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: basic(client) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
}
const put = (...records: object[]): Promise<unknown> =>
  send('PUT', '/access/v1/records', { records }).then(({ body }) => body);
const say = (...subjects: object[]): Promise<unknown> =>
  send('PUT', '/access/v1/subjects', { subjects }).then(({ body }) => body);
const may = async (type: string, id: string): Promise<boolean | undefined> => {
  const request = { subject: { type: 'staff', id: 'an' }, action: { name: 'view' }, resource: { type, id } };
  return (await ask('/access/v1/evaluation', request)).body.decision;
};

const anja = { type: 'staff', id: 'an', version: 1, attributes: [{ name: 'departments', value: ['D1'] }] };
const first = {
  type: 'client',
  id: 'c1',
  version: 1,
  owner: 'an',
  attributes: { departments: ['D1'], active: true },
};
const note = { type: 'note', id: 'n1', version: 1, parent: { type: 'client', id: 'c1' } };

describe('records and subjects', () => {
  test('decide as soon as they are there, through the record above and through others', async () => {
    assert.equal(await may('client', 'c1'), false);
    assert.deepEqual(await put(first, note), { changed: 2, notNewer: 0, refused: [] });
    assert.deepEqual(await say(anja), { changed: 1, notNewer: 0, refused: [] });
    assert.deepEqual(
      [await may('client', 'c1'), await may('note', 'n1'), await may('department', 'D1')],
      [true, true, true],
    );
    assert.equal(await may('department', 'D2'), false, 'no client of theirs is there');
    await put({ ...first, version: 2, attributes: { departments: ['D2'], active: true } });
    assert.deepEqual(
      [await may('client', 'c1'), await may('note', 'n1'), await may('department', 'D1')],
      [false, false, false],
    );
  });

  test('an older or equal version changes nothing, in one message or in several', async () => {
    await say(anja);
    const newer = { ...first, version: 5, attributes: { departments: ['D9'], active: true } };
    assert.deepEqual(await put(first, newer, first), { changed: 1, notNewer: 2, refused: [] });
    assert.deepEqual(await put({ ...first, version: 5 }), { changed: 0, notNewer: 1, refused: [] });
    assert.equal(await may('client', 'c1'), false);
    assert.deepEqual(await say({ ...anja, version: 0, attributes: [] }), {
      changed: 0,
      notNewer: 1,
      refused: [],
    });
  });

  test('a deleted record stays deleted when an older message arrives late', async () => {
    await say(anja);
    await put(first);
    const gone = { records: [{ type: 'client', id: 'c1', version: 3 }] };
    assert.deepEqual((await send('DELETE', '/access/v1/records', gone)).body, {
      changed: 1,
      notNewer: 0,
      refused: [],
    });
    assert.equal(await may('client', 'c1'), false);
    assert.deepEqual(await put({ ...first, version: 2 }), { changed: 0, notNewer: 1, refused: [] });
    assert.deepEqual(await put({ ...first, version: 4 }), { changed: 1, notNewer: 0, refused: [] });
    assert.equal(await may('client', 'c1'), true);
    assert.deepEqual((await send('DELETE', '/access/v1/records', gone)).body, {
      changed: 0,
      notNewer: 1,
      refused: [],
    });
    assert.equal(await may('client', 'c1'), true);
  });

  test('a subject that is taken away is unknown', async () => {
    await say(anja);
    await put(first);
    assert.equal(await may('client', 'c1'), true);
    await send('DELETE', '/access/v1/subjects', { subjects: [{ type: 'staff', id: 'an', version: 2 }] });
    assert.equal(await may('client', 'c1'), false);
  });

  test('a mistake keeps back its own item only and is told', async () => {
    const answer = await put(
      first,
      { ...first, id: 'c2', version: -1 },
      { ...first, id: 'c3', type: 'ghost' },
      { ...first, id: 'c4', attributes: { active: 'yes' } },
      { ...note, parent: { type: 'note', id: 'n2' } },
    );
    const { changed, refused } = answer as { changed: number; refused: { index: number; message: string }[] };
    assert.equal(changed, 1);
    assert.deepEqual(
      refused.map(({ index, message }) => [index, message.split(':')[0]]),
      [
        [1, 'version'],
        [2, 'type'],
        [3, 'attributes.active'],
        [4, 'parent.type'],
      ],
    );
    const reserved = { ...anja, groups: [{ name: 'right:Reader' }] };
    const said = (await say(reserved)) as { changed: number; refused: unknown[] };
    assert.deepEqual([said.changed, said.refused.length], [0, 1], 'what the portal fills is the portal’s');
  });

  test('are read back in pages that hold together', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `c${index}`);
    await put(...ids.map((id) => ({ ...first, id })));
    const seen: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await send('GET', `/access/v1/records?type=client&count=3&cursor=${cursor}`);
      if (cursor === '') assert.equal(body['totalResults'], 7);
      seen.push(...(body['Resources'] as { id: string }[]).map((record) => record.id));
      cursor = (body['nextCursor'] as string | undefined) ?? '';
    } while (cursor);
    assert.deepEqual(seen, ids);
    const { body } = await send('GET', '/access/v1/records?type=client&count=1');
    assert.deepEqual((body['Resources'] as object[])[0], { ...first, id: 'c0', nodes: [] });
    assert.equal((await send('GET', '/access/v1/records?type=client&cursor=x')).status, 400);
  });

  test('belong to their application', async () => {
    await put(first);
    const other = await createAsker(point);
    client = other.client;
    assert.deepEqual((await send('GET', '/access/v1/records?type=client')).body['totalResults'], 0);
    await send('DELETE', '/access/v1/records', { records: [{ type: 'client', id: 'c1', version: 9 }] });
    client = (await createAskerOf(application)).client;
    assert.deepEqual((await send('GET', '/access/v1/records?type=client')).body['totalResults'], 1);
  });

  test('are recorded in the audit by their number', async () => {
    await put(first, note);
    const rows = await point.site.db.query(
      `select action, actor_kind, after from audit_event where application_id = $1::uuid`,
      [application.id],
    );
    assert.deepEqual(rows, [
      { action: 'decision_record.synchronised', actor_kind: 'client', after: { changed: 2 } },
    ]);
  });
});

async function createAskerOf(of: ApplicationRef): Promise<{ client: ClientRef }> {
  return { client: await point.world.client(of) };
}

describe('the condition for an application’s own tables', () => {
  const wanted = {
    subject: { type: 'staff', id: 'an' },
    action: { name: 'view' },
    resource: { type: 'client' },
    options: { sql: 'postgresql' },
  };

  test('is what remains once the subject is known, as JSON and as SQL', async () => {
    await say(anja);
    const { body } = await ask('/access/v1/condition', wanted);
    assert.deepEqual(body['condition'], {
      all: [
        { eq: [{ resource: 'active' }, { const: true }] },
        { meets: [{ resource: 'departments' }, { const: ['D1'] }] },
      ],
    });
    assert.deepEqual(body['sql'], {
      where: '(r."active" = $1::boolean and r."departments" && $2::text[])',
      joins: '',
      values: [true, ['D1']],
    });
    assert.equal(body['at'], '2026-06-15T08:00:00.000Z');
  });

  test('is never for whoever is not known', async () => {
    const { body } = await ask('/access/v1/condition', wanted);
    assert.deepEqual(body['condition'], { any: [] });
    assert.deepEqual(body['sql'], { where: 'false', joins: '', values: [] });
  });
});
