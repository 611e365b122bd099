// Places periods on a scale of 0 to 1000, so that a view can draw bars without any arithmetic or inline style.

export type TimelineState = 'active' | 'future' | 'ending' | 'ended';

export interface TimelineEntry {
  label: string;
  href?: string;
  sub?: string;
  from: Date;
  /** Exclusive; null for no end. */
  until: Date | null;
}

export interface TimelineLane extends TimelineEntry {
  state: TimelineState;
  stateText: string;
  /** Permille of the scale. */
  x: number;
  width: number;
}

export interface Timeline {
  caption: string;
  ticks: { x: number; text: string }[];
  nowX: number;
  lanes: TimelineLane[];
}

const dayMs = 86_400_000;

/** Where a half-open period stands at an instant; `soonDays` before its end it is `ending`. */
export function periodState(from: Date, until: Date | null, now: Date, soonDays = 30): TimelineState {
  if (until !== null && until <= now) return 'ended';
  if (from > now) return 'future';
  return until !== null && until.getTime() - now.getTime() <= soonDays * dayMs ? 'ending' : 'active';
}

/** Lanes, most recent start first, on a scale from the earliest start to the latest end, at most ten years around now. */
export function buildTimeline(options: {
  caption: string;
  entries: readonly TimelineEntry[];
  now: Date;
  stateText: (state: TimelineState) => string;
  soonDays?: number;
}): Timeline {
  const { entries, now } = options;
  const [start, end] = scaleOf(entries, now);
  const place = (at: Date | number): number => round(((Number(at) - start) / (end - start)) * 1000);
  const clamp = (x: number): number => Math.min(1000, Math.max(0, x));
  const lanes = entries
    .map((entry) => {
      const state = periodState(entry.from, entry.until, now, options.soonDays);
      // Four permille is the least that can be seen, at the right edge too.
      const x = Math.min(996, clamp(place(entry.from)));
      const right = entry.until === null ? 1000 : clamp(place(entry.until));
      return {
        ...entry,
        state,
        stateText: options.stateText(state),
        x,
        width: Math.max(4, round(right - x)),
      };
    })
    .sort((a, b) => b.from.getTime() - a.from.getTime());
  return { caption: options.caption, lanes, nowX: clamp(place(now)), ticks: ticksOf(start, end, place) };
}

function scaleOf(entries: readonly TimelineEntry[], now: Date): [number, number] {
  const tenYears = 3653 * dayMs;
  const starts = entries.map((entry) => entry.from.getTime());
  const ends = entries.map((entry) => (entry.until ?? now).getTime());
  const first = Math.max(Math.min(...starts, now.getTime()), now.getTime() - tenYears);
  const last = Math.min(Math.max(...ends, ...starts, now.getTime()), now.getTime() + tenYears);
  const margin = Math.max((last - first) * 0.06, 14 * dayMs);
  return [first - margin, last + margin];
}

/** The first of January of at most eight years, or of each quarter when the scale is short. */
function ticksOf(start: number, end: number, place: (at: number) => number): Timeline['ticks'] {
  const years = new Date(end).getUTCFullYear() - new Date(start).getUTCFullYear();
  const stepMonths = years <= 1 ? 3 : 12 * Math.ceil(years / 8);
  const ticks: Timeline['ticks'] = [];
  for (let month = 0; ; month += stepMonths) {
    const at = Date.UTC(new Date(start).getUTCFullYear(), month, 1);
    if (at > end) return ticks;
    const text = new Date(at).toISOString().slice(0, stepMonths < 12 ? 7 : 4);
    if (at >= start)
      ticks.push({ x: place(at), text: stepMonths < 12 ? text.split('-').toReversed().join('/') : text });
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
