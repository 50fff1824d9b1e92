import { expect, test } from "vitest";

import { extractData, foreignLoads } from "./self-contained";

test.each([
  ["a.css", "@font-face { src: url(https://fonts.example/a.woff2) }"],
  ["a.css", '@import "//fonts.example/a.css";'],
  ["a.css", "a { background: url(data:image/gif;base64,AA==) }"],
  ["a.html", '<script src="https://cdn.example/react.js"></script>'],
  ["a.html", '<link rel="stylesheet" href="//cdn.example/a.css">'],
  ["a.html", "<script>alert(1)</script>"],
  ["a.js", 'await import("https://cdn.example/a.js")'],
  ["a.js", 'new Worker("https://cdn.example/worker.js")'],
  ["a.js", 'import a from "https://cdn.example/a.js"'],
])("%s that loads from elsewhere is found: %s", (fileName, text) => {
  expect(foreignLoads(fileName, text)).toHaveLength(1);
});

test.each([
  ["a.css", "a { background: url(./a.png) }"],
  [
    "a.html",
    '<a href="https://example.org">elsewhere</a><script type="module" src="./assets/a.js"></script>',
  ],
  [
    "a.js",
    'const help = "https://example.org"; import("./b.js"); new Worker(new URL("./w.js", import.meta.url))',
  ],
])("%s that only links elsewhere passes: %s", (fileName, text) => {
  expect(foreignLoads(fileName, text)).toEqual([]);
});

test("data addresses become files", () => {
  const files: string[] = [];
  const css = extractData(
    'a { src: url("data:font/woff2;base64,aGk=") } b { src: url(./b.png) }',
    (extension, content) => {
      files.push(`${extension} ${content}`);
      return `./0.${extension}`;
    },
  );
  expect(css).toBe("a { src: url(./0.woff2) } b { src: url(./b.png) }");
  expect(files).toEqual(["woff2 hi"]);
});
