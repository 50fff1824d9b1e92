// Every room as it is empty, full, for whoever only looks, while it waits, and when the server fails: pictures to be
// looked at, in `browser/shots/looks/`. What a machine can see of them is asserted.

import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { LOOKS, type Look, open, settled, startBrowser, type Watched } from "./browser";
import { type Filled, fill } from "./filled";
import { type Lone, type Server, startDemo, startLone } from "./server";

let lone: Lone;
let demo: Server;
let filled: Filled;
let browser: Browser;
let stop: () => Promise<void>;

beforeAll(async () => {
  const started = await Promise.all([startDemo(), startLone(), startBrowser()]);
  demo = started[0];
  lone = started[1];
  browser = started[2].browser;
  stop = started[2].stop;
  filled = await fill(demo);
});
afterAll(async () => {
  await stop?.();
  await Promise.all([lone?.stop(), demo?.stop()]);
});

const PARTS = [
  "you",
  "limits",
  "quotas",
  "sites",
  "roots",
  "watches",
  "layout",
  "trash",
  "secrets",
  "users",
  "tokens",
  "channels",
  "rules",
  "templates",
  "bot",
  "parked",
  "views",
].map((part): [string, string] => [`settings-${part}`, `/settings?part=${part}`]);
/** Rooms that are there whatever is in them. */
const ROOMS: [string, string][] = [
  ["home", "/"],
  ["first-page", "/first-page"],
  ["lists", "/library"],
  ["files", "/library/files"],
  ["trash", "/library/trash"],
  ["collections", "/library/collections"],
  ["queue", "/queue"],
  ["checks", "/checks"],
  ["checks-add", "/checks/add"],
  ["timeline", "/timeline"],
  ["workers", "/workers"],
  ["schedules", "/schedules"],
  ["notices", "/notifications"],
  ...PARTS,
];
/** Rooms and drawers of things. */
const THINGS: [string, (of: Filled) => string][] = [
  ["list", ({ list }) => `/library/lists/${list}`],
  ["list-table", ({ list }) => `/library/lists/${list}?as=table`],
  ["list-changes", ({ list }) => `/library/lists/${list}?view=changes`],
  ["list-files", ({ list }) => `/library/lists/${list}?view=files`],
  ["list-rules", ({ list }) => `/library/lists/${list}?view=rules`],
  ["files-table", () => "/library/files?as=table"],
  ["file", ({ file }) => `/library/files/${file}`],
  ["collection", ({ collection }) => `/library/collections/${collection}`],
  ["plan", ({ plan }) => `/library/plans/${plan}`],
  ["plan-applied", ({ applied }) => `/library/plans/${applied}`],
  ["check", ({ check }) => `/checks/${check}`],
  ["drawer-check", ({ check }) => `/checks?open=${check}`],
  ["timeline-downloads", () => "/timeline?of=download"],
  ["notices-all", () => "/notifications?show=all"],
  ["drawer-list", ({ list }) => `/library?open=${list}`],
  ["drawer-list-why", ({ list }) => `/library?open=${list}&tab=why`],
  ["drawer-file-why", ({ file }) => `/library/files?open=${file}&tab=why`],
  ["drawer-failed", ({ failed }) => `/queue?open=${failed}`],
  ["drawer-failed-history", ({ failed }) => `/queue?open=${failed}&tab=history`],
  ["drawer-moving", ({ moving }) => `/queue?open=${moving}`],
  ["drawer-nameless", ({ nameless }) => `/settings?part=users&open=${nameless}&tab=history`],
];

/** Pages by whose they are and how they look, of which nobody needs the last room any more: they have read all scripts already. */
const rested = new Map<string, Watched[]>();

