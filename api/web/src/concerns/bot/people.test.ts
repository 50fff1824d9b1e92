import { expect, test } from "vitest";

import { peopleOf } from "./people";

test.each([
  ["123456789", [123456789]],
  ["1, 2;3\n2", [1, 2, 3]],
  ["", undefined],
  ["anna", undefined],
  ["12 @anna", undefined],
  ["-100123", undefined],
  ["1.5", undefined],
])("%j is %j", (text, people) => {
  expect(peopleOf(text)).toEqual(people);
});
