// The page as one that is installed, and to which other apps share addresses.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { ICONS } from "../vite/installable";
import { LOOKS, open, settled, withDemo } from "./browser";
import { startProxy } from "./proxy";

const demo = withDemo();

interface Manifest {
  start_url: string;
  scope: string;
  share_target: { action: string; method: string; params: Record<string, string> };
  icons: { src: string; sizes: string; type: string }[];
}

/** What Chromium has against installing a page; that a test browses in private is no matter of the page. */
async function against(page: Page): Promise<string[]> {
  const chromium = await page.context().newCDPSession(page);
  const { errors } = await chromium.send("Page.getAppManifest");
  const { installabilityErrors } = await chromium.send("Page.getInstallabilityErrors");
  const ids = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito");
  return [...errors.map(({ message }) => message), ...ids];
}

test("the page can be installed, below a base path of a proxy, too", async () => {
  const proxy = await startProxy(demo.server.url, "/media/diary/");
  for (const base of [demo.server.url, proxy.url]) {
    // From a room that lies deeper, as anybody may begin.
    const watched = await open(demo.browser, base, "/library/lists", { token: demo.server.token });
    await settled(watched.page);
    expect(await against(watched.page)).toEqual([]);
    const at = await watched.page
      .locator('link[rel="manifest"]')
      .evaluate((link) => (link as HTMLLinkElement).href);
    const answer = await fetch(at);
    expect(answer.headers.get("content-type")).toBe("application/manifest+json");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
    const said = (await answer.json()) as Manifest;
    for (const url of [said.start_url, said.scope, said.share_target.action]) {
      expect(new URL(url, at).href).toBe(base);
    }
    expect(said.share_target.method).toBe("GET");
    expect(said.icons).toHaveLength(ICONS.length);
    for (const { src, sizes, type } of said.icons) {
      const icon = await fetch(new URL(src, at));
      expect(icon.headers.get("content-type")).toBe(type);
      // The size as the file itself says it.
      const bytes = new DataView(await icon.arrayBuffer());
      expect(`${bytes.getUint32(16)}x${bytes.getUint32(20)}`).toBe(sizes);
    }
    expect(watched.faults).toEqual([]);
    await watched.close();
  }
  await proxy.stop();
});

test.each(LOOKS)(
  "an address that is shared stands in the field and says what it is, in %s, %s",
  async (theme, width) => {
    const shared = new URL("lists/large", demo.server.site).href;
    const query = new URLSearchParams({ title: "A list", text: `Look at this: ${shared}` });
    const watched = await demo.open(`/?${query}`, { theme, width });
    const { page } = watched;
    await settled(page);
    expect(await page.getByRole("textbox", { name: "Paste any address" }).inputValue()).toBe(shared);
    await page
      .getByRole("region", { name: "What this address is" })
      .getByText("A list of 3 entries")
      .waitFor();
    await watched.shoot("shared");
    expect(await watched.axe()).toEqual([]);
    expect(watched.faults).toEqual([]);
    await watched.close();
  },
);

test("a theme that somebody chose is that of what the browser draws around the page", async () => {
  const watched = await demo.open("/", { theme: "light" });
  const { page } = watched;
  await settled(page);
  const used = () =>
    page
      .locator('meta[name="theme-color"]')
      .evaluateAll((all) =>
        all
          .filter((one) => matchMedia((one as HTMLMetaElement).media).matches)
          .map((one) => one.getAttribute("content")),
      );
  const tokens = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");
  const light = (await used())[0] ?? "";
  expect(tokens).toContain(`--ground: light-dark(${light},`);
  await page.evaluate("localStorage.setItem('mediary.theme', 'dark')");
  await page.reload();
  await settled(page);
  const dark = await used();
  expect(dark).toHaveLength(1);
  expect(tokens).toContain(`--ground: light-dark(${light}, ${dark[0]})`);
  await watched.close();
});
