import { expect, test } from "vitest";

import { groupsOf, piecesOf, ruleWords } from "./words";

const told = (
  id: string,
  rule: string,
  severity: "INFO" | "WARNING" | "ERROR" | "URGENT",
  minute: number,
) => ({
  id,
  rule,
  severity,
  raisedAt: `2026-11-28T09:${String(minute).padStart(2, "0")}:00Z`,
});

test("what matters most comes first, then what was said last, and so within a group", () => {
  const groups = groupsOf([
    told("a", "listing-new", "INFO", 9),
    told("b", "download-failed", "ERROR", 1),
    told("c", "file-lost", "WARNING", 3),
    told("d", "download-failed", "ERROR", 2),
    told("e", "download-done", "INFO", 8),
  ]);
  expect(groups.map(({ rule, rows }) => [rule, ...rows.map(({ id }) => id)])).toEqual([
    ["download-failed", "d", "b"],
    ["file-lost", "c"],
    ["listing-new", "a"],
    ["download-done", "e"],
  ]);
});

test("a group matters as much as the worst of it", () => {
  const [first] = groupsOf([
    told("a", "mine", "INFO", 2),
    told("b", "mine", "URGENT", 1),
    told("c", "other", "ERROR", 3),
  ]);
  expect(first).toMatchObject({ rule: "mine", severity: "URGENT" });
});

test("a rule of one's own is called what it is called", () => {
  expect(ruleWords("download-failed")).toBe("Could not be kept");
  expect(ruleWords("my_night-rule")).toBe("My night rule");
});

test("what stands between backquotes is code, and nothing is lost", () => {
  expect(piecesOf("`mediary doctor` says why")).toEqual([
    { text: "mediary doctor", isCode: true },
    { text: " says why", isCode: false },
  ]);
  expect(piecesOf("plain")).toEqual([{ text: "plain", isCode: false }]);
});
