// An address is pasted, and says what is there before anything is followed.

import { expect, test } from "vitest";

import { LOOKS, settled, withDemo } from "./browser";

const demo = withDemo();

test.each(LOOKS)(
  "what is at an address is said before anything is followed, in %s, %s",
  async (theme, width) => {
    const watched = await demo.open("/", { theme, width });
    const { page } = watched;
    await settled(page);
    const field = page.getByRole("textbox", { name: "Paste any address" });
    const shown = page.getByRole("region", { name: "What this address is" });

    await field.fill(new URL("lists/large", demo.server.site).href);
    await shown.getByText("A list of 3 entries").waitFor();
    expect(await shown.getByRole("list", { name: "The first entries" }).getByRole("listitem").count()).toBe(
      3,
    );
    await watched.shoot("pasted-list");
    expect(await watched.axe()).toEqual([]);

    await field.fill(new URL("lists/channel", demo.server.site).href);
    await shown.getByText("A channel or another list of lists").waitFor();
    const tabs = shown.getByRole("list", { name: "The lists in it" });
    expect(await tabs.getByRole("listitem").count()).toBe(3);
    await watched.shoot("pasted-channel");
    expect(await watched.axe()).toEqual([]);
    const tab = tabs.getByRole("button", { name: "Follow Large samples" });
    await tab.focus();
    await page.keyboard.press("Enter");
    await tabs.getByText("Following").waitFor();
    await watched.shoot("pasted-tab");
    expect(await watched.axe()).toEqual([]);

    await field.fill(new URL("items/videos-1", demo.server.site).href);
    await shown.getByText("A single item").waitFor();
    expect(await shown.getByRole("button", { name: "Follow" }).count()).toBe(0);
    await watched.shoot("pasted-item");
    expect(await watched.axe()).toEqual([]);

    await field.fill(new URL("nothing/here", demo.server.site).href);
    await shown.getByText("Nobody knows what is there").waitFor();
    await watched.shoot("pasted-nothing");
    expect(await watched.axe()).toEqual([]);
    expect(watched.faults).toEqual([]);
    await watched.close();
  },
);
