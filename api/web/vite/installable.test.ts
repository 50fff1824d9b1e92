import { expect, test } from "vitest";

import { coloursOf, ICONS, manifest } from "./installable.ts";

test("the colours around the page are those of the tokens", () => {
  const tokens = ":root {\n  --ground: light-dark(#f6f7f9, #0f1115);\n}";
  expect(coloursOf(tokens, "ground")).toEqual({ light: "#f6f7f9", dark: "#0f1115" });
  expect(() => coloursOf(tokens, "surface")).toThrow("no colours for --surface");
});

test("the manifest finds the page under whatever base path it lies", () => {
  const said = manifest("#f6f7f9", ({ file }) => file) as {
    start_url: string;
    scope: string;
    share_target: { action: string };
    icons: { src: string; purpose: string }[];
  };
  const at = "https://home.example/media/diary/assets/mediary-1.webmanifest";
  for (const url of [said.start_url, said.scope, said.share_target.action]) {
    expect(new URL(url, at).href).toBe("https://home.example/media/diary/");
  }
  expect(said.icons.map(({ src }) => src)).toEqual(ICONS.map(({ file }) => file));
  expect(said.icons.map(({ purpose }) => purpose)).toContain("maskable");
});
