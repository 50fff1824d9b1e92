// The last 90 days of a check as cells: which share of each day's looks was well, and on which days nobody looked.

import { count, day, number } from "../../parts/format";
import { share } from "./words";

export const DAYS = 90;
export const DAY_MS = 86_400_000;
/** A day with a smaller share than this was a bad one. */
const MOSTLY = 0.95;

/** What was measured of a piece of time: 1 is a look that was well, 0 one that was not. */
export interface Looks {
  at: string;
  count: number;
  sum: number;
}

/** How a day was; `none` is that nobody looked, or could say. */
export type How = "well" | "some" | "bad" | "none";

export interface Cell {
  /** When the day begins. Days are those of UTC, by which samples are put together. */
  at: number;
  how: How;
  looks: number;
  /** Of them, what part was well; none if there were none. */
  well: number | null;
}

/** When the first of the cells begins that end with today. */
export function firstDay(now: number): number {
  return (Math.floor(now / DAY_MS) - DAYS + 1) * DAY_MS;
}

/** A cell for each day, the oldest first; a day without a look is a gap, and nothing is put in its place. */
export function cellsOf(points: readonly Looks[], now: number): Cell[] {
  const first = firstDay(now);
  const looks = Array.from({ length: DAYS }, () => ({ count: 0, sum: 0 }));
  for (const { at, count, sum } of points) {
    const of = looks[Math.floor((Date.parse(at) - first) / DAY_MS)];
    if (of !== undefined) {
      of.count += count;
      of.sum += sum;
    }
  }
  return looks.map(({ count, sum }, place) => {
    const well = count === 0 ? null : sum / count;
    return { at: first + place * DAY_MS, how: howOf(well), looks: count, well };
  });
}

function howOf(well: number | null): How {
  return well === null ? "none" : well >= 1 ? "well" : well >= MOSTLY ? "some" : "bad";
}

/** A day in words: "24 November: 99.31 % of 1,440 looks were well". */
export function cellWords({ at, looks, well }: Cell): string {
  // At noon of UTC it is the same day on most clocks.
  const name = day(at + DAY_MS / 2);
  return well === null
    ? `${name}: nobody looked`
    : `${name}: ${share(well)} of ${count(looks, "look")} ${looks === 1 ? "was" : "were"} well`;
}

/** All of it in a sentence. */
export function daysWords(cells: readonly Cell[]): string {
  const of = (how: How) => cells.filter((cell) => cell.how === how).length;
  const parts: [number, string][] = [
    [of("well"), "without a failure"],
    [of("some"), "with a few failures"],
    [of("bad"), "with many failures"],
    [of("none"), "on which nobody looked"],
  ];
  const said = parts.filter(([days]) => days > 0).map(([days, what]) => `${number(days)} ${what}`);
  return `The last ${number(cells.length)} days: ${said.join(", ")}`;
}

/** The share of all of it that was well; none if nobody looked. */
export function wellOf(cells: readonly Cell[]): number | null {
  const looks = cells.reduce((sum, cell) => sum + cell.looks, 0);
  const well = cells.reduce((sum, cell) => sum + cell.looks * (cell.well ?? 0), 0);
  return looks === 0 ? null : well / looks;
}
