import { expect, test } from "vitest";

import { retryWaitMs } from "./connection";
import { concernsMe } from "./feed";
import { sentence } from "./problem";
import { asOfOf, everySearch } from "./tense";

test("tries come at random moments that get further apart, up to half a minute", () => {
  const between = [0, 1, 5, 20].map((count) => [retryWaitMs(count, () => 0), retryWaitMs(count, () => 1)]);
  expect(between).toEqual([
    [250, 500],
    [500, 1_000],
    [8_000, 16_000],
    [15_000, 30_000],
  ]);
});

test("what shows a concern or a thing asks anew when that was touched, and for nothing else", () => {
  const of = new Set(["job", "playlist-1"]);
  const touched = (change: object) => ({ concerns: [], ids: [], isAll: false, ...change });
  expect(concernsMe(of, touched({ concerns: ["job"] }))).toBe(true);
  expect(concernsMe(of, touched({ ids: ["playlist-1"] }))).toBe(true);
  expect(concernsMe(of, touched({ isAll: true }))).toBe(true);
  expect(concernsMe(of, touched({ concerns: ["file"], ids: ["playlist-2"] }))).toBe(false);
});

test("a moment of the address is a time or a position, and now if it is neither", () => {
  expect(asOfOf("2026-05-03T12:00:00Z")).toEqual({ time: "2026-05-03T12:00:00.000Z" });
  expect(asOfOf("4711")).toEqual({ position: 4711 });
  expect(asOfOf("yesterday-ish")).toBeUndefined();
  expect(asOfOf(undefined)).toBeUndefined();
});

test("an address carries texts, and whatever else it says is left out", () => {
  expect(everySearch({ at: 4711, open: "", tab: ["why"] })).toEqual({ at: "4711" });
});

test("what the server says becomes a sentence", () => {
  expect(sentence("the view is behind")).toBe("The view is behind.");
  expect(sentence("Why not?")).toBe("Why not?");
});
