import { expect, test } from "vitest";

import { doneOf, isConfirmed, movedWords, reasonWords, stageOf, verbOf } from "./words";

test("from ten things up their number is typed", () => {
  expect(isConfirmed(9, "")).toBe(true);
  expect(isConfirmed(10, "")).toBe(false);
  expect(isConfirmed(41, "14")).toBe(false);
  expect(isConfirmed(41, " 41 ")).toBe(true);
  expect(isConfirmed(1284, "1,284")).toBe(true);
});

test("a plan says its verb and its number", () => {
  expect(verbOf({ goal: "DELETE_FILES", state: "READY", fileCount: 41 })).toBe("Delete 41 files");
  expect(verbOf({ goal: "UNFOLLOW", state: "READY", fileCount: 0 })).toBe("Unfollow");
  expect(doneOf({ goal: "DELETE_FILES", state: "APPLIED", fileCount: 1 })).toBe("1 file deleted");
});

test("a plan that was stopped says that a part was done", () => {
  expect(stageOf({ state: "STOPPED" }).is).toBe("failed");
  expect(stageOf({ state: "READY" }).is).toBe("next");
});

test("why a file stays is said in words, never as an id", () => {
  const id = "playlist-757993c7-0695-879a-921c-ba9a41bdd27f";
  expect(reasonWords(`kept for ${id}, too`)).toEqual({
    words: "another list that is followed has it",
    playlistId: id,
  });
  expect(reasonWords("lost").words).toBe("nothing is in its place");
  expect(reasonWords(null).playlistId).toBeNull();
});

test("a file of a plan is where the plan left it", () => {
  expect(movedWords({ goal: "DELETE_FILES", state: "READY" })).toBe("goes into the trash");
  expect(movedWords({ goal: "DELETE_FILES", state: "UNDONE" })).toBe("back in its place");
  expect(movedWords({ goal: "RESTORE_FILES", state: "UNDONE" })).toBe("in the trash again");
});
