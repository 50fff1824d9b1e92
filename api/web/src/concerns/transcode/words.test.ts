import { expect, test } from "vitest";

import { became, change } from "./words";

test("how much less it is, is said in whole parts of a hundred", () => {
  expect(change({ sourceBytes: 1_000, resultBytes: 380 })).toBe("62 % less");
  expect(change({ sourceBytes: 1_000, resultBytes: 1_030 })).toBe("3 % more");
  expect(change({ sourceBytes: 1_000, resultBytes: 1_000 })).toBe("as large");
  expect(change({ sourceBytes: null, resultBytes: null })).toBeUndefined();
});

test("what was not made counts for nothing", () => {
  const failed = { state: "FAILED", sourceBytes: 9, resultBytes: null } as const;
  expect(became([failed])).toBeUndefined();
  const made = { state: "MADE", sourceBytes: 2 << 20, resultBytes: 1 << 20 } as const;
  expect(became([made, made, failed])).toBe("4.19 MB became 2.10 MB");
});
