import { expect, test } from "vitest";

import { partsOf, quoted } from "./Told";

test.each([
  ["Mediary kept 'Stars'", "Kept ", "Stars", ""],
  ["Mediary found 12 new in 'Nights'", "Found 12 new in ", "Nights", ""],
  ["You asked to follow 'Anna's day' no longer", "You asked to follow ", "Anna's day", " no longer"],
  ["Mediary took 'A' out of 'B'", "Took ", "A", " out of “B”"],
  ["Mediary gave 'A' up: it's gone", "Gave ", "A", " up: it's gone"],
])("%s", (says, before, name, after) => {
  expect(partsOf(says)).toEqual({ before, name, after });
});

test("a sentence without a name stays whole", () => {
  expect(partsOf("Mediary began its work")).toEqual({ before: "Began its work", name: null, after: "" });
});

test("an id behind a name is for programs, and left out", () => {
  const says =
    "You asked for 'A', by the schedule 'at night' (schedule-01890a5d-ac96-774b-bcce-b302099a8057).";
  expect(quoted(says)).toBe("You asked for “A”, by the schedule “at night”.");
  expect(quoted("'A' (720p)")).toBe("“A” (720p)");
});
