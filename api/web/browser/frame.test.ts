import { describe, expect, test } from "vitest";

import { LOOKS, open, settled, withDemo } from "./browser";
import { startProxy } from "./proxy";

const demo = withDemo();

describe.each(LOOKS)("in %s, %s", (theme, width) => {
  test.each([
    ["home", "/", "Home"],
    ["first-page", "/first-page", "first page"],
    ["nowhere", "/no/such/room", "no room"],
  ])("%s is shown, asks nobody else, and axe finds nothing", async (name, path, words) => {
    const watched = await demo.open(path, { theme, width });
    await settled(watched.page);
    await watched.page.getByText(words, { exact: false }).filter({ visible: true }).first().waitFor();
    await watched.shoot(name);
    expect(await watched.axe()).toEqual([]);
    expect(watched.faults).toEqual([]);
    await watched.close();
  });

  test.runIf(width === "phone")("a phone has the rooms at hand that are looked into on the way", async () => {
    const watched = await demo.open("/", { theme, width });
    const bar = watched.page.getByRole("navigation", { name: "Main, phone" });
    await bar.getByRole("link", { name: "Checks" }).waitFor();
    const names = await bar.getByRole("link").allTextContents();
    // What needs somebody is counted behind a name.
    expect(names.map((name) => name.replace(/\d.*/, ""))).toEqual(["Home", "Queue", "Checks"]);
    await watched.close();
  });

  test("the way in is shown to whoever has no token", async () => {
    const watched = await open(demo.browser, demo.server.url, "/", { theme, width });
    await watched.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await watched.shoot("sign-in");
    expect(await watched.axe()).toEqual([]);
    await watched.close();
  });

  test("the drawer of a thing says why, what happened, and what is recorded", async () => {
    const { playlists } = await demo.server.ask<{ playlists: { nodes: { id: string }[] } }>(
      "{ playlists(first: 1) { nodes { id } } }",
    );
    const id = playlists.nodes[0]?.id;
    const watched = await demo.open(`/?open=${id}&tab=why`, {
      theme,
      width,
    });
    const drawer = watched.page.getByRole("dialog");
    await drawer.getByText("The chain is whole", { exact: false }).waitFor();
    await watched.shoot("drawer-why");
    expect(await watched.axe()).toEqual([]);
    await drawer.getByRole("tab", { name: "History" }).click();
    await drawer.getByText("No. 1", { exact: true }).waitFor();
    await watched.shoot("drawer-history");
    await drawer.getByRole("tab", { name: "Raw" }).click();
    await drawer.getByText("number", { exact: false }).first().waitFor();
    await watched.shoot("drawer-raw");
    expect(await watched.axe()).toEqual([]);
    await watched.page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    expect(watched.faults).toEqual([]);
    await watched.close();
  });

  test("the past is sepia, read only, and left by Esc", async () => {
    const at = new Date().toISOString();
    const watched = await demo.open(`/?at=${at}`, { theme, width });
    await settled(watched.page);
    await watched.page.getByText("As of", { exact: false }).first().waitFor();
    expect(await watched.page.evaluate("document.documentElement.dataset.tense")).toBe("past");
    expect(await watched.page.getByRole("textbox", { name: "Paste any address" }).count()).toBe(0);
    await watched.shoot("past");
    expect(await watched.axe()).toEqual([]);
    await watched.page.keyboard.press("Escape");
    await watched.page.getByRole("textbox", { name: "Paste any address" }).waitFor();
    expect(watched.faults).toEqual([]);
    await watched.close();
  });

  test("the palette finds a room and goes there", async () => {
    const watched = await demo.open("/first-page", { theme, width });
    await settled(watched.page);
    await watched.page.keyboard.press("Control+k");
    await watched.page.getByRole("combobox").fill("home");
    await watched.page.getByRole("option", { name: "Home" }).waitFor();
    await watched.shoot("palette");
    expect(await watched.axe()).toEqual([]);
    await watched.page.keyboard.press("Enter");
    await watched.page.waitForURL(demo.server.url);
    expect(watched.faults).toEqual([]);
    await watched.close();
  });
});

test("under a base path of a proxy the page finds its files, its server, and its rooms by deep links", async () => {
  const proxy = await startProxy(demo.server.url, "/media/diary/");
  const watched = await open(demo.browser, proxy.url, "/no/such/room", { token: demo.server.token });
  await watched.page.getByText("There is no room at this address").waitFor();
  await watched.page.getByRole("link", { name: "Home", exact: true }).first().click();
  await watched.page.waitForURL(proxy.url);
  await watched.page.getByRole("button", { name: "Time: live" }).waitFor();
  expect(watched.faults).toEqual([]);
  await watched.close();
  await proxy.stop();
});
