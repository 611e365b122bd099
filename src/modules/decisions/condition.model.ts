// The closed condition language of rights models: eleven operators over the facts of one question, no user code, no
// recursion. It is read twice, in memory (condition.evaluate.ts) and as SQL (condition.sql.ts), and both agree.
import { z } from 'zod';

/** What an attribute can hold. Lists of text are sets: order and repetition say nothing. */
export type Value = string | number | boolean | readonly string[];

/** A member of a list attribute, e.g. one function under a contract: `{ department: "D1", kind: "client" }`. */
export type Item = Readonly<Record<string, Value>>;

/**
 * Where a value comes from. Paths are attribute names, `id`, `type`, `owner` or `nodes`; on the resource side they may follow the
 * parent: `parent.departments`.
 */
export type Term =
  | { readonly const: Value }
  | { readonly subject: string }
  | { readonly resource: string }
  | { readonly action: string }
  | { readonly context: string }
  /** Inside `some`: the member of the subject's list. */
  | { readonly item: string }
  /** Inside `exists`: the record that was found. */
  | { readonly found: string }
  | { readonly now: true };

/**
 * Two-valued: a comparison with something absent is false, never an error. `not` over something absent is therefore
 * true; the check against the attribute schema warns of it.
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  /** Present, and not an empty set. */
  | { readonly has: Term }
  /** Equal; sets are equal when they hold the same. */
  | { readonly eq: readonly [Term, Term] }
  /** At most: numbers, and texts in code point order (so ISO dates and instants compare in time). */
  | { readonly le: readonly [Term, Term] }
  /** The left single value is in the right set. */
  | { readonly in: readonly [Term, Term] }
  /** Two sets (or single values) have a member in common. */
  | { readonly meets: readonly [Term, Term] }
  /** The left text matches one of the right patterns, in which `*` stands for any text, none included. */
  | { readonly like: readonly [Term, Term] }
  /** Some member of a list attribute of the subject fulfils the condition; inside, `item` is that member. */
  | { readonly some: string; readonly that: Condition }
  /** Some resource of a type fulfils the condition; inside, `found` is that record. */
  | { readonly exists: string; readonly that: Condition };

const path = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,3}$/);
const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const term = z.union([
  z.strictObject({ const: value }),
  z.strictObject({ subject: path }),
  z.strictObject({ resource: path }),
  z.strictObject({ action: path }),
  z.strictObject({ context: path }),
  z.strictObject({ item: path }),
  z.strictObject({ found: path }),
  z.strictObject({ now: z.literal(true) }),
]);
const pair = z.tuple([term, term]);

/** Parses a stored or submitted condition; anything outside the language is refused. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(conditionSchema) }),
    z.strictObject({ any: z.array(conditionSchema) }),
    z.strictObject({ not: conditionSchema }),
    z.strictObject({ has: term }),
    z.strictObject({ eq: pair }),
    z.strictObject({ le: pair }),
    z.strictObject({ in: pair }),
    z.strictObject({ meets: pair }),
    z.strictObject({ like: pair }),
    z.strictObject({ some: path, that: conditionSchema }),
    z.strictObject({ exists: path, that: conditionSchema }),
  ]),
);

/** Always and never: what folding ends in. */
export const always: Condition = { all: [] };
export const never: Condition = { any: [] };

export const isAlways = (condition: Condition): boolean => 'all' in condition && condition.all.length === 0;
export const isNever = (condition: Condition): boolean => 'any' in condition && condition.any.length === 0;

/** All of them, with what is settled left out. */
export function allOf(conditions: readonly Condition[]): Condition {
  if (conditions.some(isNever)) return never;
  const open = conditions.filter((condition) => !isAlways(condition));
  return open.length === 1 ? open[0]! : { all: open };
}

/** Any of them, with what is settled left out. */
export function anyOf(conditions: readonly Condition[]): Condition {
  if (conditions.some(isAlways)) return always;
  const open = conditions.filter((condition) => !isNever(condition));
  return open.length === 1 ? open[0]! : { any: open };
}

export function notOf(condition: Condition): Condition {
  if (isAlways(condition)) return never;
  if (isNever(condition)) return always;
  return 'not' in condition ? condition.not : { not: condition };
}
