// What the screens of the four applications have in common: who is asked for, links that keep that choice, and buttons that are
// there or not.
import type { Asking, Question, Verdict } from './decision-client.ts';
import type { WorldOptions, WorldRecord } from './world.model.ts';
import type { WorldWords } from './words.ts';

export type ScreenInput = {
  world: WorldOptions;
  words: WorldWords;
  asking: Asking;
  /** An address of this application, for the same person. */
  link(path: string, query?: Record<string, string>): string;
  /** What stands behind the question mark. */
  query: Readonly<Record<string, unknown>>;
};

/** A page: the name of its view, and what it shows. */
export type Screen = { view: string; status?: number; model: Record<string, unknown> };

/** A button that does something to a record; pressing it asks once more. */
export type Act = { text: string; action: string; type: string; id: string };

/** The buttons that are shown: those whose question was answered with yes. */
export function actsOf(
  { words, world }: ScreenInput,
  questions: readonly Question[],
  verdicts: readonly Verdict[],
): Act[] {
  return questions.flatMap(({ action, resource: { type, id } }, index) => {
    if (!verdicts[index]?.allowed) return [];
    const item = type === 'feature' ? world.items.find((each) => each.id === id)?.name : undefined;
    const text = words.actions[action] ?? action;
    return [{ text: item === undefined ? text : `${text}: ${item}`, action, type, id }];
  });
}

/** Every action on every record, in that order. */
export const questionsOn = (records: readonly WorldRecord[], actions: readonly string[]): Question[] =>
  records.flatMap(({ type, id }) => actions.map((action) => ({ action, resource: { type, id } })));

/** Verdicts by record and action, as asked with {@link questionsOn}. */
export function verdictsBy(questions: readonly Question[], verdicts: readonly Verdict[]) {
  const key = (type: string, id: string, action: string) => `${type}\n${id}\n${action}`;
  const known = new Map(
    questions.map(({ action, resource: { type, id } }, index) => [key(type, id, action), verdicts[index]]),
  );
  const refused: Verdict = { allowed: false, reason: undefined };
  return ({ type, id }: WorldRecord, action: string): Verdict => known.get(key(type, id, action)) ?? refused;
}

/** Instead of a page: why it is not shown. */
export const refusal = ({ words, world }: ScreenInput, reason: Verdict['reason']): Screen => ({
  view: 'worlds/refused',
  status: 403,
  model: { title: words[world.code], reason },
});

/** How many of each kind were kept back, and the reason given: their names would tell too much. */
export function hiddenOf(
  { world }: ScreenInput,
  records: readonly WorldRecord[],
  verdictOf: (record: WorldRecord) => Verdict,
): { kind: string; count: number; reason: Verdict['reason'] }[] {
  const kept = records.filter((record) => !verdictOf(record).allowed);
  const groups = Map.groupBy(kept, (record) => `${record.type}\n${verdictOf(record).reason?.text ?? ''}`);
  return [...groups.values()].map((some) => ({
    kind: world.labels[some[0]!.type] ?? some[0]!.type,
    count: some.length,
    reason: verdictOf(some[0]!).reason,
  }));
}
