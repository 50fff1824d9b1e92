import { beforeAll, describe, expect, test } from "vitest";

import { LOOKS, settled, WIDTHS, withDemo } from "./browser";

const demo = withDemo();
let list: string;
let file: string;

beforeAll(async () => {
  const { playlists, files } = await demo.server.ask<{
    playlists: { nodes: { id: string; title: string }[] };
    files: { nodes: { id: string; videoCodec: string | null }[] };
  }>("{ playlists(first: 10) { nodes { id title } } files(first: 50) { nodes { id videoCodec } } }");
  list = playlists.nodes.find(({ title }) => title === "Sample videos")?.id ?? "";
  file = files.nodes.find(({ videoCodec }) => videoCodec !== null)?.id ?? "";
});

describe.each(LOOKS)("in %s, %s", (theme, width) => {
  test.each([
    ["library-lists", () => "/library", "Sample videos"],
    ["library-list", () => `/library/lists/${list}`, "listed"],
    ["library-list-table", () => `/library/lists/${list}?as=table`, "State"],
    ["library-changes", () => `/library/lists/${list}?view=changes`, "Gone upstream, safe here"],
    ["library-rules", () => `/library/lists/${list}?view=rules`, "Cookies"],
    ["library-files", () => "/library/files", "14 files"],
    ["library-files-table", () => "/library/files?as=table", "14 files"],
    ["library-file", () => `/library/files/${file}`, "decoded to its end"],
    ["library-trash", () => "/library/trash", "The trash is empty"],
    ["library-collections", () => "/library/collections", "You have no collections yet"],
    ["library-none", () => "/library/files?q=nothing+is+called+so", "No file is called so"],
  ])("%s is whole, and axe finds nothing", async (name, path, words) => {
    const watched = await demo.open(path(), { theme, width });
    await settled(watched.page);
    await watched.page.locator("main").getByText(words, { exact: false }).first().waitFor();
    await watched.shoot(name);
    expect(await watched.axe()).toEqual([]);
    expect(await watched.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(watched.faults).toEqual([]);
    await watched.close();
  });
});

test("a number of the account opens its rows, j and Enter open a drawer, and the past has no acts", async () => {
  const watched = await demo.open(`/library/lists/${list}`);
  const { page } = watched;
  await settled(page);
  await page.getByRole("link", { name: "2 skipped" }).click();
  await page.getByRole("list", { name: "Entries" }).getByRole("listitem").nth(1).waitFor();
  expect(await page.getByRole("list", { name: "Entries" }).getByRole("listitem").count()).toBe(2);
  expect(page.url()).toContain("standing=SKIPPED");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("nobody asked for it").waitFor();
  await page.keyboard.press("Escape");
  await page.goto(`${demo.server.url}library/lists/${list}?at=${new Date().toISOString()}`);
  await page.getByText("As of", { exact: false }).first().waitFor();
  expect(await page.getByRole("button", { name: "Refresh" }).count()).toBe(0);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("the two dates take arrow keys, and what changed between them is shown", async () => {
  const watched = await demo.open(`/library/lists/${list}?view=changes`);
  const { page } = watched;
  const from = page.getByRole("slider", { name: "From" });
  await from.focus();
  await page.keyboard.press("Home");
  await page.getByRole("heading", { name: "Renamed" }).waitFor();
  await page.getByRole("heading", { name: "Added" }).waitFor();
  expect(await from.getAttribute("aria-valuenow")).toBe("1");
  await page.getByRole("button", { name: "otherwise" }).click();
  await page.getByRole("heading", { name: "Renamed" }).waitFor({ state: "detached" });
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("files are deleted by a plan whose number is typed, and one undo puts them back", async () => {
  const watched = await demo.open("/library/files?as=table&sort=path");
  const { page } = watched;
  await settled(page);
  for (const box of (await page.getByRole("checkbox").all()).slice(0, 10)) {
    await box.check();
  }
  await watched.shoot("library-chosen");
  await page.getByRole("button", { name: "Delete 10 files…" }).click();
  await page.getByRole("heading", { name: "Delete 10 files" }).waitFor();
  const button = page.getByRole("button", { name: /^Delete 10 files/ });
  expect(await button.getAttribute("aria-disabled")).toBe("true");
  await page.getByLabel("Type how many files it is").fill("10");
  await watched.shoot("plan-ready");
  expect(await watched.axe()).toEqual([]);
  await button.click();
  await page.getByText("10 files deleted").waitFor();
  // It can be taken back by the chip and by the foot of the plan, and neither lies over the other.
  const foot = page.locator(".confirm").getByRole("button", { name: "Take it back" });
  const chip = page.getByRole("status").filter({ hasText: "10 files deleted" });
  for (const width of ["phone", "wide"] as const) {
    await page.setViewportSize(WIDTHS[width]);
    const [above, below] = await Promise.all([foot.boundingBox(), chip.boundingBox()]);
    await watched.shoot(`plan-applied-at-${width}`);
    expect((above?.y ?? Number.NaN) + (above?.height ?? 0)).toBeLessThan(below?.y ?? 0);
  }
  await page.getByRole("link", { name: "Library", exact: true }).first().click();
  await page.getByRole("link", { name: "Trash" }).click();
  await page.getByText("10 files in the trash").waitFor();
  await watched.shoot("library-trash-full");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("The trash is empty").waitFor();
  const { files } = await demo.server.ask<{ files: { totalCount: number } }>(
    "{ files(filter: { state: PRESENT }) { totalCount } }",
  );
  expect(files.totalCount).toBe(14);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("a collection is made, filled, ordered and taken away", async () => {
  const watched = await demo.open("/library/collections");
  const { page } = watched;
  await page.getByLabel("Name of a new collection").fill("Evenings");
  await page.getByRole("button", { name: "Make" }).click();
  await page.getByRole("link", { name: "Evenings" }).waitFor();
  await page.goto(`${demo.server.url}library/files/${file}`);
  await page.getByRole("button", { name: "Collect" }).click();
  await page.getByRole("menuitem", { name: "Evenings" }).click();
  await page.getByRole("button", { name: "In Evenings" }).waitFor();
  await page.goto(`${demo.server.url}library/collections`);
  await page.getByRole("link", { name: "Evenings" }).click();
  await page.getByText("1 entry, 1 file", { exact: false }).waitFor();
  await watched.shoot("library-collection");
  await page.getByRole("button", { name: /^Remove .* from this collection$/ }).click();
  await page.getByText("This collection is empty").waitFor();
  expect(watched.faults).toEqual([]);
  await watched.close();
});
