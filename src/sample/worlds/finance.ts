// Bookkeeping: the application keeps its journals and cost centres to itself. For each list it asks the condition and filters its
// own rows; for a code that somebody types it asks the one question, with the code among the properties.
import { holds, type Condition, type Rows } from './condition.ts';
import type { Question } from './decision-client.ts';
import { actsOf, type Screen, type ScreenInput } from './screen.ts';
import { findRecord, recordsOf, type WorldOptions, type WorldRecord } from './world.model.ts';

/** Kinds of list, each action with the menu item it stands behind. */
const lists = [
  {
    type: 'journal',
    menus: {
      enter: 'boekingen-invoeren',
      report: 'dagboek-verslag.menu',
      process: 'boekingen-verwerken',
      delete: 'boekingen-verwijderen',
    },
  },
  { type: 'cost_centre', menus: { view: 'kostenplaatsbalans' } },
  { type: 'invoice_code', menus: { use: 'facturen' } },
  { type: 'hour_booking', menus: { approve: 'uren-fiatteren' } },
  { type: 'project', menus: { view: 'projecten' } },
  { type: 'edis_application', menus: { run: 'edis-verwerken' } },
] as const;

type List = (typeof lists)[number];
const actionsOf = (list: List): string[] => Object.keys(list.menus);

export async function financeList(input: ScreenInput): Promise<Screen> {
  const { world, asking, link, words, query } = input;
  const menus: Question[] = lists.flatMap((list) =>
    Object.values(list.menus).map((id) => ({ action: 'view', resource: { type: 'feature', id } })),
  );
  const answers = await asking.evaluateAll(menus);
  const open = new Set(
    menus.filter((_menu, index) => answers[index]?.allowed).map(({ resource }) => resource.id),
  );
  const tabs = lists.filter((list) => Object.values(list.menus).some((id) => open.has(id)));
  const current = tabs.find((list) => list.type === query['list']) ?? tabs[0];
  const labelOf = (list: List) => world.labels[list.type] ?? list.type;
  return {
    view: 'worlds/finance',
    model: {
      title: words.finance,
      reason: current ? undefined : answers[0]?.reason,
      tabs: tabs.map((list) => ({
        text: labelOf(list),
        href: link('', { list: list.type }),
        current: list === current,
      })),
      ...(current
        ? { heading: labelOf(current), list: current.type, ...(await listOf(input, current)) }
        : {}),
    },
  };
}

async function listOf(input: ScreenInput, list: List) {
  const { world, asking, query } = input;
  const actions = actionsOf(list);
  const conditions = await Promise.all(actions.map((action) => asking.condition(action, list.type)));
  const all = recordsOf(world, list.type);
  const mayDo = (condition: Condition, record: WorldRecord) => holds(condition, record, rowsOf(world));
  const rows = all.filter((record) => conditions.some((condition) => mayDo(condition, record)));
  return {
    rows: rows.map((record) => ({
      code: record.id,
      name: record.name,
      acts: actsOf(
        input,
        actions.map((action) => ({ action, resource: { type: list.type, id: record.id } })),
        conditions.map((condition) => ({ allowed: mayDo(condition, record), reason: undefined })),
      ),
    })),
    total: all.length,
    codes: all.map(({ id }) => id).join(', '),
    lookedUp: await lookUp(input, list, query['code']),
  };
}

/** What somebody may do with the code they typed, and why not. */
async function lookUp({ asking, words }: ScreenInput, list: List, typed: unknown) {
  const code = typeof typed === 'string' ? typed.trim().slice(0, 80) : '';
  if (code === '') return undefined;
  const resource = { type: list.type, id: code, properties: { code } };
  const action = actionsOf(list)[0]!;
  return { code, action: words.actions[action], ...(await asking.evaluate({ action, resource })) };
}

const rowsOf = (world: WorldOptions): Rows => ({
  ofType: (type) => recordsOf(world, type),
  parentOf: ({ parent }) => parent && findRecord(world, parent.type, parent.id),
});
