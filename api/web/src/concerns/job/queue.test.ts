import { describe, expect, it } from "vitest";

import type { Job } from "./job";
import { isOneList, queueSearch } from "./search";
import { steady } from "./steady";
import { between } from "./use-choice";
import { inTurn, standing, timeLeft, verbOf, why } from "./words";

const QUEUED: Job = {
  id: "job-1",
  kind: "DOWNLOAD",
  title: "A film",
  subjectIds: [],
  state: "QUEUED",
  stopping: false,
  attempts: 0,
  retryAt: null,
  priority: 5,
  batch: null,
  queuedAt: "2026-11-28T10:00:00Z",
  startedAt: null,
  endedAt: null,
  changedAt: 1,
  failure: null,
  waitsFor: { reason: "TURN", message: "it waits for its turn", until: null, lane: "example.org", place: 3 },
  progress: null,
};

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).join(" ");
const rows = (text: string) => text.split(" ").map((id) => ({ id }));

describe("a job in words", () => {
  it("says why it waits, with its place and what matters", () => {
    expect(why(QUEUED)).toBe("3rd of what needs example.org.");
    expect(why({ ...QUEUED, priority: 9 })).toBe("3rd of what needs example.org, since it matters more.");
    const waitsFor = {
      ...QUEUED.waitsFor,
      reason: "RATE_LIMIT",
      message: "the source asked for fewer requests",
    };
    expect(why({ ...QUEUED, attempts: 2, waitsFor } as Job)).toBe(
      "Tried 2 times. The source asked for fewer requests.",
    );
  });

  it("has a reason in every state", () => {
    for (const state of [
      "QUEUED",
      "LEASED",
      "RUNNING",
      "PAUSED",
      "SUCCEEDED",
      "FAILED",
      "CANCELLED",
    ] as const) {
      expect(why({ ...QUEUED, state, waitsFor: null }), state).toMatch(/.\.$/);
    }
  });

  it("offers the verb that helps", () => {
    expect(verbOf(QUEUED)).toEqual(["first", "To the top"]);
    expect(verbOf({ ...QUEUED, priority: 9 })).toEqual(["pause", "Hold"]);
    expect(verbOf({ ...QUEUED, state: "RUNNING" })).toEqual(["pause", "Pause"]);
    expect(verbOf({ ...QUEUED, state: "FAILED" })).toEqual(["retry", "Try again"]);
    expect(verbOf({ ...QUEUED, state: "RUNNING", stopping: true })).toBeNull();
    expect(verbOf({ ...QUEUED, state: "SUCCEEDED" })).toBeNull();
  });

  it("says when it is tried again", () => {
    const until = "2026-11-28T12:00:00Z";
    const later = {
      ...QUEUED.waitsFor,
      reason: "RETRY",
      message: `retry at ${until}`,
      until,
    } as Job["waitsFor"];
    expect(why({ ...QUEUED, waitsFor: later })).not.toContain("2026-11-28T");
    const waitsFor = { ...QUEUED.waitsFor, reason: "RETRY", until } as Job["waitsFor"];
    const job = { ...QUEUED, waitsFor };
    expect(standing(job).is).toBe("late");
    expect(timeLeft(job, null, Date.parse(until) - 240_000)).toBe("4 min");
    expect(timeLeft(job, null, Date.parse(until) + 1)).toBe("");
  });

  it("puts what waits into the order of its turn", () => {
    const at = (id: string, place: number | null) =>
      ({ ...QUEUED, id, waitsFor: { ...QUEUED.waitsFor, place } }) as Job;
    const held = { ...QUEUED, id: "held", waitsFor: { ...QUEUED.waitsFor, reason: "HALTED" } } as Job;
    expect(ids(inTurn([held, at("far", null), at("b", 2), at("a", 1)]))).toBe("a b far held");
  });
});

describe("rows under the pointer", () => {
  it("stand still, and say how many changed", () => {
    const now = steady(rows("a b c"), rows("x c a b"));
    expect(ids(now.rows)).toBe("a b c");
    expect(now.changes).toBe(4);
  });

  it("keep what went, and take what is new of what stayed", () => {
    const shown = [
      { id: "a", word: "old" },
      { id: "b", word: "old" },
    ];
    const now = steady(shown, [{ id: "a", word: "new" }]);
    expect(now.rows).toEqual([
      { id: "a", word: "new" },
      { id: "b", word: "old" },
    ]);
    expect(now.changes).toBe(1);
  });

  it("change nothing where nothing changed", () => {
    expect(steady(rows("a b"), rows("a b")).changes).toBe(0);
  });
});

describe("the queue's address", () => {
  it("keeps what is understood and drops the rest", () => {
    expect(queueSearch({ show: "failed", find: "a", kind: 3 })).toEqual({ show: "failed", find: "a" });
    expect(queueSearch({ show: "nonsense" }).show).toBeUndefined();
    expect(isOneList(queueSearch({}))).toBe(false);
    expect(isOneList(queueSearch({ tag: "night" }))).toBe(true);
  });
});

describe("a range of rows", () => {
  it("goes both ways, and is one row where the other is gone", () => {
    expect(between(rows("a b c d"), "d", "b")).toEqual(["b", "c", "d"]);
    expect(between(rows("a b"), "gone", "b")).toEqual(["b"]);
  });
});
