import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { settled, watch, withDemo } from "./browser";

const VERIFIER = new URL("../../../docs/verify.html", import.meta.url).href;

const demo = withDemo();
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mediary-excerpt-"));
  const { files } = await demo.server.ask<{ files: { nodes: { id: string }[] } }>(
    "{ files(first: 1) { nodes { id } } }",
  );
  file = files.nodes[0]?.id ?? "";
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Presses the button of a drawer; answers where the file was saved. */
async function saved(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as HTML" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(name);
  const path = join(folder, name);
  await download.saveAs(path);
  return path;
}

test("the drawer saves why and history as files that prove themselves, without a server", async () => {
  const watched = await demo.open(`/library?open=${file}&tab=why`);
  const { page } = watched;
  await settled(page);
  const why = await saved(page, `mediary-why-${file}.html`);
  await page.getByText("The file proves itself", { exact: false }).waitFor();
  await watched.shoot("drawer-saved");
  const links = await page.getByRole("dialog").getByRole("listitem").count();
  await page.getByRole("tab", { name: "History" }).click();
  const history = await saved(page, `mediary-history-${file}.html`);
  expect(watched.faults).toEqual([]);
  await watched.close();

  const alone = await watch(demo.browser, pathToFileURL(why).href, { theme: "light", width: "phone" });
  await alone.page.getByRole("heading", { name: "Verified" }).waitFor();
  expect(await alone.page.locator("#told li").count()).toBe(links);
  await alone.shoot("excerpt-why");
  expect(await alone.axe()).toEqual([]);
  expect(await alone.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  // A line of what is told leads to the event that is proved.
  await alone.page.locator("#told a").first().click();
  const target = await alone.page.evaluate("document.querySelector(':target h3').textContent");
  expect(target).toMatch(/^Event \d+: /);
  // What the log itself says of that position is met.
  const last = (await alone.page.locator("#checkpoints code").last().textContent()) ?? "";
  const { head } = await demo.server.ask<{ head: { hash: string } }>(
    "query ($position: Position!) { head(asOf: { position: $position }) { hash } }",
    { position: Number(last.split(":")[0]) },
  );
  expect(last.split(":")[1]).toBe(head.hash);
  await alone.page.getByLabel("A checkpoint that was kept elsewhere", { exact: false }).fill(last);
  await alone.page.keyboard.press("Enter");
  await alone.page.getByText("the history that the checkpoint was taken from", { exact: false }).waitFor();
  const strange = `${last.slice(0, -1)}${last.endsWith("0") ? "1" : "0"}`;
  await alone.page.getByLabel("A checkpoint that was kept elsewhere", { exact: false }).fill(strange);
  await alone.page.keyboard.press("Enter");
  await alone.page.getByRole("heading", { name: "Not whole" }).waitFor();
  expect(alone.faults).toEqual([]);
  await alone.close();

  const other = await watch(demo.browser, pathToFileURL(history).href, { theme: "dark" });
  await other.page.getByRole("heading", { name: "Verified" }).waitFor();
  await other.shoot("excerpt-history");
  expect(await other.axe()).toEqual([]);
  expect(other.faults).toEqual([]);
  await other.close();
});

test("one byte that was changed is named by the file itself, and by a page that is trusted", async () => {
  const html = await readFile(join(folder, `mediary-why-${file}.html`), "utf8");
  // A digit of the time of the second event that is told.
  const position = /"position":(\d+)[^{]*\{"position":(\d+)/.exec(
    html.slice(html.indexOf('"events":[')),
  )?.[2];
  const line = html.indexOf(`{\\"position\\":${position},`);
  const digit = html.indexOf('\\"at\\":\\"', line) + '\\"at\\":\\"2026-11-28T17:11:1'.length;
  const forged = `${html.slice(0, digit)}${html[digit] === "7" ? "8" : "7"}${html.slice(digit + 1)}`;
  const path = join(folder, "forged.html");
  await writeFile(path, forged);
  const watched = await watch(demo.browser, pathToFileURL(path).href);
  await watched.page.getByRole("heading", { name: "Not whole" }).waitFor();
  expect(await watched.page.locator("#result").innerText()).toContain(`${position}\n`);
  expect(await watched.page.locator("#events article").count()).toBe(0);
  await watched.shoot("excerpt-forged");

  await watched.page.goto(VERIFIER);
  await watched.page.locator("#file").setInputFiles(path);
  await watched.page.getByRole("heading", { name: "Not whole" }).waitFor();
  await watched.page.locator("#file").setInputFiles(join(folder, `mediary-why-${file}.html`));
  await watched.page.getByRole("heading", { name: "An excerpt that holds together" }).waitFor();
  await watched.shoot("excerpt-verified-elsewhere");
  expect(watched.faults).toEqual([]);
  await watched.close();
});
