// What is wrong with the declarations: all of it, with the place of each, so that one round of corrections is enough.
import type { ErrorParams, FieldError } from '../../platform/errors.ts';

/** Where something stands: line and column from 1; in a CSV file the column is that of the table. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One declaration with the way back to where it was written. */
export interface Declared<Value> {
  readonly value: Value;
  readonly place: Place;
  /** `organisations[3]`, or the name of the noun in a CSV file. */
  readonly path: string;
  /** The place of something inside it; of the declaration itself when it is not there. */
  placeOf(path: readonly PropertyKey[]): Place;
}

export interface Problem {
  readonly place: Place;
  /** What it is about, e.g. `people[2].mail`. */
  readonly path: string;
  /** Stable; a translation key below `provisioning.problems` or `errors`. */
  readonly code: string;
  readonly params: ErrorParams;
}

const problemLimit = 200;

/** Collects problems: each once, the first 200 kept in full, all of them counted. */
export class Problems {
  readonly list: Problem[] = [];
  count = 0;
  /** Keys (`organisation 44021`) of what is declared but wrong, so that what refers to it is not blamed as well. */
  readonly failed = new Set<string>();
  readonly #seen = new Set<string>();

  add(place: Place, path: string, code: string, params: ErrorParams = {}): void {
    const key = `${place.file}\0${place.line}\0${path}\0${code}`;
    if (this.#seen.has(key)) return;
    this.count += 1;
    if (this.isFull) return;
    this.#seen.add(key);
    this.list.push({ place, path, code, params });
  }

  /** A problem with one field of a declaration, or with all of it when `path` is empty. */
  report(
    declared: Declared<unknown>,
    path: readonly PropertyKey[],
    code: string,
    params: ErrorParams = {},
  ): void {
    this.add(declared.placeOf(path), joinPath(declared.path, path), code, params);
  }

  /** What a rule found wrong, field by field. @returns whether anything was. */
  reportFields(declared: Declared<unknown>, fields: Readonly<Record<string, FieldError>>): boolean {
    for (const [field, error] of Object.entries(fields)) {
      this.report(declared, field === '' ? [] : field.split('.'), error.code, error.params);
    }
    return Object.keys(fields).length > 0;
  }

  /** Enough were found to stop looking for the exact row behind each refusal of the database. */
  get isFull(): boolean {
    return this.list.length >= problemLimit;
  }
}

export function joinPath(base: string, path: readonly PropertyKey[]): string {
  let joined = base;
  for (const key of path)
    joined += typeof key === 'number' ? `[${key}]` : `${joined === '' ? '' : '.'}${String(key)}`;
  return joined;
}

/** Something inside a declaration as a declaration of its own, so that its errors have its place. */
export function inside<Value>(
  declared: Declared<unknown>,
  path: readonly PropertyKey[],
  value: Value,
): Declared<Value> {
  return {
    value,
    place: declared.placeOf(path),
    path: joinPath(declared.path, path),
    placeOf: (more) => declared.placeOf([...path, ...more]),
  };
}
