// What forms mean beyond the four documents: options the documents only mention, groups that fill themselves, and mistakes with
// their names.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import {
  checkForms,
  compileForms,
  modelFormsSchema,
  type ModelForms,
} from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, type WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { feature, now, person, record } from '../../support/decisions/checks.ts';

type Draft = { -readonly [Key in keyof ModelForms]: ModelForms[Key] };

/** A document of a world with something in it changed. */
function changed(name: WorldName, change: (draft: Draft) => void): ModelForms {
  const draft = structuredClone(readWorld(name).forms);
  change(draft);
  return draft;
}

function formOf<Kind extends ModelForms['forms'][number]['kind']>(forms: ModelForms, kind: Kind) {
  return forms.forms.find((form) => form.kind === kind) as Extract<
    ModelForms['forms'][number],
    { kind: Kind }
  >;
}

function ask(forms: ModelForms, subject: SubjectFacts, action: string, resource: ResourceFacts): boolean {
  return new Evaluator(compileForms(forms)).decide({ subject, action, resource, now }).allowed;
}

describe('options', () => {
  test('own items only: writing and deleting are for the owner, seeing and adding are not', () => {
    const forms = changed('school', (draft) => {
      const [pupils] = formOf(draft, 'matrix').matrices;
      pupils!.rows.find(({ id }) => id === 'vertrouwelijk')!.ownItemsOnly = ['zorg'];
    });
    const care = person('zorg', { groups: ['zorg'] });
    const owned = (owner: string) => record('gegeven', 'x', { owner, nodes: ['leerlingen.vertrouwelijk'] });
    const answers = (owner: string) =>
      ['view', 'new', 'modify', 'delete'].map((action) => ask(forms, care, action, owned(owner)));
    assert.deepEqual(answers('zorg'), [true, true, true, true]);
    assert.deepEqual(answers('iemand'), [true, true, false, false]);
  });

  test('the permissions tab can be off unless the settings of the user switch it on', () => {
    const forms = changed('ecase', (draft) => {
      formOf(draft, 'access_lists').permissionsTabDefault = 'off';
    });
    const mine = record('client', 'x', { owner: 'b' });
    const owner = (attributes: SubjectFacts['attributes']) =>
      person('b', { groups: ['benutzer', 'profil-fallfuehrung'], attributes });
    assert.equal(ask(forms, owner({}), 'change_permissions', mine), false);
    assert.equal(ask(forms, owner({ permissionsTab: true }), 'change_permissions', mine), true);
  });

  test('without the need for a running contract, the ticks alone decide', () => {
    const menu = feature('cdms.clienten');
    const staff = person('m', { groups: ['cdms-medewerker'] });
    assert.equal(ask(readWorld('sec').forms, staff, 'view', menu), false);
    const forms = changed('sec', (draft) => {
      formOf(draft, 'scope').runningContractNeeded = false;
    });
    assert.equal(ask(forms, staff, 'view', menu), true);
  });

  test('a module that is not allowed closes everything in it, whatever other roles allow', () => {
    const forms = changed('sec', (draft) => {
      draft.groups.push({ id: 'gesloten', name: 'Gesloten', filledBy: [] });
      formOf(draft, 'permissions').ticks.push({
        role: 'gesloten',
        node: 'cdms',
        allowed: [],
        notAllowed: ['view'],
      });
    });
    const staff = (groups: string[]) => person('m', { groups, lists: { contracts: [{}] } });
    assert.equal(ask(forms, staff(['cdms-medewerker']), 'view', feature('cdms.clienten')), true);
    assert.equal(ask(forms, staff(['cdms-medewerker', 'gesloten']), 'view', feature('cdms.clienten')), false);
  });

  test('not allowed beats allowed within one role', () => {
    const forms = changed('exact', (draft) => {
      const line = formOf(draft, 'permissions').ticks.find(({ node }) => node === 'boekingen-invoeren')!;
      line.notAllowed = ['all'];
    });
    const clerk = person('a', { groups: ['financieel-gebruiker', 'administratie'] });
    assert.equal(ask(forms, clerk, 'enter', record('journal', '20', { attributes: { code: '20' } })), false);
  });
});

