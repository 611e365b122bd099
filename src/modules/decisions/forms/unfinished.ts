// What may stand in a draft while it is being put together: something is not said yet, and everything that is said means
// something. Publishing refuses it like any other mistake.
import type { FormProblem } from './vocabulary.form.ts';

const unfinished = new Set([
  'action_without_item',
  'action_without_right',
  'missing_attribute',
  'not_below',
  'nothing_decides',
  'tab_without_level',
  'unknown_action',
]);

/** What keeps a document from being even a draft: it speaks of what is not there, or says one thing twice. */
export const keepingFromDraft = (problems: readonly FormProblem[]): FormProblem[] =>
  problems.filter(({ code }) => !unfinished.has(code));
