// The server is killed in the middle, and started again: what is open goes on by itself.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { settled, shared, type Watched } from "./browser";
import { act, controlOf, refreshed, until } from "./filled";
import { startDemo, startLone } from "./server";

/** A server that can be killed, and the sample site of another that stays. */
const given = shared(async () => {
  const demo = await startDemo();
  const lone = await startLone({
    MEDIARY_ALLOW_NETWORK: '["127.0.0.0/8"]',
    MEDIARY_YTDLP__PLUGIN_DIRS: JSON.stringify([demo.plugins]),
  });
  // A token that lives longer than the process; the local one is made anew by each start.
  const { tokenCreate } = await lone.ask<{ tokenCreate: { secret: string } }>(
    'mutation { tokenCreate(input: { name: "page", role: OWNER }) { secret } }',
  );
  return {
    ...lone,
    token: tokenCreate.secret,
    site: demo.site,
    stop: async () => {
      await Promise.all([lone.stop(), demo.stop()]);
    },
  };
});

const FOLLOW = `mutation($url: String!) { playlistFollow(input: { url: $url }) { userErrors { message } } }`;

test("a server that is killed and started again is survived without a reload, a lost or a doubled line", async () => {
  const [watched] = await opened(["/"]);
  await given.server.ask(FOLLOW, { url: "https://one.invalid/list" });
  const one = watched.page.getByText("one.invalid", { exact: false });
  await one.first().waitFor();

  await given.server.kill();
  await watched.page.getByText("Trying again", { exact: false }).waitFor();
  await watched.shoot("home-lost");
  await given.server.start();
  await given.server.ask(FOLLOW, { url: "https://two.invalid/list" });
  await watched.page.getByRole("button", { name: "Time: live" }).waitFor();
  await watched.page.getByText("two.invalid", { exact: false }).first().waitFor();
  // Each is told once, and none is missing: the heading of the day counts them.
  const count = async () => {
    const { news } = await given.server.ask<{ news: { events: unknown[] } }>(
      "{ news(first: 100) { events { id } } }",
    );
    return news.events.length;
  };
  await expect.poll(async () => watched.page.getByText(`${await count()} entries`).count()).toBe(1);
  await wasNotReloaded(watched);
});

test("a list, the queue and the timeline, open meanwhile, show what came once", async () => {
  const { server } = given;
  const site = controlOf(server.site);
  await site("lists/later", { n: 3, size: "large", title: "It grows" });
  for (let serial = 1; serial <= 4; serial += 1) {
    // Slow enough that each is still on its way when the test has ended.
    await site("faults/throttle", { target: `later-${serial}`, bytes_per_second: 2_000 });
  }
  const followed = await act<{ playlist: { id: string } }>(
    server.ask,
    "playlistFollow",
    { url: new URL("lists/later", server.site).href, keep: "ALL" },
    "playlist { id }",
  );
  const { id } = followed.playlist;
  const titles = async () => {
    const { playlist } = await server.ask<{ playlist: { entries: { nodes: { title: string }[] } } }>(
      "query Of($id: ID!) { playlist(id: $id) { entries(first: 10) { nodes { title } } } }",
      { id },
    );
    return playlist.entries.nodes.map(({ title }) => title);
  };
  await until("three entries", async () => ((await titles()).length === 3 ? true : undefined));
  const [list, lanes, queue, timeline] = await opened([
    `/library/lists/${id}`,
    "/queue",
    "/queue?kind=DOWNLOAD",
    "/timeline?of=playlist",
  ]);
  const rooms = [list, lanes, queue, timeline];
  const shows = async (watched: Watched, title: string, times: number) =>
    expect.poll(() => rowsOf(watched.page, title)).toBe(times);
  for (const title of await titles()) {
    await shows(list, title, 1);
    await shows(lanes, title, 1);
    await shows(queue, title, 1);
  }
  const positions = () =>
    timeline.page.getByRole("list", { name: "What happened" }).locator(".proof").allTextContents();
  const before = await positions();

  await server.kill();
  for (const { page } of rooms) {
    await page.getByText("Trying again", { exact: false }).first().waitFor();
  }
  await site("lists/later/append", { n: 1 });
  await server.start();
  await refreshed(server.ask, id);
  await until("four entries", async () => ((await titles()).length === 4 ? true : undefined));
  const all = await titles();
  for (const { page } of rooms) {
    await page.getByRole("button", { name: "Time: live" }).waitFor();
  }
  // Nothing moves under the pointer: what came into the one list is a number to press.
  await queue.page.getByRole("button", { name: "1 change", exact: true }).click();
  for (const title of all) {
    await shows(list, title, 1);
    await shows(lanes, title, 1);
    await shows(queue, title, 1);
  }
  const told = async () => {
    const { events } = await server.ask<{ events: { events: { position: number }[] } }>(
      '{ events(after: 0, first: 100, types: ["playlist"], backwards: true) { events { position } } }',
    );
    return events.events.map(({ position }) => position.toLocaleString("en-GB"));
  };
  await expect.poll(positions).toEqual(await told());
  expect((await positions()).length).toBeGreaterThan(before.length);
  for (const watched of rooms) {
    await wasNotReloaded(watched);
  }
});

/** Opens rooms, and waits until they hear of what happens. */
async function opened<const Paths extends readonly string[]>(
  paths: Paths,
): Promise<{ [Path in keyof Paths]: Watched }> {
  const rooms: Watched[] = [];
  for (const path of paths) {
    const watched = await given.open(path);
    await settled(watched.page);
    await watched.page.getByRole("button", { name: "Time: live" }).waitFor();
    await watched.page.evaluate("window.wasNotReloaded = true");
    rooms.push(watched);
  }
  return rooms as { [Path in keyof Paths]: Watched };
}

/** How many rows have a name. */
function rowsOf(page: Page, title: string): Promise<number> {
  return page.locator("main").getByText(title, { exact: true }).count();
}

async function wasNotReloaded({ page, faults, close }: Watched): Promise<void> {
  expect(await page.evaluate("window.wasNotReloaded")).toBe(true);
  // What could not be asked meanwhile the console says; nothing else.
  const others = faults.filter((fault) => !/ERR_CONNECTION|WebSocket connection/.test(fault));
  expect(others).toEqual([]);
  await close();
}
