// The audit pages: who sees what, how it is searched and paged, what a change looks like, and the export.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Express } from 'express';
import request from 'supertest';
import { createAuditRoutes, verifyAndRemember } from '../../../src/modules/audit/index.ts';
import type { AuditFact } from '../../../src/platform/change.ts';
import { runCommand } from '../../../src/platform/command.ts';
import { AppError } from '../../../src/platform/errors.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type OrganisationRef, type PersonRef, type World } from '../../support/world.ts';

let site: TestSite;
let world: World;
let app: Express;
let lier: OrganisationRef;
let aalst: OrganisationRef;
let operator: PersonRef;
let head: PersonRef;
let nobody: PersonRef;
let zoe: PersonRef;

before(async () => {
  site = await createTestSite();
  world = createWorld(site);
  app = createPagesApp(site, [createAuditRoutes(site)]);
  const province = await world.organisation({ name: 'Provincie' });
  lier = await world.organisation({ name: 'Gemeente Lier', parent: province });
  aalst = await world.organisation({ name: 'Stad Aalst' });
  operator = await world.person({ givenName: 'Olga', familyName: 'Operator' });
  head = await world.person({ givenName: 'Hans', familyName: 'Hoofd' });
  nobody = await world.person();
  zoe = await world.person({ givenName: 'Zoë', familyName: 'Zomers' });
  const affiliation = await world.affiliation(head, province);
  await world.administration(await world.affiliation(operator, province), 'operator');
  await world.administration(affiliation, 'head', { organisation: province, subtree: true });
  await record(aalst, { action: 'person.changed', before: { givenName: 'A' }, after: { givenName: 'B' } });
  for (let number = 0; number < 25; number++) {
    site.clock.advance({ minutes: 1 });
    await record(lier, {
      action: 'assignment.granted',
      personId: zoe.id,
      reason: `reason ${number}`,
      before: { until: null, context: { module: ['a'] } },
      after: { until: '2026-12-31T23:00:00.000Z', context: { module: ['a', 'b'] }, disabled: true },
    });
  }
  site.clock.advance({ days: 1 });
  const refused = { ...fact(lier), action: 'assignment.granted', personId: zoe.id };
  const refusal = runCommand(site, origin(), refused, () =>
    Promise.reject(new AppError('forbidden', 'four_eyes')),
  );
  await assert.rejects(refusal);
  await record(undefined, { action: 'provider_key.rotated' });
});
after(() => site.close());

const origin = () => world.origin(head, lier);
const fact = (organisation: OrganisationRef | undefined) => ({
  action: 'organisation.changed',
  subjectType: 'test',
  organisationId: organisation?.id,
});

async function record(organisation: OrganisationRef | undefined, more: Partial<AuditFact>): Promise<void> {
  await runCommand(site, origin(), fact(organisation), async (change) => {
    change.record({ ...fact(organisation), ...more });
  });
}

const get = (path: string, person: PersonRef, language = 'en') =>
  request(app)
    .get(path)
    .set('x-person', person.id)
    .set('Accept', 'text/html')
    .set('Cookie', `lang=${language}`);
const rowsOf = (html: string): number => (html.match(/<tr role="row"/g) ?? []).length - 1;

describe('scope', () => {
  test('an operator sees everything, a head administrator their own organisations and below', async () => {
    const all = await get('/audit', operator);
    assert.equal(all.status, 200);
    assert.equal(rowsOf(all.text), 28);
    assert.match(all.text, /Stad Aalst/);
    assert.match(all.text, /Signing keys rotated/);
    const own = await get('/audit', head);
    assert.equal(rowsOf(own.text), 26);
    assert.doesNotMatch(own.text, /Stad Aalst|Signing keys rotated<\/t/);
  });

  test('what is out of scope is not there: not by filter, by search, by place, nor in the export', async () => {
    const { lane, seq } = await site.db.handle
      .selectFrom('audit_event')
      .select(['lane', 'seq'])
      .where('organisation_id', '=', aalst.id)
      .executeTakeFirstOrThrow();
    assert.equal((await get(`/audit/${lane}-${seq}`, operator)).status, 200);
    assert.equal((await get(`/audit/${lane}-${seq}`, head)).status, 404);
    assert.equal((await get(`/audit/99-1`, operator)).status, 404);
    assert.equal((await get(`/audit/x`, operator)).status, 404);
    const filtered = await get(`/audit?organisation=${aalst.id}`, head);
    assert.match(filtered.text, /Nothing fits these filters/);
    assert.doesNotMatch(filtered.text, /Aalst/, 'its name is not told either');
    const file = await get(`/audit/export.csv?organisation=${aalst.id}`, head);
    assert.equal(file.text.trim().split('\r\n').length, 1);
  });

  test('who administers nothing gets no audit at all', async () => {
    for (const path of ['/audit', '/audit/export.csv', '/audit/0-1']) {
      assert.equal((await get(path, nobody)).status, 403);
    }
  });
});

