// Chromium, and pages that fail a test when they ask another host, break the policy, or complain.

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

import { type Server, startDemo, WAIT_MS } from "./server";

export const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type WidthName = keyof typeof WIDTHS;
export type Theme = "light" | "dark";
/** In which theme and width rooms are seen: each of both, or `BROWSER_TESTS_LOOKS=all` all four. */
export const LOOKS: [Theme, WidthName][] =
  process.env.BROWSER_TESTS_LOOKS === "all"
    ? [
        ["dark", "wide"],
        ["light", "wide"],
        ["dark", "phone"],
        ["light", "phone"],
      ]
    : [
        ["dark", "wide"],
        ["light", "phone"],
      ];

const SHOTS = new URL("shots/", import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A page that is watched. */
export interface Watched {
  page: Page;
  /** What it did that no page may: asked another host, broke the policy, wrote an error. */
  faults: string[];
  /** Takes a picture into `browser/shots/`: of what is in sight, or of the whole page. */
  shoot(name: string, isWhole?: boolean): Promise<void>;
  /** What axe finds, a line for each. */
  axe(): Promise<string[]>;
  close(): Promise<void>;
}

export interface Look {
  theme?: Theme;
  width?: WidthName;
}

interface Entering {
  /** Signs in by it. */
  token?: string | undefined;
  /** Done to the page before it goes anywhere. */
  before?(page: Page): Promise<void>;
}

/** What the tests of a file share: there before the first of them, ended after the last. */
export interface Shared<S> {
  server: S;
  browser: Browser;
  /** Opens a page that is watched, as the owner. */
  open(path: string, look?: Look): Promise<Watched>;
}

/** Starts a server and a browser for the tests of a file. */
export function shared<S extends Pick<Server, "url" | "token" | "stop">>(start: () => Promise<S>): Shared<S> {
  const all: Partial<Shared<S>> = {};
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const [server, chromium] = await Promise.all([start(), startBrowser()]);
    stop = chromium.stop;
    Object.assign(all, { server, browser: chromium.browser });
    all.open = (path, look) => open(chromium.browser, server.url, path, { ...look, token: server.token });
  });
  afterAll(async () => {
    await stop?.();
    await all.server?.stop();
  });
  // No test runs before it is whole.
  return all as Shared<S>;
}

/** The same with the demo. */
export const withDemo = (): Shared<Server> => shared(startDemo);

/** Starts Chromium with a profile of its own. */
export async function startBrowser(): Promise<{ browser: Browser; stop(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "mediary-chromium-"));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--disk-cache-dir=${profile}`,
    ],
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Opens a page that is watched; `token` signs it in. */
export async function open(
  browser: Browser,
  base: string,
  path: string,
  look: Look & Entering = {},
): Promise<Watched> {
  return watch(browser, new URL(path.replace(/^\//, ""), base).href, look);
}

/** The same for an address as a whole, also that of a file. */
export async function watch(
  browser: Browser,
  address: string,
  { theme = "dark", width = "wide", token, before }: Look & Entering = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: WIDTHS[width],
    colorScheme: theme,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    // The tests look at the page with scripts of their own, which its policy would deny; what it denies the page, the
    // console says all the same.
    bypassCSP: false,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const faults: string[] = [];
  const { host, protocol } = new URL(address);
  page.on("request", (request) => {
    const url = new URL(request.url());
    const isOurs = protocol === "file:" ? url.protocol === protocol : /^(https?|wss?):$/.test(url.protocol);
    if (url.host !== host || !isOurs) {
      faults.push(`asked another host: ${request.url().slice(0, 120)}`);
    }
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== host) {
      faults.push(`listened to another host: ${socket.url()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) {
      faults.push(`got ${response.status()}: ${response.url()}`);
    }
  });
  page.on("console", (message) => {
    if (
      (message.type() === "error" && !/Failed to load resource/.test(message.text())) ||
      /Content Security Policy/.test(message.text())
    ) {
      faults.push(`the console says: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => faults.push(`threw: ${error.message}`));
  if (token !== undefined) {
    await page.addInitScript((value) => sessionStorage.setItem("mediary.token", value), token);
  }
  await before?.(page);
  await page.goto(address);
  return {
    page,
    faults,
    async shoot(name, isWhole = false) {
      await page.screenshot({ path: join(SHOTS, `${name}-${width}-${theme}.png`), fullPage: isWhole });
    },
    async axe() {
      await page.evaluate(AXE);
      const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
      return (found as { violations: Violation[] }).violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ html, failureSummary }) =>
            `${id}: ${html.slice(0, 160)} (${failureSummary.split("\n")[1]?.trim()})`,
        ),
      );
    },
    close: () => context.close(),
  };
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await page.locator("main").first().waitFor();
  // Not by a function as text: as soon as that is polled, the policy of the page denies it.
  await page.locator(".bones").first().waitFor({ state: "detached" });
  await page.evaluate("document.fonts.ready");
}
