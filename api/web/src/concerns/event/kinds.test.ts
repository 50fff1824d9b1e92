import { expect, test } from "vitest";

import { byConcern, concernOf, concernWords } from "./kinds";
import { timelineSearch } from "./search";

const kind = (concern: string, name: string) => ({ kind: `${concern}.${name}`, concern, meaning: "It is." });

test("kinds stand beneath their concerns, in the order of the words for these", () => {
  const [held, added, removed] = [kind("lane", "held"), kind("root", "added"), kind("root", "removed")];
  expect(byConcern([held, added, removed])).toEqual([
    ["root", [added, removed]],
    ["lane", [held]],
  ]);
});

test("a concern that the page does not know is called as the server calls it", () => {
  expect(concernWords("playlist")).toBe("Lists");
  expect(concernWords("check_runner")).toBe("Check runner");
});

test("the address names a concern or one kind of it, and nothing else", () => {
  expect(timelineSearch({ of: "playlist" }).of).toBe("playlist");
  expect(timelineSearch({ of: "playlist.refresh_completed" }).of).toBe("playlist.refresh_completed");
  expect(timelineSearch({ of: "playlist." }).of).toBeUndefined();
  expect(timelineSearch({ of: "a.b.c" }).of).toBeUndefined();
  expect(concernOf("playlist.refresh_completed")).toBe("playlist");
});
