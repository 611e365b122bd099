// The screens of the four applications against the whole product with its demo world: what they show is what the worlds' models
// say, for every example person; what changes counts at the next page; and without an answer nothing is shown.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { demoWorlds } from '../../src/demo.ts';
import { Evaluator } from '../../src/modules/decisions/evaluator.ts';
import { compileForms } from '../../src/modules/decisions/forms/index.ts';
import { recordsOf, subjectsOf } from '../../src/modules/decisions/worlds/world.model.ts';
import { readWorld, worldNames, type WorldName } from '../../src/modules/decisions/worlds/worlds.files.ts';
import { demoPassword, demoSampleClient, loadDemoWorldOnFirstStart } from '../../src/modules/demo/index.ts';
import { startSampleApp, type RunningSample } from '../../src/sample/sample-app.ts';
import { holds, type Rows } from '../../src/sample/worlds/condition.ts';
import { Asking } from '../../src/sample/worlds/decision-client.ts';
import { startTestApp, type TestApp } from '../support/provider.ts';
import { Visitor, type Page } from './visitor.ts';

const assetsDir = fileURLToPath(new URL('../../views/assets', import.meta.url));

describe('the screens that ask the decision point', () => {
  let product: TestApp;
  let sample: RunningSample;
  const worlds = demoWorlds();

  before(async () => {
    // The demo world holds the address of the sample application: a port that was free decides.
    const probe = await startSampleApp({ issuer: '', clientId: '', clientSecret: '', port: 0, assetsDir });
    await probe.stop();
    product = await startTestApp({ config: { demo: true, samplePort: probe.port } });
    await loadDemoWorldOnFirstStart(product.site, { people: 10 });
    const { url: issuer } = product;
    sample = await startSampleApp({ issuer, port: probe.port, assetsDir, ...demoSampleClient, worlds });
  });
  after(async () => {
    await sample?.stop();
    await product?.close();
  });

  const open = (path: string, visitor = new Visitor()): Promise<Page> => visitor.open(`${sample.url}${path}`);
  const seen = async (path: string): Promise<Page> => {
    const page = await open(path);
    assert.equal(page.status, 200, `${path} answered ${page.status}`);
    // What was asked is shown below the screen and holds all identifiers.
    return { ...page, html: page.html.split('<details')[0]! };
  };

  /** What the model of a world says, without the product. */
  function judge(name: WorldName) {
    const world = readWorld(name);
    const evaluator = new Evaluator(compileForms(world.forms));
    const records = recordsOf(world);
    const subjects = subjectsOf(world);
    const resourcesOf = (type: string) => [...records.values()].filter((record) => record.type === type);
    const now = product.site.clock.now().toISOString();
    const allows = (person: string, action: string, type: string, id: string) => {
      const [subject, resource] = [subjects.get(person)!, records.get(`${type}/${id}`)!];
      return evaluator.decide({ subject, action, resource, now, resourcesOf }).allowed;
    };
    return { world, allows };
  }

  it('are reached from the start page', async () => {
    const { html } = await open('/');
    for (const { code } of worlds) assert.ok(html.includes(`href="/${code}"`), code);
  });

  it('list the clients that each person of the welfare world sees', async () => {
    const { world, allows } = judge('sec');
    for (const { id: person } of world.people) {
      const { html } = await seen(`/welfare?person=${person}`);
      for (const { type, id, name } of world.records.filter((record) => record.type === 'client')) {
        const isShown = html.includes(`>${name}</a>`);
        assert.equal(isShown, allows(person, 'view', type, id), `${person} and ${name}`);
      }
    }
  });

  it('keep back entries of a file, their names too, and say why', async () => {
    const { html } = await seen('/welfare/clients/lena?person=directeur');
    assert.match(html, /Dagverslag van Lena/);
    assert.doesNotMatch(html, /Medicatie van Lena/);
    assert.match(html, /Logboekstuk<\/span>: 1/);
    assert.match(html, /You have not been given permission for this/);
    assert.match(html, /value="delete"/, 'a button that is allowed');
    const guide = await seen('/welfare/clients/lena?person=begeleider');
    assert.match(guide.html, /Medicatie van Lena/);
    assert.doesNotMatch(guide.html, /value="delete"/, 'a button that is not');
  });

  it('do not open what somebody may not see, in the language of the reader', async () => {
    const refused = await open('/welfare/clients/marie?person=begeleider', new Visitor('nl'));
    assert.equal(refused.status, 403);
    assert.match(refused.html, /U hebt hiervoor geen toestemming gekregen/);
    assert.doesNotMatch(refused.html, /Marie/);
    assert.equal((await open('/welfare/clients/nobody?person=directeur')).status, 404);
    assert.match((await seen('/welfare?person=uit-dienst')).html, /nothing that this person may see/);
  });

  it('tick what the access matrix gives each person of the school', async () => {
    const { world, allows } = judge('school');
    const actions = world.forms.resourceTypes[0]!.actions;
    for (const { id: person } of world.people) {
      const { html } = await seen(`/school?person=${person}`);
      const rows = [...html.matchAll(/<tr>\s*<th scope="row">([\s\S]*?)<\/tr>/g)].map(([, row]) => row!);
      const shown = rows.map((row) => [...row.matchAll(/✓|>–</g)].map(([mark]) => mark === '✓'));
      const categories = new Map(
        Map.groupBy(world.records, (record) => record.nodes[0]!.split('.')[0]).entries(),
      );
      const expected = [...categories.values()]
        .flat()
        .map(({ type, id }) => actions.map((action) => allows(person, action, type, id)));
      assert.deepEqual(shown, expected, person);
    }
  });

  it('show who else sees an item to whoever manages its access', async () => {
    const { world, allows } = judge('school');
    const { html } = await seen('/school/data/pim-zorgdossier?person=ict');
    const viewers = world.people.filter(({ id }) => allows(id, 'view', 'gegeven', 'pim-zorgdossier'));
    const listed = /Who can see this<\/h2>([\s\S]*)<\/ul>/.exec(html)![1]!;
    assert.deepEqual(
      [...listed.matchAll(/<li>([^<]+)/g)].map(([, name]) => name).sort(),
      viewers.map(({ name }) => name).sort(),
    );
    assert.doesNotMatch((await seen('/school/data/pim-zorgdossier?person=juf-les')).html, /Who can see this/);
    assert.equal((await open('/school/data/pim-jeugdrechter?person=juf-les')).status, 403);
  });

  it('filter the books by the condition, and judge a code that was typed', async () => {
    const { world, allows } = judge('exact');
    const actions = ['enter', 'report', 'process', 'delete'];
    for (const { id: person } of world.people) {
      const { html } = await seen(`/finance?person=${person}&list=journal`);
      const hasTab = html.includes('>Dagboek</a>');
      for (const { type, id } of world.records.filter((record) => record.type === 'journal')) {
        for (const action of actions) {
          const button = `name="action" value="${action}"><input type="hidden" name="type" value="journal"><input type="hidden" name="id" value="${id}">`;
          const allowed = allows(person, action, type, id);
          assert.equal(html.includes(button), allowed, `${person}: ${action} ${id}`);
          if (allowed) assert.ok(hasTab);
        }
      }
    }
    const typed = (code: string) => seen(`/finance?person=bankkas&list=journal&code=${code}`);
    assert.match((await typed('20')).html, /banner--success/);
    assert.match((await typed('60')).html, /banner--danger[\s\S]*You have not been given permission/);
  });

  it('list cases, open those that may be read, and show permissions to whoever may change them', async () => {
    const { world, allows } = judge('ecase');
    for (const { id: person } of world.people) {
      const { html } = await seen(`/casework?person=${person}`);
      for (const { type, id, name } of world.records.filter((record) => record.type === 'client')) {
        assert.equal(html.includes(`>${name}<`), allows(person, 'list', type, id), `${person} and ${name}`);
        assert.equal(
          html.includes(`/cases/${id}?`),
          allows(person, 'read', type, id),
          `${person} opens ${name}`,
        );
      }
    }
    const owner = await seen('/casework/cases/nina?person=fritz');
    assert.match(owner.html, /made by hand[\s\S]*Mittelstufe Lehrpersonen/);
    assert.doesNotMatch((await seen('/casework/cases/kim?person=moritz')).html, /Permissions/);
    const kim = await seen('/casework/cases/kim?person=moritz');
    assert.doesNotMatch(kim.html, /Vertrauliches/);
    assert.match(kim.html, /Dokument<\/span>: 1/);
  });

  it('ask once more when a button is pressed', async () => {
    const act = (fields: Record<string, string>) => new Visitor().post(`${sample.url}/casework/act`, fields);
    const modify = { action: 'modify', type: 'client', id: 'kim' };
    const done = await act({ ...modify, person: 'petra' });
    assert.equal(done.status, 200);
    assert.match(done.html, /This may be done now/);
    const refused = await act({ ...modify, person: 'moritz' });
    assert.equal(refused.status, 403);
    assert.match(refused.html, /This may not be done[\s\S]*You have not been given permission/);
    assert.equal((await act({ ...modify, id: 'nobody', person: 'petra' })).status, 404);
  });

  it('read the condition as the decision point means it', async () => {
    for (const name of worldNames) {
      const { world, allows } = judge(name);
      const options = worlds.find(({ code }) => code === world.application)!;
      const rows: Rows = {
        ofType: (type) => options.records.filter((record) => record.type === type),
        parentOf: ({ parent }) =>
          options.records.find(({ type, id }) => type === parent?.type && id === parent.id),
      };
      for (const { id: person } of world.people.slice(0, 5)) {
        const asking = new Asking({ issuer: product.url, ...options }, { type: 'user', id: person }, 'en');
        for (const { name: type, actions } of world.forms.resourceTypes) {
          for (const action of actions) {
            const condition = await asking.condition(action, type);
            for (const record of rows.ofType(type)) {
              const says = holds(condition, record, rows);
              assert.equal(says, allows(person, action, type, record.id), `${person} ${action} ${record.id}`);
            }
          }
        }
      }
    }
  });

  it('follow at the next page what is taken away', async () => {
    assert.match((await seen('/casework?person=petra')).html, />Kim</);
    await product.site.db.query(
      `update decision_subject s set facts = jsonb_set(facts, '{groups}', '[]') from application a
       where a.id = s.application_id and a.code = 'casework' and s.id = 'petra'`,
      [],
    );
    assert.doesNotMatch((await seen('/casework?person=petra')).html, />Kim</);
  });

  it('ask for whoever signed in, too', async () => {
    const visitor = new Visitor('nl');
    const form = await visitor.open(`${sample.url}/sign-in`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(form.html)![1]!;
    const action = new URL(
      /<form[^>]*action="(\/interaction\/[^"]+)"/.exec(form.html)?.[1] ?? form.url,
      form.url,
    );
    const counter = await visitor.post(action.href, {
      _csrf: csrf,
      login: 'tom.willems',
      password: demoPassword,
    });
    assert.equal(counter.path, '/counter');
    const books = await open('/finance?person=me', visitor);
    assert.match(books.html, /Tom Willems \(aangemeld\)/);
    assert.match(books.html, />Kostenplaats<\/a>/, 'the menu of a budget manager');
    const files = await open('/welfare?person=me', visitor);
    assert.match(files.html, /U hebt momenteel geen toegang tot deze toepassing/);
    // Without a sign-in there is no such person.
    assert.doesNotMatch((await open('/finance?person=me')).html, /\(signed in\)|Tom Willems/);
  });

  it('show nothing when nobody answers, or another client asks', async () => {
    const stopped = await startSampleApp({ issuer: '', clientId: '', clientSecret: '', port: 0, assetsDir });
    await stopped.stop();
    const statusWith = async (issuer: string, clientSecret?: string): Promise<number> => {
      const some = worlds.map((world) => ({ ...world, clientSecret: clientSecret ?? world.clientSecret }));
      const other = await startSampleApp({ issuer, port: 0, assetsDir, ...demoSampleClient, worlds: some });
      const page = await new Visitor().open(`${other.url}/welfare?person=directeur`);
      assert.doesNotMatch(page.html, /Lena/);
      await other.stop();
      return page.status;
    };
    assert.equal(await statusWith(stopped.url), 503);
    assert.equal(await statusWith(product.url, 'a guess'), 500);
  });
});
