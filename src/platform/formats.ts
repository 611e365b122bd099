// Dates, spans, numbers and lists as people of one language write them. Presentation only: it decides nothing.
import type { Language, TranslationParams } from './i18n.ts';

export interface Formats {
  /** "31 Dec 2026"; a `YYYY-MM-DD` string is a calendar day and is never shifted by a zone. */
  date(value: Date | string, zone?: string): string;
  /** "31 Dec 2026, 14:05" */
  dateTime(value: Date | string, zone?: string): string;
  /** "31 Dec 2026, 14:05:09": where the order within a minute counts. */
  instant(value: Date | string, zone?: string): string;
  /** The last day on which a period `[from, until)` counts; with the time when it does not end at midnight. */
  until(value: Date | string | null | undefined, zone?: string): string;
  /** "in 6 days", "3 hours ago"; days are calendar days. */
  relative(value: Date | string, now: Date | string, zone?: string): string;
  number(value: number): string;
  /** "a, b and c" */
  list(values: readonly string[]): string;
}

const locales: Record<Language, string> = { en: 'en-GB', nl: 'nl-BE', fr: 'fr-BE', de: 'de-DE' };
const dayMs = 86_400_000;
const localDate = /^\d{4}-\d{2}-\d{2}$/;

export function createFormats(
  lang: Language,
  zone: string,
  t: (key: string, params?: TranslationParams) => string,
): Formats {
  const locale = locales[lang];
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
  const time: Intl.DateTimeFormatOptions = { ...day, hour: '2-digit', minute: '2-digit' };
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const spans = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const formatter = memoFormatter(locale);

  const date: Formats['date'] = (value, z = zone) =>
    typeof value === 'string' && localDate.test(value)
      ? formatter(day, 'UTC').format(new Date(`${value}T00:00:00Z`))
      : formatter(day, z).format(new Date(value));
  const dateTime: Formats['dateTime'] = (value, z = zone) => formatter(time, z).format(new Date(value));

  return {
    date,
    dateTime,
    instant: (value, z = zone) => formatter({ ...time, second: '2-digit' }, z).format(new Date(value)),
    until(value, z = zone) {
      if (value === null || value === undefined) return t('common.period.noEnd');
      const at = new Date(value);
      const clock = formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, z).format(at);
      return /^0?0\D0?0\D*$/.test(clock) ? date(new Date(at.getTime() - 1), z) : dateTime(at, z);
    },
    relative(value, now, z = zone) {
      const at = new Date(value);
      const present = new Date(now);
      return relativeText(spans, at, present, dayNumber(at, z) - dayNumber(present, z));
    },
    number: (value) => formatNumber(lang, value),
    list: (values) => lists.format(values),
  };
}

const numberFormats = new Map<Language, Intl.NumberFormat>();

export function formatNumber(lang: Language, value: number): string {
  const format = numberFormats.get(lang) ?? new Intl.NumberFormat(locales[lang]);
  numberFormats.set(lang, format);
  return format.format(value);
}

function memoFormatter(locale: string): (o: Intl.DateTimeFormatOptions, zone: string) => Intl.DateTimeFormat {
  const known = new Map<string, Intl.DateTimeFormat>();
  return (options, zone) => {
    const key = `${zone} ${Object.keys(options).join()}`;
    const format = known.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    known.set(key, format);
    return format;
  };
}

function relativeText(spans: Intl.RelativeTimeFormat, at: Date, now: Date, days: number): string {
  const minutes = Math.trunc((at.getTime() - now.getTime()) / 60_000);
  if (Math.abs(minutes) < 60) return spans.format(minutes, 'minute');
  if (Math.abs(minutes) < 12 * 60 || days === 0) return spans.format(Math.trunc(minutes / 60), 'hour');
  if (Math.abs(days) < 60) return spans.format(days, 'day');
  if (Math.abs(days) < 730) return spans.format(Math.trunc(days / 30.44), 'month');
  return spans.format(Math.trunc(days / 365.25), 'year');
}

/** Days since 1970-01-01 on the calendar of the zone. */
function dayNumber(at: Date, zone: string): number {
  return Date.parse(`${calendar({ dateStyle: 'short' }, zone).format(at)}T00:00:00Z`) / dayMs;
}

// Writes YYYY-MM-DD. Kept, since making a format costs a hundred times what using it does.
const calendar = memoFormatter('en-CA');
