// A change of a rights model in lines of text, for the command line: what is said differently, and what that means for how many
// people. No names: output of the command line ends up in logs.
import type { T } from '../../../platform/i18n.ts';
import { compareDocuments } from '../comparison/document.difference.ts';
import type { ModelForms } from '../forms/index.ts';
import { differenceParts, summarise } from './difference.page.ts';
import type { Difference } from './models.difference.ts';

const nothing = '–';

/** One line for each cell and place that differs; none when only the order does. */
export function documentLines(words: T, before: ModelForms, after: ModelForms): string[] {
  const { cells, elsewhere } = compareDocuments(before, after, words.t);
  const line = (place: readonly string[], was: string, is: string) =>
    `${place.join(' › ')}: ${was || nothing} → ${is || nothing}`;
  return [
    ...cells.map(({ form, table, row, column, before: was, after: is }) =>
      line([form, table, row.label, column], was, is),
    ),
    ...elsewhere.map(({ place, before: was, after: is }) => line(place, was, is)),
  ];
}

/** @param before undefined: no model is valid */
export function effectLines(
  words: T,
  before: ModelForms | undefined,
  after: ModelForms,
  effect: Difference,
): string[] {
  const say = (key: string, params?: Record<string, string | number>) =>
    words.t(`decisions.preview.${key}`, params);
  const documents = before ? [after, before] : [after];
  const parts = differenceParts(words, documents, effect, new Map());
  const compared = say('lead', { count: effect.people });
  if (parts.nothing !== undefined) return [`${compared} ${parts.nothing}`];
  const counted = parts.consequences.map(({ count, text }) => `${words.number(count)} ${text}`);
  const lines = summarise(words, documents, effect.lines);
  return [
    `${compared} ${counted.join(', ')}:`,
    ...lines.map(({ subject, actions, direction, count }) => {
      const what = `${subject}: ${actions.join(', ')}`;
      return `  ${say(`directions.${direction}`)} (${words.number(count)}): ${what}`;
    }),
  ];
}
