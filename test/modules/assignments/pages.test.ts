// The pages of granting: what is offered is shown, what is refused comes back with what was typed, links work.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createAssignmentRoutes } from '../../../src/modules/assignments/index.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import {
  createWorld,
  type OrganisationRef,
  type PersonRef,
  type RightRef,
  type World,
} from '../../support/world.ts';

describe('the pages of assignments', () => {
  let site: TestSite;
  let world: World;
  let agent: ReturnType<typeof request>;
  let organisation: OrganisationRef;
  let clerk: PersonRef;
  let colleague: PersonRef;
  let affiliationId: string;
  let right: RightRef;
  let place: [string, string];

  before(async () => {
    site = await createTestSite();
    world = createWorld(site);
    agent = request(createPagesApp(site, [createAssignmentRoutes(site)]));
    organisation = await world.organisation({ name: 'Town of Ghent' });
    clerk = await world.person({ password: null });
    colleague = await world.person({ password: null, givenName: 'Ann', familyName: '<b>Aerts' });
    await world.administration(await world.affiliation(clerk, organisation), 'local');
    affiliationId = (await world.affiliation(colleague, organisation)).id;
    right = await world.right(await world.application(), {
      code: 'Editor',
      contexts: [
        { code: 'module', required: true, many: true, options: ['permits', 'subsidies'] },
        { code: 'note', kind: 'text', pattern: '[a-z]+' },
      ],
    });
    await world.offer(right, { organisation, maxPeriodDays: 30 });
    place = [organisation.id, colleague.id];
  });
  after(() => site.close());

  const get = (path: string, person = clerk) =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html');
  const post = (path: string, form: Record<string, string | string[]>, person = clerk) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  const assignments = () =>
    site.db.reader
      .selectFrom('assignment')
      .selectAll()
      .where('person_id', '=', colleague.id)
      .orderBy('id')
      .execute();

  it('offer what may be handed out, then ask for context and period with the latest end filled in', async () => {
    const choose = await get(paths.newAssignment(...place)).expect(200);
    assert.match(choose.text, /Editor/);
    assert.match(choose.text, /Ann &lt;b&gt;Aerts/);
    const form = await get(`${paths.newAssignment(...place)}?right=${right.id}`).expect(200);
    assert.match(form.text, /name="context\.module"/);
    assert.match(form.text, /name="until" value="2026-07-14"/);
  });

  it('give the typed form back with every error, and save nothing', async () => {
    const form = {
      right: right.id,
      affiliation: affiliationId,
      from: '2026-06-15',
      until: '2026-09-01',
      'context.note': '123',
    };
    const { text } = await post(paths.assignments(...place), form).expect(422);
    assert.match(text, /The application accepts 14 Jul 2026 at the latest/);
    assert.match(text, /Choose a value; without it the right gives no access/);
    assert.match(text, /value="123"/);
    assert.deepEqual(await assignments(), []);
    const undated = await post(paths.assignments(...place), { ...form, from: '2026-02-30' }).expect(422);
    assert.match(undated.text, /Enter a date that exists/);
  });

  it('grant, change and end a right, each with a way back', async () => {
    const form = {
      right: right.id,
      affiliation: affiliationId,
      from: '2026-06-15',
      until: '2026-07-01',
      'context.module': ['subsidies', 'permits'],
      reason: 'Summer',
    };
    const granted = await post(paths.assignments(...place), form).expect(303);
    assert.equal(granted.headers['location'], paths.person(...place));
    const [assignment] = await assignments();
    assert.deepEqual(assignment?.context, { module: ['permits', 'subsidies'] });
    assert.deepEqual(assignment?.valid_from, site.clock.now());
    assert.equal(assignment?.valid_until?.toISOString(), '2026-07-01T22:00:00.000Z');
    const page = await get(paths.editAssignment(...place, assignment!.id)).expect(200);
    assert.match(page.text, /name="until" value="2026-07-01"/);
    await post(paths.editAssignment(...place, assignment!.id), { version: '1', until: '2026-07-05' }).expect(
      303,
    );
    const stale = await post(paths.editAssignment(...place, assignment!.id), {
      version: '1',
      until: '2026-07-03',
    }).expect(409);
    assert.match(stale.text, /Somebody else changed this/);
    assert.match(stale.text, /5 Jul 2026/);
    assert.match(stale.text, /3 Jul 2026/);
    assert.match(stale.text, /name="version" value="2"[\s\S]*Save my version all the same/);
    const staleEnd = await post(paths.endAssignment(...place, assignment!.id), { version: '1' }).expect(409);
    assert.match(staleEnd.text, /This is how it stands now/);
    assert.match(staleEnd.text, /You can undo this for ten minutes/);
    const after = await get(paths.endAssignment(...place, assignment!.id)).expect(200);
    const undo = /action="([^"]*\/undo)"[\s\S]*?name="undo" value="([^"]+)"/.exec(after.text);
    assert.ok(undo, 'the change can be undone from the next page');
    await post(undo[1]!, { undo: undo[2]! }).expect(303);
    assert.equal((await assignments())[0]?.valid_until?.toISOString(), '2026-07-01T22:00:00.000Z');
    await post(paths.endAssignment(...place, assignment!.id), { version: '3' }).expect(303);
    assert.notEqual((await assignments())[0]?.cancelled_at ?? (await assignments())[0]?.valid_until, null);
  });

  it('tell while typing whether the period is possible', async () => {
    const query = (until: string) =>
      `${paths.checkAssignment(...place)}?right=${right.id}&from=2026-06-20&until=${until}`;
    assert.match((await get(query('2026-07-01')).expect(200)).text, /This period is possible/);
    assert.match((await get(query('2026-12-01')).expect(200)).text, /accepts 19 Jul 2026 at the latest/);
    assert.equal((await get(query('2026-1')).expect(200)).text.trim(), '');
  });

  it('judge a start of today as now, however often the clock is asked', async (context) => {
    let time = site.clock.now().getTime();
    context.mock.method(site.clock, 'now', () => new Date(time++));
    const today = `${paths.checkAssignment(...place)}?right=${right.id}&from=2026-06-15&until=2026-07-01`;
    assert.match((await get(today).expect(200)).text, /This period is possible/);
    const form = await get(`${paths.newAssignment(...place)}?right=${right.id}`).expect(200);
    assert.match(form.text, /name="until" value="2026-07-14"/);
  });

  it('are not there for oneself, for strangers, or under another organisation', async () => {
    const own = await get(paths.newAssignment(organisation.id, clerk.id)).expect(403);
    assert.match(own.text, /Somebody else has to do this/);
    const stranger = await world.person({ password: null });
    await get(paths.newAssignment(...place), stranger).expect(404);
    const other = await world.organisation();
    await get(paths.newAssignment(other.id, colleague.id)).expect(404);
    await get(paths.newAssignment('x', colleague.id)).expect(404);
    const form = {
      right: right.id,
      affiliation: affiliationId,
      from: '2026-06-15',
      until: '2026-07-01',
      'context.module': 'permits',
    };
    await post(paths.assignments(...place), form, stranger).expect(404);
  });
});
