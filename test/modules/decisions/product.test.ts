// The whole way through the product: a model filled in as forms and put in force, records and settings brought over HTTP, a
// right granted in the portal's tables, and the decision asked with the client's secret, until the right ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { publishDraft, saveDraft } from '../../../src/modules/decisions/index.ts';
import { startTestApp, type TestApp } from '../../support/provider.ts';
import { createWorld, type World } from '../../support/world.ts';
import { asker, basic } from './point.ts';

const forms: ModelForms = {
  title: 'Cases',
  readings: [],
  resourceTypes: [{ name: 'case', label: 'Case', actions: ['view', 'modify'], attributes: {} }],
  groups: [{ id: 'worker', name: 'Case worker', filledBy: ['right:CaseWorker'] }],
  forms: [
    {
      kind: 'permissions',
      id: 'menus',
      title: 'Menus',
      modules: [{ id: 'cases', name: 'Cases', items: [{ id: 'files', name: 'Files', kind: 'data' }] }],
      ticks: [
        { role: 'worker', node: 'cases', allowed: ['view'], notAllowed: [] },
        { role: 'worker', node: 'files', allowed: ['view'], notAllowed: [] },
      ],
      applies: [{ type: 'case', actions: ['view', 'modify'], item: 'files' }],
    },
  ],
};

let app: TestApp;
let world: World;
before(async () => {
  app = await startTestApp();
  world = createWorld(app.site);
});
after(() => app.close());

test('from the form to the answer, and back when the right ends', async () => {
  const { site, url } = app;
  const organisation = await world.organisation();
  const application = await world.application();
  const client = await world.client(application);
  const owner = await world.person({ password: null });
  const worker = await world.person({ password: null });
  await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
    application,
  });
  const right = await world.right(application, { code: 'CaseWorker' });
  await world.offer(right, { organisation });
  const assignment = await world.assignment(await world.affiliation(worker, organisation), right);
  const ask = asker(url, client);
  const decide = async (name: string): Promise<boolean | undefined> => {
    const request = {
      subject: { type: 'person', id: worker.id },
      action: { name },
      resource: { type: 'case', id: '7' },
    };
    return (await ask('/access/v1/evaluation', request)).body.decision;
  };
  assert.equal(await decide('view'), false, 'no model yet');

  const actor = await world.actor(owner);
  const draft = { applicationId: application.id, forms, version: 0 };
  await saveDraft(site, actor, world.origin(owner), draft);
  await publishDraft(site, actor, world.origin(owner), {
    applicationId: application.id,
    version: 1,
  });
  assert.equal(await decide('view'), false, 'no record yet');

  const put = await fetch(`${url}/access/v1/records`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: basic(client) },
    body: JSON.stringify({ records: [{ type: 'case', id: '7', version: 1 }] }),
  });
  assert.equal(put.status, 200);
  assert.deepEqual([await decide('view'), await decide('modify')], [true, false]);

  const metadata = (await (await fetch(`${url}/.well-known/authzen-configuration`)).json()) as Record<
    string,
    string
  >;
  assert.equal(metadata['access_evaluation_endpoint'], `${url}/access/v1/evaluation`);

  await site.db.query('update assignment set valid_until = $2 where id = $1', [
    assignment.id,
    site.clock.now(),
  ]);
  assert.equal(await decide('view'), false, 'the right ended');
});

test('answers are data with an identifier of ours or theirs, and nothing of the portal', async () => {
  const { url } = app;
  const client = await world.client(await world.application());
  const ask = asker(url, client);
  const question = {
    subject: { type: 'person', id: 'x' },
    action: { name: 'view' },
    resource: { type: 'case', id: '7' },
  };
  for (const [path, status] of [
    ['/access/v1/evaluation', 200],
    ['/access/v1/nothing', 404],
  ] as const) {
    const { status: answered, headers, text } = await ask(path, question);
    assert.equal(answered, status);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; frame-ancestors 'none'$/,
    );
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    assert.equal(headers.get('set-cookie'), null);
    assert.doesNotMatch(text, /<html/);
  }
  const theirs = await ask('/access/v1/evaluation', question, { 'x-request-id': 'theirs' });
  assert.equal(theirs.headers.get('x-request-id'), 'theirs');
  const metadata = await fetch(`${url}/.well-known/authzen-configuration`);
  assert.match(metadata.headers.get('cache-control') ?? '', /^public/);
  assert.equal(metadata.headers.get('x-content-type-options'), 'nosniff');
});
