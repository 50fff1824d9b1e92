import { expect, test } from "vitest";

import { months } from "./months";

test("a report is of this month or of one of the year before it", () => {
  const all = months(new Date(2026, 0, 31, 12));
  expect(all).toHaveLength(13);
  expect(all[0]).toEqual({ value: "2026-01", name: "January 2026" });
  expect(all[1]).toEqual({ value: "2025-12", name: "December 2025" });
  expect(all[12]?.value).toBe("2025-01");
});
