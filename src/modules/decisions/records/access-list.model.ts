// The own list of a record as people think of it: one level per group. Pure.
import { listLevels, type ListLevel } from '../forms/access-lists.form.ts';
import type { Values } from './records.reading.ts';

export type LevelOfGroup = ReadonlyMap<string, ListLevel>;

const attributeOf: Readonly<Record<ListLevel, string>> = {
  list: 'aclList',
  read: 'aclRead',
  modify: 'aclModify',
};

/** The highest level of each group; undefined: there is no own list. */
export function readAccessList(values: Values): LevelOfGroup | undefined {
  if (values['ownList'] !== true) return undefined;
  const levels = new Map<string, ListLevel>();
  for (const level of listLevels) {
    const groups = values[attributeOf[level]];
    for (const group of Array.isArray(groups) ? (groups as string[]) : []) levels.set(group, level);
  }
  return levels;
}

/** The attributes that say so; without a list only that there is none. */
export function writeAccessList(levels: LevelOfGroup | undefined): Record<string, boolean | string[]> {
  const entries = [...(levels ?? [])];
  const groupsAt = (level: ListLevel) => entries.filter(([, each]) => each === level).map(([group]) => group);
  return {
    ownList: levels !== undefined,
    ...Object.fromEntries(listLevels.map((level) => [attributeOf[level], groupsAt(level)])),
  };
}
