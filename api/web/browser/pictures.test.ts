// The pictures of README and docs, as `tests/golden/pictures/` has them. They are taken anew by
// `MEDIARY_GOLDEN=write npm run browser -- browser/pictures.test.ts`; a test run only sees that they could be.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { open, settled, startBrowser, type Theme, WIDTHS, type WidthName } from "./browser";
import { act, controlOf, ids, until } from "./filled";
import { type Server, startDemo } from "./server";

const FOLDER = new URL("../../../tests/golden/pictures/", import.meta.url).pathname;
const BYTES_MAX = 150_000;
/** How good they are: 1 loses nothing. */
const QUALITY = 0.9;

let server: Server;
let browser: Browser;
let stop: () => Promise<void>;
let places: Record<string, string>;

beforeAll(async () => {
  const started = await Promise.all([startDemo(), startBrowser()]);
  server = started[0];
  browser = started[1].browser;
  stop = started[1].stop;
  places = await stage(server);
});
afterAll(async () => {
  await stop?.();
  await server?.stop();
});

const NIGHTS = [
  "How does one find a planet that hides behind its star?",
  "The archivist’s room: what we lost when the forum closed",
  "A night of rain in the back streets of Kyoto",
  "Radio astronomy with a satellite dish",
  "What comets tell",
  "How a mirror is ground",
  "Dwarf planets, a family",
  "The night of the Geminids, all of it",
  "A walk through the observatory at Sonneberg",
  "Panel: are we alone? Four answers to one question",
];

/** What a household would have: a list that is kept, of which something is gone, and downloads that move. */
async function stage({ ask, site }: Server): Promise<Record<string, string>> {
  const control = controlOf(site);
  const follow = async (name: string) =>
    (
      await act<{ playlist: { id: string } }>(
        ask,
        "playlistFollow",
        {
          url: new URL(`lists/${name}`, site).href,
          keep: "ALL",
          quality: "best",
          refreshTiming: { everySeconds: 21_600 },
        },
        "playlist { id }",
      )
    ).playlist.id;
  await control("lists/nights", { n: NIGHTS.length, title: "Long nights of astronomy" });
  for (const [index, title] of NIGHTS.entries()) {
    await control("lists/nights/rename", { index, title });
  }
  const nights = await follow("nights");
  const files = await until("the whole list", async () => {
    const found = await ids(ask, "files", "state: PRESENT");
    return found.length >= 14 + NIGHTS.length ? found : undefined;
  });
  await control("lists/later", { n: 4, size: "large", title: "Evening lectures" });
  for (const [index, title] of [
    "Das Boot, director’s cut",
    "Talks of 2009",
    "Heimat, part one",
    "Stalker",
  ].entries()) {
    await control("lists/later/rename", { index, title });
    await control("faults/throttle", { target: `later-${index + 1}`, bytes_per_second: 60_000 });
  }
  const later = await follow("later");
  await until(
    "a download that moves",
    async () => (await ids(ask, "jobs", `state: RUNNING, subjectId: "${later}"`))[0],
  );
  const { plan } = await act<{ plan: { id: string } }>(
    ask,
    "planMake",
    { goal: { deleteFiles: files.slice(0, 6) } },
    "plan { id }",
  );
  return { nights, file: files[0] ?? "", plan: plan.id };
}

const PICTURES: [string, Theme, WidthName, () => string, string][] = [
  ["home-dark", "dark", "wide", () => "/", "B/s"],
  ["home-light", "light", "wide", () => "/", "B/s"],
  [
    "why-dark",
    "dark",
    "wide",
    () => `/library/lists/${places.nights}?open=${places.file}&tab=why`,
    "The chain is whole",
  ],
  [
    "why-light",
    "light",
    "wide",
    () => `/library/lists/${places.nights}?open=${places.file}&tab=why`,
    "The chain is whole",
  ],
  ["plan-dark", "dark", "wide", () => `/library/plans/${places.plan}`, "What stays"],
  ["phone-light", "light", "phone", () => "/", "Now"],
];

test.each(PICTURES)(
  "%s is a picture as it is committed, and small",
  async (name, theme, width, path, words) => {
    const watched = await open(browser, server.url, path(), { theme, width, token: server.token });
    await settled(watched.page);
    await watched.page.getByText(words, { exact: false }).filter({ visible: true }).first().waitFor();
    const taken = await smaller(await watched.page.screenshot());
    expect(watched.faults).toEqual([]);
    await watched.close();
    expect(taken.length).toBeLessThan(BYTES_MAX);

    const golden = join(FOLDER, `${name}.webp`);
    if (process.env.MEDIARY_GOLDEN === "write") {
      await writeFile(golden, taken);
    }
    expect(await sizeOf(await readFile(golden))).toEqual(WIDTHS[width]);
  },
);

/** A picture as WebP: a quarter of the bytes. The browser makes it, in a page that has nothing else. */
async function smaller(png: Buffer): Promise<Buffer> {
  const base64 = await inEmptyPage((page) =>
    page.evaluate(
      async ([picture, quality]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        canvas.getContext("2d")?.drawImage(image, 0, 0);
        const blob = await canvas.convertToBlob({ type: "image/webp", quality: Number(quality) });
        const bytes = new Uint8Array(await blob.arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
      },
      [png.toString("base64"), QUALITY] as const,
    ),
  );
  return Buffer.from(base64, "base64");
}

function sizeOf(webp: Buffer): Promise<{ width: number; height: number }> {
  return inEmptyPage((page) =>
    page.evaluate(async (picture) => {
      const image = new Image();
      image.src = `data:image/webp;base64,${picture}`;
      await image.decode();
      return { width: image.width, height: image.height };
    }, webp.toString("base64")),
  );
}

async function inEmptyPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  try {
    return await use(page);
  } finally {
    await page.close();
  }
}
