import { expect, test } from "vitest";

import { lastSaid, type Said, toShow } from "./desktop";

const said = (id: string, minute: number, change: Partial<Said> = {}): Said => ({
  id,
  severity: "ERROR",
  title: id,
  body: null,
  subjectId: "playlist-1",
  raisedAt: `2026-11-28T09:0${minute}:00Z`,
  isRead: false,
  ...change,
});
const at = (minute: number) => Date.parse(`2026-11-28T09:0${minute}:00Z`);

test("only what is new, unread and more than something to know is shown, the last first", () => {
  const notices = [
    said("old", 1),
    said("same moment", 2),
    said("new", 3),
    said("newer", 4),
    said("read elsewhere", 5, { isRead: true }),
    said("to know", 6, { severity: "INFO" }),
  ];
  expect(toShow(notices, at(2)).map(({ id }) => id)).toEqual(["newer", "new"]);
});

test("a flood shows three", () => {
  const flood = [3, 4, 5, 6, 7].map((minute) => said(String(minute), minute));
  expect(toShow(flood, at(2)).map(({ id }) => id)).toEqual(["7", "6", "5"]);
});

test("what was told is not told again, also when the newest of it is gone", () => {
  expect(lastSaid([said("a", 3), said("b", 1)], 0)).toBe(at(3));
  expect(lastSaid([said("b", 1)], at(3))).toBe(at(3));
  expect(lastSaid([], at(3))).toBe(at(3));
});
