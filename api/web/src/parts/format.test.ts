import { expect, test } from "vitest";

import { ago, count, length, marginTime, number, rate, size, span } from "./format";

test("numbers are whole where one counts, and sizes have three figures", () => {
  expect(number(100_482)).toBe("100,482");
  expect([0, 999, 1_000, 1_420_000_000, 86_400_000_000, 999_600].map(size)).toEqual([
    "0 B",
    "999 B",
    "1.00 kB",
    "1.42 GB",
    "86.4 GB",
    "1.00 MB",
  ]);
  expect(rate(11_400_000)).toBe("11.4 MB/s");
  expect([count(1, "entry", "entries"), count(0, "file")]).toEqual(["1 entry", "0 files"]);
});

test("lengths are clocks, spans are words", () => {
  expect([2_892_000, 7_844_000, 41_000].map(length)).toEqual(["48:12", "2:10:44", "0:41"]);
  expect([20_000, 240_000, 4_320_000, 7_200_000, 432_000_000].map(span)).toEqual([
    "20 s",
    "4 min",
    "1 h 12",
    "2 h",
    "5 days",
  ]);
});

test("how long ago is said under an hour only", () => {
  const now = new Date(2026, 4, 3, 14, 0).getTime();
  expect(ago(now - 26 * 60_000, now)).toBe("26 minutes ago");
  expect(ago(now - 20_000, now)).toBe("just now");
  expect(ago(now - 3 * 3_600_000, now)).toBe("today 11:00");
});

test("the margin has a time for today, a day of the week for this one, a date beyond", () => {
  const now = new Date(2026, 4, 3, 14, 0).getTime();
  expect(marginTime(new Date(2026, 4, 3, 22, 0), now)).toBe("22:00");
  expect(marginTime(new Date(2026, 4, 4, 1, 30), now)).toBe("01:30");
  expect(marginTime(new Date(2026, 4, 6, 9, 0), now)).toBe("Wed");
  expect(marginTime(new Date(2026, 5, 6, 9, 0), now)).toBe("6 Jun");
});
