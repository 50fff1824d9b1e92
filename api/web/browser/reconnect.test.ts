import { expect, test } from "vitest";

import { open, settled, shared } from "./browser";
import { startLone } from "./server";

const given = shared(startLone);

const FOLLOW = `mutation($url: String!) { playlistFollow(input: { url: $url }) { userErrors { message } } }`;

test("a server that is killed and started again is survived without a reload, a lost or a doubled line", async () => {
  // A token that lives longer than the process; the local one is made anew by each start.
  const { tokenCreate } = await given.server.ask<{ tokenCreate: { secret: string } }>(
    'mutation { tokenCreate(input: { name: "page", role: OWNER }) { secret } }',
  );
  const watched = await open(given.browser, given.server.url, "/", { token: tokenCreate.secret });
  await settled(watched.page);
  await watched.page.getByRole("button", { name: "Time: live" }).waitFor();
  await watched.page.evaluate("window.wasNotReloaded = true");
  await given.server.ask(FOLLOW, { url: "https://one.invalid/list" });
  const one = watched.page.getByText("one.invalid", { exact: false });
  await one.first().waitFor();

  await given.server.kill();
  await watched.page.getByText("Trying again", { exact: false }).waitFor();
  await watched.shoot("home-lost");
  await given.server.start();
  await given.server.ask(FOLLOW, { url: "https://two.invalid/list" });
  await watched.page.getByRole("button", { name: "Time: live" }).waitFor({ timeout: 40_000 });
  await watched.page.getByText("two.invalid", { exact: false }).first().waitFor();
  // Each is told once, and none is missing: the heading of the day counts them.
  const count = async () => {
    const { news } = await given.server.ask<{ news: { events: unknown[] } }>(
      "{ news(first: 100) { events { id } } }",
    );
    return news.events.length;
  };
  await expect
    .poll(async () => watched.page.getByText(`${await count()} entries`).count(), { timeout: 20_000 })
    .toBe(1);
  expect(await watched.page.evaluate("window.wasNotReloaded")).toBe(true);
  // What could not be asked meanwhile the console says; nothing else.
  const others = watched.faults.filter((fault) => !/ERR_CONNECTION|WebSocket connection/.test(fault));
  expect(others).toEqual([]);
  await watched.close();
}, 120_000);
