import { expect, test } from "vitest";

import { pasted } from "./pasted";

const ADDRESS = "https://www.example.org/watch?v=1";

test("what another app shares is found as an address or within a text", () => {
  expect(pasted({ url: ADDRESS, title: "A film" })).toBe(ADDRESS);
  expect(pasted({ text: `Look at this: ${ADDRESS}.` })).toBe(ADDRESS);
  expect(pasted({ text: ADDRESS, url: "" })).toBe(ADDRESS);
  expect(pasted({ title: ADDRESS })).toBe(ADDRESS);
});

test("what was pasted elsewhere stands as it is, and nothing is made of nothing", () => {
  expect(pasted({ paste: "not an address", url: ADDRESS })).toBe("not an address");
  expect(pasted({ text: "no address at all" })).toBe("no address at all");
  expect(pasted({ title: "A film" })).toBeUndefined();
  expect(pasted({ url: 7 })).toBeUndefined();
});
