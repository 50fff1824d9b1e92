import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { open, settled, startBrowser } from "./browser";
import { type Server, startDemo } from "./server";

let server: Server;
let browser: Browser;
let stop: () => Promise<void>;

beforeAll(async () => {
  const started = await Promise.all([startDemo(), startBrowser()]);
  server = started[0];
  browser = started[1].browser;
  stop = started[1].stop;
});
afterAll(async () => {
  await stop?.();
  await server?.stop();
});

test("a list is pasted on the first page, followed, and its first file is whole, without a reload", async () => {
  const watched = await open(browser, server.url, "/first-page", { token: server.token, theme: "light" });
  const { page } = watched;
  await settled(page);
  await page.getByText("Files live in").waitFor();
  await page.getByLabel("Paste any address").fill(new URL("lists/large", server.site).href);
  await page.getByText("Everything").click();
  await watched.shoot("first-page-pasted");
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("button", { name: "Follow" }).click();
  await page.getByText("Following").waitFor();
  const whole = page.getByText(/is whole|are whole/);
  const offer = page.getByRole("button", { name: /^Fetch/ });
  await whole.or(offer).first().waitFor({ timeout: 60_000 });
  if (await offer.isVisible()) {
    await offer.click();
  }
  await whole.waitFor({ timeout: 60_000 });
  await watched.shoot("first-page-followed");
  expect(await watched.axe()).toEqual([]);
  expect(watched.faults).toEqual([]);
  await watched.close();
}, 150_000);
