// Times of maintenance as they are typed: by day and time where they are of that form, else as they were said.

import type { WholeCheck } from "./check";

/** A while that comes again and again, as it is typed. */
export interface Time {
  /** `*` for each day, a weekday from 0 (Sunday), or `cron`. */
  day: string;
  /** When it begins: `01:30`. */
  at: string;
  /** The cron expression, where it is typed as one. */
  cron: string;
  zone: string;
  minutes: string;
}

export const DAYS: readonly [string, string][] = [
  ["*", "Each day"],
  ["1", "Mondays"],
  ["2", "Tuesdays"],
  ["3", "Wednesdays"],
  ["4", "Thursdays"],
  ["5", "Fridays"],
  ["6", "Saturdays"],
  ["0", "Sundays"],
  ["cron", "By a cron expression"],
];

/** One that nobody has changed yet. */
export function usualTime(zone: string): Time {
  return { day: "*", at: "03:00", cron: "0 3 * * *", zone, minutes: "60" };
}

type Said = WholeCheck["maintenance"][number];

/** What was said, as it is typed; none of what comes after so many seconds, for which there are no fields. */
export function timeOf({ cron, zone, seconds }: Said): Time | undefined {
  if (cron === null) {
    return undefined;
  }
  const [, minute, hour, day] = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[0-6])$/.exec(cron) ?? [];
  const of = { cron, zone: zone ?? "UTC", minutes: String(seconds / 60) };
  return minute === undefined || hour === undefined || day === undefined
    ? { ...of, day: "cron", at: "03:00" }
    : { ...of, day, at: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}` };
}

/** What was typed, as the server takes it. */
export function saidOf({ day, at, cron, zone, minutes }: Time) {
  const [hour = "0", minute = "0"] = at.split(":");
  const expression = day === "cron" ? cron.trim() : `${Number(minute)} ${Number(hour)} * * ${day}`;
  return { timing: { cron: { expression, zone } }, seconds: Math.round(Number(minutes) * 60) };
}
