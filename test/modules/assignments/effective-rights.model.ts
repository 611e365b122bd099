// What the product promises about time, as simple as it can be said: sets of half-open intervals over whole days.
// Written apart from the product's own code, so that both would have to be wrong in the same way.

/** Days since the start of the history; Infinity for no end. */
export interface Interval {
  from: number;
  until: number;
}

export interface ModelOffer {
  right: number;
  during: Interval | null;
  maxDays: number;
  maxUntil: number;
}

export interface ModelAssignment {
  affiliation: number;
  right: number;
  /** Null: cancelled. */
  during: Interval | null;
}

export interface Model {
  now: number;
  person: Interval;
  affiliations: (Interval | null)[];
  rights: Interval[];
  offers: ModelOffer[];
  assignments: ModelAssignment[];
}

export const forever: Interval = { from: 0, until: Infinity };
const has = (during: Interval | null, day: number): boolean =>
  during !== null && during.from <= day && day < during.until;
const overlap = (a: Interval, b: Interval): boolean => a.from < b.until && b.from < a.until;

/** The indexes of the rights that hold on that day, each with the day its last reason ends. */
export function effective(
  model: Model,
  day: number,
): { right: number; affiliation: number; until: number }[] {
  return model.assignments.flatMap(({ affiliation, right, during }) => {
    const reasons = [
      during,
      model.affiliations[affiliation] ?? null,
      model.rights[right] ?? null,
      model.person,
    ];
    const offers = model.offers.filter((offer) => offer.right === right && has(offer.during, day));
    if (offers.length === 0 || !reasons.every((reason) => has(reason, day))) return [];
    const offered = Math.max(...offers.map((offer) => offer.during!.until));
    return [{ right, affiliation, until: Math.min(offered, ...reasons.map((reason) => reason!.until)) }];
  });
}

/** Whether an assignment may get this period, decided on `model.now`. */
export function mayLast(
  model: Model,
  assignment: ModelAssignment,
  wanted: Interval,
  self?: ModelAssignment,
): boolean {
  const affiliation = model.affiliations[assignment.affiliation];
  if (!affiliation || !has(affiliation, wanted.from) || wanted.until <= wanted.from) return false;
  const decided = Math.max(model.now, wanted.from);
  const ends = model.offers
    .filter((offer) => offer.right === assignment.right && has(offer.during, decided))
    .filter(() => has(model.rights[assignment.right] ?? null, decided))
    .map((offer) => Math.min(wanted.from + offer.maxDays, offer.maxUntil))
    .filter((end) => end > wanted.from);
  if (ends.length === 0 || wanted.until > Math.min(affiliation.until, Math.max(...ends))) return false;
  return !model.assignments.some(
    (other) =>
      other !== self &&
      other.affiliation === assignment.affiliation &&
      other.right === assignment.right &&
      other.during !== null &&
      overlap(other.during, wanted),
  );
}

/** What ending at `day` leaves of a period; null when it would only begin then. */
export const cutAt = (during: Interval, day: number): Interval | null =>
  during.from >= day ? null : { from: during.from, until: Math.min(during.until, day) };
