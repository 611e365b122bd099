// The pages of owners: applications, rights, offers, clients, holders. What is typed wrong comes back; strangers see
// nothing; an export is whole and on record.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createApplicationRoutes } from '../../../src/modules/applications/index.ts';
import { createMyAccessRoutes } from '../../../src/modules/assignments/index.ts';
import {
  createOfferRoutes,
  createRightRoutes,
  findRight,
  listOffersFor,
} from '../../../src/modules/rights/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type ApplicationRef,
  type OrganisationRef,
  type PersonRef,
  type World,
} from '../../support/world.ts';

type Form = Record<string, string | string[]>;

describe('the pages of application owners', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let organisation: OrganisationRef;
  let application: ApplicationRef;
  let owner: PersonRef;
  let operator: PersonRef;
  let stranger: PersonRef;

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    const validateClientMetadata = async (metadata: Readonly<Record<string, unknown>>): Promise<void> => {
      const uris = (metadata['redirect_uris'] ?? []) as string[];
      const refusal = Object.assign(new Error('invalid'), {
        error_description: 'redirect_uris must only contain strings',
      });
      if (uris.some((uri) => !URL.canParse(uri))) throw refusal;
    };
    const routers = [
      createApplicationRoutes(site, { validateClientMetadata }),
      createRightRoutes(site),
      createOfferRoutes(site),
      createMyAccessRoutes(site),
    ];
    agent = request(createPagesApp(site, routers));
    organisation = await world.organisation({ code: 'TOWN', name: 'Town of Ghent' });
    application = await world.application({ code: 'counter' });
    [owner, operator, stranger] = [
      await world.person({ password: null }),
      await world.person({ password: null }),
      await world.person({ password: null }),
    ];
    await world.administration(await world.affiliation(owner, organisation), 'application_owner', {
      application,
    });
    await world.administration(await world.affiliation(operator, organisation), 'operator');
    await world.administration(await world.affiliation(stranger, organisation), 'head');
  });
  after(() => site.close());

  const get = (path: string, person = owner) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');
  const post = (path: string, form: Form, person = owner) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);

  it('show the application to its owner and to nobody else', async () => {
    assert.match((await get(paths.applications()).expect(200)).text, /counter/);
    for (const path of [
      paths.application,
      paths.rights,
      paths.offers,
      paths.holders,
      paths.editApplication,
    ]) {
      await get(path(application.id)).expect(200);
      await get(path(application.id), stranger).expect(404);
    }
    await get(paths.newApplication()).expect(403);
    await get(paths.applications(), stranger).expect(403);
  });

  it('add a right with contexts, change it, and keep both versions apart on a stale edit', async () => {
    const form: Form = {
      code: 'Editor',
      'names.nl': 'Redacteur',
      position: '1',
      'contexts.0.code': 'module',
      'contexts.0.kind': 'list',
      'contexts.0.required': 'on',
      'contexts.0.options': 'permits = Vergunningen / Permis / Genehmigungen / Permits\nsubsidies',
      'contexts.1.code': 'centre',
      'contexts.1.kind': 'text',
      'contexts.1.pattern': 'CC[0-9]{4}',
      'contexts.1.options': 'ignored',
    };
    const wrong = await post(paths.rights(application.id), {
      ...form,
      code: 'with-hyphen',
      'names.nl': '',
    }).expect(422);
    assert.match(wrong.text, /Use letters, digits, dots and underscores only/);
    assert.match(wrong.text, /Give a name in at least one language/);
    assert.match(wrong.text, /value="CC\[0-9\]\{4\}"/);
    const hanging = await post(paths.rights(application.id), {
      ...form,
      'contexts.1.pattern': '(a+)+',
    }).expect(422);
    assert.match(hanging.text, /could take too long/);
    await post(paths.rights(application.id), form).expect(303);
    const { id } = await site.db.reader
      .selectFrom('application_right')
      .select('id')
      .where('code', '=', 'Editor')
      .executeTakeFirstOrThrow();
    const right = await findRight(site.db.reader, id);
    assert.deepEqual(
      right?.contexts.map((context) => [context.code, context.kind, context.required, context.pattern]),
      [
        ['module', 'list', true, null],
        ['centre', 'text', false, 'CC[0-9]{4}'],
      ],
    );
    assert.deepEqual(
      right?.contexts[0]?.options.map((option) => option.names),
      [{ nl: 'Vergunningen', fr: 'Permis', de: 'Genehmigungen', en: 'Permits' }, { en: 'subsidies' }],
    );
    const page = await get(paths.editRight(application.id, id)).expect(200);
    assert.match(page.text, /permits = Vergunningen \/ Permis \/ Genehmigungen \/ Permits\nsubsidies/);
    await post(paths.editRight(application.id, id), { ...form, version: '1', position: '2' }).expect(303);
    const stale = await post(paths.editRight(application.id, id), { ...form, version: '1' }).expect(409);
    assert.match(stale.text, /Somebody else changed this/);
    await get(paths.editRight((await world.application()).id, id), operator).expect(404);
    const doubled = await post(paths.rights(application.id), form).expect(409);
    assert.match(doubled.text, /name="code" value="Editor"/);
  });

  it('offer a right, change the offer and end it, with what follows from that in figures', async () => {
    const right = await world.right(application);
    const form: Form = {
      right: right.id,
      receiverKind: 'organisation',
      organisation: 'nowhere',
      from: '2026-06-15',
      maxPeriodDays: '30',
    };
    const unknown = await post(paths.offers(application.id), form).expect(422);
    assert.match(unknown.text, /There is no organisation with this name or code/);
    const missing = await post(paths.offers(application.id), { ...form, organisation: '' }).expect(422);
    assert.match(missing.text, /id="field-organisation-error"/);
    for (const name of ['Twin', 'TWIN']) await world.organisation({ name });
    const doubled = await post(paths.offers(application.id), { ...form, organisation: 'twin' }).expect(422);
    assert.match(doubled.text, /More than one organisation has this name/);
    const named = await world.organisation({ name: 'Named Town' });
    await post(paths.offers(application.id), { ...form, organisation: 'named TOWN' }).expect(303);
    assert.equal((await listOffersFor(site.db.reader, named.id, site.clock.now())).length, 1);
    const table = await get(paths.offersExport(application.id)).expect(200);
    assert.match(table.headers['content-type'] ?? '', /^text\/csv/);
    assert.match(table.text, new RegExp(`Named Town[,;]${named.code}[,;]One organisation[,;].*[,;]30[,;]`));
    await get(paths.offersExport(application.id), stranger).expect(404);
    await post(paths.offers(application.id), { ...form, organisation: 'town' }).expect(303);
    const [offered] = await listOffersFor(site.db.reader, organisation.id, site.clock.now());
    assert.equal(offered?.ceilings[0]?.maxPeriodDays, 30);
    assert.match(
      (await get(paths.offeredRights(organisation.id), stranger).expect(200)).text,
      /at most 30 days/,
    );
    const { id } = await site.db.reader
      .selectFrom('offer')
      .select('id')
      .where('right_id', '=', right.id)
      .where('organisation_id', '=', organisation.id)
      .executeTakeFirstOrThrow();
    await post(paths.editOffer(application.id, id), {
      version: '1',
      maxPeriodDays: '60',
      until: '2026-12-31',
    }).expect(303);
    await post(paths.editOffer(application.id, id), { version: '1' }).expect(409);
    const holder = await world.affiliation(await world.person({ password: null }), organisation);
    await world.assignment(holder, right);
    const end = await get(paths.endOffer(application.id, id)).expect(200);
    assert.match(end.text, /<strong>1<\/strong> <span>person loses access at once/);
    site.clock.advance({ minutes: 1 });
    await post(paths.endOffer(application.id, id), { version: '2' }).expect(303);
    assert.deepEqual(await listOffersFor(site.db.reader, organisation.id, site.clock.now()), []);
    const { id: undo } = await site.db.handle
      .selectFrom('undo_entry')
      .select('id')
      .where('kind', '=', 'offer.ended')
      .executeTakeFirstOrThrow();
    await post(paths.undoOffer(application.id, id), { undo }).expect(303);
    assert.equal((await listOffersFor(site.db.reader, organisation.id, site.clock.now())).length, 1);
  });

  it('register a client and show its secret this once; the provider has a say', async () => {
    const form: Form = {
      clientId: 'counter-web',
      name: 'Counter',
      kind: 'web',
      method: 'client_secret_basic',
      algorithm: 'ES256',
      refresh: 'on',
      pkce: 'on',
      redirectUris: 'https://counter.example/callback\nnot an address',
      claims: ['idToken', 'introspection'],
    };
    const refused = await post(paths.clients(application.id), form).expect(422);
    assert.match(refused.text, /The provider does not accept this: redirect_uris/);
    const { text } = await post(paths.clients(application.id), {
      ...form,
      redirectUris: 'https://counter.example/callback',
    }).expect(200);
    const secret = /<code>([A-Za-z0-9_-]{43})<\/code>/.exec(text)?.[1];
    assert.ok(secret);
    const stored = await site.db.reader
      .selectFrom('client')
      .selectAll()
      .where('id', '=', 'counter-web')
      .executeTakeFirstOrThrow();
    assert.deepEqual(stored.claims_in, {
      idToken: true,
      userinfo: false,
      accessToken: false,
      introspection: true,
    });
    assert.deepEqual(stored.metadata['grant_types'], ['authorization_code', 'refresh_token']);
    assert.equal(stored.metadata['id_token_signed_response_alg'], 'ES256');
    for (const path of [paths.editClient, paths.rotateClientSecret]) {
      assert.ok(!(await get(path(application.id, 'counter-web')).expect(200)).text.includes(secret));
    }
    await site.db.handle
      .updateTable('client')
      .set({ metadata: JSON.stringify({ ...stored.metadata, tos_uri: 'https://counter.example/terms' }) })
      .where('id', '=', 'counter-web')
      .execute();
    const change: Form = { ...form, redirectUris: 'https://counter.example/back', version: '1' };
    await post(paths.editClient(application.id, 'counter-web'), change).expect(303);
    const changed = await site.db.reader
      .selectFrom('client')
      .select('metadata')
      .where('id', '=', 'counter-web')
      .executeTakeFirstOrThrow();
    assert.deepEqual(changed.metadata['redirect_uris'], ['https://counter.example/back']);
    assert.equal(changed.metadata['tos_uri'], 'https://counter.example/terms');
    const rotated = await post(paths.rotateClientSecret(application.id, 'counter-web'), {
      version: '2',
    }).expect(200);
    assert.ok(!rotated.text.includes(secret));
  });

  it('list and export who holds what: filtered, paged to the end, and on record', async () => {
    const busy = await world.application({ code: 'busy' });
    const right = await world.right(busy, { code: 'Reader' });
    await world.offer(right, { organisation });
    await world.administration(
      await world.affiliation(owner, await world.organisation()),
      'application_owner',
      { application: busy },
    );
    for (let number = 0; number < 7; number++) {
      const person = await world.person({
        password: null,
        givenName: number === 3 ? '=cmd' : 'Jo',
        familyName: `Nr${number}`,
      });
      const affiliation = await world.affiliation(person, organisation);
      await world.assignment(affiliation, right, number === 6 ? { until: '2026-02-01' } : {});
    }
    const seen: string[] = [];
    let href: string | undefined = `${paths.holders(busy.id)}?size=4`;
    while (href) {
      const { text }: { text: string } = await get(href).expect(200);
      seen.push(...[...text.matchAll(/Nr\d/g)].map((match) => match[0]));
      href = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    }
    assert.deepEqual(seen, ['Nr5', 'Nr4', 'Nr3', 'Nr2', 'Nr1', 'Nr0']);
    const past = await get(`${paths.holders(busy.id)}?state=past`).expect(200);
    assert.match(past.text, /Nr6/);
    const found = await get(`${paths.holders(busy.id)}?q=nr2`).expect(200);
    assert.match(found.text, /Nr2/);
    assert.doesNotMatch(found.text, /Nr1/);
    const csv = await get(`${paths.holdersExport(busy.id)}?state=all`).expect(200);
    const lines = csv.text.trim().split('\r\n');
    assert.equal(lines.length, 8);
    assert.ok(
      lines.some((line) => line.startsWith(`'=cmd`) || line.startsWith(`"'=cmd`)),
      'formulas are made harmless',
    );
    const record = await site.db.reader
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '=', 'holders.exported')
      .execute();
    assert.deepEqual(
      record.map((row) => [row.application_id, row.actor_person_id]),
      [[busy.id, owner.id]],
    );
    await get(paths.holdersExport(busy.id), stranger).expect(404);
  });

  it('let an operator register, change and end an application', async () => {
    const form: Form = {
      code: 'fresh',
      owner: 'TOWN',
      'names.en': 'Fresh',
      roleTemplate: '{right}',
      roleClaim: 'roles',
    };
    const wrong = await post(paths.applications(), { ...form, roleTemplate: '{context}' }, operator).expect(
      422,
    );
    assert.match(wrong.text, /Use \{right\} once/);
    const created = await post(paths.applications(), form, operator).expect(303);
    const id = created.headers['location']!.split('/').at(-1)!;
    await post(
      paths.editApplication(id),
      { ...form, version: '1', homeUrl: 'javascript:alert(1)' },
      operator,
    ).expect(422);
    await post(
      paths.editApplication(id),
      { ...form, version: '1', homeUrl: 'https://fresh.example/' },
      operator,
    ).expect(303);
    await post(paths.editApplication(id), { ...form, version: '1' }, operator).expect(409);
    site.clock.advance({ minutes: 1 });
    await get(paths.endApplication(id), operator).expect(200);
    await post(paths.endApplication(id), { version: '2' }, operator).expect(303);
  });

  it('show everybody their own access and whom to ask', async () => {
    const person = await world.person({ password: null });
    const right = await world.right(application, { code: 'Guest' });
    await world.offer(right, { organisation, until: '2026-06-20' });
    await world.assignment(await world.affiliation(person, organisation), right);
    const { text } = await get(paths.myAccess(), person).expect(200);
    assert.match(text, /Guest/);
    assert.match(text, /Ending soon/);
    assert.match(text, new RegExp(`mailto:${stranger.mail}`));
    const nobody = await get(paths.myAccess(), await world.person({ password: null })).expect(200);
    assert.match(nobody.text, /No affiliation/);
  });
});
