// Context values of an assignment: their one canonical form, and whether they fit what the right asks. Pure.
import type { ContextValues, Names } from '../../platform/db/types.ts';
import type { FieldError } from '../../platform/errors.ts';

export interface ContextOption {
  readonly code: string;
  readonly names: Names;
  readonly withdrawnAt: Date | null;
}

export interface ContextDefinition {
  readonly id: string;
  readonly code: string;
  readonly names: Names;
  readonly kind: 'list' | 'text' | 'unit';
  readonly required: boolean;
  readonly many: boolean;
  readonly pattern: string | null;
  /** For kind list; empty for the others. */
  readonly options: readonly ContextOption[];
}

export const maxContextValues = 100;
export const maxContextTextLength = 100;

/** Values trimmed, sorted and without doubles; definitions by code; nothing empty. Equal contexts are equal text. */
export function canonicalContext(values: Readonly<Record<string, readonly string[]>>): ContextValues {
  const entries = Object.entries(values).map(([code, given]): [string, string[]] => {
    const kept = new Set(given.map((value) => value.trim()).filter((value) => value !== ''));
    return [code, [...kept].sort()];
  });
  return Object.fromEntries(
    entries.filter(([, kept]) => kept.length > 0).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/**
 * What is wrong with these values, by field `context.<definition code>`; empty when nothing is.
 * @param units codes of the running units of the organisation, for definitions of kind unit.
 */
export function checkContext(
  definitions: readonly ContextDefinition[],
  values: ContextValues,
  units: ReadonlySet<string>,
): Record<string, FieldError> {
  const known = new Set(definitions.map((definition) => definition.code));
  const errors: Record<string, FieldError> = {};
  for (const code of Object.keys(values)) {
    if (!known.has(code)) errors[`context.${code}`] = { code: 'context_unknown' };
  }
  for (const definition of definitions) {
    const error = checkValues(definition, values[definition.code] ?? [], units);
    if (error) errors[`context.${definition.code}`] = error;
  }
  return errors;
}

function checkValues(
  definition: ContextDefinition,
  values: readonly string[],
  units: ReadonlySet<string>,
): FieldError | undefined {
  if (values.length === 0) return definition.required ? { code: 'context_required' } : undefined;
  if (values.length > 1 && !definition.many) return { code: 'context_one_only' };
  if (values.length > maxContextValues)
    return { code: 'context_too_many', params: { maximum: maxContextValues } };
  return values.map((value) => checkValue(definition, value, units)).find((error) => error !== undefined);
}

function checkValue(
  definition: ContextDefinition,
  value: string,
  units: ReadonlySet<string>,
): FieldError | undefined {
  if (definition.kind === 'unit')
    return units.has(value) ? undefined : { code: 'context_unit_unknown', params: { value } };
  if (definition.kind === 'list') {
    const option = definition.options.find((one) => one.code === value);
    return option && option.withdrawnAt === null
      ? undefined
      : { code: 'context_value_unknown', params: { value } };
  }
  if (value.length > maxContextTextLength)
    return { code: 'too_long', params: { maximum: maxContextTextLength } };
  // It stands inside role values, where a colon separates the organisation.
  if (/[\p{Cc}:]/u.test(value)) return { code: 'context_characters' };
  if (definition.pattern === null) return undefined;
  return new RegExp(`^(?:${definition.pattern})$`, 'u').test(value)
    ? undefined
    : { code: 'context_pattern', params: { value } };
}
