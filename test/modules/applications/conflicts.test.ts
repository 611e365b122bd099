// Two owners at once, on the forms about applications, clients, rights and offers: the second one sees every field in
// both versions, who was first and when, and may save their own all the same. A question is asked again.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import request from 'supertest';
import { createApplicationRoutes } from '../../../src/modules/applications/index.ts';
import { createOfferRoutes, createRightRoutes } from '../../../src/modules/rights/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef, type World } from '../../support/world.ts';

const nothing = 'Not filled in';
type Form = Record<string, string | string[]>;

describe('two owners at once', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let first: PersonRef;
  let second: PersonRef;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    const deps = { validateClientMetadata: async () => {} };
    agent = request(
      createPagesApp(site, [
        createApplicationRoutes(site, deps),
        createRightRoutes(site),
        createOfferRoutes(site),
      ]),
    );
  });
  after(() => site.close());

  beforeEach(async () => {
    site.clock.set('2026-06-15T08:00:00.000Z');
    application = await world.application();
    const organisation = await world.organisation();
    const owner = async (givenName: string): Promise<PersonRef> => {
      const person = await world.person({ password: null, givenName, familyName: 'Peeters' });
      const work = await world.affiliation(person, organisation);
      await world.administration(work, 'application_owner', { application });
      return person;
    };
    [first, second] = [await owner('An'), await owner('Bo')];
  });

  const post = (path: string, form: Form, person: PersonRef) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  const unescape = (text: string): string =>
    text.replaceAll('&#34;', '"').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  /** The rows of the page: label, as it stands, as it was sent. */
  const rowsIn = (html: string): string[][] =>
    [...html.matchAll(/<tr role="row" class="(?:differs)?">.*?<\/tr>/gs)].map(([row]) => {
      const label = /<th scope="row" role="rowheader">(.*?)<\/th>/s.exec(row)?.[1] ?? '';
      const values = row.matchAll(/<span class="cell-value">(?:<mark>)?([^<]*)/g);
      return [label, ...[...values].map((value) => unescape(value[1]!))];
    });
  const rowOf = (html: string, label: string): string[] | undefined =>
    rowsIn(html)
      .find((row) => row[0] === label)
      ?.slice(1);
  /** What "save my version" sends. */
  const mineIn = (html: string): Form => {
    const mine: Form = {};
    for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)) {
      const known = mine[name!];
      mine[name!] = known === undefined ? unescape(value!) : [known, unescape(value!)].flat();
    }
    return mine;
  };
  /** The first saves; an hour later the second sends what they had begun before. */
  const collide = async (path: string, theirs: Form, mine: Form): Promise<string> => {
    site.clock.set('2026-06-15T09:00:00.000Z');
    await post(path, { ...theirs, version: '1' }, first).expect(303);
    site.clock.set('2026-06-15T10:00:00.000Z');
    const { text } = await post(path, { ...mine, version: '1' }, second).expect(409);
    assert.match(text, /An Peeters changed this on 15 Jun 2026, 11:00/);
    assert.match(text, /Save my version all the same/);
    await post(path, mineIn(text), second).expect(303);
    return text;
  };

  it('change an application', async () => {
    const form = { code: application.code, 'names.nl': 'Loket', roleTemplate: '{right}', roleClaim: 'roles' };
    const text = await collide(
      paths.editApplication(application.id),
      { ...form, 'descriptions.fr': 'Le guichet', until: '2026-12-31' },
      { ...form, 'names.nl': 'Balie', homeUrl: 'https://counter.example/' },
    );
    assert.deepEqual(rowOf(text, 'Name (Nederlands)'), ['Loket', 'Balie']);
    assert.deepEqual(rowOf(text, 'Description (Français)'), ['Le guichet', nothing]);
    assert.equal(rowsIn(text).find((row) => row[1] === '31 Dec 2026')?.[2], nothing);
    assert.ok(!rowsIn(text).some((row) => row[0] === 'Description (Deutsch)'), 'empty in both');
    const row = await site.db.reader
      .selectFrom('application')
      .select(['names', 'home_url', 'descriptions', 'version'])
      .where('id', '=', application.id)
      .executeTakeFirstOrThrow();
    assert.deepEqual(row, {
      names: { nl: 'Balie' },
      home_url: 'https://counter.example/',
      descriptions: {},
      version: 3,
    });
  });

  it('change a client', async () => {
    const client = await world.client(application);
    const form: Form = {
      name: 'Web',
      kind: 'web',
      method: 'client_secret_basic',
      redirectUris: 'https://a.example/one\nhttps://a.example/two',
      claims: ['idToken', 'userinfo'],
      tokenFormat: 'jwt',
      pkce: 'on',
    };
    const text = await collide(
      paths.editClient(application.id, client.id),
      { ...form, method: 'client_secret_post' },
      { ...form, claims: ['idToken'], pkce: '', algorithm: 'ES256' },
    );
    assert.deepEqual(rowOf(text, 'Redirect addresses'), [form['redirectUris'], form['redirectUris']]);
    const differing = rowsIn(text).filter((row) => row[1] !== row[2]);
    assert.equal(differing.length, 4, JSON.stringify(differing));
    assert.ok(differing.some((row) => row[1] === 'RS256' && row[2] === 'ES256'));
    assert.ok(differing.some((row) => row[1] === 'Yes' && row[2] === 'No'));
    const row = await site.db.reader
      .selectFrom('client')
      .select(['metadata', 'claims_in', 'pkce_required'])
      .where('id', '=', client.id)
      .executeTakeFirstOrThrow();
    assert.deepEqual(row.metadata['redirect_uris'], ['https://a.example/one', 'https://a.example/two']);
    assert.deepEqual(
      [row.claims_in.idToken, row.claims_in.userinfo, row.pkce_required],
      [true, false, false],
    );
  });

  it('change a right, whose contexts were put in another order meanwhile', async () => {
    const context = (index: number, code: string, options: string): Form => ({
      [`contexts.${index}.code`]: code,
      [`contexts.${index}.kind`]: 'list',
      [`contexts.${index}.options`]: options,
    });
    const right = await world.right(application, {
      code: 'Reader',
      contexts: [{ code: 'module', options: ['a'] }],
    });
    const form = { code: 'Reader', 'names.en': 'Reader', position: '1' };
    const text = await collide(
      paths.editRight(application.id, right.id),
      { ...form, 'descriptions.en': 'Reads', ...context(0, 'area', 'north'), ...context(1, 'module', 'a') },
      { ...form, ...context(0, 'module', 'a\nb'), ...context(1, 'team', 't') },
    );
    assert.deepEqual(rowOf(text, 'Description (English)'), ['Reads', nothing]);
    assert.deepEqual(rowOf(text, 'module: Values to choose from'), ['a', 'a\nb']);
    assert.deepEqual(rowOf(text, 'area: Values to choose from'), ['north', nothing]);
    assert.deepEqual(rowOf(text, 'team: Values to choose from'), [nothing, 't']);
    const rows = await site.db.reader
      .selectFrom('context_definition')
      .select('code')
      .where('right_id', '=', right.id)
      .orderBy('position')
      .execute();
    assert.deepEqual(
      rows.map((row) => row.code),
      ['module', 'team'],
    );
  });

  it('change an offer', async () => {
    const offer = await world.offer(await world.right(application), {
      organisation: await world.organisation(),
    });
    const text = await collide(
      paths.editOffer(application.id, offer.id),
      { maxPeriodDays: '30', until: '2026-12-31' },
      { maxPeriodDays: '60' },
    );
    const rows = rowsIn(text).map((row) => row.slice(1));
    assert.deepEqual(rows, [
      ['30', '60'],
      ['31 Dec 2026', nothing],
    ]);
  });

  it('end something: the question is asked again, once it is over that is said', async () => {
    const right = await world.right(application);
    const offer = await world.offer(right, { organisation: await world.organisation() });
    const client = await world.client(application);
    const questions = [
      [paths.endOffer(application.id, offer.id), 'offer'],
      [paths.endRight(application.id, right.id), 'application_right'],
      [paths.rotateClientSecret(application.id, client.id), 'client'],
      [paths.endApplication(application.id), 'application'],
    ] as const;
    for (const [path, table] of questions) {
      const stale = await post(path, { version: '7' }, second).expect(409);
      assert.match(stale.text, /Somebody else changed this meanwhile/);
      assert.match(stale.text, /name="version" value="1"/, table);
      const done = await post(path, { version: '1' }, second);
      assert.ok([200, 303].includes(done.status), `${table} ${done.status}`);
      // A client has no end; an ended application is there no more for its owners.
      if (table === 'client' || table === 'application') continue;
      const twice = await post(path, { version: '1' }, second).expect(409);
      assert.doesNotMatch(twice.text, /Somebody else changed/, table);
    }
  });
});