describe('search', () => {
  // The export above is on record too.
  test('by person, name, action, outcome and period', async () => {
    const count = async (query: string) => rowsOf((await get(`/audit?${query}`, operator)).text);
    assert.equal(await count(`person=${zoe.id}`), 26);
    assert.equal(await count(`person=${head.id}`), 29, 'also what somebody did themselves');
    assert.equal(await count('q=zoe+zom'), 26, 'without accents, parts of words');
    assert.equal(await count('q=zoe+nobody'), -1);
    assert.equal(await count('outcome=refused'), 1);
    assert.equal(await count('action=provider_key.rotated'), 1);
    assert.equal(await count('from=2026-06-16'), 3);
    assert.equal(await count('until=2026-06-15'), 26);
    assert.equal(
      await count('outcome=nonsense&action=no.such&person=1'),
      29,
      'what is not a filter is ignored',
    );
  });

  test('filters in use are shown and can be taken away one by one', async () => {
    const { text } = await get(`/audit?outcome=refused&organisation=${lier.id}&from=2026-06-01`, head, 'nl');
    assert.match(text, /Geweigerd/);
    assert.match(text, /Gemeente Lier/);
    assert.match(text, /Vanaf 1 jun 2026/);
    const without = [...text.matchAll(/class="chip" href="([^"]+)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
    assert.equal(without.length, 3);
    assert.ok(
      without.every(
        (href) =>
          !href.includes('outcome=refused') || !href.includes('from=') || !href.includes('organisation='),
      ),
    );
  });

  test('pages forward and back meet, and keep the filters', async () => {
    const href = (html: string, rel: string) =>
      new RegExp(`rel="${rel}" href="([^"]+)"`).exec(html)?.[1]?.replaceAll('&amp;', '&');
    const first = await get('/audit?size=10&outcome=done', operator);
    const second = await get(href(first.text, 'next')!, operator);
    const third = await get(href(second.text, 'next')!, operator);
    assert.deepEqual(
      [first, second, third].map(({ text }) => rowsOf(text)),
      [10, 10, 8],
    );
    assert.equal(href(third.text, 'next'), undefined);
    assert.match(href(second.text, 'next')!, /outcome=done/);
    const places = (html: string) =>
      [...html.matchAll(/href="\/audit\/(\d+-\d+)"/g)].map(([, place]) => place);
    const back = await get(href(second.text, 'prev')!, operator);
    assert.deepEqual(places(back.text), places(first.text));
    assert.equal(new Set([first, second, third].flatMap(({ text }) => places(text))).size, 28);
    assert.equal((await get('/audit?after=x', operator)).status, 400);
    assert.equal(
      (await get(`/audit?after=${Buffer.from('[1]').toString('base64url')}`, operator)).status,
      400,
    );
  });
});

describe('one event', () => {
  test('tells the change field by field, in the language of the reader', async () => {
    const { text: list } = await get('/audit', head);
    const places = [...list.matchAll(/href="(\/audit\/\d+-\d+)"/g)].map(([, place]) => place!);
    const granted = await get(places[1]!, head, 'nl');
    assert.match(granted.text, /Recht toegekend/);
    assert.match(granted.text, /Hans Hoofd/);
    assert.match(granted.text, /namens Gemeente Lier/);
    assert.match(granted.text, /reason 24/);
    assert.match(granted.text, /Tot en met/);
    assert.match(granted.text, /31 dec 2026/, 'an exclusive midnight is shown as the day before');
    assert.match(granted.text, /Contextwaarden › module/);
    assert.match(granted.text, /a, b/);
    const refused = await get(places[0]!, head, 'nl');
    assert.match(refused.text, /Geweigerd/);
    assert.match(refused.text, /zelf/i, 'the reason of a refusal is told in words');
  });
});

describe('export', () => {
  test('holds everything that fits, is recorded, and opens in a spreadsheet without running anything', async () => {
    await record(lier, { action: 'organisation.changed', reason: '=HYPERLINK("x")', personId: undefined });
    const response = await get(`/audit/export.csv?organisation=${lier.id}`, head, 'nl').buffer(true);
    assert.equal(response.status, 200);
    assert.match(response.headers['content-type'] ?? '', /text\/csv/);
    assert.match(response.headers['content-disposition'] ?? '', /audit-2026-06-16\.csv/);
    const lines = response.text.trim().split('\r\n');
    // Newest first, and the record that it was taken is part of it.
    assert.equal(lines.length, 1 + 28);
    assert.match(lines[1]!, /audit\.exported/);
    assert.match(lines[2]!, /'=HYPERLINK/);
    const row = await site.db.handle
      .selectFrom('audit_event')
      .selectAll()
      .where('action', '=', 'audit.exported')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow();
    assert.equal(row.actor_person_id, head.id);
    assert.equal(row.organisation_id, lier.id);
    assert.deepEqual(row.after, { filters: { organisation: lier.id } });
  });
});

describe('badge', () => {
  test('says whether the last verification found the record intact, and its size only to who reads all of it', async () => {
    assert.match((await get('/audit', head)).text, /not been verified yet/);
    await verifyAndRemember(site);
    assert.match((await get('/audit', operator)).text, /is intact\. \d+ events were checked/);
    assert.doesNotMatch((await get('/audit', head)).text, /events were checked/);
    await site.db.exec(`alter table audit_event disable trigger audit_event_final;
      update audit_event set reason = 'x' where seq = 3; alter table audit_event enable trigger audit_event_final`);
    await verifyAndRemember(site);
    assert.match((await get('/audit', head)).text, /tampered with/);
  });
});
