// What every form of a rights model speaks of: the groups people are in and the kinds of record an application keeps.
import { z } from 'zod';

/** A code in a form. It becomes part of rule ids, whose parts are parted by `/` and `:`, so these cannot be in it. */
export const code = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u)
  .max(80);
export const title = z.string().trim().min(1).max(200);
const attributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/)
  .max(60);

/**
 * A role, profile or user group. People are in it by hand, or because of what the portal knows of them: a right they hold
 * (`right:<code>` or `right:<code>:<context value>`), their unit (`unit:<code>`) or function (`function:<title>`).
 */
export const groupForm = z.strictObject({
  id: code,
  name: title,
  filledBy: z.array(z.string().regex(/^(right|unit|function):.+$/)).default([]),
});

export const resourceTypeForm = z.strictObject({
  name: code,
  label: title,
  actions: z.array(code).min(1),
  parentType: code.optional(),
  classifiedBy: z.enum(['record', 'request']).optional(),
  attributes: z
    .record(
      attributeName,
      z.strictObject({
        type: z.enum(['text', 'number', 'truth', 'date', 'set']),
        source: z.enum(['record', 'request']),
      }),
    )
    .default({}),
});

export type GroupForm = z.infer<typeof groupForm>;
export type ResourceTypeForm = z.infer<typeof resourceTypeForm>;

/** A mistake in a form, at its place; `code` is the translation key under `decisions.problems`. */
export interface FormProblem {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/** The words all forms share, looked up by their codes. */
export interface Vocabulary {
  readonly groups: ReadonlyMap<string, GroupForm>;
  readonly types: ReadonlyMap<string, ResourceTypeForm>;
}

/** The names under which the facts of a person carry a group: its own, and those of whatever fills it. */
export function namesOfGroup(vocabulary: Vocabulary, id: string): string[] {
  return [id, ...(vocabulary.groups.get(id)?.filledBy ?? [])];
}

export function unknownGroup(vocabulary: Vocabulary, id: string, path: FormProblem['path']): FormProblem[] {
  return vocabulary.groups.has(id) ? [] : [{ code: 'unknown_group', path, params: { group: id } }];
}

export function unknownType(vocabulary: Vocabulary, name: string, path: FormProblem['path']): FormProblem[] {
  return vocabulary.types.has(name) ? [] : [{ code: 'unknown_type', path, params: { type: name } }];
}

/** One problem for every code that comes twice. */
export function repeated(codes: readonly string[], path: FormProblem['path']): FormProblem[] {
  const seen = new Set<string>();
  return codes.flatMap((each, index) => {
    if (seen.has(each)) return [{ code: 'repeated', path: [...path, index], params: { value: each } }];
    seen.add(each);
    return [];
  });
}
