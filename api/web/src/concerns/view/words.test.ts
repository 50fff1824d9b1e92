import { expect, test } from "vitest";

import { behindWords, comparedWords } from "./words";

test("how far a version is", () => {
  expect(behindWords({ eventsBehind: 0, eventsPerSecond: null, secondsLeft: null })).toBe(
    "at the end of the record",
  );
  expect(behindWords({ eventsBehind: 12_000, eventsPerSecond: 400, secondsLeft: 30 })).toBe(
    "12,000 events behind, 400 a second, about 30 s left",
  );
  expect(behindWords({ eventsBehind: 1, eventsPerSecond: null, secondsLeft: null })).toBe("1 event behind");
});

test("what a comparison found", () => {
  const same = { onlyOld: 0, onlyNew: 0, different: 0, commonRows: 41, isDefect: false };
  expect(comparedWords(same)).toBe("The same as the one before, row by row: 41 rows.");
  expect(comparedWords({ ...same, onlyNew: 1, different: 2, isDefect: true })).toBe(
    "1 row more, 2 rows with something else in them. Both were made of the same record by the same program: one of them is wrong.",
  );
});
