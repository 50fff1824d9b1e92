// A queue that is far too long to have, and signals that come far faster than anybody looks: what the page asks, draws and hears
// is counted. `BROWSER_TESTS_JOBS` says how many jobs; the figures go into `shots/large.json`.

import { writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";

import { settled, shared } from "./browser";
import { until } from "./filled";
import { startBusy } from "./server";

const JOBS = Number(process.env.BROWSER_TESTS_JOBS ?? 3_000);
/** So many run at once, and so often a second does each tell how far it is: a thousand signals in all. */
const RUNNING = 20;
const SIGNALS = 50;
const SECONDS = 3;

const given = shared(() => startBusy(JOBS, SIGNALS));
const figures: Record<string, unknown> = { jobs: JOBS };

beforeAll(async () => {
  await given.server.ask(
    `mutation { limitsSet(input: { total: ${RUNNING}, kinds: [{ kind: DOWNLOAD, limit: ${RUNNING} }] }) { position } }`,
  );
  await until("work", async () => ((await countOf("RUNNING")) >= RUNNING ? true : undefined));
});

/** How many are in a state; none as long as the view reads what was put into the log. */
async function countOf(state: string): Promise<number> {
  const answer = await given.server
    .ask<{ jobs: { totalCount: number } }>(`{ jobs(first: 1, filter: { state: ${state} }) { totalCount } }`)
    .catch(() => undefined);
  return answer?.jobs.totalCount ?? 0;
}

test("a list of many thousand jobs has both ends and its middle at hand, and keeps little of it", async () => {
  const watched = await given.open("/queue?show=waiting");
  const { page } = watched;
  const asked = askedOf(page);
  await settled(page);
  const list = page.getByRole("region", { name: "Jobs" });
  await list.getByRole("listitem").first().waitFor();
  const total = await countOf("QUEUED");
  const watch = await LongTasks.of(page);

  await page.keyboard.press("End");
  await rowAt(page, total);
  await page.keyboard.press("Home");
  await rowAt(page, 1);
  // Both ends: a page or two each, and nothing between.
  expect(asked.filter((name) => name === "FoundPage").length).toBeLessThanOrEqual(4);
  expect(asked.filter((name) => name === "FoundStep")).toEqual([]);
  figures.ends = await watch.read();

  for (let step = 0; step < 40; step += 1) {
    await page.mouse.wheel(0, 700);
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
  figures.wheel = await watch.read();
  const middle = Math.floor(total / 2);
  const begun = performance.now();
  await page.evaluate((place) => scrollTo(0, place * 56), middle);
  await rowAt(page, middle + 3);
  figures.middle = { ms: performance.now() - begun, ...(await watch.read()) };
  expect(asked.filter((name) => name === "FoundStep").length).toBeLessThanOrEqual(total / 2 / 500 + 3);
  expect(await page.locator(".found li").count()).toBeLessThan(60);
  await watched.shoot("queue-middle");

  await page.getByLabel("Find in the queue").fill("00500");
  await page.getByRole("heading", { name: String(Math.ceil(JOBS / 1_000)), exact: true }).waitFor();
  figures.find = await watch.read();
  figures.asked = asked.length;
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("a thousand signals a second are told to a page a few times a second", async () => {
  const watched = await given.open("/settings?part=you");
  const { page } = watched;
  await settled(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  let frames = 0;
  page.on("websocket", (socket) => socket.on("framereceived", () => (frames += 1)));
  await page.goto(new URL("queue?show=moving", given.server.url).href);
  await settled(page);
  const list = page.getByRole("region", { name: "Jobs" });
  await list.getByRole("progressbar").first().waitFor();
  const before = { frames, busy: await busy(), text: await list.textContent() };
  const watch = await LongTasks.of(page);
  await page.waitForTimeout(SECONDS * 1_000);
  figures.signals = {
    aSecond: (await countOf("RUNNING")) * SIGNALS,
    frames: frames - before.frames,
    busy: ((await busy()) - before.busy) / SECONDS,
    ...(await watch.read()),
  };
  // Of what moves the server tells four times a second; what was recorded comes beside it.
  expect(frames - before.frames).toBeLessThan(SECONDS * 12);
  expect(await list.textContent()).not.toBe(before.text);
  expect(watched.faults).toEqual([]);
  await watched.close();
  await writeFile(new URL("shots/large.json", import.meta.url), JSON.stringify(figures, null, 2));
});

/** Waits until the row of a place is there with its name. */
async function rowAt(page: Page, place: number): Promise<void> {
  await page.locator(`.found li[data-place="${place}"] .tt`).first().waitFor();
}

/** The names of the queries that a page asks from now on. */
function askedOf(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const [, name] = /query (\w+)/.exec(request.postData() ?? "") ?? [];
    if (name !== undefined) {
      asked.push(name);
    }
  });
  return asked;
}

/** What keeps a page from answering. */
class LongTasks {
  private constructor(private readonly page: Page) {}

  static async of(page: Page): Promise<LongTasks> {
    await page.evaluate(() => {
      const seen: number[] = [];
      new PerformanceObserver((entries) => {
        seen.push(...entries.getEntries().map(({ duration }) => Math.round(duration)));
      }).observe({ type: "longtask" });
      Object.assign(window, { longTasks: seen });
    });
    return new LongTasks(page);
  }

  /** Those over 50 ms since it was read the last time, in milliseconds. */
  async read(): Promise<{ longTasks: number[] }> {
    const longTasks = await this.page.evaluate(() =>
      (window as unknown as { longTasks: number[] }).longTasks.splice(0),
    );
    return { longTasks };
  }
}
