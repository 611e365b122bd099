// Evaluator, folded condition and SQL give the same answer, for random models, conditions, subjects and records.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Condition, Term } from '../../../src/modules/decisions/condition.model.ts';
import { compileCondition } from '../../../src/modules/decisions/condition.evaluate.ts';
import { toLookUpSql, toSql } from '../../../src/modules/decisions/condition.sql.ts';
import { foldDecision } from '../../../src/modules/decisions/decision.fold.ts';
import { Evaluator } from '../../../src/modules/decisions/evaluator.ts';
import type { Question, ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import type { Gate, RightsModel } from '../../../src/modules/decisions/rights-model.model.ts';
import type { Database } from '../../../src/platform/db/open.ts';
import { newId } from '../../../src/platform/ids.ts';
import { openTestDatabase } from '../../support/database.ts';

const now = '2026-06-01T00:00:00.000Z';
const codes = ['a', 'b', '1', '10', 'x%y', 'x_y'];
/** Texts on which the two languages could differ: order, marks, quotes, length, and what looks like another type. */
const oddTexts = [
  ...['\u{1F600}', '\uFF01', 'é', 'e\u0301', 'A', ' a', 'a ', '', 'null', 'true', '2026-06-01'],
  ...["it's", '"a"', 'a\\b', '$1', 'x*y', '[]', '{"a":1}', 'a'.repeat(250), `${'a'.repeat(250)}b`],
];
const groups = ['g1', 'g2', 'g3'];
const nodes = ['root', 'left', 'right', 'leaf'];

const text = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...codes) }, fc.constantFrom(...oddTexts));
const set = fc.oneof(
  { weight: 9, arbitrary: fc.uniqueArray(text, { maxLength: 3 }) },
  // Long ones are looked up in another way.
  fc.constantFrom(...[0, 10].map((from) => Array.from({ length: 20 }, (_, index) => String(from + index)))),
  fc.constant(['a', 'a']),
);
const value = fc.oneof(text, set, fc.constantFrom(1, 2, 10, -0, 0.1, 0.1 + 0.2, 1e21, -1e-7), fc.boolean());
const patterns = fc.uniqueArray(
  fc.constantFrom(
    ...['a', '1*', '*', 'x%*', '*_y', 'x?y', '', '**', 'a*a', '*a*b', 'a\\*', "*'*", '*\u{1F600}', '\uD83D*'],
  ),
  { maxLength: 2 },
);
/** The last is a name that every object of JavaScript inherits. */
const names = ['text', 'set', 'count', 'flag', 'constructor'];
/** Some attributes are absent: what a comparison makes of that is half of what can go wrong. */
const attributes = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 });

const recordPath = fc.constantFrom(...names, 'id', 'owner', 'type', 'nodes', 'missing');
const recordTerm: fc.Arbitrary<Term> = fc.oneof(
  recordPath.map((resource) => ({ resource })),
  recordPath.map((path) => ({ resource: `parent.${path}` })),
);
const knownTerm: fc.Arbitrary<Term> = fc.oneof(
  value.map((constant) => ({ const: constant })),
  fc.constantFrom(...names, 'id', 'groups', 'missing').map((subject) => ({ subject })),
  fc.constantFrom('purpose', 'missing', 'constructor').map((context) => ({ context })),
  fc.constant<Term>({ now: true }),
);

function conditions(inSome: boolean, inExists: boolean, depth: number): fc.Arbitrary<Condition> {
  const term: fc.Arbitrary<Term> = fc.oneof(
    recordTerm,
    knownTerm,
    ...(inSome ? [fc.constantFrom('text', 'set', 'missing', 'constructor').map((item) => ({ item }))] : []),
    ...(inExists
      ? [recordPath.map((found) => ({ found })), recordPath.map((path) => ({ found: `parent.${path}` }))]
      : []),
  );
  const pair = fc.tuple(term, term);
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    term.map((has) => ({ has })),
    pair.map((eq) => ({ eq })),
    pair.map((le) => ({ le })),
    pair.map((both) => ({ in: both })),
    pair.map((meets) => ({ meets })),
    fc
      .tuple(
        term,
        patterns.map((list): Term => ({ const: list })),
      )
      .map((like) => ({ like })),
  );
  if (depth === 0) return leaf;
  const deeper = conditions(inSome, inExists, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(deeper, { maxLength: 3 }).map((all) => ({ all })) },
    { weight: 1, arbitrary: fc.array(deeper, { maxLength: 3 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: deeper.map((not) => ({ not })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('functions', 'functions', 'constructor'),
          conditions(true, inExists, depth - 1),
        )
        .map(([some, that]) => ({ some, that })),
    },
    { weight: 1, arbitrary: conditions(inSome, true, depth - 1).map((that) => ({ exists: 'client', that })) },
  );
}

