import { expect, test } from "vitest";

import { folderOf, patternsOf, saysOf, stateOf } from "./watch";

const WATCH = {
  profile: "web",
  names: [],
  bytesMin: null,
  bytesMax: null,
  depthMax: null,
  settleSeconds: 60,
  replace: null,
};

test("a folder is told by its whole path, or from the name of its root on", () => {
  const root = { name: "in", folder: "/srv/in" };
  expect(folderOf({ root, way: "" })).toBe("/srv/in");
  expect(folderOf({ root, way: "deep/er" })).toBe("/srv/in/deep/er");
  expect(folderOf({ root: { ...root, folder: null }, way: "deep" })).toBe("in/deep");
});

test("it is said what is taken and what becomes of it", () => {
  expect(saysOf(WATCH)).toBe("Media of any kind, once nobody wrote it for 60 seconds, web beside it.");
  const chosen = { names: ["*.ts", "*.mkv"], bytesMin: 5_000_000, depthMax: 0, settleSeconds: 1 };
  expect(saysOf({ ...WATCH, ...chosen, replace: { allowLinks: false } })).toBe(
    "*.ts *.mkv, of 5.00 MB at least, in the folder itself, once nobody wrote it for 1 second, web in its place.",
  );
  expect(saysOf({ ...WATCH, bytesMax: 1_000, depthMax: 2 })).toContain("no more than 2 folders deep");
});

test("patterns have spaces or commas between", () => {
  expect(patternsOf(" *.mkv,*.ts  rec-*.mp4 ")).toEqual(["*.mkv", "*.ts", "rec-*.mp4"]);
  expect(patternsOf(" ")).toEqual([]);
});

test("one whose root is not there, or that stopped, is not called watched", () => {
  const root = { name: "in", folder: "/srv/in", standing: "THERE" } as const;
  expect(stateOf({ root, stopped: null })).toEqual(["kept", "Watched"]);
  expect(stateOf({ root: { ...root, standing: "AWAY" }, stopped: null })).toEqual(["failed", "Not there"]);
  expect(stateOf({ root, stopped: "the token is gone" })).toEqual(["failed", "Stopped"]);
});
