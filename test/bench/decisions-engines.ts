// The same questions on the same grants for four deciders: ours, Cedar, CASL and an `if` written by hand.
import { createMongoAbility, subject as asSubject, type MongoAbility, type RawRuleOf } from '@casl/ability';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import { Evaluator } from '../../src/modules/decisions/evaluator.ts';
import type { Question, SubjectFacts } from '../../src/modules/decisions/facts.model.ts';
import type { Rule } from '../../src/modules/decisions/rights-model.model.ts';

interface Grant {
  readonly role: string;
  readonly action: string;
  readonly node: string;
  readonly forbids: boolean;
  /** Only for records of one's own departments. */
  readonly own: boolean;
}

interface User {
  readonly id: string;
  readonly roles: readonly string[];
  readonly departments: readonly string[];
}

interface BenchRecord {
  readonly id: string;
  readonly node: string;
  readonly department: string;
}

export interface BenchQuestion {
  readonly user: User;
  readonly action: string;
  readonly record: BenchRecord;
}

export interface GrantWorld {
  readonly grants: readonly Grant[];
  readonly users: readonly User[];
  readonly questions: readonly BenchQuestion[];
}

export interface Engine {
  readonly key: string;
  readonly title: string;
  decide(question: BenchQuestion): boolean;
}

const actions = ['view', 'new', 'modify', 'delete', 'print'];

/** Always the same for the same size. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Half of the grants with a condition, one in twenty a prohibition; users have 5 of 20 or 200 roles. */
export function createGrantWorld(size: number): GrantWorld {
  const random = randomNumbers(size);
  const roleCount = size <= 1000 ? 20 : 200;
  const nodeCount = size <= 1000 ? 10 : 100;
  const some = (count: number, of: number, name: string): string[] =>
    Array.from({ length: count }, () => `${name}${random(of)}`);
  const grants = Array.from({ length: size }, (): Grant => ({
    role: `r${random(roleCount)}`,
    action: actions[random(actions.length)]!,
    node: `n${random(nodeCount)}`,
    forbids: random(20) === 0,
    own: random(2) === 0,
  }));
  const users = Array.from({ length: 50 }, (_, index) => ({
    id: `u${index}`,
    roles: [...new Set(some(5, roleCount, 'r'))],
    departments: [...new Set(some(2, 20, 'd'))],
  }));
  const records = Array.from({ length: 200 }, (_, index) => ({
    id: `c${index}`,
    node: `n${random(nodeCount)}`,
    department: `d${random(20)}`,
  }));
  const questions = Array.from({ length: 2000 }, () => ({
    user: users[random(users.length)]!,
    action: actions[random(actions.length)]!,
    record: records[random(records.length)]!,
  }));
  return { grants, users, questions };
}

export function createEngines(world: GrantWorld): Engine[] {
  return [ours(world), byHand(world), casl(world), cedarEngine(world)];
}

/** @throws Error when two engines answer a question differently: their speed would say nothing. */
export function requireAgreement(engines: readonly Engine[], questions: readonly BenchQuestion[]): number {
  let allowed = 0;
  for (const question of questions) {
    const answers = engines.map((engine) => engine.decide(question));
    if (new Set(answers).size > 1)
      throw new Error(`engines disagree: ${JSON.stringify({ question, answers })}`);
    if (answers[0]) allowed++;
  }
  return allowed;
}

function ours(world: GrantWorld): Engine {
  const rules = world.grants.map(({ role, action, node, forbids, own }, index): Rule => ({
    id: String(index),
    effect: forbids ? 'forbid' : 'permit',
    groups: [role],
    actions: [action],
    nodes: [node],
    ...(own ? { when: { in: [{ resource: 'department' }, { subject: 'departments' }] } } : {}),
  }));
  const nodes = [...new Set(world.grants.map((grant) => grant.node))].map((id) => ({ id }));
  const evaluator = new Evaluator({
    resourceTypes: [
      { name: 'record', actions, attributes: { department: { type: 'text', source: 'record' } } },
    ],
    nodes,
    gates: [{ id: 'gate', types: ['record'], silence: 'deny', rules }],
  });
  const subjects = new Map(world.users.map((user) => [user.id, toFacts(user)]));
  const asked = new Map(
    world.questions.map((question): [BenchQuestion, Question] => [
      question,
      {
        subject: subjects.get(question.user.id)!,
        action: question.action,
        resource: {
          id: question.record.id,
          type: 'record',
          nodes: [question.record.node],
          attributes: { department: question.record.department },
        },
        now: '2026-06-01T00:00:00.000Z',
      },
    ]),
  );
  return {
    key: 'ours',
    title: 'Mandaat',
    decide: (question) => evaluator.decide(asked.get(question)!).allowed,
  };
}

