import { expect, test } from "vitest";

import { foldNews } from "./fold";

const at = (day: number, hour: number) => new Date(2026, 4, day, hour).toISOString();

test("runs of equals of a day are one line", () => {
  const kinds = [
    ["download.completed", at(3, 18)],
    ["download.completed", at(3, 17)],
    ["download.failed", at(3, 16)],
    ["download.completed", at(3, 15)],
    ["download.completed", at(2, 23)],
  ] as const;
  const folds = foldNews(kinds.map(([kind, at], index) => ({ kind, at, stream: `download-${index}` })));
  expect(folds.map(({ kind, events }) => [kind, events.length])).toEqual([
    ["download.completed", 2],
    ["download.failed", 1],
    ["download.completed", 1],
    ["download.completed", 1],
  ]);
});

test("a list that was read twice is no two lists", () => {
  const kind = "playlist.refresh_completed";
  const told = [
    { kind, at: at(3, 18), stream: "playlist-1" },
    { kind, at: at(3, 17), stream: "playlist-2" },
    { kind, at: at(3, 16), stream: "playlist-1" },
  ];
  expect(foldNews(told).map(({ events }) => events.length)).toEqual([2, 1]);
});
