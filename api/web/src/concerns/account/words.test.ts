import { expect, test } from "vitest";

import { browserWords, permissionWords } from "./words";

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  ["curl/8.14.1", "curl/8.14.1"],
  ["  ", "A browser that says nothing of itself"],
])("a browser that says %s is called %s", (agent, words) => {
  expect(browserWords(agent)).toBe(words);
});

test("a permission that is not known yet is said as the server calls it", () => {
  expect(permissionWords("follow")).toBe("follow lists");
  expect(permissionWords("burn_discs")).toBe("burn discs");
});
