import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { open, settled, startBrowser } from "./browser";
import { type Server, startDemo } from "./server";

interface FileRow {
  id: string;
  title: string;
  videoCodec: string | null;
  url: string;
}

let server: Server;
let browser: Browser;
let stop: () => Promise<void>;
let files: FileRow[];

beforeAll(async () => {
  const started = await Promise.all([startDemo(), startBrowser()]);
  server = started[0];
  browser = started[1].browser;
  stop = started[1].stop;
  const asked = "{ files(first: 50) { nodes { id title videoCodec url } } }";
  files = (await server.ask<{ files: { nodes: FileRow[] } }>(asked)).files.nodes;
});
afterAll(async () => {
  await stop?.();
  await server?.stop();
});

const timeOf = (page: Page, medium: string) =>
  page.evaluate<number>(`document.querySelector(${JSON.stringify(medium)}).currentTime`);

test.each([
  ["video", true],
  ["audio", false],
])("%s of the sample site plays, is moved by keys, and is fetched in parts", async (medium, isPicture) => {
  const file = files.find(({ videoCodec }) => (videoCodec !== null) === isPicture);
  if (file === undefined) {
    throw new Error(`the demo kept no ${medium}`);
  }
  const watched = await open(browser, server.url, `/library/files/${file.id}`, { token: server.token });
  const { page } = watched;
  const statuses: number[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/v1/files/")) {
      statuses.push(response.status());
    }
  });
  await settled(page);
  await page.getByRole("heading", { name: file.title }).waitFor();
  const player = page.locator(medium);
  await player.focus();
  await page.keyboard.press("k");
  await expect.poll(() => timeOf(page, medium), { timeout: 15_000 }).toBeGreaterThan(0.3);
  await page.keyboard.press("k");
  expect(await page.evaluate(`document.querySelector("${medium}").paused`)).toBe(true);
  const before = await timeOf(page, medium);
  await page.keyboard.press("j");
  await expect.poll(() => timeOf(page, medium)).toBeLessThan(before);
  await watched.shoot(`playing-${medium}`);
  expect(await watched.axe()).toEqual([]);
  expect(watched.faults).toEqual([]);
  expect(statuses).toContain(206);
  await watched.close();
});

test("a file leads to the next one of its list, and none is played in the past", async () => {
  const file = files.find(({ videoCodec }) => videoCodec !== null);
  const watched = await open(browser, server.url, `/library/files/${file?.id}`, { token: server.token });
  const { page } = watched;
  await settled(page);
  const beside = page.getByRole("link", { name: /^(Next|Previous): / }).first();
  const name = (await beside.textContent())?.replace(/^(Next|Previous): /, "") ?? "";
  await beside.click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goto(`${server.url}library/files/${file?.id}?at=${new Date().toISOString()}`);
  await page.getByText("As of", { exact: false }).first().waitFor();
  await settled(page);
  expect(await page.locator("video").count()).toBe(0);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("a link that was altered says so in words, and opens nothing", async () => {
  const [file] = files;
  const answer = await fetch(new URL(`${file?.url}?link=7-7-7-7`, server.url));
  expect(answer.status).toBe(403);
  expect(((await answer.json()) as { errors: { message: string }[] }).errors[0]?.message).toContain(
    "changed or cut off",
  );
});
