import { beforeAll, describe, expect, test } from "vitest";

import { LOOKS, settled, withDemo } from "./browser";

const demo = withDemo();
let list: string;

beforeAll(async () => {
  const { playlists } = await demo.server.ask<{ playlists: { nodes: { id: string; title: string }[] } }>(
    "{ playlists(first: 10) { nodes { id title } } }",
  );
  list = playlists.nodes.find(({ title }) => title === "Sample videos")?.id ?? "";
});

describe.each(LOOKS)("in %s, %s", (theme, width) => {
  test.each([
    ["notices", "/notifications", "to know of"],
    ["notices-over", "/notifications?show=over", "over"],
    ["notices-all", "/notifications?show=all", "in all"],
  ])("%s is whole, and axe finds nothing", async (name, path, words) => {
    const watched = await demo.open(path, { theme, width });
    await settled(watched.page);
    await watched.page.getByRole("heading", { level: 1 }).getByText(words, { exact: false }).waitFor();
    await watched.shoot(name);
    expect(await watched.axe()).toEqual([]);
    expect(await watched.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(watched.faults).toEqual([]);
    await watched.close();
  });
});

test("the link of a message leads to the room of its thing, or to its drawer", async () => {
  const watched = await demo.open(`/playlist/${list}`);
  const { page } = watched;
  await page.waitForURL(`**/library/lists/${list}`);
  const { jobs } = await demo.server.ask<{ jobs: { nodes: { id: string }[] } }>(
    "{ jobs(first: 1) { nodes { id } } }",
  );
  await page.goto(`${demo.server.url}job/${jobs.nodes[0]?.id}`);
  await page.getByRole("dialog").waitFor();
  await page.goto(`${demo.server.url}job/playlist-1`);
  await page.getByText("There is no room at this address").waitFor();
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("notices are gone through by keyboard, and dismissed alone, in groups, and all", async () => {
  const watched = await demo.open("/");
  const { page } = watched;
  await page.getByRole("link", { name: /^Notices, \d+ new$/ }).click();
  const kept = page.getByRole("region", { name: "Kept" });
  await kept.getByRole("button", { name: /^Show the other/ }).click();
  const before = await kept.getByRole("listitem").count();

  await kept.locator("a.row").first().focus();
  await page.keyboard.press("j");
  const second = await page.evaluate("document.activeElement.textContent");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await kept.locator("a.row").first().focus();
  await page.keyboard.press("Delete");
  await expect.poll(() => kept.getByRole("listitem").count()).toBe(before - 1);
  // The keyboard goes on at the row after it.
  expect(String(second)).toContain(String(await page.evaluate("document.activeElement.textContent")));

  await kept.getByRole("button", { name: /^Dismiss these/ }).click();
  await kept.waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^Dismiss all/ }).click();
  await page.getByRole("heading", { name: "Nothing needs you." }).waitFor();
  await watched.shoot("notices-none");
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByText("dismissed", { exact: false }).first().waitFor();
  expect(watched.faults).toEqual([]);
  await watched.close();
});

test("asked by a button, what somebody should look at is shown on the desktop once, and leads to its thing", async () => {
  const watched = await demo.open("/notifications");
  const { page } = watched;
  await page.context().grantPermissions(["notifications"], { origin: new URL(demo.server.url).origin });
  // What a desktop would show, and a page that is not in front.
  await page.addInitScript(() => {
    const shown: { title: string; onclick?: () => void; close(): void }[] = [];
    class Shown {
      static permission = "granted";
      static requestPermission = async () => "granted";
      onclick?: () => void;
      constructor(public title: string) {
        shown.push(this);
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: Shown, shown });
    document.hasFocus = () => false;
  });
  await page.reload();
  await page.getByRole("button", { name: "Show on this desktop" }).click();
  await page.getByRole("button", { name: "Show nothing on this desktop" }).waitFor();
  await demo.server.ask(
    `mutation { notificationRuleAdd(input: { name: "looked", rule: { event: "playlist.refresh_completed",
      then: { raise: { severity: WARNING, title: "{{ it }} was read" } } } }) { userErrors { code } } }`,
  );
  await demo.server.ask(
    "mutation Go($id: ID!) { playlistRefresh(input: { id: $id }) { userErrors { code } } }",
    {
      id: list,
    },
  );
  await expect
    .poll(() => page.evaluate("shown.map(({ title }) => title).join()"))
    .toBe("Sample videos was read");
  await page.evaluate("shown[0].onclick()");
  await page.getByRole("dialog").waitFor();
  await watched.shoot("notices-desktop");
  expect(watched.faults).toEqual([]);
  await watched.close();
});
