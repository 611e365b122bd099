// The AuthZEN interop scenario "Todo" (five people, four roles) rebuilt from its text: every decision of its table, and
// the batch with which the application draws its list.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import { createAsker, putModel, putSubjects, startTestPoint, type Ask, type TestPoint } from './point.ts';

const people: Record<string, readonly string[]> = {
  'rick@the-citadel.com': ['admin', 'evil_genius'],
  'morty@the-citadel.com': ['editor'],
  'summer@the-smiths.com': ['editor'],
  'beth@the-smiths.com': ['viewer'],
  'jerry@the-smiths.com': ['viewer'],
};

const owned = { eq: [{ resource: 'ownerID' }, { subject: 'mail' }] } as const;
const editors = ['editor', 'admin', 'evil_genius'];
const model: RightsModel = {
  resourceTypes: [
    { name: 'user', actions: ['can_read_user'], attributes: { userID: { type: 'text', source: 'request' } } },
    {
      name: 'todo',
      actions: ['can_read_todos', 'can_create_todo', 'can_update_todo', 'can_delete_todo'],
      attributes: { ownerID: { type: 'text', source: 'request' } },
    },
  ],
  nodes: [],
  gates: [
    { id: 'users', types: ['user'], silence: 'permit', rules: [] },
    {
      id: 'todos',
      types: ['todo'],
      silence: 'deny',
      rules: [
        { id: 'read', effect: 'permit', actions: ['can_read_todos'] },
        { id: 'create', effect: 'permit', actions: ['can_create_todo'], groups: editors },
        {
          id: 'own',
          effect: 'permit',
          actions: ['can_update_todo', 'can_delete_todo'],
          groups: editors,
          when: owned,
        },
        { id: 'evil', effect: 'permit', actions: ['can_update_todo'], groups: ['evil_genius'] },
        { id: 'admin', effect: 'permit', actions: ['can_delete_todo'], groups: ['admin'] },
      ],
    },
  ],
};

/** The scenario's subjects are opaque identifiers; the mail address is an attribute. */
const subjectOf = (mail: string): { type: string; id: string } => ({ type: 'user', id: `pid-${mail}` });

let point: TestPoint;
let ask: Ask;
before(async () => {
  point = await startTestPoint();
  const asking = await createAsker(point);
  ask = asking.ask;
  await putModel(point.site, asking.application, model);
  await putSubjects(
    point.site,
    asking.application,
    Object.entries(people).map(([mail, roles]) => ({
      id: subjectOf(mail).id,
      groups: roles.map((name) => ({ name })),
      attributes: [{ name: 'mail', value: mail }],
    })),
  );
});
after(() => point.close());

/** As the scenario's text has it, in words. */
function expected(roles: readonly string[], action: string, isOwner: boolean): boolean {
  const edits = roles.some((role) => editors.includes(role));
  if (action === 'can_create_todo') return edits;
  if (action === 'can_update_todo') return roles.includes('evil_genius') || (edits && isOwner);
  if (action === 'can_delete_todo') return roles.includes('admin') || (edits && isOwner);
  return true;
}

test('every person, action and owner', async () => {
  for (const [mail, roles] of Object.entries(people)) {
    for (const owner of Object.keys(people)) {
      for (const name of [
        'can_read_user',
        'can_read_todos',
        'can_create_todo',
        'can_update_todo',
        'can_delete_todo',
      ]) {
        const resource =
          name === 'can_read_user'
            ? { type: 'user', id: owner, properties: { userID: owner } }
            : { type: 'todo', id: '7240d0db-8ff0-41ec-98b2-34a096273b9f', properties: { ownerID: owner } };
        const { body } = await ask('/access/v1/evaluation', {
          subject: subjectOf(mail),
          action: { name },
          resource,
          context: {},
        });
        assert.deepEqual(
          body,
          { decision: expected(roles, name, mail === owner) },
          `${mail} ${name} of ${owner}`,
        );
      }
    }
  }
});

test('the list in one batch, with an empty default resource', async () => {
  const todo = (owner: string): object => ({
    resource: { type: 'todo', id: `of-${owner}`, properties: { ownerID: owner } },
  });
  const { body } = await ask('/access/v1/evaluations', {
    subject: subjectOf('morty@the-citadel.com'),
    action: { name: 'can_update_todo' },
    resource: {},
    context: {},
    evaluations: [todo('rick@the-citadel.com'), todo('morty@the-citadel.com')],
  });
  assert.deepEqual(body, { evaluations: [{ decision: false }, { decision: true }] });
});
