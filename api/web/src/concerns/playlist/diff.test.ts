import { expect, test } from "vitest";

import { accountWords, partsOf } from "./account";
import { columnsOf, endsOf, foldDiff, refreshedOf, signs, unchanged } from "./diff";
import { standingOf } from "./names";

const change = (kind: string, entryId: string, state?: string) => ({
  kind,
  entryId,
  entry: { download: state === undefined ? null : { state } },
});

test("what is gone upstream is told first, by whether it is here", () => {
  const folded = foldDiff([
    change("ADDED", "a"),
    change("REMOVED", "b", "KEPT"),
    change("UNAVAILABLE", "c", "FAILED"),
    change("NOT_SEEN", "d"),
    change("RENAMED", "e", "KEPT"),
    change("MOVED", "e", "KEPT"),
  ]);
  expect([...folded].map(([name, of]) => [name, of.map(({ entryId }) => entryId)])).toEqual([
    ["safe", ["b"]],
    ["never", ["c", "d"]],
    ["back", []],
    ["added", ["a"]],
    ["renamed", ["e"]],
    ["moved", ["e"]],
    ["described", []],
  ]);
});

test("what left its list and can't be had either is told once", () => {
  const folded = foldDiff([change("REMOVED", "a", "KEPT"), change("UNAVAILABLE", "a", "KEPT")]);
  expect(folded.get("safe")).toHaveLength(1);
});

test("an entry that was renamed and moved is one that changed", () => {
  const changes = [
    change("RENAMED", "a"),
    change("MOVED", "a"),
    change("ADDED", "b"),
    change("REMOVED", "c"),
  ];
  expect(unchanged(10, changes)).toBe(8);
  expect(unchanged(0, changes)).toBe(0);
});

test("signs add up to what the server counts", () => {
  const counts = {
    added: 1,
    notSeen: 2,
    removed: 3,
    moved: 4,
    renamed: 5,
    described: 6,
    unavailable: 7,
    available: 8,
    returned: 9,
  };
  const { "+": plus, "−": minus, "~": wave } = signs(counts);
  expect([plus, minus, wave]).toEqual([18, 12, 15]);
  expect(plus + minus + wave).toBe(Object.values(counts).reduce((sum, value) => sum + value));
});

const refresh = (position: number, added = 0, removed = 0) => ({
  position,
  at: `${position}`,
  added,
  removed,
});

test("refreshes are read from what was recorded, and nothing else is", () => {
  const payload = { counts: { added: 2, returned: 1, removed: 3, unavailable: 1, moved: 9 } };
  expect(refreshedOf({ position: 7, at: "t", payload })).toEqual({
    position: 7,
    at: "t",
    added: 3,
    removed: 4,
  });
  expect(refreshedOf({ position: 7, at: "t", payload: null })).toBeNull();
  expect(refreshedOf({ position: 7, at: "t", payload: { counts: { added: "2" } } })?.added).toBe(0);
});

test("many refreshes share columns, and none is lost", () => {
  const all = Array.from({ length: 1000 }, (_, index) => refresh(index, 1, 2));
  const columns = columnsOf(all, 120);
  expect(columns).toHaveLength(120);
  expect(columns.reduce((sum, { added }) => sum + added, 0)).toBe(1000);
  expect(columns.at(-1)?.position).toBe(999);
});

test("the ends are the last refresh but one and the last, unless the address says others", () => {
  const columns = [refresh(3), refresh(5), refresh(9)];
  expect(endsOf(columns, undefined, undefined)).toEqual({ from: 1, to: 2 });
  expect(endsOf(columns, "3", "5")).toEqual({ from: 0, to: 1 });
  expect(endsOf(columns, "9", "5")).toEqual({ from: 0, to: 1 });
  expect(endsOf([refresh(3)], undefined, undefined)).toEqual({ from: 0, to: 0 });
});

const account = {
  listed: 1336,
  kept: 1236,
  wanted: 9,
  skipped: 83,
  failed: 8,
  reasons: [
    { standing: "SKIPPED", reason: "deleted", count: 52 },
    { standing: "SKIPPED", reason: "not_wanted", count: 31 },
  ],
} as const;

test("the parts of an account add up to what is listed, and what was deleted is one of them", () => {
  const parts = partsOf(account);
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(account.listed);
  expect(parts.map(({ word, count }) => `${count} ${word}`)).toEqual([
    "1236 kept",
    "31 skipped",
    "9 wait",
    "8 failed",
    "52 deleted here",
  ]);
  expect(accountWords(account, String)).toBe(
    "1336 listed: 1236 kept, 31 skipped, 9 wait, 8 failed, 52 deleted here",
  );
});

test("an entry says how it stands, and why", () => {
  const entry = { status: "PRESENT", availability: "AVAILABLE", skippedBy: null, download: null };
  const kept = { state: "KEPT", quality: "720p", failure: null, job: null };
  expect(standingOf(entry, String).is).toBe("skipped");
  expect(standingOf({ ...entry, skippedBy: "duration>=1m" }, String).why).toBe("duration>=1m");
  expect(standingOf({ ...entry, status: "REMOVED" }, String)).toMatchObject({
    is: "gone",
    why: "left its list",
  });
  expect(standingOf({ ...entry, availability: "PRIVATE", download: kept }, String)).toMatchObject({
    is: "safe",
    why: "made private at its source",
  });
  const failure = { message: "no route" };
  const job = { state: "QUEUED", retryAt: "22:15", failure };
  expect(standingOf({ ...entry, download: { ...kept, state: "WANTED", job } }, String)).toEqual({
    is: "late",
    word: "Tries again",
    why: "again 22:15: no route",
  });
});
