// Looks at each brought record before it is written: a mistake in one is told and keeps back that one only. Pure.
import type { z } from 'zod';
import { own } from '../../platform/own.ts';
import type { Value } from './condition.model.ts';
import type { AttributeType, RightsModel } from './rights-model.model.ts';
import type { RecordItem } from './sync.schema.ts';

export interface RefusedItem {
  /** Place in the request, from 0. */
  readonly index: number;
  readonly message: string;
}

export interface CheckedItems<Item> {
  readonly items: readonly Item[];
  readonly refused: readonly RefusedItem[];
}

/** @param check says what is wrong with an item of the right shape */
export function checkItems<Item>(
  given: readonly unknown[],
  schema: z.ZodType<Item>,
  check: (item: Item) => string | undefined = () => undefined,
): CheckedItems<Item> {
  const items: Item[] = [];
  const refused: RefusedItem[] = [];
  for (const [index, each] of given.entries()) {
    const parsed = schema.safeParse(each);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      refused.push({
        index,
        message: `${issue?.path.join('.') || 'item'}: ${issue?.message ?? 'is not valid'}`,
      });
      continue;
    }
    const message = check(parsed.data);
    if (message === undefined) items.push(parsed.data);
    else refused.push({ index, message });
  }
  return { items, refused };
}

/**
 * Whether a record fits the model in force. Attributes that it does not declare are kept: a later version may.
 * @param model undefined: none is in force yet, so that nothing can be said
 */
export function recordProblem(model: RightsModel | undefined, item: RecordItem): string | undefined {
  if (!model) return undefined;
  const type = model.resourceTypes.find((candidate) => candidate.name === item.type);
  if (!type || type.ofModel) return `type: the model keeps no records of type ${item.type}`;
  if (item.parent && item.parent.type !== type.parentType)
    return 'parent.type: is not the parent type of the model';
  for (const [name, value] of Object.entries(item.attributes)) {
    const declared = own(type.attributes, name);
    if (declared && !isOfType(declared.type, value))
      return `attributes.${name}: is not of type ${declared.type}`;
  }
  return undefined;
}

function isOfType(type: AttributeType, value: Value): boolean {
  switch (type) {
    case 'text':
    case 'date':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'truth':
      return typeof value === 'boolean';
    case 'set':
      return Array.isArray(value);
  }
}
