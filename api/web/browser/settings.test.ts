import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { LOOKS, open, settled, withDemo } from "./browser";

const demo = withDemo();

const PARTS = [
  ["you", "Signed in by a token"],
  ["limits", "In total"],
  ["quotas", "work is limited"],
  ["sites", "settings of its own"],
  ["roots", "library"],
  ["watches", "No folder is watched"],
  ["layout", "Where a file lies"],
  ["trash", "Days that a file stays"],
  ["secrets", "No secret is kept"],
  ["users", "Nobody signs in by a name yet"],
  ["tokens", "This machine"],
  ["channels", "Nothing is sent anywhere"],
  ["rules", "Could not be kept"],
  ["templates", "There is no template"],
  ["bot", "Nobody asks by a bot"],
  ["parked", "Nothing is held up"],
  ["views", "at the end of the record"],
] as const;

// How each looks, the test of looks sees.
describe("each part", () => {
  test.each(PARTS)("%s says what it is for", async (part, words) => {
    const watched = await demo.open(`/settings?part=${part}`, {});
    await settled(watched.page);
    await watched.page.locator("main").getByText(words, { exact: false }).first().waitFor();
    expect(watched.faults).toEqual([]);
    await watched.close();
  });
});

describe.each(LOOKS)("in %s, %s", (theme, width) => {
  test("whoever may not see a part is told so", async () => {
    const { tokenCreate } = await demo.server.ask<{ tokenCreate: { secret: string } }>(
      `mutation { tokenCreate(input: { name: "looks ${theme} ${width}", role: VIEWER }) { secret } }`,
    );
    const watched = await open(demo.browser, demo.server.url, "/settings?part=users", {
      theme,
      width,
      token: tokenCreate.secret,
    });
    await watched.page.getByText("You may not see this").waitFor();
    await watched.shoot("settings-may-not");
    expect(await watched.axe()).toEqual([]);
    expect(watched.faults).toEqual([]);
    await watched.close();
  });
});

test("somebody is let in by a link, changed, signed out from elsewhere, disabled, and removed", async () => {
  const owner = await demo.open("/settings?part=users");
  const { page } = owner;
  await page.getByLabel("Name of somebody new").fill("anna");
  await page.getByLabel("What somebody new may do").selectOption("EDITOR");
  await page.getByRole("button", { name: "Add" }).click();
  // Without a password nobody signs in: that is opened at once.
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByRole("status").locator("code").textContent();
  await owner.shoot("settings-users-link");
  expect(await owner.axe()).toEqual([]);

  const anna = await open(demo.browser, demo.server.url, `/${new URL(link ?? "").hash}`);
  await anna.page.getByLabel("Password").fill("a long password");
  await anna.page.getByRole("button", { name: "Set the password" }).click();
  await anna.page.getByRole("button", { name: "anna, your account" }).waitFor();
  await page.getByText("Signed in by 1 browser").waitFor();

  await page.getByRole("button", { name: "Rights of anna" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption("VIEWER");
  await page.getByLabel("start downloads").check();
  await page.getByRole("button", { name: "Keep this" }).click();
  await page.getByText("Viewer: looks; also: start downloads").waitFor();
  await owner.shoot("settings-users-rights");

  await page.getByRole("button", { name: "Browsers of anna" }).click();
  await page.getByText("Chrome on Linux").waitFor();
  await owner.shoot("settings-users-browsers");
  expect(await owner.axe()).toEqual([]);
  // Asked for once more, with the keyboard at what changes nothing; Esc leaves it.
  await page.getByRole("button", { name: "Sign out of Chrome on Linux" }).click();
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Stay signed in");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sign out of Chrome on Linux" }).click();
  await page.getByRole("button", { name: "Sign it out now" }).click();
  await anna.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByText("Signed in nowhere").first().waitFor();

  await anna.page.getByLabel("Name").fill("anna");
  await anna.page.getByLabel("Password").fill("a long password");
  await anna.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("Signed in by 1 browser").waitFor();
  await page.getByRole("button", { name: "Disable anna" }).click();
  await anna.page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByText("Let in by no door").waitFor();
  await owner.shoot("settings-users-disabled");
  expect(await owner.axe()).toEqual([]);
  await page.getByRole("button", { name: "Enable anna" }).click();
  await page.getByText("Signed in nowhere").first().waitFor();
  await anna.close();

  await page.getByRole("button", { name: "Remove anna" }).click();
  await page.getByRole("button", { name: /^Remove anna: signs out/ }).click();
  await page.getByText("Nobody signs in by a name yet").waitFor();
  expect(owner.faults).toEqual([]);
  await owner.close();
});

test("a folder is watched, and is no more; one that can't be says why", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mediary-watched-"));
  const owner = await demo.open("/settings?part=watches");
  const { page } = owner;
  await page.getByLabel("Its whole path").fill("no whole/path");
  await page.getByLabel("Made of each is").selectOption("remux");
  await page.getByLabel("Only names that fit").fill("*.mkv, *.ts");
  await page.getByLabel("In its place").check();
  await page.getByRole("button", { name: "Watch the folder" }).click();
  await page.getByRole("alert").waitFor();
  await owner.shoot("settings-watches-refused");
  expect(await owner.axe()).toEqual([]);

  await page.getByLabel("Its whole path").fill(folder);
  await page.getByRole("button", { name: "Watch the folder" }).click();
  await page.getByText("*.mkv *.ts, once nobody wrote it for 60 seconds, remux in its place.").waitFor();
  await owner.shoot("settings-watches-watched");
  expect(await owner.axe()).toEqual([]);
  await page.getByRole("button", { name: `Remove ${folder}` }).click();
  await page.getByRole("button", { name: `Take nothing from ${folder} any more` }).click();
  await page.getByText("No folder is watched").waitFor();
  expect(owner.faults).toEqual([]);
  await owner.close();
  await rm(folder, { recursive: true });
});

