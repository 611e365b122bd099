// Calendar days of people and instants of the machine, across clock changes. Built on Intl alone.

const pattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const dayMs = 86_400_000;

/** Whether the text is a day that exists, as `YYYY-MM-DD`, in years that a calendar field can give. */
export function isLocalDate(text: string): boolean {
  const match = pattern.exec(text);
  if (match === null || Number(match[1]) < 1900) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The day after, as `YYYY-MM-DD`. */
export function nextDay(localDate: string): string {
  return new Date(Date.parse(`${localDate}T00:00:00Z`) + dayMs).toISOString().slice(0, 10);
}

/**
 * The instant at which a day begins in a time zone. Where clocks jump over midnight the day begins at the jump.
 * @throws RangeError when the date or the zone does not exist
 */
export function dateToInstant(localDate: string, zone: string): Date {
  if (!isLocalDate(localDate)) throw new RangeError('not a date');
  const wall = Date.parse(`${localDate}T00:00:00Z`);
  // Both sides of a clock change are tried: the earliest instant that shows this day is its beginning.
  const candidates = [wall - dayMs, wall + dayMs].map((at) => wall - offsetMs(new Date(at), zone));
  const starts = candidates.filter((at) => localDateOf(new Date(at), zone) === localDate);
  return new Date(Math.min(...(starts.length > 0 ? starts : candidates)));
}

/** A last day, inclusive, as people write it → the exclusive instant at which the period ends. */
export function lastDayToUntil(localDate: string, zone: string): Date {
  return dateToInstant(nextDay(localDate), zone);
}

/** The last day of a period that ends, exclusively, at `until`: what goes back into the form's field. */
export function untilToLastDay(until: Date, zone: string): string {
  return localDateOf(new Date(until.getTime() - 1), zone);
}

/** The calendar day in the zone at an instant, as `YYYY-MM-DD`. */
export function localDateOf(at: Date, zone: string): string {
  const parts = partsOf(at, zone);
  return `${String(parts.year).padStart(4, '0')}-${pad(parts.month)}-${pad(parts.day)}`;
}

function offsetMs(at: Date, zone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1000) * 1000;
}

type DateParts = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(at: Date, zone: string): DateParts {
  const format = formats.get(zone) ?? createFormat(zone);
  return Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  ) as DateParts;
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as Intl.DateTimeFormatOptions);
  formats.set(timeZone, format);
  return format;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
