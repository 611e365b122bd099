// What is said of a subject besides what the portal knows: groups by hand, attributes, members of lists, each with a
// period. One document per subject and source, as administrators (portal) or the application (sync) last said it.
import { isStorable } from '../../platform/storable.ts';
import { z } from 'zod';
import type { Item, Value } from './condition.model.ts';

const name = z
  .string()
  .min(1)
  .max(200)
  .refine(isStorable, 'holds a character that cannot be stored')
  // Parts of it would be read as what the portal itself knows of somebody.
  .refine((text) => !/^(right|unit|function):/.test(text), 'reserved');
const attributeName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/);
const text = z.string().max(1000).refine(isStorable, 'holds a character that cannot be stored');
const value: z.ZodType<Value> = z.union([text, z.number(), z.boolean(), z.array(text).max(5000)]);
const instant = z.iso.datetime({ offset: true });
const period = { from: instant.optional(), until: instant.optional() };
const endsAfterItBegins = (given: { from?: string | undefined; until?: string | undefined }) =>
  given.from === undefined || given.until === undefined || Date.parse(given.until) > Date.parse(given.from);

/** Instants; half-open, absent sides are open. Parses stored documents and submitted ones alike. */
export const subjectSettingsSchema = z.object({
  groups: z
    .array(z.object({ name, ...period }).refine(endsAfterItBegins))
    .max(5000)
    .default([]),
  attributes: z
    .array(z.object({ name: attributeName, value, ...period }).refine(endsAfterItBegins))
    .max(1000)
    .default([]),
  lists: z
    .array(
      z
        .object({ name: attributeName, item: z.record(attributeName, value) as z.ZodType<Item>, ...period })
        .refine(endsAfterItBegins),
    )
    .max(20_000)
    .default([]),
});
export type SubjectSettings = z.infer<typeof subjectSettingsSchema>;

/** What holds at one instant, and when that changes next (milliseconds; Infinity: never). */
export interface RunningSettings {
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
  readonly lists: Readonly<Record<string, readonly Item[]>>;
  readonly changesAtMs: number;
}

export interface Dated {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** @param nowMs instant of the question */
export function runningSettings(settings: SubjectSettings, nowMs: number): RunningSettings {
  let changesAtMs = Infinity;
  const runs = ({ from, until }: Dated): boolean => {
    const [begins, ends] = [from ? Date.parse(from) : -Infinity, until ? Date.parse(until) : Infinity];
    if (begins > nowMs) changesAtMs = Math.min(changesAtMs, begins);
    if (ends > nowMs) changesAtMs = Math.min(changesAtMs, ends);
    return begins <= nowMs && nowMs < ends;
  };
  const attributes: Record<string, Value> = {};
  const groups = settings.groups.filter(runs).map((group) => group.name);
  for (const attribute of settings.attributes.filter(runs)) attributes[attribute.name] = attribute.value;
  const lists = itemsByName(settings.lists.filter(runs));
  return { groups, attributes, lists, changesAtMs };
}

/** Members of lists, each list once, in the order they come. */
export function itemsByName(
  members: readonly { readonly name: string; readonly item: Item }[],
): Record<string, Item[]> {
  const byName = Map.groupBy(members, ({ name: list }) => list);
  return Object.fromEntries([...byName].map(([list, each]) => [list, each.map(({ item }) => item)]));
}
