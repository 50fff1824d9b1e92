import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

const dist = new URL("../dist/", import.meta.url);
const SHELL_BYTES_MAX = 200_000;

/** What the page loads before it knows where one is: the scripts that index.html names, and what they import at once. */
function shell(): string[] {
  const html = readFileSync(new URL("index.html", dist), "utf8");
  const found = new Set(
    [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? ""),
  );
  for (const path of found) {
    const code = readFileSync(new URL(path, dist), "utf8");
    for (const [, file] of code.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g)) {
      found.add(`assets/${file}`);
    }
  }
  return [...found];
}

test("the shell is at most 200 KB of script", () => {
  const files = shell();
  const bytes = files.reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, dist))).length, 0);
  expect(files.length).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(SHELL_BYTES_MAX);
});
