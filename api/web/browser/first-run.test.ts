import { expect, test } from "vitest";

import { settled, withDemo } from "./browser";

const demo = withDemo();

test("a list is pasted on the first page, followed, and its first file is whole, without a reload", async () => {
  const watched = await demo.open("/first-page", { theme: "light" });
  const { page } = watched;
  await settled(page);
  await page.getByText("Files live in").waitFor();
  await page.getByLabel("Paste any address").fill(new URL("lists/large", demo.server.site).href);
  await page.getByText("Everything").click();
  await watched.shoot("first-page-pasted");
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("button", { name: "Follow" }).click();
  await page.getByText("Following").waitFor();
  const whole = page.getByText(/is whole|are whole/);
  const offer = page.getByRole("button", { name: /^Fetch/ });
  await whole.or(offer).first().waitFor();
  if (await offer.isVisible()) {
    await offer.click();
  }
  await whole.waitFor();
  await watched.shoot("first-page-followed");
  expect(await watched.axe()).toEqual([]);
  expect(watched.faults).toEqual([]);
  await watched.close();
});
