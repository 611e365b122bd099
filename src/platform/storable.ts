// Texts that the database can keep: it has no place for the character 0 or for half a pair of UTF-16.

export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Where in a value of JSON a text stands that cannot be kept; names of members are looked at too. */
export function unstorablePaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [path];
  if (Array.isArray(value)) return value.flatMap((each, index) => unstorablePaths(each, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, each]) =>
    isStorable(name) ? unstorablePaths(each, [...path, name]) : [path],
  );
}
