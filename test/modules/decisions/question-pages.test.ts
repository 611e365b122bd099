// The page on which owners try questions: what it answers is what the decision point answers, to owners only, and it tells
// nothing of people whom the application does not know.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import request from 'supertest';
import {
  createDecisionPoint,
  createPowerRoutes,
  createQuestionRoutes,
} from '../../../src/modules/decisions/index.ts';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';
import { putModel, putRecords } from './point.ts';

const model: RightsModel = {
  resourceTypes: [
    {
      name: 'client',
      actions: ['view', 'modify'],
      attributes: { active: { type: 'truth', source: 'record' } },
    },
  ],
  nodes: [],
  gates: [
    {
      id: 'staff',
      types: ['client'],
      silence: 'deny',
      rules: [
        { id: 'tick:reader/client/view', effect: 'permit', groups: ['right:Reader'], actions: ['view'] },
        { id: 'tick:reader/client/modify', effect: 'forbid', groups: ['right:Reader'], actions: ['modify'] },
      ],
    },
    {
      id: 'active',
      types: ['client'],
      silence: 'deny',
      rules: [
        { id: 'line:active', effect: 'permit', when: { eq: [{ resource: 'active' }, { const: true }] } },
      ],
    },
  ],
};

let site: TestSite;
let world: World;
let agent: ReturnType<typeof request>;
let application: ApplicationRef;
let owner: PersonRef;
let stranger: PersonRef;
let reader: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  const compile = (forms: unknown): RightsModel => (forms as { rights: RightsModel }).rights;
  const point = createDecisionPoint(site, { compile });
  agent = request(createPagesApp(site, [createQuestionRoutes(point), createPowerRoutes(site)]));
  const organisation = await world.organisation();
  application = await world.application();
  [owner, stranger, reader] = await Promise.all([
    world.person({ password: null }),
    world.person({ password: null, familyName: 'Unheard' }),
    world.person({ password: null, givenName: 'Rik', familyName: 'Reads' }),
  ]);
  await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
    application,
  });
  await world.administration(await world.affiliation(stranger, organisation), 'head');
  const right = await world.right(application, { code: 'Reader' });
  await world.offer(right, { organisation });
  await world.assignment(await world.affiliation(reader, organisation), right);
});
after(() => site.close());

const ask = (query: Record<string, string>, person = owner) =>
  agent
    .get(paths.askDecisions(application.id))
    .query({ asked: '1', ...query })
    .set('x-person', person.id)
    .set('accept', 'text/html');

test('without a model there is nothing to ask', async () => {
  assert.match((await ask({}).expect(200)).text, /no rights model in force/);
});

