// What of the facts about people can be set by hand under a rights model. Pure.
import { declaredFacts, type ModelForms } from '../forms/index.ts';
import type { Settable } from './facts.edits.ts';

/** @param forms undefined: there is no rights model, so nothing can be set */
export function settableIn(forms: ModelForms | undefined): Settable {
  if (!forms) return { groups: [], declared: { attributes: [], lists: [] } };
  return { groups: forms.groups.map(({ id }) => id), declared: declaredFacts(forms) };
}
