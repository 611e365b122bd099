// Shows what a change of a rights model means for people: how many lose and gain something, and what for whom.
import type { T } from '../../../platform/i18n.ts';
import type { Table } from '../../../web/view-models.ts';
import type { ModelForms } from '../forms/index.ts';
import type { Difference, DifferenceLine } from './models.difference.ts';

const directions = ['loses', 'gains', 'differs'] as const;

const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.${key}`, params);

/** @param documents where the labels of kinds of record and items come from; the first that knows one says it */
export function differenceParts(
  words: T,
  documents: readonly ModelForms[],
  difference: Difference,
  names: ReadonlyMap<string, string>,
) {
  const counted = directions.map((direction) => [direction, difference.counts[direction]] as const);
  return {
    consequences: counted
      .filter(([, count]) => count > 0)
      .map(([direction, count]) => ({ count, text: say(words, `preview.${direction}`, { count }) })),
    nothing: difference.lines.length === 0 ? say(words, 'preview.nothing') : undefined,
    table: differenceTable(words, documents, difference, names),
  };
}

interface Summary {
  readonly subject: string;
  readonly sub: string | undefined;
  readonly actions: string[];
  readonly direction: DifferenceLine['direction'];
  readonly count: number;
  readonly personIds: readonly string[];
}

/** What changes alike for the same people, on one line: "Client: view, modify". */
export function summarise(
  words: T,
  documents: readonly ModelForms[],
  lines: readonly DifferenceLine[],
): Summary[] {
  const all = documents.toReversed();
  const labels = new Map(
    all.flatMap(({ resourceTypes }) => resourceTypes).map(({ name, label }) => [name, label]),
  );
  const permissions = all.flatMap(({ forms }) => forms).filter((form) => form.kind === 'permissions');
  const nodes = permissions.flatMap(({ modules }) => [...modules, ...modules.flatMap(({ items }) => items)]);
  const items = new Map(nodes.map(({ id, name }) => [id, name]));
  const found = new Map<string, Summary>();
  for (const { type, node, action, direction, count, personIds, about } of lines) {
    const key = JSON.stringify([type, node, direction, about]);
    const known = found.get(key);
    if (known) {
      known.actions.push(actionText(words, action));
      continue;
    }
    found.set(key, {
      subject: node === undefined ? (labels.get(type) ?? type) : (items.get(node) ?? node),
      sub: node === undefined ? undefined : say(words, 'ticks.head'),
      actions: [actionText(words, action)],
      direction,
      count,
      personIds,
    });
  }
  return [...found.values()];
}

const stateOf = { gains: 'active', loses: 'danger', differs: 'info' } as const;

function differenceTable(
  words: T,
  documents: readonly ModelForms[],
  difference: Difference,
  names: ReadonlyMap<string, string>,
): Table {
  const head = (key: string) => say(words, `preview.${key}`);
  return {
    caption: head('title'),
    columns: [
      { key: 'what', text: head('what') },
      { key: 'direction', text: head('direction') },
      { key: 'count', text: head('count'), numeric: true },
      { key: 'who', text: head('who') },
    ],
    rows: summarise(words, documents, difference.lines).map((line) => {
      const shown = line.personIds.map((id) => names.get(id) ?? id);
      const more = line.count - shown.length;
      const what = `${line.subject}: ${line.actions.join(', ')}`;
      return {
        cells: {
          what: line.sub === undefined ? { text: what } : { text: what, sub: line.sub },
          direction: {
            tags: [{ text: head(`directions.${line.direction}`), state: stateOf[line.direction] }],
          },
          count: words.number(line.count),
          who: shown.join(', ') + (more > 0 ? ` ${say(words, 'preview.more', { count: more })}` : ''),
        },
      };
    }),
  };
}

/** Actions are named by each application; the usual ones have words. */
export function actionText(words: T, action: string): string {
  const key = `decisions.actions.${action}`;
  return words.has(key) ? words.t(key) : action;
}