describe('with a model', () => {
  before(async () => {
    await putModel(site, application, model);
    const clients = Array.from({ length: 60 }, (_, index) => ({
      type: 'client',
      id: `c${100 + index}`,
      attributes: { active: index !== 3 },
    }));
    await putRecords(site, application, clients);
  });

  test('only who sees the application sees it', async () => {
    await ask({}, stranger).expect(404);
    await ask({}).expect(200);
  });

  test('one question, with every layer and the choice that decided', async () => {
    const yes = await ask({ ask: 'one', who: reader.userName, what: 'client/view', record: 'c100' }).expect(
      200,
    );
    assert.match(yes.text, /<strong>Yes<\/strong>/);
    assert.match(yes.text, /tick:reader\/client\/view/);
    assert.match(yes.text, /line:active/);
    const no = await ask({ ask: 'one', who: reader.mail, what: 'client/modify', record: 'c103' }).expect(200);
    assert.match(no.text, /<strong>No<\/strong>/);
    assert.match(no.text, /tick:reader\/client\/modify/);
    assert.match(no.text, /Nothing allows it/, 'also the layer behind the one that failed');
    assert.doesNotMatch(no.text, /authzen\./, 'every text has words');
  });

  test('whatever is typed into the address is looked for', async () => {
    const typed = { who: `${reader.userName}\0`, what: 'client/view', record: 'c100\0' };
    assert.match((await ask({ ask: 'one', ...typed }).expect(200)).text, /<strong>Yes<\/strong>/);
    await ask({ ask: 'records', ...typed, after: '\0' }).expect(200);
    await ask({ ask: 'people', ...typed, whose: '\0' }).expect(200);
  });

  test('somebody unknown to the application and nobody at all look the same', async () => {
    const about = (who: string) => ask({ ask: 'one', who, what: 'client/view', record: 'c100' });
    const [known, nobody] = [(await about(stranger.userName)).text, (await about('nobody-at-all')).text];
    const answerIn = (html: string) => /<strong>No<\/strong>[\s\S]*?<\/div>/.exec(html)?.[0];
    assert.ok(answerIn(known));
    assert.equal(answerIn(known), answerIn(nobody));
    assert.doesNotMatch(known, /Unheard/);
  });

  test('what somebody may see, page by page', async () => {
    const first = await ask({ ask: 'records', who: reader.userName, what: 'client/view' }).expect(200);
    const idsIn = (html: string) => [...html.matchAll(/>\s*(c1\d\d)\s*</g)].map(([, id]) => id);
    const next = /href="([^"]*after=[^"]*)"/.exec(first.text)![1]!.replaceAll('&amp;', '&');
    const second = await agent.get(next).set('x-person', owner.id).set('accept', 'text/html').expect(200);
    const all = [...idsIn(first.text), ...idsIn(second.text)];
    assert.equal(all.length, 59);
    assert.ok(!all.includes('c103'));
    assert.doesNotMatch(second.text, /Next page/);
  });

  test('who may, by name', async () => {
    const { text } = await ask({ ask: 'people', what: 'client/view', record: 'c100' }).expect(200);
    assert.match(text, /Reads Rik/);
    const none = await ask({ ask: 'people', what: 'client/view', record: 'c103' }).expect(200);
    assert.match(none.text, /Nobody may do this/);
  });

  test('says what is missing, and keeps what was typed', async () => {
    const { text } = await ask({ ask: 'one', who: '<b>an</b>', what: 'client/view', record: '' }).expect(200);
    assert.match(text, /Fill in all fields/);
    assert.match(text, /&lt;b&gt;an&lt;\/b&gt;/);
  });
});

describe('which client may ask what', () => {
  const change = (client: string, form: object, person = owner) =>
    agent
      .post(paths.decisionClient(application.id, client))
      .set('x-person', person.id)
      .type('form')
      .send(form);
  const powersOf = async (id: string): Promise<unknown> => {
    const rows = await site.db.query<{ decision_powers: string[] }>(
      'select decision_powers from client where id = $1',
      [id],
    );
    return rows[0]?.decision_powers;
  };

  test('is set by the owner, on the version they saw, and recorded', async () => {
    const client = await world.client(application);
    const page = await agent
      .get(paths.decisionClients(application.id))
      .set('x-person', owner.id)
      .set('accept', 'text/html')
      .expect(200);
    assert.match(page.text, /see which choices decided/);
    assert.deepEqual(await powersOf(client.id), ['evaluate', 'search', 'synchronise']);
    await change(client.id, { version: '1', powers: ['evaluate', 'explain'] }).expect(303);
    assert.deepEqual(await powersOf(client.id), ['evaluate', 'explain']);
    await change(client.id, { version: '1', powers: [] }).expect(409);
    await change(client.id, { version: '2', powers: ['everything'] }).expect(400);
    await change(client.id, { version: '2', powers: [] }, stranger).expect(404);
    assert.deepEqual(await powersOf(client.id), ['evaluate', 'explain']);
    const facts = await site.db.query<{ outcome: string }>(
      `select outcome from audit_event where action = 'client.decision_powers_changed' order by at`,
      [],
    );
    assert.deepEqual(
      facts.map((fact) => fact.outcome),
      ['done', 'refused'],
    );
  });

  test('only for clients of the application', async () => {
    const other = await world.client(await world.application());
    await change(other.id, { version: '1', powers: [] }).expect(404);
  });
});
