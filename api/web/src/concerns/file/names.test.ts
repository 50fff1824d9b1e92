import { expect, test } from "vitest";

import { fileName, wholePath } from "./names";

test("a file is called by its title, not by its path", () => {
  expect(fileName("Sample talks/Hollow meadow 6 [talks-6].mp3")).toBe("Hollow meadow 6");
  expect(fileName("a.b/Teil 3: Parallaxen.mkv")).toBe("Teil 3: Parallaxen");
  expect(fileName("京都 [kQ3x].webm")).toBe("京都");
  expect(fileName("bare")).toBe("bare");
  expect(fileName("folder/[x].mp4")).toBe("[x]");
});

test("a path is whole where its root is told", () => {
  expect(wholePath("/media/", "a/b.mkv")).toBe("/media/a/b.mkv");
  expect(wholePath(null, "a/b.mkv")).toBe("a/b.mkv");
});
