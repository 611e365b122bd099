// The file of a school: every item of data with what the access matrix lets somebody do. One batch for the overview; on the page of
// an item a search for actions, and for who manages access a search for who else sees it.
import {
  actsOf,
  hiddenOf,
  questionsOn,
  refusal,
  verdictsBy,
  type Screen,
  type ScreenInput,
} from './screen.ts';
import { findRecord, recordsOf, type WorldRecord } from './world.model.ts';

const type = 'gegeven';
const actions = ['view', 'new', 'modify', 'delete', 'manage_access'] as const;

/** The matrix an item sits in, and the level: `leerlingen.intern`. */
const placeOf = ({ nodes }: WorldRecord): [matrix: string, level: string] => {
  const [matrix = '', level = ''] = (nodes[0] ?? '').split('.');
  return [matrix, level];
};

export async function schoolOverview(input: ScreenInput): Promise<Screen> {
  const { world, asking, link, words } = input;
  const records = recordsOf(world, type);
  const questions = questionsOn(records, actions);
  const verdictOf = verdictsBy(questions, await asking.evaluateAll(questions));
  const rowOf = (record: WorldRecord) => {
    const seen = verdictOf(record, 'view');
    return {
      // What somebody may not see has no name here, only its place.
      name: seen.allowed ? record.name : undefined,
      href: link(`/data/${encodeURIComponent(record.id)}`),
      level: placeOf(record)[1],
      may: actions.map((action) => verdictOf(record, action).allowed),
    };
  };
  const categories = Map.groupBy(records, (record) => placeOf(record)[0]);
  return {
    view: 'worlds/school',
    model: {
      title: words.school,
      columns: actions.map((action) => words.actions[action]),
      categories: [...categories].map(([name, some]) => ({
        name,
        rows: some.map(rowOf),
        hidden: hiddenOf(input, some, (record) => verdictOf(record, 'view')),
      })),
      shown: records.filter((record) => verdictOf(record, 'view').allowed).length,
      total: records.length,
    },
  };
}

/** One item. Undefined: there is none by that code. */
export async function schoolItem(input: ScreenInput, id: string): Promise<Screen | undefined> {
  const { world, asking, link } = input;
  const record = findRecord(world, type, id);
  if (!record) return undefined;
  const resource = { type, id };
  const names = await asking.searchActions(resource);
  if (!names.includes('view')) {
    const { reason } = await asking.evaluate({ action: 'view', resource });
    return refusal(input, reason);
  }
  const questions = names.filter((action) => action !== 'view').map((action) => ({ action, resource }));
  const viewers = names.includes('manage_access')
    ? await asking.searchSubjects('user', { action: 'view', resource })
    : undefined;
  return {
    view: 'worlds/item',
    model: {
      title: record.name,
      backHref: link(''),
      level: placeOf(record)[1],
      acts: actsOf(
        input,
        questions,
        questions.map(() => ({ allowed: true, reason: undefined })),
      ),
      viewers: viewers?.map((viewer) => world.people.find((person) => person.id === viewer)?.name ?? viewer),
    },
  };
}
