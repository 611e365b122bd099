// Writes the context definitions of a right and their options, keeping what assignments already use readable.
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import type { Names } from '../../platform/db/types.ts';
import { AppError, invalidFields, type FieldError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { ContextDefinition } from './rights.context.ts';
import { isSafePattern } from './rights.pattern.ts';
import { findRight } from './rights.queries.ts';

export interface ContextInput {
  readonly code: string;
  readonly names: Names;
  readonly kind: 'list' | 'text' | 'unit';
  readonly required: boolean;
  readonly many: boolean;
  readonly pattern: string | null;
  /** In the order to show them; for kind list only. */
  readonly options: readonly { readonly code: string; readonly names: Names }[];
}

/** @throws invalid_fields: `contexts.<index>.<field>` for doubles, unsafe patterns, lists without values */
export function checkDefinitions(contexts: readonly ContextInput[]): void {
  const errors: Record<string, FieldError> = {};
  const seen = new Set<string>();
  for (const [index, context] of contexts.entries()) {
    const field = (name: string): string => `contexts.${index}.${name}`;
    if (seen.has(context.code)) errors[field('code')] = { code: 'code_taken' };
    seen.add(context.code);
    if (context.pattern !== null && !isSafePattern(context.pattern))
      errors[field('pattern')] = { code: 'pattern_unsafe' };
    if (context.kind === 'list' && context.options.length === 0)
      errors[field('options')] = { code: 'options_missing' };
    if (new Set(context.options.map((option) => option.code)).size < context.options.length) {
      errors[field('options')] = { code: 'options_double' };
    }
  }
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
}

/**
 * Makes the definitions of the right these, by code.
 * @throws context_in_use (conflict) when an assignment has values for a definition that goes or changes kind
 */
export async function writeContexts(
  change: Change,
  rightId: string,
  contexts: readonly ContextInput[],
): Promise<void> {
  const standing = (await findRight(change.trx, rightId))?.contexts ?? [];
  const byCode = new Map(contexts.map((context) => [context.code, context]));
  for (const old of standing) {
    const now = byCode.get(old.code);
    if (now?.kind !== old.kind) await removeDefinition(change, rightId, old);
  }
  for (const [position, context] of contexts.entries()) {
    const old = standing.find((one) => one.code === context.code && one.kind === context.kind);
    const definitionId = old?.id ?? newId();
    await writeDefinition(change, { rightId, definitionId, position, isNew: old === undefined }, context);
    await writeOptions(change, definitionId, old, context);
  }
}

async function removeDefinition(
  change: Change,
  rightId: string,
  definition: ContextDefinition,
): Promise<void> {
  const used = await change.trx
    .selectFrom('assignment')
    .select('id')
    .where('right_id', '=', rightId)
    .where(sql<boolean>`context ? ${definition.code}`)
    .limit(1)
    .executeTakeFirst();
  if (used) throw new AppError('conflict', 'context_in_use', { params: { context: definition.code } });
  await change.trx.deleteFrom('context_definition').where('id', '=', definition.id).execute();
}

async function writeDefinition(
  change: Change,
  place: { rightId: string; definitionId: string; position: number; isNew: boolean },
  context: ContextInput,
): Promise<void> {
  const { code, kind, required, many, pattern } = context;
  const row = {
    code,
    kind,
    required,
    many,
    pattern,
    names: JSON.stringify(context.names),
    position: place.position,
  };
  if (place.isNew) {
    const ids = { id: place.definitionId, right_id: place.rightId };
    await change.trx
      .insertInto('context_definition')
      .values({ ...ids, ...row })
      .execute();
  } else {
    await change.trx
      .updateTable('context_definition')
      .set(row)
      .where('id', '=', place.definitionId)
      .execute();
  }
}

async function writeOptions(
  change: Change,
  definitionId: string,
  old: ContextDefinition | undefined,
  context: ContextInput,
): Promise<void> {
  const kept = new Set(context.options.map((option) => option.code));
  const gone = (old?.options ?? []).filter((option) => !kept.has(option.code) && option.withdrawnAt === null);
  if (gone.length > 0) {
    await change.trx
      .updateTable('context_option')
      .set({ withdrawn_at: change.at })
      .where('definition_id', '=', definitionId)
      .where(
        'code',
        'in',
        gone.map((option) => option.code),
      )
      .execute();
  }
  if (context.options.length === 0) return;
  const rows = context.options.map((option, position) => ({
    definition_id: definitionId,
    code: option.code,
    position,
    withdrawn_at: null,
    names: JSON.stringify(option.names),
  }));
  await change.trx
    .insertInto('context_option')
    .values(rows)
    .onConflict((conflict) =>
      conflict.constraint('context_option_pk').doUpdateSet((eb) => ({
        names: eb.ref('excluded.names'),
        position: eb.ref('excluded.position'),
        withdrawn_at: null,
      })),
    )
    .execute();
}
