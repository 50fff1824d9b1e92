// Numbers, sizes, lengths and moments as people read them, by the locale of the browser; words are English.

const LOCALE = globalThis.navigator?.language?.startsWith("en") ? navigator.language : "en-GB";

const whole = new Intl.NumberFormat(LOCALE);
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clockExact = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const dayMonthLong = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long" });
const dayLong = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric" });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: "short" });
const dateline = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 100,482. */
export function number(value: number): string {
  return whole.format(value);
}

/** "1 file", "12 files". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** 38 %; a percentage of 0 to 100. */
export function percent(value: number): string {
  return `${Math.floor(value)} %`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes in three figures: 1.42 GB. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Bytes a second: 11.4 MB/s. */
export function rate(bytesPerSecond: number): string {
  return `${size(bytesPerSecond)}/s`;
}

/** The length of a medium: 48:12, 2:10:44. */
export function length(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours, ...rest] = parts;
  const shown = hours === 0 ? rest : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** A span of time: 20 s, 4 min, 1 h 12, 3 days. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return rest === 0
      ? `${Math.floor(minutes / 60)} h`
      : `${Math.floor(minutes / 60)} h ${String(rest).padStart(2, "0")}`;
  }
  return `${Math.round(minutes / 1440)} days`;
}

/** 18:02. */
export function time(moment: string | number | Date): string {
  return clock.format(new Date(moment));
}

/** 18:02:41; only in History, Raw and what a pointer rests on. */
export function timeExact(moment: string | number | Date): string {
  return clockExact.format(new Date(moment));
}

/** How many days a moment is before (negative) or after today, by the calendar of the browser. */
export function dayOffset(moment: string | number | Date, now: number = Date.now()): number {
  const midnight = (value: Date) =>
    new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  return Math.round((midnight(new Date(moment)) - midnight(new Date(now))) / DAY);
}

/** The heading of a day: Today, Yesterday, 24 November, 12 January 2025. */
export function day(moment: string | number | Date, now: number = Date.now()): string {
  const date = new Date(moment);
  switch (dayOffset(date, now)) {
    case 0:
      return "Today";
    case -1:
      return "Yesterday";
    case 1:
      return "Tomorrow";
    default:
      return date.getFullYear() === new Date(now).getFullYear()
        ? dayMonthLong.format(date)
        : dayLong.format(date);
  }
}

/** A moment within a sentence: today 18:02, yesterday 09:11, 24 Nov 20:14, 12 January 2025. */
export function moment(value: string | number | Date, now: number = Date.now()): string {
  const date = new Date(value);
  const offset = dayOffset(date, now);
  if (offset === 0) {
    return `today ${time(date)}`;
  }
  if (offset === -1) {
    return `yesterday ${time(date)}`;
  }
  if (offset === 1) {
    return `tomorrow ${time(date)}`;
  }
  return Math.abs(now - date.getTime()) < 300 * DAY
    ? `${dayMonth.format(date)} ${time(date)}`
    : dayLong.format(date);
}

/** A moment to come or past, in the margin of a spine: 22:00, Sat, 24 Nov. */
export function marginTime(value: string | number | Date, now: number = Date.now()): string {
  const date = new Date(value);
  const offset = dayOffset(date, now);
  if (offset === 0 || (offset === 1 && date.getTime() - now < 12 * HOUR)) {
    return time(date);
  }
  return Math.abs(offset) < 7 ? weekday.format(date) : dayMonth.format(date);
}

/** Sun 3 May, 14:00: the pill of the past. */
export function pillTime(value: string | number | Date): string {
  const date = new Date(value);
  return `${weekday.format(date)} ${dayMonth.format(date)}, ${time(date)}`;
}

/** Wednesday 25 November: what a page of the diary is headed by. */
export function dateLine(value: string | number | Date): string {
  return dateline.format(new Date(value)).replace(",", "");
}

/** How long ago, only under an hour; else the moment: "26 minutes ago", "today 18:02". */
export function ago(value: string | number | Date, now: number = Date.now()): string {
  const past = now - new Date(value).getTime();
  if (past < MINUTE) {
    return "just now";
  }
  return past < HOUR ? `${count(Math.round(past / MINUTE), "minute")} ago` : moment(value, now);
}
