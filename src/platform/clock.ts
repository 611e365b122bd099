// The clock that is passed in everywhere. Nothing else may ask the machine what time it is, so that tests decide it.

export interface Clock {
  /** The present instant. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