/** Opens a room in a page that rests, if there is one for that. */
async function enter(
  server: { url: string; token: string },
  path: string,
  how: Parameters<typeof open>[3],
): Promise<{ watched: Watched; leave(): Promise<void> }> {
  const as = { token: server.token, ...how };
  if (as.before !== undefined) {
    const watched = await open(browser, server.url, path, as);
    return { watched, leave: watched.close };
  }
  const key = JSON.stringify([server.url, as]);
  const resting = rested.get(key) ?? [];
  rested.set(key, resting);
  let watched = resting.pop();
  if (watched === undefined) {
    watched = await open(browser, server.url, path, as);
  } else {
    watched.faults.length = 0;
    await watched.page.goto(new URL(path.replace(/^\//, ""), server.url).href);
  }
  const { page } = watched;
  return {
    watched,
    async leave() {
      await page.goto("about:blank");
      resting.push(watched);
    },
  };
}

/** Opens a room, takes its picture, and says what a machine sees that is wrong. */
async function look(
  server: { url: string; token: string },
  name: string,
  path: string,
  { ready = settled, ...how }: Parameters<typeof open>[3] & { ready?(page: Page): Promise<void> },
): Promise<string[]> {
  const { watched, leave } = await enter(server, path, how);
  const { page } = watched;
  await ready(page);
  const isDrawer = name.includes("drawer");
  if (isDrawer) {
    await page.locator(".drawer [role=tabpanel]:not([hidden])").getByText(/\w/).first().waitFor();
  }
  await watched.shoot(`looks/${name}`, !isDrawer);
  const wrong = [...watched.faults, ...(await watched.axe())];
  const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (wider !== 0) {
    wrong.push(`it is ${wider} px wider than the window`);
  }
  const text = await page
    .locator(isDrawer ? ".drawer" : "main")
    .first()
    .innerText();
  wrong.push(...(text.match(ID) ?? []).map((id) => `shows the id ${id}`));
  await leave();
  return wrong;
}

/** An id, which people are shown nowhere but in Raw; what tools say of their files is their own word. */
const ID = /\b[a-z]+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+(?![\w/-])/g;

/** Answers what rooms ask; what the token allows, the server answers. */
async function questions(page: Page, answer: (route: Route) => Promise<void>): Promise<void> {
  await page.route("**/graphql", (route) =>
    route.request().postData()?.includes("query Allowed") ? route.continue() : answer(route),
  );
}

describe.concurrent.each(LOOKS)("in %s, %s", (theme, width) => {
  test.each(ROOMS)("%s is whole with much in it", async (name, path) => {
    expect(await look(demo, `full/${name}`, path, { theme, width })).toEqual([]);
  });

  test.each(THINGS)("%s is whole", async (name, path) => {
    expect(await look(demo, `full/${name}`, path(filled), { theme, width })).toEqual([]);
  });
});

// Each state in one of the looks: they differ by colours and widths, which the rooms above show.
describe.concurrent("in one look", () => {
  const wide: Look = { theme: "dark", width: "wide" };
  const phone: Look = { theme: "light", width: "phone" };

  test.each(ROOMS)("%s is whole with nothing in it", async (name, path) => {
    expect(await look(lone, `empty/${name}`, path, { ...phone })).toEqual([]);
  });

  test.each(ROOMS)("%s is whole for whoever only looks", async (name, path) => {
    const { viewer: token } = filled;
    expect(await look(demo, `viewer/${name}`, path, { ...wide, token })).toEqual([]);
  });

  test.each(ROOMS)("%s says what does not work, and what to do", async (name, path) => {
    const error = {
      message: "failed to read the view of jobs: the disk is full",
      extensions: { code: "INTERNAL", retryable: true, advice: "make room, then try again" },
    };
    const before = (page: Page) =>
      questions(page, (route) => route.fulfill({ json: { data: null, errors: [error] } }));
    expect(await look(demo, `error/${name}`, path, { ...phone, before })).toEqual([]);
  });

  test.each(ROOMS)("%s shows bones while it waits", async (name, path) => {
    const held: Route[] = [];
    const before = (page: Page) => questions(page, async (route) => void held.push(route));
    // Some rooms have a form that needs no answer, and no bones. Bones come after a moment.
    const ready = async (page: Page) => {
      await page.locator("main :is(.bones, form, input)").first().waitFor();
      if ((await page.locator("main .bones").count()) > 0) {
        await page.locator("main .bone").first().waitFor();
      }
      await page.evaluate("document.fonts.ready");
    };
    expect(await look(demo, `loading/${name}`, path, { ...wide, before, ready })).toEqual([]);
  });

  test("the way in by a link is whole", async () => {
    expect(await look(demo, "full/link", filled.link, { ...phone, token: undefined })).toEqual([]);
  });
});
