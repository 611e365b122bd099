// The form of scope settings: which clients and departments a member of staff sees, by the kind of security of the functions
// under the running contracts and by the visibility type of the user. Source: seed 000, the two tables at its end.
//
// Facts it reads. Person: attributes `visibility`, `visibleDepartments` (set), `logbookTypes` (set); lists `contracts`,
// `functions` { function, department }, `internalFunctions` { client, function }; only what runs now is in the lists.
// Client: `active`, `departments` (set). Logbook entry: `logbookType`.
import { z } from 'zod';
import { code, repeated, title, unknownType, type FormProblem, type Vocabulary } from './vocabulary.form.ts';

/** Department determines client, or client determines department. */
export const functionKinds = ['department', 'client'] as const;
export const visibilityTypes = ['all', 'active', 'certain_departments', 'own_departments'] as const;
/** All but `all` mean clients with a running file only. */
export const clientSources = [
  'all',
  'active',
  'certain_departments',
  'own_departments',
  'internal_function',
] as const;
export const departmentSources = ['all', 'certain', 'own', 'internal_function'] as const;

export const scopeForm = z.strictObject({
  kind: z.literal('scope'),
  id: code,
  title,
  /** Without a running contract nothing at all is allowed. */
  runningContractNeeded: z.boolean(),
  clientType: code,
  /** What the client must be visible for; making a new one is not about an existing client. */
  clientActions: z.array(code).min(1),
  departmentType: code,
  departmentActions: z.array(code).min(1),
  /** Kinds of record that hang on a client and are seen only with it. */
  below: z.array(z.strictObject({ type: code, clientAction: code })).default([]),
  logbookType: code.optional(),
  functions: z.array(z.strictObject({ function: title, kind: z.enum(functionKinds) })),
  internalFunctions: z.array(z.strictObject({ function: title, departmentVisible: z.boolean() })),
  cells: z.array(
    z.strictObject({
      kind: z.enum(functionKinds),
      visibility: z.enum(visibilityTypes),
      examples: z.string().max(500).optional(),
      clients: z.array(z.enum(clientSources)),
      departments: z.array(z.enum(departmentSources)),
    }),
  ),
});

export type ScopeForm = z.infer<typeof scopeForm>;
export type ScopeCell = ScopeForm['cells'][number];

export function checkScope(form: ScopeForm, vocabulary: Vocabulary): FormProblem[] {
  const types = [
    form.clientType,
    form.departmentType,
    ...form.below.map(({ type }) => type),
    ...(form.logbookType ? [form.logbookType] : []),
  ];
  const orphans = form.below.filter(
    ({ type }) => vocabulary.types.get(type)?.parentType !== form.clientType && vocabulary.types.has(type),
  );
  return [
    ...types.flatMap((type) => unknownType(vocabulary, type, [])),
    ...orphans.map(({ type }) => ({ code: 'not_below', path: ['below'], params: { type } })),
    ...repeated(
      form.functions.map((line) => line.function),
      ['functions'],
    ),
    ...repeated(
      form.internalFunctions.map((line) => line.function),
      ['internalFunctions'],
    ),
    ...repeated(
      form.cells.map(({ kind, visibility }) => `${kind}.${visibility}`),
      ['cells'],
    ),
  ];
}
