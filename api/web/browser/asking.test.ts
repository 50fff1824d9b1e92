// How sites are asked, how lists are followed, how files are named and how long the trash keeps them: set on the page.

import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { settled, type Theme, type WidthName, withDemo } from "./browser";

const demo = withDemo();

const SEEN: [Theme, WidthName, string][] = [
  ["dark", "wide", "www.example.org"],
  ["light", "phone", "www.example.net"],
];

/** What the server answers from now on. */
function answersOf(page: Page): string[] {
  const answers: string[] = [];
  page.on("response", async (response) => answers.push(await response.text().catch(() => "")));
  return answers;
}

test.each(SEEN)(
  "a site gets a rate, a login and a proxy, which nobody is shown again, in %s, %s",
  async (theme, width, site) => {
    const watched = await demo.open("/settings?part=sites", { theme, width });
    const { page } = watched;
    await settled(page);
    const answers = answersOf(page);
    await page.getByLabel("Site", { exact: true }).fill(`https://${site}/watch?v=1`);
    await page.getByRole("button", { name: "Say how it is asked", exact: true }).click();
    const form = page.getByRole("form", { name: `What holds for ${site}` });
    await form.getByLabel("Runs an hour").fill("12");
    await form.getByLabel("Megabytes a second of each job").fill("1.5");
    await form.getByLabel("Sign in").selectOption("ALWAYS");
    await form.getByLabel("As whom").selectOption({ label: "Type it here" });
    await form.getByLabel("Name there").fill("anna");
    await form.getByLabel("Password there").fill("hidden-password");
    await form.getByLabel("Proxy", { exact: true }).selectOption({ label: "Type it here" });
    await form.getByLabel("Address of the proxy").fill("http://hidden-user:hidden-word@127.0.0.1:3128");
    await watched.shoot("settings-sites-form");
    expect(await watched.axe()).toEqual([]);
    await form.getByRole("button", { name: "Keep this", exact: true }).click();
    await form.waitFor({ state: "detached" });
    const row = page.getByRole("list", { name: "Sites" }).getByRole("listitem").filter({ hasText: site });
    await row
      .getByText("signed in to, reached by a proxy, 1.50 MB/s for each job", { exact: false })
      .waitFor();

    // Changed in one place, the rest stays as it was.
    await page.getByRole("button", { name: `Change how ${site} is asked`, exact: true }).click();
    expect(await form.getByLabel("As whom").locator("option:checked").textContent()).toBe(`login of ${site}`);
    await form.getByLabel("Sign in").selectOption("WHEN_NEEDED");
    await form.getByRole("button", { name: "Keep this", exact: true }).click();
    await row
      .getByText("signed in to when it refuses without, reached by a proxy", { exact: false })
      .waitFor();
    await watched.shoot("settings-sites-set");
    expect(await watched.axe()).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(`${answers.join("\n")} ${await page.content()}`).not.toContain("hidden-");
    expect(watched.faults).toEqual([]);
    await watched.close();
  },
);

test.each(SEEN)(
  "how a list is followed is changed where its rules stand, in %s, %s",
  async (theme, width) => {
    const { playlists } = await demo.server.ask<{
      playlists: { nodes: { id: string; title: string; url: string }[] };
    }>("{ playlists(first: 20) { nodes { id title url } } }");
    const list = playlists.nodes.find(({ url }) => url.includes("/lists/"));
    const path = `/library/lists/${list?.id}?view=rules`;
    const watched = await demo.open(path, { theme, width });
    const { page } = watched;
    await settled(page);
    const answers = answersOf(page);
    await page.getByRole("button", { name: "Change how it is followed", exact: true }).click();
    const form = page.getByRole("form", { name: "How this list is followed" });
    await form.getByLabel("Kept is").selectOption("NEW");
    await form.getByLabel("Rules of which of them").fill("title!=Trailer\nduration<=2h");
    await form.getByLabel("Ask with cookies").selectOption("WHEN_NEEDED");
    await form.getByLabel("Which cookies").selectOption({ label: "Type it here" });
    await form
      .getByLabel("The cookies")
      .fill("# Netscape HTTP Cookie File\n.example.org\tTRUE\t/\tTRUE\t0\tid\thidden-id");
    await form.getByLabel("Made of each file that is kept").selectOption("mobile");
    await form.getByLabel("Folders and names").selectOption("PLEX");
    await form.getByRole("button", { name: "Where would files lie?", exact: true }).click();
    await form
      .getByRole("list", { name: "Where files would lie" })
      .getByText("Season", { exact: false })
      .first()
      .waitFor();
    await watched.shoot("list-rules-form");
    expect(await watched.axe()).toEqual([]);
    await form.getByRole("button", { name: "Keep this", exact: true }).click();
    await form.waitFor({ state: "detached" });
    await page.getByText("duration<=2h").waitFor();
    await page.getByText("sent when its site asks for them").waitFor();
    await page.getByText("one beside it, as mobile").waitFor();
    await watched.shoot("list-rules");
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
    expect(`${answers.join("\n")} ${await page.content()}`).not.toContain("hidden-id");

    // What is wrong is said, and changes nothing.
    await page.getByRole("button", { name: "Change how it is followed", exact: true }).click();
    await form.getByLabel("Rules of which of them").fill("colour=blue");
    await form.getByRole("button", { name: "Keep this", exact: true }).click();
    await form.getByRole("alert").waitFor();
    await form.getByRole("button", { name: "Leave it", exact: true }).click();
    await form.waitFor({ state: "detached" });
    await page.getByText("duration<=2h").waitFor();
    expect(watched.faults).toEqual([]);
    await watched.close();
  },
);

test("files are named otherwise once it was seen how, and the trash keeps them as long as one says", async () => {
  const watched = await demo.open("/settings?part=layout");
  const { page } = watched;
  await settled(page);
  const names = page.getByRole("form", { name: "How files are named" });
  await names.getByLabel("Where a file lies").fill("{site}/{title}");
  await names.getByRole("button", { name: "Where would files lie?", exact: true }).click();
  await names.getByRole("list", { name: "Where files would lie" }).getByRole("listitem").first().waitFor();
  await watched.shoot("settings-layout-preview");
  expect(await watched.axe()).toEqual([]);
  await names.getByRole("button", { name: "Name files so", exact: true }).click();
  await expect
    .poll(
      async () =>
        (await demo.server.ask<{ layout: { template: string } }>("{ layout { template } }")).layout.template,
    )
    .toBe("{site}/{title}");

  await page.goto(new URL("settings?part=trash", demo.server.url).href);
  const trash = page.getByRole("form", { name: "The trash" });
  await trash.getByLabel("Days that a file stays").fill("14");
  await trash.getByLabel("Gigabytes at most").fill("2.5");
  await trash.getByRole("button", { name: "Keep this", exact: true }).click();
  await expect
    .poll(async () => (await demo.server.ask<{ trash: object }>("{ trash { keepDays limitBytes } }")).trash)
    .toEqual({ keepDays: 14, limitBytes: 2_500_000_000 });
  expect(watched.faults).toEqual([]);
  await watched.close();
});
