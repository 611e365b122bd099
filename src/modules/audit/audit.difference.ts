// What changed between before and after, field by field, as people read it. Pure.
import type { T } from '../../platform/i18n.ts';

export interface Difference {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly changed: boolean;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
const maxDepth = 4;

/** Leaves of nested objects, by the path to them. */
function flatten(value: unknown, words: T, path: readonly string[] = []): [string, string][] {
  if (value === undefined || value === null) return path.length === 0 ? [] : [[fieldName(path, words), '–']];
  if (typeof value === 'object' && !Array.isArray(value) && path.length < maxDepth) {
    return Object.entries(value).flatMap(([key, member]) => flatten(member, words, [...path, key]));
  }
  return [[fieldName(path, words), text(value, path.at(-1), words)]];
}

function fieldName(path: readonly string[], { t, has }: T): string {
  const names = path.map((part) => (has(`audit.field.${part}`) ? t(`audit.field.${part}`) : part));
  return names.join(' › ') || t('audit.field.value');
}

function text(value: unknown, name: string | undefined, words: T): string {
  if (Array.isArray(value)) return value.map((member) => text(member, undefined, words)).join(', ') || '–';
  if (typeof value === 'boolean') return words.t(value ? 'audit.value.yes' : 'audit.value.no');
  if (typeof value === 'string' && instant.test(value)) {
    return name === 'until' || name === 'maxUntil' ? words.until(value) : words.dateTime(value);
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Fields in the order in which they were recorded; what only one side has shows the other as absent. */
export function differences(before: unknown, after: unknown, words: T): Difference[] {
  const old = new Map(flatten(before, words));
  const now = new Map(flatten(after, words));
  return [...new Set([...old.keys(), ...now.keys()])].map((field) => {
    const [was, is] = [old.get(field), now.get(field)];
    return { field, before: was, after: is, changed: was !== is };
  });
}
