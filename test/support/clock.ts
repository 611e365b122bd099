// A clock that tests set. Nothing waits: time passes when a test says so.
import { mock } from 'node:test';
import type { Clock } from '../../src/platform/clock.ts';

export interface Span {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

/** A Monday morning, ten o'clock in Brussels. */
export const testInstant = new Date('2026-06-15T08:00:00.000Z');

export class FakeClock implements Clock {
  #now: number;
  #holdsDate = false;

  constructor(start: Date | string = testInstant) {
    this.#now = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  /** Goes to the instant, forwards or back. */
  set(instant: Date | string): void {
    this.#now = new Date(instant).getTime();
    if (this.#holdsDate) mock.timers.setTime(this.#now);
  }

  advance(span: Span): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = span;
    this.set(
      new Date(this.#now + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds),
    );
  }

  /**
   * Makes `Date` of this process follow this clock as well, for libraries that ask the machine (token lifetimes,
   * cookies). Call {@link releaseDate} when done. Timers stay real.
   */
  holdDate(): void {
    mock.timers.enable({ apis: ['Date'], now: this.#now });
    this.#holdsDate = true;
  }

  releaseDate(): void {
    if (this.#holdsDate) mock.timers.reset();
    this.#holdsDate = false;
  }
}