const rule = fc.record(
  {
    id: fc.constantFrom('r1', 'r2', 'r3'),
    effect: fc.constantFrom('permit' as const, 'permit' as const, 'forbid' as const),
    groups: fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1, maxLength: 2 }),
    actions: fc.constant(['view']),
    nodes: fc.uniqueArray(fc.constantFrom(...nodes), { minLength: 1, maxLength: 2 }),
    when: conditions(false, false, 2),
  },
  { requiredKeys: ['id', 'effect'] },
);
const gate: fc.Arbitrary<Gate> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      id: fc.constantFrom('one', 'two'),
      types: fc.constantFrom(['client'], ['logbook'], ['client', 'logbook']),
      silence: fc.constantFrom('deny' as const, 'permit' as const, 'permit-unless-addressed' as const),
      rules: fc.array(rule, { maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      id: 'parent',
      types: ['logbook'],
      silence: 'deny',
      parent: { action: 'view' },
      rules: [],
    }),
  },
);
const model: fc.Arbitrary<RightsModel> = fc.array(gate, { minLength: 1, maxLength: 3 }).map((gates) => ({
  resourceTypes: [
    { name: 'client', actions: ['view', 'modify'], attributes: {} },
    { name: 'logbook', actions: ['view', 'modify'], parentType: 'client', attributes: {} },
  ],
  nodes: [
    { id: 'root' },
    { id: 'left', parent: 'root' },
    { id: 'right', parent: 'root' },
    { id: 'leaf', parent: 'left' },
  ],
  gates,
}));

const subject: fc.Arbitrary<SubjectFacts> = fc.record({
  id: text,
  type: fc.constant('person'),
  groups: fc.uniqueArray(fc.constantFrom(...groups), { maxLength: 2 }),
  attributes,
  lists: fc.record({
    functions: fc.array(fc.dictionary(fc.constantFrom('text', 'set'), value, { maxKeys: 2 }), {
      maxLength: 2,
    }),
  }),
});
const bare = fc.record(
  { owner: text, nodes: fc.uniqueArray(fc.constantFrom(...nodes), { maxLength: 2 }), attributes },
  { requiredKeys: ['nodes', 'attributes'] },
);
const records: fc.Arbitrary<ResourceFacts[]> = fc
  .tuple(
    fc.array(bare, { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(bare, fc.integer({ min: -1, max: 3 })), { maxLength: 4 }),
  )
  .map(([clients, logbooks]) => {
    const first = clients.map((fields, index) => ({ ...fields, type: 'client', id: codes[index]! }));
    const second = logbooks.map(([fields, of], index) => ({
      ...fields,
      type: 'logbook',
      id: `l${index}`,
      parent: first[of],
    }));
    return [...first, ...second];
  });

let db: Database;
let application: string;
before(async () => {
  db = await openTestDatabase();
  application = newId();
  // Only the records matter here; the foreign key to a whole application would add nothing.
  await db.exec('alter table decision_record drop constraint decision_record_application_fk');
});
after(() => db.close());

async function store(all: readonly ResourceFacts[]): Promise<void> {
  const rows = all.map((record) => ({
    application_id: application,
    type: record.type,
    id: record.id,
    parent_type: record.parent?.type ?? null,
    parent_id: record.parent?.id ?? null,
    owner: record.owner ?? null,
    nodes: record.nodes,
    attributes: record.attributes,
    record_version: 0,
  }));
  await db.query('delete from decision_record', []);
  await db.query(
    `insert into decision_record (application_id, type, id, parent_type, parent_id, owner, nodes, attributes, record_version)
     select application_id, type, id, parent_type, parent_id, owner, nodes, attributes, record_version
     from jsonb_populate_recordset(null::decision_record, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

async function foundBySql(condition: Condition, type: string): Promise<string[]> {
  const sql = toSql(condition, [application, type]);
  const rows = await db.query<{ id: string }>(
    `select r.id from decision_record r${sql.joins} where r.application_id = $1::uuid and r.type = $2::text and ${sql.text} order by r.id`,
    sql.values,
  );
  return rows.map((row) => row.id);
}

/** What indexes would bring as candidates; undefined where they cannot help. */
async function candidatesOf(condition: Condition, type: string): Promise<string[] | undefined> {
  const sql = toLookUpSql(condition, [application, type]);
  if (!sql) return undefined;
  const rows = await db.query<{ id: string }>(
    `select r.id from decision_record r${sql.joins} where r.application_id = $1::uuid and r.type = $2::text and ${sql.text}`,
    sql.values,
  );
  return rows.map((row) => row.id);
}

test('evaluator, folded condition and SQL agree', async () => {
  await fc.assert(
    fc.asyncProperty(model, subject, records, async (rights, who, all) => {
      await store(all);
      const evaluator = new Evaluator(rights);
      const resourcesOf = (type: string) => all.filter((record) => record.type === type);
      const known = { subject: who, now, context: { purpose: 'a' } };
      for (const [type, action] of [
        ['client', 'view'],
        ['logbook', 'view'],
        ['logbook', 'modify'],
      ] as const) {
        const questionAbout = (resource: ResourceFacts): Question => ({
          ...known,
          action,
          resource,
          resourcesOf,
        });
        const folded = foldDecision(rights, type, action, known);
        const holds = compileCondition(folded);
        const mine = all.filter((record) => record.type === type);
        const decided = mine
          .filter((record) => evaluator.decide(questionAbout(record)).allowed)
          .map((record) => record.id);
        const filtered = mine.filter((record) => holds(questionAbout(record))).map((record) => record.id);
        assert.deepEqual(filtered.toSorted(), decided.toSorted(), 'folded');
        assert.deepEqual(
          await foundBySql(folded, type),
          decided.toSorted(),
          `SQL of ${JSON.stringify(folded)}`,
        );
        const candidates = await candidatesOf(folded, type);
        const missing = candidates && decided.filter((id) => !candidates.includes(id));
        assert.deepEqual(missing ?? [], [], `looking up ${JSON.stringify(folded)}`);
      }
    }),
    { numRuns: 150 },
  );
});
