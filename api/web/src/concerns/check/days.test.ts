import { expect, test } from "vitest";

import { cellsOf, cellWords, DAY_MS, DAYS, daysWords, firstDay, wellOf } from "./days";

const NOW = Date.parse("2026-11-25T15:00:00Z");
const at = (daysAgo: number) => new Date(Math.floor(NOW / DAY_MS) * DAY_MS - daysAgo * DAY_MS).toISOString();

test("there is a cell for each day, and a day nobody looked on is a gap", () => {
  const cells = cellsOf([{ at: at(0), count: 10, sum: 10 }], NOW);
  expect(cells).toHaveLength(DAYS);
  expect(cells[0]).toMatchObject({ at: firstDay(NOW), how: "none", well: null, looks: 0 });
  expect(cells.at(-1)).toMatchObject({ at: Date.parse(at(0)), how: "well", well: 1 });
  expect(cells.filter(({ how }) => how === "none")).toHaveLength(DAYS - 1);
});

test("a day is well only if all of its looks were", () => {
  const of = (count: number, sum: number) => cellsOf([{ at: at(3), count, sum }], NOW).at(-4)?.how;
  expect([of(1440, 1440), of(1440, 1439), of(100, 95), of(100, 94), of(4, 0)]).toEqual([
    "well",
    "some",
    "some",
    "bad",
    "bad",
  ]);
});

test("finer pieces of a day are put together, and what is older is left out", () => {
  const half = new Date(Date.parse(at(1)) + DAY_MS / 2).toISOString();
  const cells = cellsOf(
    [
      { at: at(200), count: 5, sum: 0 },
      { at: at(1), count: 2, sum: 2 },
      { at: half, count: 2, sum: 1 },
    ],
    NOW,
  );
  expect(cells.at(-2)).toMatchObject({ looks: 4, well: 0.75 });
  expect(wellOf(cells)).toBe(0.75);
  expect(wellOf(cellsOf([], NOW))).toBeNull();
});

test("cells say in words what their colours say", () => {
  const cells = cellsOf(
    [
      { at: at(2), count: 1440, sum: 1430 },
      { at: at(1), count: 1, sum: 0 },
    ],
    NOW,
  );
  expect(cellWords(cells.at(-3) as (typeof cells)[number])).toContain("99.30 % of 1,440 looks were well");
  expect(cellWords(cells.at(-2) as (typeof cells)[number])).toContain("0 % of 1 look was well");
  expect(daysWords(cells)).toBe(
    "The last 90 days: 1 with a few failures, 1 with many failures, 88 on which nobody looked",
  );
});
