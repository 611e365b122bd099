// Half-open periods of time, [from, until): pure helpers without any domain word.

/** From (included) until (excluded); `until` null means without end. */
export interface Period {
  readonly from: Date;
  readonly until: Date | null;
}

const endOf = (period: Period): number => period.until?.getTime() ?? Infinity;

export function contains(period: Period, at: Date): boolean {
  return period.from <= at && at.getTime() < endOf(period);
}

/** Whether `inner` lies wholly inside `outer`. */
export function liesInside(inner: Period, outer: Period): boolean {
  return outer.from <= inner.from && endOf(inner) <= endOf(outer);
}

/** The earliest of several ends; null when there is none. */
export function earliestEnd(...ends: readonly (Date | null)[]): Date | null {
  const times = ends.flatMap((end) => (end === null ? [] : [end.getTime()]));
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/** Whether the first end comes after the second; null is later than everything. */
export function endsLater(a: Date | null, b: Date | null): boolean {
  return b !== null && (a === null || a > b);
}

/**
 * The same time of day so many calendar days later in that zone, so that "30 days" is 30 dates and not 720 hours:
 * in the night the clock is put back these differ, and a period until midnight would be an hour too long.
 */
export function addCalendarDays(instant: Date, days: number, zone: string): Date {
  const target = instant.getTime() + days * 86_400_000;
  const shifted = target + offsetMs(instant.getTime(), zone) - offsetMs(target, zone);
  return new Date(target + offsetMs(instant.getTime(), zone) - offsetMs(shifted, zone));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of the zone are ahead of UTC at that instant, in milliseconds. */
function offsetMs(timeMs: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    const parts = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
    const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...parts, ...clock });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value);
  const local = Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return local - Math.floor(timeMs / 1000) * 1000;
}
