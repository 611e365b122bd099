// What a declared rights model changes, in lines for the terminal.
import { documentLines, effectLines } from '../modules/decisions/index.ts';
import type { ModelChange } from '../modules/provisioning/index.ts';
import type { T } from '../platform/i18n.ts';

/** Lines shown of what changes in one model; `--all` shows every one. */
const shownLines = 40;

export function modelLines(words: T, model: ModelChange, all: boolean): string[] {
  const { number, published, before, after, effect } = model;
  const status = published
    ? `version ${number} becomes valid`
    : `version ${number} is a draft, to be published in the portal; it would then change:`;
  const said = before ? documentLines(words, before, after) : [];
  return [status, ...shortened(said, all), ...shortened(effectLines(words, before, after, effect), all)];
}

function shortened(lines: readonly string[], all: boolean): string[] {
  if (all || lines.length <= shownLines) return [...lines];
  return [...lines.slice(0, shownLines), `… and ${lines.length - shownLines} more lines (--all shows them)`];
}
