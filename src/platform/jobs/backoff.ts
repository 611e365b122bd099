// When a delivery that failed is tried again. Pure.

/** Seconds before the second attempt, the third, …: some 23 hours together, then it is given up. */
const waitsSeconds = [1, 5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200] as const;
const jitter = 0.2;

/** How often one message is tried at most. */
export const maxDeliveryAttempts = waitsSeconds.length + 1;

/**
 * Milliseconds to wait after that many attempts, or undefined when it is enough. A fifth more or less by chance, so
 * that everything a dead receiver missed does not come back at the same instant.
 * @param chance from 0 up to 1, e.g. `Math.random()`.
 */
export function waitAfterMs(attempts: number, chance: number): number | undefined {
  const seconds = waitsSeconds[attempts - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 + jitter * (2 * chance - 1)));
}
