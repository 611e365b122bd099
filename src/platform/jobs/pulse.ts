// Something done every few seconds in this process, never twice at once, until stopped.
import type { Logger } from '../logger.ts';

export interface Pulse {
  /** Waits for the beat that is under way. */
  stop(): Promise<void>;
}

/** @param beat its failure is logged; the next beat comes anyway. */
export function startPulse(
  logger: Logger,
  name: string,
  everySeconds: number,
  beat: () => Promise<unknown>,
): Pulse {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<unknown> = Promise.resolve();
  const next = () => {
    if (stopped) return;
    timer = setTimeout(() => {
      current = beat()
        .catch((error: unknown) => logger.error({ pulse: name, err: error }, 'a regular check failed'))
        .finally(next);
    }, everySeconds * 1000);
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
