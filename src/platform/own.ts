// Reads a member that an object has of its own. Names that people choose may be `constructor`, which every object inherits.

/** The object's own member of that name; undefined when it has none. */
export function own<Value>(from: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined;
}
