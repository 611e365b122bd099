// The structure of a rights model through its pages: added, renamed, moved, removed with what hangs on it, taken back; mistakes at
// their field; stale pages lose nothing; what is unfinished is not published.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import request from 'supertest';
import { createRightsModelRoutes, createStructureRoutes } from '../../../src/modules/decisions/index.ts';
import type { ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { itemsOf, keyOf } from '../../../src/modules/decisions/structure/part.model.ts';
import { partsOf } from '../../../src/modules/decisions/structure/parts.ts';
import { readWorld, worldNames, type WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { paths } from '../../../src/web/paths.ts';
import { createPagesApp } from '../../support/pages.ts';
import { createTestSite, type TestSite } from '../../support/site.ts';
import { createWorld, type ApplicationRef, type PersonRef } from '../../support/world.ts';

type Fields = Record<string, string | string[]>;

describe('the structure of a rights model', () => {
  let site: TestSite;
  let agent: ReturnType<typeof request>;
  let application: ApplicationRef;
  let owner: PersonRef;
  let colleague: PersonRef;
  let stranger: PersonRef;

  before(async () => {
    site = await createTestSite();
    const world = createWorld(site);
    agent = request(createPagesApp(site, [createRightsModelRoutes(site), createStructureRoutes(site)]));
    const organisation = await world.organisation();
    application = await world.application({ code: 'app' });
    [owner, colleague, stranger] = [
      await world.person({ password: null }),
      await world.person({ password: null }),
      await world.person({ password: null }),
    ];
    for (const person of [owner, colleague])
      await world.administration(await world.affiliation(person, organisation), 'application_owner', {
        application,
      });
    await world.administration(await world.affiliation(stranger, organisation), 'head');
  });
  after(() => site.close());

  const get = (path: string, person = owner, language = 'en') =>
    agent.get(path).set('x-person', person.id).set('accept', 'text/html').set('accept-language', language);
  const post = (path: string, form: Fields, person = owner) =>
    agent.post(path).set('x-person', person.id).set('accept', 'text/html').type('form').send(form);
  const versionOf = (html: string) => /name="version" value="(\d+)"/.exec(html)![1]!;

  const part = (id: string) => paths.rightsModelPart(application.id, id);
  const adding = (id: string) => paths.addToRightsModel(application.id, id);
  const item = (id: string, key: string) => paths.rightsModelItem(application.id, id, key);
  const removing = (id: string, key: string) => paths.removeRightsModelItem(application.id, id, key);

  const draft = async (): Promise<{ forms: ModelForms; version: number } | undefined> => {
    const [row] = await site.db.query<{ forms: ModelForms; version: number }>(
      `select forms, version from decision_model where application_id = $1::uuid and status = 'draft'`,
      [application.id],
    );
    return row;
  };
  const formOf = async <Kind extends ModelForms['forms'][number]['kind']>(kind: Kind) => {
    const found = (await draft())!.forms.forms.find((form) => form.kind === kind);
    return found as Extract<ModelForms['forms'][number], { kind: Kind }>;
  };
  const bringIn = async (name: WorldName) => {
    const document = JSON.stringify(readWorld(name).forms);
    const version = String((await draft())?.version ?? 0);
    await post(paths.rightsModelDocument(application.id), { document, version }).expect(303);
  };
  /** Sends a form on top of the version that stands. */
  const send = async (path: string, form: Fields, person = owner) =>
    post(path, { version: String((await draft())!.version), ...form }, person);
  /** Presses Undo on the page that the change led to. */
  const undo = async (location: string, person = owner) => {
    const { text } = await get(location, person).expect(200);
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? '';
    assert.ok(field('undo'), 'the page offers to take the change back');
    const form = { undo: field('undo'), part: field('part') };
    return post(paths.undoRightsModel(application.id), form, person);
  };

  it('begins where nothing is, with every kind of form', async () => {
    const path = paths.beginRightsModel(application.id);
    await get(path, stranger).expect(404);
    const first = await get(paths.rightsModel(application.id)).expect(200);
    assert.ok(first.text.includes(path));
    const page = await get(path).expect(200);
    assert.doesNotMatch(page.text, /(structure|decisions|errors)\.[a-z]/);
    const wrong = await post(path, {
      title: 'Desk',
      'groups.0.id': 'no good',
      'resourceTypes.0.actions': ' ',
    });
    assert.equal(wrong.status, 422);
    for (const field of ['groups.0.id', 'groups.0.name', 'resourceTypes.0.actions', 'forms.0.kind'])
      assert.ok(wrong.text.includes(`href="#field-${field}"`), field);
    assert.match(wrong.text, /value="no good"/);
    for (const kind of ['scope', 'matrix', 'record_lists', 'access_lists', 'permissions', '__proto__']) {
      const form = {
        title: 'Desk',
        'groups.0.name': 'Clerks',
        'groups.0.id': 'clerk',
        'resourceTypes.0.label': 'Letter',
        'resourceTypes.0.name': 'letter',
        'resourceTypes.0.actions': 'view\nmodify',
        'forms.0.kind': kind,
      };
      const begun = await post(path, form);
      if (kind === '__proto__') {
        assert.equal(begun.status, 422);
        continue;
      }
      assert.equal(begun.status, 303, kind);
      await get(begun.headers['location'] as string).expect(200);
      assert.equal((await draft())!.forms.forms[0]!.kind, kind);
      await post(path, form).expect(404);
      await undo(paths.rightsModelStructure(application.id));
      assert.equal(await draft(), undefined);
    }
  });

  it('is for the owner and for nobody else', async () => {
    await bringIn('ecase');
    for (const path of [
      paths.rightsModelStructure(application.id),
      part('groups'),
      adding('groups'),
      item('groups', 'benutzer'),
      removing('groups', 'benutzer'),
    ])
      await get(path, stranger).expect(404);
    for (const path of [adding('groups'), item('groups', 'benutzer'), removing('groups', 'benutzer')])
      await post(path, { version: '1', id: 'x', name: 'X' }, stranger).expect(404);
    await get(part('groups:nonsense')).expect(404);
    await get(item('groups', 'nobody')).expect(404);
    await get(adding('document')).expect(404);
    await get(removing('document', '1')).expect(404);
  });

  it('shows every part and every thing of every kind of form, in words', async () => {
    for (const [index, name] of worldNames.entries()) {
      await bringIn(name);
      const { forms } = readWorld(name);
      const language = ['en', 'nl', 'fr', 'de'][index]!;
      const look = async (path: string) => {
        const { text } = await get(path, owner, language).redirects(1).expect(200);
        assert.doesNotMatch(text, /(structure|decisions|errors)\.[a-z]+\.?[a-z]*\b(?!\.json)/, path);
        return text;
      };
      const overview = await look(paths.rightsModelStructure(application.id));
      for (const each of partsOf(forms)) {
        assert.ok(overview.includes(part(each.id).replaceAll('&', '&amp;')), each.id);
        for (const one of [each, ...Object.values(each.inside ?? {})]) {
          await look(part(one.id));
          if (!one.fixed) await look(adding(one.id));
          const [first] = itemsOf(forms, one);
          if (!first) continue;
          const key = keyOf(one, first, 0);
          await look(item(one.id, key));
          if (!one.fixed) await look(removing(one.id, key));
        }
      }
    }
  });

  it('says at the field what is wrong, and keeps what was typed', async () => {
    await bringIn('ecase');
    const wrong = await send(adding('groups'), { id: 'nicht gut!', name: 'Neue', filledBy: 'rechts:x' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /href="#field-id">Code: Use letters, digits/);
    assert.match(wrong.text, /href="#field-filledBy">Who is in it: Begin each line/);
    assert.match(wrong.text, /value="nicht gut!"/);
    const twice = await send(adding('groups'), { id: 'benutzer', name: '' });
    assert.match(twice.text, /benutzer is there already/);
    const nameless = await send(adding('groups'), { id: 'neu' });
    assert.match(nameless.text, /href="#field-name">Name: Fill this in/);
    const item = await send(adding('items:funktionen:fallmanager'), {
      id: 'fallmanager',
      name: 'X',
      kind: 'menu',
    });
    assert.equal(item.status, 422);
    assert.match(item.text, /fallmanager is there already/);
    assert.deepEqual((await draft())!.forms, readWorld('ecase').forms);
  });

  it('adds, renames and moves a role, and takes each back', async () => {
    await bringIn('ecase');
    const added = await send(adding('groups'), {
      id: 'aufsicht',
      name: 'Aufsicht',
      filledBy: 'right:CaseReader\r\n\r\nunit:INSP',
    });
    assert.equal(added.status, 303);
    const groups = async () => (await draft())!.forms.groups;
    assert.deepEqual((await groups()).at(-1), {
      id: 'aufsicht',
      name: 'Aufsicht',
      filledBy: ['right:CaseReader', 'unit:INSP'],
    });
    await send(item('groups', 'aufsicht'), { name: 'Schulaufsicht', id: 'other', filledBy: '' }).then((res) =>
      assert.equal(res.status, 303),
    );
    assert.deepEqual((await groups()).at(-1), { id: 'aufsicht', name: 'Schulaufsicht', filledBy: [] });
    const moved = await send(paths.moveRightsModelItem(application.id, 'groups', 'aufsicht'), { by: '-1' });
    assert.equal((await groups()).at(-2)!.id, 'aufsicht');
    assert.equal((await undo(moved.headers['location'] as string)).headers['location'], part('groups'));
    assert.equal((await groups()).at(-1)!.id, 'aufsicht');
    assert.match((await get(part('groups')).expect(200)).text, /The change was taken back/);
  });

  it('says what goes with a role before it is removed, and removes that and nothing else', async () => {
    await bringIn('ecase');
    const page = await get(removing('groups', 'profil-fallfuehrung')).expect(200);
    assert.match(page.text, /<strong>6<\/strong> <span>ticks/);
    assert.doesNotMatch(page.text, /(role or group|roles or groups)<\/span>/);
    await site.db.query(
      `insert into decision_subject (application_id, type, id, source, facts) values
       ($1::uuid, 'user', 'kim', 'sync', '{"groups":[{"name":"profil-fallfuehrung"}]}'),
       ($1::uuid, 'user', 'gone', 'sync', '{"gone":true,"groups":[{"name":"profil-fallfuehrung"}]}'),
       ($1::uuid, 'user', 'bo', 'sync', '{"groups":[{"name":"benutzer"}]}')`,
      [application.id],
    );
    await site.db.query(
      `insert into decision_record (application_id, type, id) values ($1::uuid, 'note', 'n1'), ($1::uuid, 'note', 'n2')`,
      [application.id],
    );
    const again = await get(removing('groups', 'profil-fallfuehrung')).expect(200);
    assert.match(again.text, /<strong>1<\/strong> <span>person or account is in it/);
    const done = await send(removing('groups', 'profil-fallfuehrung'), {});
    assert.equal(done.status, 303);
    const { ticks } = await formOf('permissions');
    assert.deepEqual(
      ticks,
      (readWorld('ecase').forms.forms[0] as { ticks: typeof ticks }).ticks.filter(
        ({ role }) => role !== 'profil-fallfuehrung',
      ),
    );
    await undo(done.headers['location'] as string);
    assert.deepEqual((await draft())!.forms, readWorld('ecase').forms);
  });

  it('keeps what others need, and says who', async () => {
    await bringIn('school');
    const { columns } = await formOf('matrix');
    const [only] = columns.find(({ groups }) => groups?.length === 1)!.groups!;
    const path = removing('groups', only!);
    const page = await get(path).expect(200);
    assert.match(page.text, /cannot be removed yet/);
    const needs = columns.find(({ groups }) => groups?.length === 1 && groups[0] === only)!;
    assert.match(page.text, new RegExp(`› Columns › ${needs.name}`));
    assert.doesNotMatch(page.text, /<form class="confirm"/);
    assert.equal((await send(path, {})).status, 422);
    // Without its group this column would be everybody who teaches the pupil.
    const taught = columns.find(({ groups, relationship }) => groups?.length === 1 && relationship)!;
    const teachers = await get(removing('groups', taught.groups![0]!)).expect(200);
    assert.ok(teachers.text.includes(`› Columns › ${taught.name}`));
    assert.deepEqual((await draft())!.forms, readWorld('school').forms);
  });

  it('gives a new row and a new column no access, and takes the cells of a removed one along', async () => {
    await bringIn('school');
    const { id, matrices } = await formOf('matrix');
    const [matrix] = matrices;
    await send(adding(`columns:${id}`), { id: 'nobody', name: 'Nobody' }).then((res) => {
      assert.equal(res.status, 422);
      assert.match(res.text, /href="#field-groups">Groups: Name a group/);
    });
    const [group] = (await draft())!.forms.groups;
    // A code like any other, though every object has a member of that name.
    await send(adding(`columns:${id}`), { id: 'constructor', name: 'Builders', groups: group!.id });
    await send(adding(`columns:${id}`), { id: 'visitors', name: 'Visitors', groups: group!.id });
    await send(item(`matrices:${id}`, matrix!.id), {
      name: matrix!.name,
      type: matrix!.type,
      columns: [...matrix!.columns, 'visitors', 'constructor'],
      notes: matrix!.notes.join('\n'),
    });
    await send(adding(`rows:${id}:${matrix!.id}`), { id: 'secret-plus', name: 'More than secret' });
    const [wider] = (await formOf('matrix')).matrices;
    for (const row of wider!.rows.filter(({ notApplicable }) => notApplicable === undefined))
      assert.deepEqual(
        [row.cells['visitors'], Object.entries(row.cells).length],
        ['GT', wider!.columns.length],
      );
    assert.deepEqual(new Set(Object.values(wider!.rows.at(-1)!.cells)), new Set(['GT']));
    const text = (await get(removing(`columns:${id}`, 'visitors')).expect(200)).text;
    const rows = wider!.rows.filter(({ notApplicable }) => notApplicable === undefined).length;
    assert.match(text, new RegExp(`<strong>${rows}</strong> <span>filled-in cells`));
    await send(removing(`columns:${id}`, 'visitors'), {});
    const [narrower] = (await formOf('matrix')).matrices;
    assert.ok(narrower!.rows.every(({ cells }) => !('visitors' in cells)));
  });

  it('holds a new kind of record back from publication until something decides on it', async () => {
    await bringIn('ecase');
    const added = await send(adding('types'), { name: 'note', label: 'Notiz', actions: 'read\nwrite' });
    assert.equal(added.status, 303);
    const page = await get(part('types')).expect(200);
    assert.match(page.text, /2 things have to be said/);
    assert.match(page.text, /note: nothing decides on the action write/);
    assert.match(
      (await get(paths.rightsModelVersion(application.id, 'draft'))).text,
      /2 things have to be said/,
    );
    const preview = await get(paths.rightsModelPreview(application.id)).expect(200);
    assert.match(preview.text, /2 things have to be said/);
    assert.doesNotMatch(preview.text, /Publish this version/);
    await send(paths.publishRightsModel(application.id), {}).then((res) => assert.equal(res.status, 400));
    // A table can be filled in all the same, and a document with such a gap be brought in.
    const grid = paths.rightsModelGrid(application.id, 'funktionen', 'primarstufe');
    await send(grid, { 'objekt.client|view': 'allowed' }).then((res) => assert.equal(res.status, 303));

    await send(adding('items:funktionen:fallmanager'), { id: 'objekt.note', name: 'Notiz', kind: 'object' });
    await send(adding('applies:funktionen'), {
      type: 'note',
      actions: 'read',
      item: 'objekt.note',
      right: 'view',
    });
    assert.match((await get(part('types'))).text, /note: the action write hangs on no item/);
    await send(adding('applies:funktionen'), {
      type: 'note',
      actions: 'write',
      item: 'objekt.note',
      right: 'modify',
    });
    assert.doesNotMatch((await get(part('types'))).text, /to be said/);
    assert.match((await get(paths.rightsModelPreview(application.id))).text, /Publish this version/);
    const removal = await get(removing('types', 'note')).expect(200);
    assert.match(removal.text, /<strong>2<\/strong> <span>lines on what hangs/);
    assert.match(removal.text, /<strong>2<\/strong> <span>records of this kind are known/);
  });

  it('has an attribute and a value of a domain like any other thing', async () => {
    await bringIn('ecase');
    const { id, domain } = await formOf('access_lists');
    await send(adding('attributes:client'), { name: 'späte', type: 'truth', source: 'record' }).then(
      (res) => {
        assert.equal(res.status, 422);
        assert.match(res.text, /href="#field-name">Attribute: Begin with a letter/);
      },
    );
    await send(adding('attributes:client'), { name: 'sealed', type: 'truth', source: 'record' });
    const type = (await draft())!.forms.resourceTypes.find(({ name }) => name === 'client')!;
    assert.deepEqual(type.attributes['sealed'], { type: 'truth', source: 'record' });
    const twice = await send(adding('attributes:client'), { name: 'sealed', type: 'text', source: 'record' });
    assert.match(twice.text, /sealed is there already/);
    await send(paths.moveRightsModelItem(application.id, 'attributes:client', 'sealed'), { by: '1' }).then(
      (res) => assert.equal(res.status, 400),
    );
    const [value] = domain!.values;
    await send(item(`values:${id}`, value!.value), { value: 'Anders' });
    assert.deepEqual((await formOf('access_lists')).domain!.values[0], { ...value, value: 'Anders' });
  });

  it('lays a stale page over what stands now, and never writes over it', async () => {
    await bringIn('ecase');
    const version = versionOf((await get(adding('groups')).expect(200)).text);
    await send(adding('groups'), { id: 'erste', name: 'Erste' }, colleague);
    const stale = await post(adding('groups'), { version, id: 'zweite', name: 'Zweite' });
    assert.equal(stale.status, 409);
    assert.match(stale.text, /value="zweite"/);
    await post(adding('groups'), { version: versionOf(stale.text), id: 'zweite', name: 'Zweite' }).expect(
      303,
    );
    const ids = (await draft())!.forms.groups.map((group) => group.id);
    assert.deepEqual(ids.slice(-2), ['erste', 'zweite']);

    const moved = await post(paths.moveRightsModelItem(application.id, 'groups', 'erste'), {
      version,
      by: '1',
    });
    assert.equal(moved.status, 303);
    assert.deepEqual(
      (await draft())!.forms.groups.map((group) => group.id),
      ids,
    );
    const removal = await post(removing('groups', 'erste'), { version });
    assert.equal(removal.status, 409);
    assert.match(removal.text, /This is what goes along now/);
    await post(removing('groups', 'erste'), { version: versionOf(removal.text) }).expect(303);
    await send(removing('groups', 'erste'), {}).then((res) => assert.equal(res.status, 404));
  });

  it('takes nothing back once somebody else changed the draft', async () => {
    await bringIn('ecase');
    const mine = await send(adding('groups'), { id: 'meine', name: 'Meine' });
    const { text } = await get(mine.headers['location'] as string).expect(200);
    const undoId = /name="undo" value="([^"]+)"/.exec(text)![1]!;
    await send(adding('groups'), { id: 'seine', name: 'Seine' }, colleague);
    await post(paths.undoRightsModel(application.id), { undo: undoId }).expect(409);
    await post(paths.undoRightsModel(application.id), { undo: undoId }, stranger).expect(404);
    assert.equal((await draft())!.forms.groups.at(-1)!.id, 'seine');
  });

  it('adds a form of every kind, and says what taking one out may mean', async () => {
    await bringIn('ecase');
    for (const kind of ['permissions', 'scope', 'matrix', 'record_lists', 'access_lists']) {
      const added = await send(adding('forms'), { title: `Second ${kind}`, id: `second-${kind}`, kind });
      assert.equal(added.status, 303, added.text);
    }
    const { forms } = (await draft())!.forms;
    assert.equal(forms.length, 7);
    for (const each of partsOf((await draft())!.forms)) await get(part(each.id)).redirects(1).expect(200);
    await send(item('forms', 'second-scope'), { title: 'Other title', kind: 'matrix' });
    assert.equal((await draft())!.forms.forms.find(({ id }) => id === 'second-scope')!.title, 'Other title');
    const page = await get(removing('forms', 'second-scope')).expect(200);
    assert.match(page.text, /What only this form kept people from/);
    for (const { id } of forms.slice(2))
      await send(removing('forms', id), {}).then((res) => assert.equal(res.status, 303));
    await send(removing('forms', 'daten'), {});
    const last = await get(removing('forms', 'funktionen')).expect(200);
    assert.match(last.text, /It is the last one/);
    await send(removing('forms', 'funktionen'), {}).then((res) => assert.equal(res.status, 422));
  });

  it('changes what a whole form says once, a domain included', async () => {
    await bringIn('ecase');
    const settings = item('settings:daten', '1');
    const { actions, changePermissionsAction, types, domain } = await formOf('access_lists');
    const stands = {
      types,
      'actions.list': actions.list.join('\n'),
      'actions.read': actions.read.join('\n'),
      'actions.modify': actions.modify.join('\n'),
      changePermissionsAction,
    };
    const named = {
      'domain.name': 'Level',
      'domain.type': domain!.type,
      'domain.attribute': domain!.attribute,
    };
    await send(settings, { ...stands, ...named }).then((res) =>
      assert.equal(res.headers['location'], paths.rightsModelStructure(application.id)),
    );
    assert.deepEqual((await formOf('access_lists')).domain, { ...domain, name: 'Level' });
    // It has values still: without its name they would hang in the air.
    await send(settings, stands).then((res) => {
      assert.equal(res.status, 422);
      assert.match(res.text, /href="#field-domain.name"/);
    });
    for (const { value } of domain!.values) await send(removing('values:daten', value), {});
    await send(settings, stands).then((res) => assert.equal(res.status, 303));
    assert.equal((await formOf('access_lists')).domain, undefined);
    await send(settings, { ...stands, ...named });
    await send(adding('values:daten'), { value: 'Primarstufe' });
    assert.deepEqual((await formOf('access_lists')).domain!.values, [{ value: 'Primarstufe', groups: [] }]);
    await send(item('document', '1'), { title: 'New title' });
    assert.equal((await draft())!.forms.title, 'New title');
  });

  it('begins a draft with the first change after a publication, and gives it up when that is taken back', async () => {
    await bringIn('exact');
    await send(paths.publishRightsModel(application.id), {}).then((res) => assert.equal(res.status, 303));
    assert.equal(await draft(), undefined);
    const { id, tables } = readWorld('exact').forms.forms.find(({ kind }) => kind === 'record_lists') as {
      id: string;
      tables: { id: string }[];
    };
    const page = await get(removing(`tables:${id}`, tables[0]!.id)).expect(200);
    assert.equal(versionOf(page.text), '0');
    const done = await post(removing(`tables:${id}`, tables[0]!.id), { version: '0' }).expect(303);
    assert.equal((await formOf('record_lists')).tables.length, tables.length - 1);
    await undo(done.headers['location'] as string).then((res) => assert.equal(res.status, 303));
    assert.equal(await draft(), undefined);
    const rows = await site.db.query<{ action: string }>(
      `select distinct action from audit_event where application_id = $1::uuid and action like 'rights_model.%'`,
      [application.id],
    );
    assert.ok(rows.some(({ action }) => action === 'rights_model.restored'));
  });
});