/** A machine that takes what is sent to it, and keeps it. */
async function startTaker(): Promise<{ http: HttpServer; address: string; taken: string[] }> {
  const taken: string[] = [];
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      taken.push(`${request.url} ${body}`);
      response.end('{"id":"1"}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return { http, taken, address: `ntfy://127.0.0.1:${(http.address() as AddressInfo).port}/hidden-topic` };
}

test("a channel is added, tested, paused, changed without its address, and removed; nobody is shown the address", async () => {
  const { http, address, taken } = await startTaker();
  const watched = await demo.open("/settings?part=channels");
  const { page } = watched;
  const answers: string[] = [];
  page.on("response", async (response) => answers.push(await response.text().catch(() => "")));
  await page.getByLabel("Name", { exact: true }).fill("phone");
  await page.getByLabel("Address", { exact: true }).fill(address);
  await page.getByLabel("Send only what is urgent").check();
  await page.getByRole("button", { name: "Add the channel" }).click();
  await page.getByText("Quiet from 22:00 to 07:00").waitFor();
  expect(await page.getByLabel("Address", { exact: true }).inputValue()).toBe("");

  await page.getByRole("button", { name: "Test phone" }).click();
  await page.getByText("The test arrived there").waitFor();
  expect(taken.join()).toContain("phone");
  await watched.shoot("settings-channels-tested");
  expect(await watched.axe()).toEqual([]);

  await page.getByRole("button", { name: "Pause phone" }).click();
  await page.getByText("what comes up meanwhile is skipped").waitFor();
  await watched.shoot("settings-channels-paused");
  expect(await watched.axe()).toEqual([]);
  await page.getByRole("button", { name: "Go on with phone" }).click();
  await page.getByRole("button", { name: "Pause phone" }).waitFor();

  await page.getByRole("button", { name: "Change phone" }).click();
  const form = page.getByRole("form", { name: "phone" });
  await form.getByLabel("What is sent").selectOption("INFO");
  await watched.shoot("settings-channels-change");
  await form.getByRole("button", { name: "Keep this" }).click();
  await page.getByText("From “To know” on").waitFor();
  // It still leads where it led.
  await page.getByRole("button", { name: "Test phone" }).click();
  await expect.poll(() => taken.length).toBeGreaterThan(1);

  await page.getByRole("button", { name: "Remove phone" }).click();
  await page.getByRole("button", { name: "Remove phone and destroy its address" }).click();
  await page.getByText("Nothing is sent anywhere").waitFor();
  expect(answers.join("\n")).not.toContain("hidden-topic");
  expect(await page.content()).not.toContain("hidden-topic");
  expect(watched.faults).toEqual([]);
  await watched.close();
  http.close();
});

test("a rule says what it would have said before it is kept", async () => {
  const watched = await demo.open("/settings?part=rules");
  const { page } = watched;
  await page.getByRole("button", { name: "Add a rule" }).click();
  const form = page.getByRole("form", { name: "A new rule" });
  await form.getByLabel("Name", { exact: true }).fill("much-new");
  await form.getByLabel("Of which event").fill("playlist.refresh_completed");
  await form.getByRole("button", { name: "Add a condition" }).click();
  await form.getByLabel("Field 1", { exact: true }).fill("counts.added");
  await form.getByLabel("How field 1 must be").selectOption("greater");
  await form.getByLabel("What field 1 must be").fill("0");
  await form.getByLabel("In one line").fill("{{ it }}: {{ counts.added }}");
  await form.getByRole("button", { name: "What would it have said?" }).click();
  await form.getByText(/it would have said something \d+ times/).waitFor();
  await watched.shoot("settings-rules-form");
  expect(await watched.axe()).toEqual([]);
  await form.getByRole("button", { name: "Add the rule" }).click();
  const own = page.getByRole("list", { name: "Your own rules" });
  await own.getByText("where counts added is more than 0", { exact: false }).waitFor();
  await own.getByRole("button", { name: "Remove the rule much-new" }).click();
  await own.getByRole("button", { name: "Remove the rule much-new" }).click();
  await page.getByText("There is no rule of your own").waitFor();
  // One that is there by itself comes back as it was.
  await page.getByRole("button", { name: "Remove the rule download-done" }).click();
  await page.getByRole("button", { name: "Say this no more" }).click();
  const gone = page.getByRole("list", { name: "Rules that were taken away" });
  await gone.getByRole("button", { name: "Bring back the rule download-done" }).waitFor();
  await watched.shoot("settings-rules-taken-away");
  expect(await watched.axe()).toEqual([]);
  await gone.getByRole("button", { name: "Bring back the rule download-done" }).click();
  await page.getByRole("button", { name: "Remove the rule download-done" }).waitFor();
  await gone.waitFor({ state: "detached" });
  expect(watched.faults).toEqual([]);
  await watched.close();
});
