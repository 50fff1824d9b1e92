import { expect, test } from "vitest";

import { asAddress } from "./AddressField";
import { draw } from "./art";
import { glyphs } from "./icons";
import { states } from "./State";
import { isWhole } from "./use-preview";

test("an address is what a browser would go to, and nothing else", () => {
  expect(asAddress(" https://example.org/feed.xml ")).toBe("https://example.org/feed.xml");
  expect(asAddress("youtube.com/@someone")).toBe("https://youtube.com/@someone");
  expect(["", "cats", "ftp://a.example/x", "https://", "a b.example/c"].map(asAddress)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("the same thing has the same picture for ever, and others have others", () => {
  expect(draw("entry-1")).toEqual(draw("entry-1"));
  const pictures = new Set(Array.from({ length: 50 }, (_, index) => JSON.stringify(draw(`entry-${index}`))));
  expect(pictures.size).toBe(50);
});

test("each state has an outline of its own", () => {
  const outlines = Object.values(states).map(({ glyph }) => glyphs[glyph]);
  expect(new Set(outlines).size).toBe(outlines.length);
  expect(outlines).toHaveLength(10);
});

test("what may only be the beginning of an address is asked of nobody", () => {
  const whole = [
    "https://example.org/",
    "http://nas/films",
    "http://localhost:8080/",
    "http://[::1]/",
    "http://nas/?list=1",
  ];
  expect(whole.filter(isWhole)).toEqual(whole);
  expect(["https://you/", "http://n/"].filter(isWhole)).toEqual([]);
});
