// Checks by what is seen on the page alone: something that answers, and something that does not.

import { type AddressInfo, createServer } from "node:net";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { LOOKS, open, settled, withDemo } from "./browser";

const demo = withDemo();

/** A port of this machine that nobody listens on. */
function silentPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const overflow = (page: Page) => page.evaluate("document.documentElement.scrollWidth - innerWidth");

test("an address is added, looked at, paused, looked at again, changed and removed", async () => {
  const watched = await demo.open("/");
  const { page } = watched;
  const address = new URL("lists/large", demo.server.site);
  const name = address.host;
  await page
    .getByRole("navigation", { name: "Main", exact: true })
    .getByRole("link", { name: "Checks" })
    .click();
  await page.getByText("Nothing is looked at yet.").waitFor();
  await watched.shoot("checks-none");
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("link", { name: "Add a check" }).click();

  // What is wrong of an address is said before anybody asks the server; what it refuses stands at its field.
  const field = page.getByLabel("What is looked at");
  await field.fill("tcp://127.0.0.1");
  await page.getByText("There is no port in it.").waitFor();
  await field.fill(address.href);
  await page.getByText("Web address: looks whether 127.0.0.1 answers").waitFor();
  await page.getByLabel("Name").fill("@home");
  await page.getByRole("button", { name: "Add the check" }).click();
  await page.getByRole("alert").getByText("choose another name").waitFor();
  await watched.shoot("checks-add");
  expect(await watched.axe()).toEqual([]);
  await page.getByLabel("Name").fill("");
  await page.getByLabel("How often").selectOption("Every 10 s");
  await page.getByRole("button", { name: "Add the check" }).click();

  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await page.getByText(/^OK since/).waitFor();
  await page
    .getByText(/^200 after/)
    .first()
    .waitFor();
  await page.getByRole("figure", { name: "Time to answer" }).locator("canvas").waitFor();
  await page.getByRole("img", { name: /The last 90 days: 1 without a failure, 89 on which/ }).waitFor();
  await page.getByRole("table").getByText("OK").waitFor();
  await page.getByText("nothing was ever wrong").waitFor();
  await watched.shoot("check-ok", true);
  expect(await watched.axe()).toEqual([]);

  // A look more is seen without anybody asking, and a month is written down.
  const last = () => page.getByText(/^Last /).getAttribute("title");
  const before = await last();
  await expect.poll(last, { timeout: 30_000 }).not.toBe(before);
  const report = page.getByRole("region", { name: "A month as a report" });
  await report.getByRole("button", { name: "Write it down" }).click();
  await report.getByText(/^Up for .*, down for 0 min, not watched for /).waitFor();
  await report.getByRole("button", { name: "Save as HTML" }).waitFor();

  await page.getByRole("button", { name: "Where a webhook has it looked at" }).click();
  await page.getByText(`/run/home/`).waitFor();
  await page.getByRole("button", { name: "Copy the secret" }).waitFor();
  expect(await watched.axe()).toEqual([]);

  await page.getByRole("button", { name: `Pause: ${name}` }).click();
  await page.getByText("It was OK when it was paused.").waitFor();
  expect(await page.getByRole("button", { name: `Run now: ${name}` }).count()).toBe(0);
  await page.getByRole("button", { name: `Go on: ${name}` }).click();
  await page.getByRole("button", { name: `Run now: ${name}` }).click();
  await page.getByText(/^OK since/).waitFor();

  await page.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("Has to have in it").fill("not in there at all");
  await page.getByLabel("Group").fill("Sample site");
  await page.getByText("Maintenance, links and what else").click();
  await page.getByRole("button", { name: "Add a time of maintenance" }).click();
  await page.getByLabel("Days of maintenance 1").selectOption("Sundays");
  await page.getByLabel("Begin of maintenance 1").fill("01:30");
  await page.getByLabel("Told again").selectOption("Every 1 h");
  await page.getByLabel("Links").fill("Runbook https://wiki.example.org/site");
  await page.getByLabel("What its numbers have to be").fill("latency <= 5");
  await page.getByText("What else its answer has to be").click();
  await page.getByRole("textbox", { name: "Status" }).fill("200, 204");
  await page.getByRole("button", { name: "How often would it have told?" }).click();
  await page.getByText(/its rule makes 0 alerts; this one makes 0\. Nobody is told/).waitFor();
  await page.getByLabel("Public: seen without signing in").check();
  await watched.shoot("check-more", true);
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("button", { name: "Keep this" }).click();
  await page.getByText(/^Failing since/).waitFor();
  await page.getByText("Sample site").waitFor();
  await page.getByText("And by its numbers: latency at most 5.").waitFor();
  await page.getByText("Again every 1 h, until somebody knows.").waitFor();
  const { checks } = await demo.server.ask<{ checks: { nodes: { maintenance: unknown; links: unknown }[] } }>(
    "{ checks(first: 1) { nodes { maintenance { cron zone seconds } links { name url } } } }",
  );
  expect(checks.nodes).toEqual([
    {
      maintenance: [{ cron: "30 1 * * 0", zone: "Europe/Berlin", seconds: 3600 }],
      links: [{ name: "Runbook", url: "https://wiki.example.org/site" }],
    },
  ]);

  // Everybody sees it without signing in, and nothing of what is looked at.
  await page.getByRole("img", { name: `Badge of ${name}` }).waitFor();
  const isDrawn = `document.querySelector(".check-public img").naturalWidth > 0`;
  await expect.poll(() => page.evaluate(isDrawn)).toBe(true);
  for (const [theme, width] of LOOKS) {
    const seen = await open(demo.browser, demo.server.url, "/status", { theme, width });
    await seen.page.getByRole("heading", { name: `${name} is failing.` }).waitFor();
    await seen.page.getByRole("region", { name: "Sample site" }).getByText("Failing").waitFor();
    await seen.page.getByText(/of all looks were well/).waitFor();
    await seen.shoot("status", true);
    expect(await seen.axe()).toEqual([]);
    expect(await overflow(seen.page)).toBe(0);
    expect(await seen.page.locator("main").innerText()).not.toMatch(/lists\/large|not in there/);
    expect(seen.faults).toEqual([]);
    await seen.close();
  }

  await page.getByRole("button", { name: `Remove: ${name}` }).click();
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByText("Nothing is looked at yet.").waitFor();
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("a port that nobody listens on fails, with an incident and what leans on it", async () => {
  const port = await silentPort();
  const name = `127.0.0.1:${port}`;
  const watched = await demo.open("/checks/add");
  const { page } = watched;
  await page.getByLabel("What is looked at").fill(`127.0.0.1:${port}`);
  await page.getByText(`Port: looks whether port ${port} of 127.0.0.1 takes connections`).waitFor();
  await page.getByLabel("Group").fill("Home network");
  await page.getByRole("button", { name: "Add the check" }).click();
  await page.getByText(/^Failing since/).waitFor();
  await page.getByRole("region", { name: /^Incident of/ }).waitFor();
  const cause = page.url();

  // Another one that can't be well without it stands under it, and nobody is told of it twice.
  await page.getByRole("link", { name: "Checks", exact: true }).first().click();
  await page.getByRole("link", { name: "Add a check" }).click();
  await page.getByLabel("What is looked at").fill(`http://127.0.0.1:${port}/status`);
  await page.getByLabel("Name").fill("Sample player");
  await page.getByLabel(name, { exact: true }).check();
  await page.getByRole("button", { name: "Add the check" }).click();
  await page.getByText(/^Failing since/).waitFor();
  await page
    .getByRole("region", { name: /^Incident of/ })
    .getByRole("link", { name })
    .waitFor();
  const player = page.url();

  // What has no address is added by its own fields.
  await page.getByRole("link", { name: "Checks", exact: true }).first().click();
  await page.getByRole("link", { name: "Add a check" }).click();
  await page.getByLabel("Kind").selectOption("Disk");
  await page.getByLabel("A folder on it").fill("/");
  await page.getByLabel("At least so much free, in percent").fill("0");
  await page.getByRole("button", { name: "Add the check" }).click();
  await page.getByText(/^OK since/).waitFor();

  await page.getByRole("link", { name: "Checks", exact: true }).first().click();
  await page.getByText("2 checks fail, 1 is OK.").waitFor();
  await page
    .getByRole("list", { name: `Because of ${name}` })
    .getByText("Sample player")
    .waitFor();
  const row = page.getByRole("article", { name, exact: true });
  await row.getByRole("button", { name: "Acknowledge" }).click();
  await page.getByLabel("What others should know").fill("the cable is on its way");
  await page.getByRole("button", { name: "I know of it" }).click();
  await row.getByText("Somebody knows").waitFor();
  await row.getByRole("button", { name: "Snooze" }).click();
  await page.getByRole("menuitem", { name: "For an hour" }).click();
  await row.getByText(/^Snoozed until/).waitFor();

  await page.getByRole("button", { name: /^OK/ }).click();
  await page.getByRole("article", { name: "/" }).waitFor();
  await expect.poll(() => page.getByRole("article").count()).toBe(1);
  expect(new URL(page.url()).searchParams.get("show")).toBe("ok");
  await page.getByRole("button", { name: /^All/ }).click();
  await page.getByLabel("Find by name").fill("player");
  await expect.poll(() => page.getByRole("article").count()).toBe(1);
  await watched.close();

  for (const [theme, width] of LOOKS) {
    for (const [what, path] of [
      ["list", "/checks"],
      ["failing", new URL(cause).pathname],
      ["behind", new URL(player).pathname],
      ["add", "/checks/add"],
    ] as const) {
      const seen = await demo.open(path, { theme, width });
      await settled(seen.page);
      await seen.page.getByRole("heading", { level: 1 }).waitFor();
      await seen.page.waitForLoadState("networkidle");
      await seen.shoot(`checks-${what}`, true);
      expect(await seen.axe(), `${what} ${theme} ${width}`).toEqual([]);
      expect(await overflow(seen.page), `${what} ${theme} ${width}`).toBe(0);
      expect(seen.faults).toEqual([]);
      await seen.close();
    }
  }
  expect(watched.faults).toEqual([]);
});
