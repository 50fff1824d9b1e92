import { expect, test } from "vitest";

import { languageName } from "./media";

test("a language is told in words, and as it is where nobody knows it", () => {
  expect(languageName("en")).toBe("English");
  expect(languageName("pt_BR")).toBe("Brazilian Portuguese");
  expect(languageName("not a language")).toBe("not a language");
});
