// Changes of the structure of a document: a thing added, changed, moved or taken out. Each gives the new document, or what is wrong
// with it, field by field.
import type { FieldError } from '../../../platform/errors.ts';
import {
  checkForms,
  keepingFromDraft,
  modelFormsSchema,
  type FormProblem,
  type ModelForms,
} from '../forms/index.ts';
import { whatIsGone, type Consequence } from './consequences.ts';
import { itemsOf, keyOf, withItems, type Item, type Part, type Path } from './part.model.ts';
import { fieldErrorOf, fieldOfProblem, itemFrom, type Typed } from './thing.ts';
import { tidied } from './tidy.ts';

export interface Refused {
  readonly fields: Readonly<Record<string, FieldError>>;
  /** Mistakes of no field. */
  readonly problems: readonly FormProblem[];
}

export type Edited = { readonly forms: ModelForms } | Refused;

export const indexOfKey = (forms: ModelForms, part: Part, key: string): number =>
  itemsOf(forms, part).findIndex((item, index) => keyOf(part, item, index) === key);

/** Adds a thing, or changes the one with the key. */
export function withThing(forms: ModelForms, part: Part, key: string | undefined, typed: Typed): Edited {
  const items = itemsOf(forms, part);
  const at = key === undefined ? items.length : indexOfKey(forms, part, key);
  const said = itemFrom(part, items[at], typed);
  const item = (key === undefined && part.complete?.(said, forms)) || said;
  const twice = items.some((other, index) => index !== at && sameKey(part, other, item));
  if (part.key !== undefined && twice) {
    const repeated = { code: 'rights_model_repeated', params: { value: String(item[part.key]) } };
    return { fields: { [part.key]: repeated }, problems: [] };
  }
  const next = items.toSpliced(at, 1, item);
  const parsed = modelFormsSchema.safeParse(withItems(forms, part, next));
  if (!parsed.success) {
    const place = placeOf(part, at, item);
    const errors = parsed.error.issues.map((issue) => fieldErrorOf(part, issue, place));
    return { fields: Object.fromEntries(errors.toReversed()), problems: [] };
  }
  return judged(forms, tidied(parsed.data), part);
}

/** Where a thing stands in the document. */
function placeOf(part: Part, at: number, item: Item): Path {
  if (part.shape === 'single') return part.path;
  return [...part.path, part.shape === 'members' ? String(item['name'] ?? '') : at];
}

const sameKey = (part: Part, one: Item, other: Item): boolean =>
  part.key !== undefined && one[part.key] === other[part.key];

/** New mistakes that a draft cannot hold, at the field they are about where there is one. */
function judged(before: ModelForms, after: ModelForms, part: Part): Edited {
  const problems = keepingFromDraft(newProblems(before, after));
  if (problems.length === 0) return { forms: after };
  const placed = problems.map((problem) => ({ problem, field: fieldOfProblem(part, problem) }));
  return {
    fields: Object.fromEntries(
      placed.flatMap(({ problem, field }) =>
        field === undefined
          ? []
          : [[field, { code: `rights_model_${problem.code}`, params: { ...problem.params } }]],
      ),
    ),
    problems: placed.filter(({ field }) => field === undefined).map(({ problem }) => problem),
  };
}

/** What the change makes wrong: mistakes that stood before are told elsewhere. */
function newProblems(before: ModelForms, after: ModelForms): FormProblem[] {
  const textOf = ({ code, params }: FormProblem) => JSON.stringify([code, params]);
  const old = new Set(checkForms(before).map(textOf));
  return checkForms(after).filter((problem) => !old.has(textOf(problem)));
}

export interface Removal {
  /** The document without it, whether it can be saved so or not; undefined: one at least has to be there. */
  readonly without: ModelForms | undefined;
  /** Undefined: it cannot be taken out. */
  readonly forms: ModelForms | undefined;
  readonly gone: readonly Consequence[];
  /** What would be wrong without it. */
  readonly problems: readonly FormProblem[];
  /** What the draft would not say any more, and has to before it is published. */
  readonly unfinished: readonly FormProblem[];
}

export function withoutThing(forms: ModelForms, part: Part, key: string): Removal {
  const items = itemsOf(forms, part).toSpliced(indexOfKey(forms, part, key), 1);
  const parsed = modelFormsSchema.safeParse(withItems(forms, part, items));
  const tidy = parsed.success ? modelFormsSchema.safeParse(tidied(parsed.data)) : parsed;
  if (!tidy.success) return { without: undefined, forms: undefined, gone: [], problems: [], unfinished: [] };
  const found = newProblems(forms, tidy.data);
  const problems = keepingFromDraft(found);
  return {
    without: tidy.data,
    forms: problems.length === 0 ? tidy.data : undefined,
    gone: whatIsGone(forms, tidy.data, part.kind),
    problems,
    unfinished: found.filter((problem) => !problems.includes(problem)),
  };
}

/** One place up or down; at the end of the list it stays. */
export function withMovedThing(forms: ModelForms, part: Part, key: string, by: 1 | -1): ModelForms {
  const items = itemsOf(forms, part);
  const from = indexOfKey(forms, part, key);
  const to = Math.min(Math.max(from + by, 0), items.length - 1);
  const moved = items.toSpliced(from, 1).toSpliced(to, 0, items[from]!);
  return modelFormsSchema.parse(withItems(forms, part, moved));
}
