import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import { settled, type Theme, type WidthName, withDemo } from "./browser";

interface FileRow {
  id: string;
  title: string;
  videoCodec: string | null;
  url: string;
}

const demo = withDemo();
let files: FileRow[];

beforeAll(async () => {
  const asked = "{ files(first: 50) { nodes { id title videoCodec url } } }";
  files = (await demo.server.ask<{ files: { nodes: FileRow[] } }>(asked)).files.nodes;
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
  const watched = await demo.open(`/library/files/${file.id}`);
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
  await expect.poll(() => timeOf(page, medium)).toBeGreaterThan(0.3);
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

test.each<[Theme, WidthName]>([
  ["light", "wide"],
  ["dark", "phone"],
])("the chapters of a film lead to their beginnings, in %s, %s", async (theme, width) => {
  const kept = await keep("large-2");
  const watched = await demo.open(`/library/files/${kept}`, { theme, width });
  const { page } = watched;
  await settled(page);
  const chapters = page.getByRole("region", { name: "Chapters" }).getByRole("button");
  await chapters.first().waitFor();
  expect(await chapters.allTextContents()).toEqual(["0:00Out to sea", "0:02The narrows", "0:05Home again"]);
  await expect.poll(() => page.evaluate("document.querySelector('video').readyState > 0")).toBe(true);
  await chapters.last().focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => timeOf(page, "video")).toBe(5);
  await expect.poll(() => chapters.last().getAttribute("aria-current")).toBe("true");
  expect(await chapters.first().getAttribute("aria-current")).toBe(null);
  await watched.shoot("playing-chapters");
  expect(await watched.axe()).toEqual([]);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

/** Has an item of the sample site kept; answers its file. */
async function keep(item: string): Promise<string> {
  const start = `mutation($url: String!) { downloadStart(input: { target: { url: $url }, quality: "best" }) {
    userErrors { code } } }`;
  const asked = "{ files(first: 50) { nodes { id path } } }";
  const find = async () => {
    const { files } = await demo.server.ask<{ files: { nodes: { id: string; path: string }[] } }>(asked);
    return files.nodes.find(({ path }) => path.includes(`[${item}]`))?.id;
  };
  if ((await find()) === undefined) {
    await demo.server.ask(start, { url: new URL(`items/${item}`, demo.server.site).href });
  }
  await expect.poll(find).toBeDefined();
  return (await find()) ?? "";
}

test("a file leads to the next one of its list, and none is played in the past", async () => {
  const file = files.find(({ videoCodec }) => videoCodec !== null);
  const watched = await demo.open(`/library/files/${file?.id}`);
  const { page } = watched;
  await settled(page);
  const beside = page.getByRole("link", { name: /^(Next|Previous): / }).first();
  const name = (await beside.textContent())?.replace(/^(Next|Previous): /, "") ?? "";
  await beside.click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.goto(`${demo.server.url}library/files/${file?.id}?at=${new Date().toISOString()}`);
  await page.getByText("As of", { exact: false }).first().waitFor();
  await settled(page);
  expect(await page.locator("video").count()).toBe(0);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("a link that was altered says so in words, and opens nothing", async () => {
  const [file] = files;
  const answer = await fetch(new URL(`${file?.url}?link=7-7-7-7`, demo.server.url));
  expect(answer.status).toBe(403);
  expect(((await answer.json()) as { errors: { message: string }[] }).errors[0]?.message).toContain(
    "changed or cut off",
  );
});
