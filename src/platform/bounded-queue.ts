// Lets a few expensive tasks run at a time and a limited number wait, so that a rush is refused instead of piling up.
import { AppError } from './errors.ts';

/**
 * Runs tasks at most `concurrency` at a time, in order of arrival.
 * @throws limited `busy` at once for a task before which `limit` others are waiting already.
 */
export function createBoundedQueue(
  concurrency: number,
  limit: number,
): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running < concurrency) running += 1;
    else if (waiting.length >= limit) throw new AppError('limited', 'busy');
    // Whoever finishes hands its place on, so the count of running tasks does not change here.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
