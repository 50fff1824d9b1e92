// Graphs of what was measured: by a real server, and a whole day of it with a gap, as a server would tell it.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { LOOKS, settled, shared } from "./browser";
import { startDemo } from "./server";

const demo = shared(() => startDemo({ MEDIARY_TELEMETRY__HOST_EVERY_S: "1" }));

test("what the machine does is drawn as it is measured, without being asked for", async () => {
  const watched = await demo.open("/workers");
  const { page } = watched;
  await settled(page);
  for (const name of ["Processors", "Memory", "Network", "Room: library"]) {
    await page.getByRole("figure", { name }).locator("canvas").waitFor();
  }
  const shown = page.getByRole("region", { name: "What was measured" });
  const before = await shown.textContent();
  await expect.poll(() => shown.textContent()).not.toBe(before);
  await page.getByRole("button", { name: "Its work" }).click();
  await page.getByRole("region", { name: "Download" }).locator("canvas").first().waitFor();
  expect(new URL(page.url()).searchParams.get("of")).toBe("work");
  expect(await watched.axe()).toEqual([]);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

const SERIES: [name: string, unit: string, most: number][] = [
  ["host.cpu", "1", 0.9],
  ["host.memory_used", "By", 12e9],
  ["server.memory", "By", 3e9],
  ["host.memory_size", "By", 16e9],
  ["host.received", "By/s", 11e6],
  ["host.sent", "By/s", 2e6],
];

test.each(LOOKS)("a day with a gap is told by lines, words and numbers, in %s, %s", async (theme, width) => {
  const watched = await demo.open("/settings", { theme, width });
  const { page } = watched;
  await tellADay(page);
  await page.goto(new URL("workers?range=1d", demo.server.url).href);
  await settled(page);
  const graph = page.getByRole("figure", { name: "Processors" });
  await graph.locator("canvas").waitFor();
  await graph.getByText("In 97 of 289 pieces nothing was measured", { exact: false }).waitFor();

  const slider = graph.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("Home");
  expect(await slider.getAttribute("aria-valuenow")).toBe("0");
  expect(await slider.getAttribute("aria-valuetext")).toContain("In use");
  // The gap is in the middle third: nothing is put in its place.
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("PageUp");
  }
  expect(await slider.getAttribute("aria-valuetext")).toContain("not measured");
  await graph.scrollIntoViewIfNeeded();
  await watched.shoot("workers-day");
  await graph.getByText("As a table").click();
  await graph.getByRole("region", { name: "Processors as a table" }).waitFor();
  expect(await graph.getByRole("row").count()).toBe(290);
  await watched.shoot("workers-day-table");
  expect(await watched.axe()).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  expect(watched.faults).toEqual([]);
  await watched.close();
});

/** Answers what was measured in place of the server: a day, of whose middle third nothing is known. */
async function tellADay(page: Page): Promise<void> {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as {
      query: string;
      variables: { series: string; since: string; until: string; stepMs: number };
    };
    if (asked.query.includes("telemetrySeries")) {
      const lastAt = new Date().toISOString();
      const telemetrySeries = SERIES.map(([name, unit, most]) => ({
        name,
        metric: name,
        subject: null,
        unit,
        lastAt,
        last: name === "host.memory_size" ? most : most / 2,
      }));
      await route.fulfill({ json: { data: { telemetrySeries, roots: [] } } });
      return;
    }
    if (!asked.query.includes("telemetry(")) {
      await route.continue();
      return;
    }
    const { series, since, stepMs } = asked.variables;
    const most = SERIES.find(([name]) => name === series)?.[2] ?? 1;
    const first = Math.floor(Date.parse(since) / stepMs) * stepMs;
    const points = Array.from({ length: 289 }, (_, place) => {
      const isFlat = series === "host.memory_size";
      const mean = isFlat
        ? most
        : most * (0.5 + 0.3 * Math.sin(place / 9 + most) + 0.1 * Math.sin(place * 2.3));
      const spread = isFlat ? 0 : most * 0.08;
      const at = new Date(first + place * stepMs).toISOString();
      return { at, count: 5, min: mean - spread, max: mean + spread, mean, sum: mean * 5 };
    });
    const told = points.filter((_, place) => place < 96 || place > 192);
    await route.fulfill({ json: { data: { telemetry: { stepMs, points: told } } } });
  });
}
