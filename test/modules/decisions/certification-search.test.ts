// The public AuthZEN certification scenario, levels Search and Discovery, and the Search interop scenario (six people,
// twenty records) rebuilt from their texts: every cell of its tables.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import { certificationModel, certificationRecords, certificationSubjects } from './certification.model.ts';
import {
  createAsker,
  putModel,
  putRecords,
  putSubjects,
  startTestPoint,
  type Answer,
  type Ask,
  type TestPoint,
} from './point.ts';

let point: TestPoint;
let certify: Ask;
let interop: Ask;

before(async () => {
  point = await startTestPoint();
  const first = await createAsker(point);
  certify = first.ask;
  await putModel(point.site, first.application, certificationModel);
  await putSubjects(point.site, first.application, certificationSubjects);
  await putRecords(point.site, first.application, certificationRecords);
  const second = await createAsker(point);
  interop = second.ask;
  await putModel(point.site, second.application, interopModel);
  await putSubjects(
    point.site,
    second.application,
    people.map(([id, role, department]) => ({
      id,
      groups: [{ name: role }],
      attributes: [{ name: 'department', value: department }],
    })),
  );
  await putRecords(
    point.site,
    second.application,
    records.map(([department, owner], index) => ({
      type: 'record',
      id: String(101 + index),
      owner,
      attributes: { department },
    })),
  );
});
after(() => point.close());

const subject = '/access/v1/search/subject';
const resource = '/access/v1/search/resource';
const action = '/access/v1/search/action';
const alice = { type: 'user', id: 'alice' };
const admin = { type: 'user', id: 'bob', properties: { role: 'admin' } };
const read = { name: 'read' };
const write = { name: 'write' };
const first = { type: 'record', id: 'record-1' };
const archived = { type: 'record', id: 'record-2', properties: { status: 'archived' } };
const idsOf = (answer: Answer): unknown => answer.body.results?.map((result) => result.id);
const namesOf = (answer: Answer): unknown => answer.body.results?.map((result) => result.name);

describe('certification: search', () => {
  test('4.2.1 and 4.2.2 subjects, context accepted', async () => {
    const request = { subject: { type: 'user' }, action: read, resource: first };
    const results = [alice, { type: 'user', id: 'bob' }];
    assert.deepEqual((await certify(subject, request)).body, { results });
    assert.deepEqual((await certify(subject, { ...request, context: { time: 'now' } })).body, { results });
    const withId = { ...request, subject: { type: 'user', id: 'bob' } };
    assert.deepEqual(
      (await certify(subject, withId)).body,
      { results },
      'an id of the searched side is ignored',
    );
  });
  test('4.2.4 subjects for a resource with properties', async () => {
    assert.deepEqual(
      idsOf(await certify(subject, { subject: { type: 'user' }, action: write, resource: archived })),
      ['bob'],
    );
  });
  test('4.3.1 resources', async () => {
    const request = { subject: alice, action: read, resource: { type: 'record' } };
    assert.deepEqual(idsOf(await certify(resource, request)), ['record-1', 'record-2']);
  });
  test('4.3.3 resources for a subject with properties', async () => {
    const request = { subject: admin, action: write, resource: { type: 'record' } };
    assert.deepEqual(idsOf(await certify(resource, request)), ['record-2']);
  });
  test('4.4 actions', async () => {
    assert.deepEqual(namesOf(await certify(action, { subject: alice, resource: first })), ['read', 'write']);
    const request = {
      subject: alice,
      resource: first,
      context: { time: 'now' },
      action: { name: 'ignored' },
    };
    assert.deepEqual(namesOf(await certify(action, request)), ['read', 'write']);
    assert.deepEqual(namesOf(await certify(action, { subject: admin, resource: archived })), [
      'read',
      'write',
    ]);
  });
  test('4.5 pages', async () => {
    const request = { subject: { type: 'user' }, action: read, resource: first };
    const one = await certify(subject, { ...request, page: { limit: 1 } });
    assert.deepEqual(idsOf(one), ['alice']);
    assert.deepEqual(Object.keys(one.body), ['page', 'results'], 'page comes first');
    assert.ok(one.body.page!.next_token.length > 0);
    const two = await certify(subject, { ...request, page: { token: one.body.page!.next_token } });
    assert.deepEqual(two.body, {
      page: { next_token: '', count: 1 },
      results: [{ type: 'user', id: 'bob' }],
    });
  });
  test('4.6 what is unknown gives nothing', async () => {
    const nobody = { type: 'user', id: 'nonexistent-user' };
    const nothing = { results: [] };
    assert.deepEqual((await certify(action, { subject: nobody, resource: first })).body, nothing);
    assert.deepEqual(
      (await certify(resource, { subject: nobody, action: read, resource: { type: 'record' } })).body,
      nothing,
    );
    assert.deepEqual(
      (await certify(subject, { subject: { type: 'spaceship' }, action: read, resource: first })).body,
      nothing,
    );
    assert.deepEqual(
      (await certify(resource, { subject: alice, action: read, resource: { type: 'spaceship' } })).body,
      nothing,
    );
  });
  test('4.7 what is missing is an error', async () => {
    const user = { type: 'user' };
    const requests: [string, object][] = [
      [subject, { subject: user, resource: first }],
      [resource, { action: read, resource: { type: 'record' } }],
      [action, { subject: alice }],
      [subject, { subject: user, action: read, resource: { type: 'record' } }],
      [resource, { subject: user, action: read, resource: { type: 'record' } }],
      [subject, { subject: user, action: read, resource: first, page: { limit: -1 } }],
    ];
    for (const [path, request] of requests) assert.equal((await certify(path, request)).status, 400);
  });
});

