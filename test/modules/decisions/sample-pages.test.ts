// The matrix of a sample says in every cell what the world's model says, leads to the reasons, and is refused rather than cut off
// when it is too large.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import {
  createDecisionPoint,
  createQuestionRoutes,
  createSampleRoutes,
  storeDemoExamples,
} from '../../../src/modules/decisions/index.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { compileForms, namesOfGroup, vocabularyOf } from '../../../src/modules/decisions/forms/index.ts';
import { recordsOf, subjectsOf } from '../../../src/modules/decisions/worlds/world.model.ts';
import { readWorld } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { newId } from '../../../src/platform/ids.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef } from '../../support/world.ts';

describe('the matrix of a sample', () => {
  let site: TestSite;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;
  let stranger: PersonRef;
  let worker: PersonRef;

  const world = readWorld('ecase');
  const evaluator = new Evaluator(compileForms(world.forms));
  const type = world.forms.resourceTypes[0]!;
  const clients = world.records.filter((record) => record.type === 'client');

  before(async () => {
    site = await createTestSite();
    const made = createWorld(site);
    const point = createDecisionPoint(site);
    agent = request(createPagesApp(site, [createSampleRoutes(point), createQuestionRoutes(point)]));
    const organisation = await made.organisation();
    application = await made.application({ code: world.application });
    [owner, stranger, worker] = await Promise.all([
      made.person({ password: null }),
      made.person({ password: null }),
      made.person({ password: null, givenName: 'Wanda', familyName: 'Works' }),
    ]);
    await made.administration(await made.affiliation(owner, organisation), 'application_owner', {
      application,
    });
    const elsewhere = await made.organisation();
    await made.administration(await made.affiliation(stranger, elsewhere), 'head');
    const right = await made.right(application, { code: 'CaseAdministrator' });
    await made.offer(right, { organisation });
    await made.assignment(await made.affiliation(worker, organisation), right);
  });
  after(() => site.close());

  const open = (path: string, query: Record<string, string>, person = owner) =>
    agent.get(path).query(query).set('x-person', person.id).set('accept', 'text/html');
  const show = (query: Record<string, string>, person = owner) =>
    open(paths.decisionSample(application.id), query, person);
  const csv = async (query: Record<string, string>): Promise<string[][]> => {
    const { text } = await open(paths.exportDecisionSample(application.id), query).expect(200);
    return text
      .replace('\uFEFF', '')
      .trim()
      .split('\r\n')
      .map((line) => line.split(';'));
  };
  const words: Record<string, string> = {
    list: 'see in lists',
    new: 'add',
    change_permissions: 'change permissions',
  };
  /** What stands in a row of the matrix, by the model alone. */
  const expected = (subject: SubjectFacts): string[] =>
    clients
      .map(({ id }) => id)
      .sort()
      .map((id) => {
        const resource = recordsOf(world).get(`client/${id}`)!;
        const now = site.clock.now().toISOString();
        const allowed = type.actions.filter(
          (action) => evaluator.decide({ subject, action, resource, now }).allowed,
        );
        return allowed.map((action) => words[action] ?? action).join(', ');
      });

  it('has nothing to show without a model', async () => {
    assert.match((await show({}).expect(200)).text, /no rights model in force/);
    await open(paths.exportDecisionSample(application.id), { kind: 'client' }).expect(404);
  });

  describe('with a model', () => {
    before(async () => {
      await site.db.query(
        `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
         values ($1::uuid, $2::uuid, 1, 'valid', $3::jsonb, $4::timestamptz, $4::timestamptz)`,
        [newId(), application.id, JSON.stringify(world.forms), site.clock.now()],
      );
      const attempt = { action: 'demo_world.loaded', subjectType: 'site' };
      await runCommand(site, { actor: { kind: 'system' } }, attempt, (change) => storeDemoExamples(change));
    });

    it('is for whoever may see the application', async () => {
      await show({}, stranger).expect(404);
      await open(paths.exportDecisionSample(application.id), { kind: 'client' }, stranger).expect(404);
      const trace = paths.decisionSampleTrace(application.id);
      await open(
        trace,
        { group: 'benutzer', kind: 'client', action: 'list', record: 'kim' },
        stranger,
      ).expect(404);
      const { text } = await show({}).expect(200);
      assert.doesNotMatch(text, /<table/);
      assert.doesNotMatch(text, /decisions\.[a-z]/);
    });

    it('answers for every account as the model does', async () => {
      const [head, ...rows] = await csv({ subject: 'user', kind: 'client' });
      assert.deepEqual(head!.slice(2), clients.map(({ id }) => id).sort());
      const subjects = [...subjectsOf(world).values()].sort((one, other) => (one.id < other.id ? -1 : 1));
      assert.deepEqual(
        rows,
        subjects.map((subject) => [subject.id, `user/${subject.id}`, ...expected(subject)]),
      );
    });

    it('answers for groups as for somebody of whom nothing else is known', async () => {
      const [, ...rows] = await csv({ rows: 'groups', kind: 'client' });
      const groupFacts = (id: string): SubjectFacts => ({
        id,
        type: 'group',
        groups: namesOfGroup(vocabularyOf(world.forms), id),
        attributes: {},
        lists: {},
      });
      assert.deepEqual(
        rows,
        world.forms.groups.map(({ id, name }) => [name, id, ...expected(groupFacts(id))]),
      );
      const { text } = await show({ rows: 'groups', kind: 'client' }).expect(200);
      assert.match(text, /somebody in that group alone/);
    });

    it('shows people by name, items by name, and yes or no for one action', async () => {
      const { text } = await show({
        kind: 'feature',
        action: 'view',
        records: 'funktion.serienbrief',
      }).expect(200);
      assert.match(text, /Works, Wanda/);
      assert.match(text, /Serienbrief/);
      assert.match(text, />Yes</);
      const named = await show({ kind: 'client', who: worker.userName, records: 'kim' }).expect(200);
      assert.match(named.text, /Works, Wanda/);
      // Making a new one is not about an existing one: the profile alone decides. Lists give her nothing on this one.
      assert.match(named.text, />add<span/);
      assert.doesNotMatch(named.text, />modify<span/);
      assert.doesNotMatch(named.text, /decisions\.[a-z]/);
    });

    it('leads from a cell to its reasons', async () => {
      const follow = async (html: string, label: string) => {
        const href = new RegExp(`href="([^"]+)"\\s*>[^<]*<span class="visually-hidden"> ${label}`).exec(
          html,
        )![1]!;
        const path = href.replaceAll('&amp;', '&');
        return agent.get(path).set('x-person', owner.id).set('accept', 'text/html').expect(200);
      };
      const people = await show({ subject: 'user', kind: 'client', action: 'modify', who: 'moritz' }).expect(
        200,
      );
      const why = await follow(people.text, 'moritz, kim');
      assert.match(why.text, /<strong>No<\/strong>/);
      assert.match(why.text, /daten/, 'the layer that refused');
      const groups = await show({ rows: 'groups', kind: 'client', action: 'list' }).expect(200);
      const because = await follow(groups.text, 'Benutzer Fallmanager, kim');
      assert.match(because.text, /Benutzer Fallmanager: see in lists kim/);
      assert.match(because.text, /<strong>No<\/strong>/);
      const trace = paths.decisionSampleTrace(application.id);
      await open(trace, { group: 'nobody', kind: 'client', action: 'list', record: 'kim' }).expect(404);
    });

    it('says who and what is not known, strangers included', async () => {
      const asked = { kind: 'client', who: `${stranger.userName}\nnobody`, records: 'kim\nnothing' };
      const { text } = await show(asked).expect(422);
      assert.match(text, new RegExp(`Not known to this application: ${stranger.userName}, nobody`));
      assert.match(text, /has not brought: nothing/);
      assert.match(text, />kim\nnothing<\/textarea>/, 'what was typed stays');
      assert.match(
        (await show({ rows: 'groups', who: 'x', kind: 'client' }).expect(422)).text,
        /no such group: x/,
      );
      assert.match((await show({ kind: 'spaceship' }).expect(422)).text, /Choose a kind of record/);
    });

    it('refuses what is too large, instead of cutting it off', async () => {
      await site.db.query(
        `insert into decision_record (application_id, type, id)
         select $1::uuid, 'service', 's' || n from generate_series(1, 30) n`,
        [application.id],
      );
      // Together with the one of the world there are 31.
      assert.match((await show({ kind: 'service' }).expect(422)).text, /at most 30 records/);
      await open(paths.exportDecisionSample(application.id), { kind: 'service' }).expect(422);
      const thirty = Array.from({ length: 30 }, (_, index) => `s${index + 1}`).join('\n');
      await show({ kind: 'service', records: thirty }).expect(200);
      await site.db.query(
        `insert into decision_subject (application_id, type, id, source, facts)
         select $1::uuid, 'machine', 'm' || n, 'sync', '{}' from generate_series(1, 51) n`,
        [application.id],
      );
      const machines = { subject: 'machine', kind: 'client' };
      assert.match((await show(machines).expect(422)).text, /at most 50 people/);
      const named = Array.from({ length: 51 }, (_, index) => `m${index + 1}`);
      await show({ ...machines, who: named.join('\n') }).expect(422);
      await show({ ...machines, who: named.slice(1).join('\n') }).expect(200);
    });

    it('records who took answers along, without names', async () => {
      await csv({ kind: 'client', who: worker.userName });
      const [fact] = await site.db.query<{ details: string }>(
        `select e::text as details from audit_event e where action = 'decision_sample.exported' order by at desc limit 1`,
        [],
      );
      assert.ok(fact);
      assert.doesNotMatch(fact.details, new RegExp(worker.userName));
    });
  });
});
