// The condition that decides which records somebody may act on, for an application that filters its own tables. Not part
// of AuthZEN 1.0; an endpoint of our own beside it. See docs/authzen.md.
import { z } from 'zod';
import { never, type Condition } from './condition.model.ts';
import { toPortableSql, type PortableSql } from './condition.portable.ts';
import type { Call } from './authzen.evaluation.ts';
import { parse, resourceSearch } from './authzen.schema.ts';
import { foldFor } from './search.ts';

export const conditionPath = '/access/v1/condition';

const asked = resourceSearch.omit({ page: true }).extend({
  options: z.object({ sql: z.literal('postgresql').optional() }).optional(),
});

export interface ConditionAnswer {
  /** In the condition language; `{"any":[]}` is never, `{"all":[]}` always. */
  readonly condition: Condition;
  readonly sql?: PortableSql | undefined;
  /** The instant it was made for: what is remembered longer may be out of date. */
  readonly at: string;
}

/** @throws AuthzenError 400 */
export async function answerCondition({ caller, point }: Call, body: unknown): Promise<ConditionAnswer> {
  const { subject, action, resource, context, options } = parse(asked, body);
  const at = point.site.clock.now().toISOString();
  const around = { subject, action, context, resourceType: resource.type };
  const folded = await foldFor(point, caller.applicationId, around);
  const condition = folded?.condition ?? never;
  if (!options?.sql) return { condition, at };
  return { condition, sql: toPortableSql(condition, folded?.loaded.model, resource.type), at };
}
