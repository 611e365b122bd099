// Days and instants as they are written in declaration files. Pure.
import { dateToInstant, isLocalDate, lastDayToUntil, localDateOf } from '../../web/local-date.ts';

export interface WhenOptions {
  /** Time zone in which days begin and end. */
  readonly zone: string;
  /** The instant of applying. */
  readonly at: Date;
  /** Whether "today+3d" may be written: only for demonstrations, since it means something else every day. */
  readonly relativeDays: boolean;
}

const relative = /^today(?:([+-]\d{1,5})d)?$/;
const dayMs = 86_400_000;

/** The day meant by a text, or undefined when it is an instant. */
function dayOf(text: string, options: WhenOptions): string | undefined {
  const match = relative.exec(text);
  if (match === null) return text.includes('T') ? undefined : text;
  const noon = Date.parse(`${localDateOf(options.at, options.zone)}T12:00:00Z`);
  return new Date(noon + Number(match[1] ?? 0) * dayMs).toISOString().slice(0, 10);
}

/** Why a written moment cannot be used, as an error code; undefined when it can. */
export function refuseWhen(text: string, options: WhenOptions): string | undefined {
  if (relative.test(text)) return options.relativeDays ? undefined : 'relative_day_refused';
  if (!text.includes('T')) return isLocalDate(text) ? undefined : 'invalid_date';
  return Number.isNaN(Date.parse(text)) ? 'invalid_date' : undefined;
}

/** The instant at which something begins. */
export function beginOf(text: string, options: WhenOptions): Date {
  const day = dayOf(text, options);
  return day === undefined ? new Date(text) : dateToInstant(day, options.zone);
}

/** The exclusive instant at which something ends: a day is included to its midnight. */
export function endOf(text: string, options: WhenOptions): Date {
  const day = dayOf(text, options);
  return day === undefined ? new Date(text) : lastDayToUntil(day, options.zone);
}

/** A day as spreadsheets write it (31/01/2027, 31-1-2027, 31.01.2027) as 2027-01-31; anything else as it is. */
export function localDays(text: string): string {
  const match = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (match === null) return text;
  const [, day = '', month = '', year = ''] = match;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