describe('groups', () => {
  const journal = record('journal', '20', { attributes: { code: '20' } });

  test('are filled by what the portal knows: unit, function, right, right with a context value', () => {
    const { forms } = readWorld('exact');
    const inUnit = (unit: string) => person('a', { groups: ['right:Processor', `unit:${unit}`] });
    assert.equal(ask(forms, inUnit('ADM'), 'enter', journal), true);
    assert.equal(ask(forms, inUnit('HR'), 'enter', journal), false);
    const school = readWorld('school').forms;
    const datum = record('gegeven', 'x', { nodes: ['leerlingen.intern'] });
    const office = (context: string) => person('s', { groups: [`right:Secretariat:${context}`] });
    assert.equal(ask(school, office('pupils'), 'modify', datum), true);
    assert.equal(ask(school, office('staff'), 'modify', datum), false);
  });
});

describe('mistakes', () => {
  const codes = (forms: ModelForms) => [...new Set(checkForms(forms).map(({ code }) => code))];
  const cases: [string, WorldName, (draft: Draft) => void][] = [
    ['unknown_group', 'sec', (draft) => (draft.groups = draft.groups.slice(1))],
    ['unknown_type', 'ecase', (draft) => formOf(draft, 'access_lists').types.push('rechnung')],
    ['unknown_node', 'exact', (draft) => (formOf(draft, 'permissions').ticks[0]!.node = 'weg')],
    ['module_only_opens', 'exact', (draft) => formOf(draft, 'permissions').ticks[0]!.allowed.push('delete')],
    ['action_without_item', 'ecase', (draft) => formOf(draft, 'permissions').applies.shift()],
    ['action_without_right', 'exact', (draft) => delete formOf(draft, 'permissions').applies[0]!.right],
    ['repeated', 'exact', (draft) => draft.groups.push(draft.groups[0]!)],
    ['reserved_type', 'exact', (draft) => (draft.resourceTypes[0]!.name = 'feature')],
    ['not_below', 'sec', (draft) => delete draft.resourceTypes[1]!.parentType],
    ['empty_cell', 'school', (draft) => delete formOf(draft, 'matrix').matrices[0]!.rows[1]!.cells['ict']],
    ['unknown_column', 'school', (draft) => (formOf(draft, 'matrix').exceptions[0]!.column = 'weg')],
    [
      'cells_of_nothing',
      'school',
      (draft) => (formOf(draft, 'matrix').matrices[0]!.rows[0]!.cells = { ict: 'L' }),
    ],
    ['column_for_everybody', 'school', (draft) => delete formOf(draft, 'matrix').columns[0]!.groups],
    ['unknown_table', 'exact', (draft) => (formOf(draft, 'record_lists').lists[0]!.table = 'weg')],
    ['tab_without_level', 'ecase', (draft) => formOf(draft, 'access_lists').actions.modify.pop()],
    ['domain_below', 'ecase', (draft) => (formOf(draft, 'access_lists').domain!.type = 'dossier')],
    ['missing_attribute', 'sec', (draft) => delete draft.resourceTypes[0]!.attributes['active']],
    ['missing_attribute', 'school', (draft) => delete draft.resourceTypes[0]!.attributes['pupils']],
    ['missing_attribute', 'exact', (draft) => delete draft.resourceTypes[0]!.attributes['code']],
    ['missing_attribute', 'ecase', (draft) => delete draft.resourceTypes[1]!.attributes['ownList']],
    ['unknown_action', 'ecase', (draft) => formOf(draft, 'access_lists').actions.modify.push('fliegen')],
    ['nothing_decides', 'exact', (draft) => draft.resourceTypes[0]!.actions.push('delete')],
    ['unknown_action', 'exact', (draft) => formOf(draft, 'record_lists').tables[0]!.actions.push('fliegen')],
  ];
  for (const [code, name, change] of cases) {
    test(`${code} in ${name}`, () => {
      assert.ok(codes(changed(name, change)).includes(code));
    });
  }

  test('a code that would break an explanation in two is refused', () => {
    const { forms } = readWorld('exact');
    const groups = [{ id: 'a/b', name: 'x' }];
    assert.equal(modelFormsSchema.safeParse({ ...forms, groups }).success, false);
  });
});
