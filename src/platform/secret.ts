// A value that cannot be printed by accident: logs, JSON, errors and inspection all show "[secret]".
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Holds a secret; only {@link Secret.reveal} gives it back. Survives being spread, logged or serialised. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, never to keep or to print it. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
