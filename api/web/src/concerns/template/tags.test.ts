import { expect, test } from "vitest";

import { tagsOf } from "./tags";

test.each([
  ["night, anna  night,", ["night", "anna"]],
  ["", []],
  [" , ", []],
  ["one", ["one"]],
])("%j are the words %j", (text, words) => {
  expect(tagsOf(text)).toEqual(words);
});