describe('a page token', () => {
  const request = { subject: { type: 'user' }, action: read, resource: first };
  const token = async (): Promise<string> =>
    (await certify(subject, { ...request, page: { limit: 1 } })).body.page!.next_token;

  test('goes with its own search only, whatever the order of members', async () => {
    const next = await token();
    const reordered = {
      page: { token: next },
      resource: { id: first.id, type: first.type },
      action: read,
      subject: { type: 'user' },
    };
    assert.equal((await certify(subject, reordered)).status, 200);
    const others: [string, object][] = [
      [subject, { ...request, action: write }],
      [subject, { ...request, context: { other: true } }],
      [resource, { subject: alice, action: read, resource: { type: 'record' } }],
    ];
    for (const [path, other] of others) {
      assert.equal((await certify(path, { ...other, page: { token: next } })).status, 400);
    }
    assert.equal(
      (await interop(subject, { ...request, page: { token: next } })).status,
      400,
      'another application',
    );
  });
  test('cannot be made up', async () => {
    const next = await token();
    const changed = next.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const bad of [changed, 'x', `${next}.`]) {
      assert.equal((await certify(subject, { ...request, page: { token: bad } })).status, 400);
    }
  });
});

test('certification: discovery', async () => {
  const response = await fetch(`${point.url}/.well-known/authzen-configuration`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  const { signed_metadata: signed, ...plain } = (await response.json()) as Record<string, string>;
  assert.equal(plain['policy_decision_point'], point.url);
  assert.equal(plain['access_evaluation_endpoint'], `${point.url}/access/v1/evaluation`);
  for (const name of [
    'access_evaluations_endpoint',
    'search_subject_endpoint',
    'search_resource_endpoint',
    'search_action_endpoint',
  ]) {
    assert.ok(plain[name]?.startsWith(`${point.url}/access/v1/`), name);
  }
  assert.ok(Array.isArray(plain['capabilities']));
  const keys = createRemoteJWKSet(new URL(`${point.url}/jwks`));
  const { payload } = await jwtVerify(signed!, keys, { issuer: point.url });
  const { iss: _iss, iat: _iat, exp: _exp, ...claims } = payload;
  assert.deepEqual(claims, plain);
});

/* Interop scenario "Search" (May 2025). */

const people = [
  ['alice', 'manager', 'Sales'],
  ['bob', 'employee', 'Legal'],
  ['carol', 'contractor', 'Legal'],
  ['dan', 'manager', 'Finance'],
  ['erin', 'employee', 'Finance'],
  ['felix', 'contractor', 'Accounting'],
] as const;

/** Department and owner of the records 101 to 120. */
const records = [
  ['Legal', 'alice'],
  ['Legal', 'bob'],
  ['Legal', 'carol'],
  ['Accounting', 'dan'],
  ['Legal', 'erin'],
  ['Accounting', 'felix'],
  ['Sales', 'alice'],
  ['Legal', 'bob'],
  ['Accounting', 'carol'],
  ['Sales', 'dan'],
  ['Accounting', 'erin'],
  ['Legal', 'felix'],
  ['Sales', 'alice'],
  ['Accounting', 'bob'],
  ['Finance', 'carol'],
  ['Legal', 'dan'],
  ['Legal', 'erin'],
  ['Accounting', 'felix'],
  ['Legal', 'alice'],
  ['Accounting', 'bob'],
] as const;

const owns = { eq: [{ resource: 'owner' }, { subject: 'id' }] } as const;
const inDepartment = { eq: [{ resource: 'department' }, { subject: 'department' }] } as const;
const interopModel: RightsModel = {
  resourceTypes: [
    {
      name: 'record',
      actions: ['view', 'edit', 'delete'],
      attributes: { department: { type: 'text', source: 'record' } },
    },
  ],
  nodes: [],
  gates: [
    {
      id: 'records',
      types: ['record'],
      silence: 'deny',
      rules: [
        { id: 'own', effect: 'permit', when: owns },
        { id: 'department', effect: 'permit', actions: ['view'], when: inDepartment },
        { id: 'manager', effect: 'permit', groups: ['manager'], actions: ['view'] },
        { id: 'manager-edit', effect: 'permit', groups: ['manager'], actions: ['edit'], when: inDepartment },
      ],
    },
  ],
};

/** Who may view, edit and delete 101 to 120, as the scenario's table gives it (first letters of names). */
const table = `abcd a a|abcd b b|abcd c c|adf d d|abcde e e|adf f f|ad a a|abcd b b|acdf c c|ad ad d
  |adef e e|abcdf f f|ad a a|abdf b b|acde cd c|abcd d d|abcde e e|adf f f|abcd a a|abdf b b`
  .split('|')
  .map((row) => row.trim().split(' '));
const namesFrom = (letters: string): string[] =>
  people.map(([id]) => id).filter((id) => letters.includes(id[0]!));
const actions = ['view', 'edit', 'delete'];

describe('interop: search', () => {
  test('every subject search of the table', async () => {
    for (const [index, row] of table.entries()) {
      for (const [column, name] of actions.entries()) {
        const record = { type: 'record', id: String(101 + index) };
        const answer = await interop(subject, {
          subject: { type: 'user' },
          action: { name },
          resource: record,
        });
        assert.deepEqual(idsOf(answer), namesFrom(row[column]!), `${record.id} ${name}`);
      }
    }
  });
  test('every resource search of the table', async () => {
    for (const [id] of people) {
      for (const [column, name] of actions.entries()) {
        const expected = table.flatMap((row, index) =>
          row[column]!.includes(id[0]!) ? [String(101 + index)] : [],
        );
        const request = { subject: { type: 'user', id }, action: { name }, resource: { type: 'record' } };
        assert.deepEqual(idsOf(await interop(resource, request)), expected, `${id} ${name}`);
      }
    }
  });
  test('every action search', async () => {
    for (const [id] of people) {
      for (const [index, row] of table.entries()) {
        const expected = actions.filter((_name, column) => row[column]!.includes(id[0]!));
        const request = {
          subject: { type: 'user', id },
          resource: { type: 'record', id: String(101 + index) },
        };
        assert.deepEqual(namesOf(await interop(action, request)), expected, `${id} ${101 + index}`);
      }
    }
  });
  test('unknown record, action and person give nothing', async () => {
    const record = { type: 'record', id: '101' };
    const user = { type: 'user' };
    assert.deepEqual(
      idsOf(
        await interop(subject, {
          subject: user,
          action: { name: 'view' },
          resource: { type: 'record', id: '999' },
        }),
      ),
      [],
    );
    assert.deepEqual(
      idsOf(await interop(subject, { subject: user, action: { name: 'print' }, resource: record })),
      [],
    );
  });
});

describe('pages', () => {
  const view = {
    subject: { type: 'user', id: 'alice' },
    action: { name: 'view' },
    resource: { type: 'record' },
  };

  async function collect(
    path: string,
    request: object,
    limit: number,
    between = async () => {},
  ): Promise<string[]> {
    const ids: string[] = [];
    for (let token = ''; ;) {
      const { body } = await interop(path, { ...request, page: { limit, token } });
      ids.push(...body.results!.map((result) => result.id!));
      assert.equal(body.page!.count, body.results!.length);
      token = body.page!.next_token;
      if (token === '') return ids;
      await between();
    }
  }

  test('together are everything, once, whatever their size', async () => {
    const all = records.map((_record, index) => String(101 + index));
    for (const limit of [1, 7, 19, 20, 50]) assert.deepEqual(await collect(resource, view, limit), all);
    const who = {
      subject: { type: 'user' },
      action: { name: 'view' },
      resource: { type: 'record', id: '105' },
    };
    for (const limit of [1, 4, 5, 6])
      assert.deepEqual(await collect(subject, who, limit), ['alice', 'bob', 'carol', 'dan', 'erin']);
  });

  test('keep what stays, while records come and go', async () => {
    const { rows } = {
      rows: await point.site.db.query<{ application_id: string }>(
        `select application_id from decision_record where id = '101'`,
        [],
      ),
    };
    const application = { id: rows[0]!.application_id };
    let turn = 0;
    const ids = await collect(resource, view, 5, async () => {
      turn++;
      // Before the cursor, where it must disturb nothing, and behind it, where it is simply met.
      await putRecords(point.site, application, [
        { type: 'record', id: `000${turn}`, attributes: { department: 'Sales' } },
        { type: 'record', id: `900${turn}`, attributes: { department: 'Sales' } },
      ]);
    });
    const stayed = ids.filter((id) => id.startsWith('1'));
    assert.deepEqual(
      stayed,
      records.map((_record, index) => String(101 + index)),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});
