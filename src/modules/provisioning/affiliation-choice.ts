// Which affiliation of a person carries what is declared for them.
import { contains, type Period } from '../../platform/period.ts';
import type { StoredAffiliation } from './lookups.ts';

export const runningTime = (affiliation: StoredAffiliation): Period => ({
  from: affiliation.valid_from,
  until: affiliation.valid_until,
});

/**
 * Of several, those that run at the beginning; without any, all of them, so that the rule about periods can say what is
 * wrong. `from` undefined: those that run now or begin later, the earliest first.
 */
export function affiliationsAt(
  affiliations: readonly StoredAffiliation[],
  from: Date | undefined,
  at: Date,
): StoredAffiliation[] {
  if (from !== undefined) {
    const running = affiliations.filter((one) => contains(runningTime(one), from));
    return running.length > 0 ? running : affiliations.slice(-1);
  }
  const running = affiliations.filter((one) => contains(runningTime(one), at));
  if (running.length > 0) return running;
  const later = affiliations.filter((one) => one.valid_from > at);
  return later.length > 0 ? later.slice(0, 1) : affiliations.slice(-1);
}
