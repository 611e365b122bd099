// What an application may bring: its records and what it says of subjects, in bulk. Every item carries the application's
// own version, which only ever grows, so that messages may arrive twice and in any order.
import { isStorable } from '../../platform/storable.ts';
import { z } from 'zod';
import type { Value } from './condition.model.ts';
import { subjectSettingsSchema } from './subject.settings.ts';

/** Most items of one request. */
export const maxItems = 5000;

const notStorable = 'holds a character that cannot be stored';
const identifier = z.string().min(1).max(200).refine(isStorable, notStorable);
const text = z.string().max(4000).refine(isStorable, notStorable);
const version = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const attributeName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/);
const value: z.ZodType<Value> = z.union([text, z.number(), z.boolean(), z.array(text).max(5000)]);

const key = z.object({ type: identifier, id: identifier, version });

export const recordItem = key.extend({
  owner: identifier.optional(),
  parent: z.object({ type: identifier, id: identifier }).optional(),
  nodes: z.array(identifier).max(1000).default([]),
  attributes: z.record(attributeName, value).default({}),
});
export type RecordItem = z.infer<typeof recordItem>;

export const subjectItem = key.extend(subjectSettingsSchema.shape);
export type SubjectItem = z.infer<typeof subjectItem>;

export const goneItem = key;
export type GoneItem = z.infer<typeof goneItem>;

export const itemsOf = (member: string) => z.object({ [member]: z.array(z.unknown()).min(1).max(maxItems) });

/** SCIM-like paging (RFC 7644, RFC 9865). Query texts. */
export const listQuery = z.object({
  type: identifier,
  count: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).default(''),
});