const toFacts = (user: User): SubjectFacts => ({
  id: user.id,
  type: 'person',
  groups: user.roles,
  attributes: { departments: user.departments },
  lists: {},
});

/** What somebody would write who has only these grants to think of. */
function byHand(world: GrantWorld): Engine {
  const table = new Map<string, Grant[]>();
  for (const grant of world.grants) {
    const key = `${grant.role}/${grant.action}/${grant.node}`;
    const list = table.get(key);
    if (list) list.push(grant);
    else table.set(key, [grant]);
  }
  return {
    key: 'if',
    title: 'an if by hand',
    decide({ user, action, record }) {
      let allowed = false;
      for (const role of user.roles) {
        for (const grant of table.get(`${role}/${action}/${record.node}`) ?? []) {
          if (grant.own && !user.departments.includes(record.department)) continue;
          if (grant.forbids) return false;
          allowed = true;
        }
      }
      return allowed;
    },
  };
}

/** One ability per user, kept; prohibitions last, since the last rule that matches wins. */
function casl(world: GrantWorld): Engine {
  const abilities = new Map<string, MongoAbility>();
  for (const user of world.users) {
    const mine = world.grants.filter((grant) => user.roles.includes(grant.role));
    const rules = mine
      .toSorted((a, b) => Number(a.forbids) - Number(b.forbids))
      .map(({ action, node, forbids, own }) => ({
        action,
        subject: node,
        inverted: forbids,
        ...(own ? { conditions: { department: { $in: user.departments } } } : {}),
      }));
    abilities.set(user.id, createMongoAbility(rules as RawRuleOf<MongoAbility>[]));
  }
  const records = new Map(
    world.questions.map(({ record }) => [record.id, asSubject(record.node, { ...record })]),
  );
  return {
    key: 'casl',
    title: 'CASL, ability kept',
    decide: ({ user, action, record }) =>
      abilities.get(user.id)!.can(action, records.get(record.id) as never),
  };
}

/** Policies parsed once; entities cross into WebAssembly with every question, there is no other way. */
function cedarEngine(world: GrantWorld): Engine {
  const id = `bench${world.grants.length}`;
  const policies = world.grants.map(
    ({ role, action, node, forbids, own }) =>
      `${forbids ? 'forbid' : 'permit'}(principal in Role::"${role}", action == Action::"${action}", resource in Node::"${node}")` +
      `${own ? ' when { principal.departments.contains(resource.department) }' : ''};`,
  );
  const parsed = cedar.preparsePolicySet(id, { staticPolicies: policies.join('\n') });
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed));
  const uid = (type: string, name: string) => ({ type, id: name });
  const entitiesOf = new Map(
    world.questions.map((question): [BenchQuestion, EntityJson[]] => [
      question,
      [
        {
          uid: uid('User', question.user.id),
          attrs: { departments: [...question.user.departments] },
          parents: question.user.roles.map((role) => uid('Role', role)),
        },
        {
          uid: uid('Record', question.record.id),
          attrs: { department: question.record.department },
          parents: [uid('Node', question.record.node)],
        },
      ],
    ]),
  );
  return {
    key: 'cedar',
    title: 'Cedar, parsed once',
    decide(question) {
      const answer = cedar.statefulIsAuthorized({
        principal: uid('User', question.user.id),
        action: uid('Action', question.action),
        resource: uid('Record', question.record.id),
        context: {},
        preparsedPolicySetId: id,
        entities: entitiesOf.get(question)!,
      });
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
      return answer.response.decision === 'allow';
    },
  };
}
