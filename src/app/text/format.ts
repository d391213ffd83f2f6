/**
 * Numbers, times, durations and sizes as one language writes them. Times are in the device's zone: never render
 * them on the server. Clock times keep the 24-hour form of logs in every language, so that rows line up.
 */

/** How a language names the units that `Intl` does not set the way a dense row needs. */
export interface Units {
  seconds(s: string): string;
  minutes(m: string, s: string): string;
  hours(h: string, m: string): string;
}

export interface Format {
  /** `12,345`. */
  number(n: number): string;
  /** `10:02:11` of a wall-clock time (milliseconds since 1970). */
  time(wallMs: number): string;
  /** `10:02:11.042`. */
  timeMs(wallMs: number): string;
  /** `23 Nov 2026`. */
  date(wallMs: number): string;
  /** `Monday 23 November 2026`. */
  day(wallMs: number): string;
  /** `23 Nov 2026, 10:02:11`. */
  dateTime(wallMs: number): string;
  /** The two ends of a span; with dates where they are not both on the day of `nowMs`. */
  span(fromMs: number, toMs: number, nowMs: number): [from: string, to: string];
  /** `48 s`, `4 min 05 s`, `2 h 10 min`; never negative. */
  duration(ms: number): string;
  /** `312 B`, `1.2 KB`, `240 KB`. */
  bytes(bytes: number): string;
  /** The form of a word that goes with a number. */
  plural(n: number, forms: { one: string; other: string }): string;
}

const pad = (n: number, width = 2) => String(n).padStart(width, '0');

/** The day here that a wall-clock time falls on: from its beginning until just before the next one's. */
export function dayOf(ms: number): { from: number; to: number } {
  const from = new Date(ms).setHours(0, 0, 0, 0);
  // Not 24 hours: a day on which the clocks are changed is longer or shorter.
  const next = new Date(from);
  return { from, to: next.setDate(next.getDate() + 1) };
}

/** Whether two wall-clock times fall on the same day here. */
function sameDay(aMs: number, bMs: number): boolean {
  const { from, to } = dayOf(aMs);
  return bMs >= from && bMs < to;
}

export function createFormat(locale: string, units: Units): Format {
  const numbers = new Intl.NumberFormat(locale);
  const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });
  const rules = new Intl.PluralRules(locale);

  const time = (wallMs: number): string => {
    const date = new Date(wallMs);
    return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  };
  const dateTime = (wallMs: number): string => `${dates.format(wallMs)}, ${time(wallMs)}`;

  return {
    number: (n) => numbers.format(n),
    time,
    timeMs: (wallMs) => `${time(wallMs)}.${pad(new Date(wallMs).getMilliseconds(), 3)}`,
    date: (wallMs) => dates.format(wallMs),
    day: (wallMs) => days.format(wallMs),
    dateTime,
    span(fromMs, toMs, nowMs) {
      const today = sameDay(fromMs, toMs) && sameDay(toMs, nowMs);
      return today ? [time(fromMs), time(toMs)] : [dateTime(fromMs), dateTime(toMs)];
    },
    duration(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1000));
      if (seconds < 60) return units.seconds(numbers.format(seconds));
      if (seconds < 3600) return units.minutes(numbers.format(Math.floor(seconds / 60)), pad(seconds % 60));
      return units.hours(numbers.format(Math.floor(seconds / 3600)), pad(Math.floor((seconds % 3600) / 60)));
    },
    bytes(bytes) {
      if (bytes < 1024) return `${numbers.format(bytes)} B`;
      const kb = bytes / 1024;
      if (kb < 1024) return `${kb < 10 ? oneDigit.format(kb) : numbers.format(Math.round(kb))} KB`;
      return `${oneDigit.format(kb / 1024)} MB`;
    },
    plural: (n, forms) => `${numbers.format(n)} ${rules.select(n) === 'one' ? forms.one : forms.other}`,
  };
}
