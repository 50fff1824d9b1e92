// Three walks of somebody who is new, by what is seen on the page alone: no address is typed but the link and what is pasted.

import { mkdir, writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { open, withDemo } from "./browser";

const demo = withDemo();

/** A walk: its steps are counted, and its seconds are written into `browser/shots/`; nothing is judged by them. */
class Walk {
  private readonly began = performance.now();
  private readonly steps: string[] = [];

  constructor(private readonly name: string) {}

  /** One thing that somebody does. */
  async step(what: string, act: () => Promise<unknown>): Promise<void> {
    await act();
    this.steps.push(what);
  }

  /** What somebody sees and waits for is no step. */
  async end(): Promise<void> {
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1);
    const told = [
      `${this.name}: ${this.steps.length} steps, ${seconds} s`,
      ...this.steps.map((step) => `- ${step}`),
    ];
    const folder = new URL("shots/", import.meta.url);
    await mkdir(folder, { recursive: true });
    await writeFile(new URL(`walk-${this.name.replaceAll(" ", "-")}.txt`, folder), `${told.join("\n")}\n`);
    console.info(told[0]);
  }
}

/** Has the sample site do something to a list. */
async function source(call: string, parameters: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(new URL(`control/lists/${call}`, demo.server.site), {
    method: "POST",
    body: new URLSearchParams(parameters),
  });
  expect(answer.status).toBeLessThan(400);
}

/** Presses the picture of a player that knows what it plays. */
async function press(page: Page): Promise<void> {
  const known = "document.querySelector('video')?.readyState ?? 0";
  await expect.poll(() => page.evaluate<number>(known)).toBeGreaterThan(0);
  await page.locator("video").click();
}

async function plays(page: Page): Promise<void> {
  const now = "document.querySelector('video')?.currentTime ?? 0";
  await expect.poll(() => page.evaluate<number>(now)).toBeGreaterThan(0.2);
}

test("from the link of the first start to a video that plays", async () => {
  const walk = new Walk("the first video");
  const { url, setUp, site } = demo.server;
  const watched = await open(demo.browser, url, `/${new URL(setUp).hash}`, { theme: "light" });
  const { page } = watched;
  await walk.step("type a name", () => page.getByLabel("Name").fill("alex"));
  await walk.step("type a password", () => page.getByLabel("Password").fill("a long password"));
  await walk.step("press “Make the account”", () =>
    page.getByRole("button", { name: "Make the account" }).click(),
  );
  await walk.step("paste the address of a list", () =>
    page.getByLabel("Paste any address").fill(new URL("lists/large", site).href),
  );
  await page.getByText("A list of 3 entries").waitFor();
  await walk.step("choose “Everything”", () => page.getByText("Everything", { exact: true }).click());
  await watched.shoot("walk-video-found");
  await walk.step("press “Follow”", () => page.getByRole("button", { name: "Follow", exact: true }).click());
  await page.getByText(/is whole|are whole/).waitFor();
  await watched.shoot("walk-video-whole");
  await walk.step("press “Open it”", () => page.getByRole("link", { name: "Open it" }).click());
  await walk.step("press the picture", () => press(page));
  await plays(page);
  await walk.end();
  await watched.shoot("walk-video-plays");
  expect(watched.faults).toEqual([]);
  await watched.close();
});

/** How the looks at the channel ended. */
async function looks(): Promise<string[]> {
  const { jobs } = await demo.server.ask<{ jobs: { nodes: { title: string; state: string }[] } }>(
    "{ jobs(first: 50, filter: { kind: REFRESH }) { nodes { title state } } }",
  );
  return jobs.nodes.filter(({ title }) => title.endsWith("/lists/channel")).map(({ state }) => state);
}

test("a channel is followed, and what is new of it is fetched each night", async () => {
  await source("channel", { title: "Sample channel" });
  await source("channel/hold", { lists: "videos,talks", as: "by_address" });
  const watched = await demo.open("/");
  const { page } = watched;
  const walk = new Walk("each night");
  await walk.step("paste the address of a channel", () =>
    page.getByLabel("Paste any address").fill(new URL("lists/channel", demo.server.site).href),
  );
  await page.getByText("A channel or another list of lists").waitFor();
  await walk.step("choose “Each night”", () =>
    page.getByLabel("How often it is read").selectOption("Each night"),
  );
  await watched.shoot("walk-night-found");
  await walk.step("press “Follow”", () => page.getByRole("button", { name: "Follow", exact: true }).click());
  await page.getByText(/It is read again (today|tomorrow) 03:00/).waitFor();
  await watched.shoot("walk-night-followed");
  await walk.step("press “Schedules”", () => page.getByRole("link", { name: "Schedules" }).first().click());
  await page.getByText("Every day at 03:00").waitFor();
  await watched.shoot("walk-night-schedules");
  // What the night does is done now, so that nobody waits for it; what is new is new after the first look.
  await expect.poll(looks).toEqual(["SUCCEEDED"]);
  await source("videos/prepend");
  await walk.step("open the menu of the schedule", () =>
    page.getByRole("button", { name: "More for Refreshes Sample channel" }).click(),
  );
  await walk.step("press “Run now”", () => page.getByRole("menuitem", { name: "Run now" }).click());
  await walk.step("press “Home”", () => page.getByRole("link", { name: "Home" }).first().click());
  await page
    .getByText(/^Kept “/)
    .first()
    .waitFor();
  await watched.shoot("walk-night-new");
  await walk.end();
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("why a file is gone is found, and it is brought back", async () => {
  const { files } = await demo.server.ask<{
    files: { nodes: { id: string; path: string; videoCodec: string | null }[] };
  }>("{ files(first: 50) { nodes { id path videoCodec } } }");
  const gone = files.nodes.find(
    ({ path, videoCodec }) => path.includes("Silver river") && videoCodec !== null,
  );
  // Somebody else tidies up.
  await demo.server.ask(
    "mutation Tidy($ids: [ID!]!) { planMake(input: { goal: { deleteFiles: $ids }, apply: true }) { position } }",
    { ids: [gone?.id] },
  );
  const watched = await demo.open("/");
  const { page } = watched;
  const walk = new Walk("a file that is gone");
  await walk.step("press “Search or do”", () => page.getByRole("button", { name: /Search or do/ }).click());
  await walk.step("type what it is called", () => page.getByRole("combobox").fill("Silver river"));
  const found = page.getByRole("option", { name: gone?.path ?? "" });
  await walk.step("press the file", () => found.click());
  await page.getByText("In the trash", { exact: true }).waitFor();
  await walk.step("press “Why”", () => page.getByRole("link", { name: "Why", exact: true }).click());
  const why = page.getByRole("dialog");
  await why.getByText("The chain is whole", { exact: false }).waitFor();
  await watched.shoot("walk-gone-why");
  await walk.step("close it", () => why.getByRole("button", { name: "Close" }).click());
  await watched.shoot("walk-gone-file");
  await walk.step("press “Restore”", () => page.getByRole("button", { name: "Restore" }).click());
  await page.getByText("Kept and proved").waitFor();
  await walk.step("press the picture", () => press(page));
  await plays(page);
  await walk.end();
  await watched.shoot("walk-gone-back");
  expect(watched.faults).toEqual([]);
  await watched.close();
});
