// A demo as a household has it after a while: every state, long names, people, and whatever can be set up.

import { type Server, WAIT_MS } from "./server";

/** What there is to look at. */
export interface Filled {
  /** The list with a title that is far too long, and an entry in each state. */
  list: string;
  /** A file that is kept. */
  file: string;
  /** A collection with files. */
  collection: string;
  /** A plan that waits for its button. */
  plan: string;
  /** One that was carried out, and whose undo is open. */
  applied: string;
  /** A download that failed for good, and one that moves. */
  failed: string;
  moving: string;
  /** A check that fails, with another one behind it. */
  check: string;
  /** Somebody who was shredded: his name is nowhere any more. */
  nameless: string;
  /** Where somebody new sets a password. */
  link: string;
  /** The token of somebody who looks. */
  viewer: string;
}

const LIST =
  "Lange Nächte der Astronomie: Vorträge, Podiumsdiskussionen und Teleskopabende seit 2009, ungekürzt und in der Reihenfolge ihrer Aufzeichnung";
const TITLES = [
  "Wie findet man einen Exoplaneten, der hinter seinem Stern verschwindet? Abendvortrag mit Fragen aus dem Publikum, zweiter Teil",
  "京都の路地裏を歩く：雨の夜の先斗町、提灯の灯りと川の音だけの一時間四十五分、字幕つき",
  "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenübersetzungsbüro",
  "<b>Podium</b> & “Fragen”: 100 % 'ehrlich'",
] as const;
/** How many of its entries come at once: one is not there, one is asked for again later. */
const COME = 10;

type Input = Record<string, unknown>;
type Ask = Server["ask"];

/** Does something; whatever is refused fails the test. `chosen` is what is asked of the answer. */
export async function act<T = object>(ask: Ask, name: string, input: Input, chosen = ""): Promise<T> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation Act($input: ${INPUTS[name] ?? type}!) { ${name}(input: $input) { ${chosen} userErrors { code message } } }`;
  const answer = await ask<Record<string, T & { userErrors: unknown[] }>>(document, { input });
  const done = answer[name];
  if (done === undefined || done.userErrors.length > 0) {
    throw new Error(`${name}: ${JSON.stringify(done?.userErrors)}`);
  }
  return done;
}

/** Acts whose input is called otherwise. */
const INPUTS: Record<string, string> = {
  jobPause: "JobsInput",
  checkPause: "CheckInput",
  notificationChannelTest: "NotificationChannelInput",
};

/** Waits until something is there. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not come about`);
}

/** Asks as somebody who came by a link and chose a password. */
async function signedIn(server: Server, userId: string): Promise<Ask> {
  const { secret } = await act<{ secret: string }>(server.ask, "userInvite", { id: userId }, "secret");
  const headers = { "content-type": "application/json", origin: new URL(server.url).origin };
  const answer = await fetch(new URL("v1/setup", server.url), {
    method: "POST",
    headers,
    body: JSON.stringify({ token: secret, password: "a long password" }),
  });
  const { viewer } = (await answer.json()) as { viewer: { csrf: string } };
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return async (query, variables = {}) => {
    const said = await fetch(new URL("graphql", server.url), {
      method: "POST",
      headers: { ...headers, cookie, "mediary-csrf": viewer.csrf },
      body: JSON.stringify({ query, variables }),
    });
    return ((await said.json()) as { data: never }).data;
  };
}

/** Changes the sample site. */
export function controlOf(site: string) {
  return async (path: string, said: Record<string, string | number>): Promise<void> => {
    const answer = await fetch(new URL(`control/${path}`, site), {
      method: "POST",
      body: new URLSearchParams(Object.entries(said).map(([key, value]) => [key, String(value)])),
    });
    if (!answer.ok) {
      throw new Error(`${path}: ${await answer.text()}`);
    }
  };
}

/** The ids of what there is: `ids(ask, "jobs", "state: FAILED")`. */
export async function ids(ask: Ask, of: "files" | "jobs", filter: string): Promise<string[]> {
  const found = await ask<Record<string, { nodes: { id: string }[] }>>(
    `{ ${of}(first: 100, filter: { ${filter} }) { nodes { id } } }`,
  );
  return (found[of]?.nodes ?? []).map(({ id }) => id);
}

/** Fills a demo. */
export async function fill(server: Server): Promise<Filled> {
  const { ask } = server;
  const site = controlOf(server.site);

  // A list of somebody who is gone by name, of which not everything comes.
  await site("lists/nights", { n: 12, title: LIST });
  for (const [index, title] of TITLES.entries()) {
    await site("lists/nights/rename", { index, title });
  }
  await site("faults/status", { target: "nights-6", code: 404 });
  await site("faults/status", { target: "nights-7", code: 503 });
  const { user } = await act<{ user: { id: string } }>(
    ask,
    "userAdd",
    { name: "ben", role: "EDITOR" },
    "user { id }",
  );
  const ben = await signedIn(server, user.id);
  const followed = await act<{ playlist: { id: string } }>(
    ben,
    "playlistFollow",
    { url: new URL("lists/nights", server.site).href, keep: "ALL", quality: "720p" },
    "playlist { id }",
  );
  const list = followed.playlist.id;
  const failed = await until("a failed download", async () => (await ids(ask, "jobs", "state: FAILED"))[0]);
  await until("most of the list", async () =>
    (await ids(ask, "files", "state: PRESENT")).length >= 14 + COME ? true : undefined,
  );
  await act(ask, "logShred", { principalId: user.id, reason: "asked for by letter" });

  // What changes at the source.
  await site("lists/nights/delete", { index: 9 });
  await site("lists/nights/private", { index: 8 });
  await site("lists/nights/rename", { index: 7, title: "It has another name now" });
  for (let look = 0; look < 2; look++) {
    await refreshed(ask, list);
  }

  // What moves, waits, and is on hold.
  await site("lists/slow", { n: 5, size: "large", title: "Slowly" });
  for (let serial = 1; serial <= 5; serial++) {
    await site("faults/throttle", { target: `slow-${serial}`, bytes_per_second: 20_000 });
  }
  const slow = await act<{ playlist: { id: string } }>(
    ask,
    "playlistFollow",
    { url: new URL("lists/slow", server.site).href, keep: "ALL", quality: "best" },
    "playlist { id }",
  );
  const moving = await until(
    "a download that moves",
    async () =>
      (await ids(ask, "jobs", `kind: DOWNLOAD, state: RUNNING, subjectId: "${slow.playlist.id}"`))[0],
  );

  const rest = await setUp(server);
  return { list, failed, moving, nameless: user.id, check: await checked(server), ...rest };
}

/** Checks in every state; the id of one that fails. */
async function checked({ ask, site }: Server): Promise<string> {
  const add = async (name: string, probe: Input, more: Input = {}) =>
    (await act<{ check: { id: string } }>(ask, "checkAdd", { name, probe, ...more }, "check { id }")).check
      .id;
  // Nobody listens on the port of `discard`.
  const nobody = { tcp: { host: "127.0.0.1", port: 9 } };
  const group = "Heimnetz im Erdgeschoss, hinter dem Schrank";
  const often = { timing: { everySeconds: 10 } };
  const fails = await add("Switch im Flur, an dem alles im Erdgeschoss hängt", nobody, {
    group,
    tags: ["network"],
    links: [{ name: "What to do", url: "https://example.org/runbook" }],
    ...often,
  });
  await add("Plex in the living room", nobody, { group, dependsOn: [fails], ...often });
  await add("The sample site", { http: { url: new URL("lists/large", site).href } }, often);
  await add("Room for films", { disk: { path: "/", free_min_percent: 0 } }, often);
  await add("Backup of the night", { push: {} }, { timing: { everySeconds: 86_400 } });
  const paused = await add("The old machine", { http: { url: site } });
  await act(ask, "checkPause", { id: paused });
  await act(ask, "checkSnooze", { id: fails, until: new Date(Date.now() + 3_600_000).toISOString() });
  await until("incidents", async () => {
    const { checkIncidents } = await ask<{ checkIncidents: { totalCount: number } }>(
      "{ checkIncidents(first: 1) { totalCount } }",
    );
    return checkIncidents.totalCount >= 2 ? true : undefined;
  });
  return fails;
}

/** Looks at a list, and waits until that is done. */
export async function refreshed(ask: Ask, id: string): Promise<void> {
  const { storyId } = await act<{ storyId: string }>(ask, "playlistRefresh", { id, full: true }, "storyId");
  await until("the refresh", async () => {
    const { outcome } = await ask<{ outcome: { complete: boolean } | null }>(
      "query Of($id: ID!) { outcome(id: $id) { complete } }",
      { id: storyId },
    );
    return outcome?.complete === true ? true : undefined;
  });
}

/** People, tokens, notices, folders, and whatever else has a place in the settings. */
async function setUp(server: Server) {
  const { ask } = server;
  const anna = await act<{ user: { id: string } }>(
    ask,
    "userAdd",
    { name: "anna", role: "EDITOR", permissions: ["delete", "see_machine"] },
    "user { id }",
  );
  const { path: link } = await act<{ path: string }>(ask, "userInvite", { id: anna.user.id }, "path");
  await act(ask, "userAdd", { name: "konstantin-alexander-von-hohenschoenhaus", role: "VIEWER" });
  const token = await act<{ secret: string }>(
    ask,
    "tokenCreate",
    { name: "the tablet in the kitchen", role: "VIEWER" },
    "secret",
  );
  await act(ask, "tokenCreate", {
    name: "backup",
    role: "EDITOR",
    expiresInSeconds: 86_400,
    networks: ["192.168.0.0/16"],
  });
  await act(ask, "secretSet", {
    name: "bot of the household",
    value: "12345:abcdefghijklmnopqrstuvwxyzabcdefghi",
  });
  await act(ask, "siteSet", { name: "media.example.org", rateLimit: { jobBytesPerSecond: 500_000 } });
  await act(ask, "templateSave", { name: "at night", priority: 2, tags: ["evening", "large"] });
  await act(ask, "scheduleAdd", {
    name: "read all files again, from the first to the last, early on Sundays",
    timing: { cron: { expression: "0 3 * * 0", zone: "Europe/Berlin" } },
    command: { name: "file.verify" },
  });
  await act(ask, "notificationChannelAdd", {
    name: "phone",
    address: "ntfy://127.0.0.1:9/topic",
    from: "INFO",
  });
  await act(ask, "notificationChannelTest", { name: "phone" });
  await ask(
    `mutation { notificationRuleAdd(input: { name: "looked", rule: { event: "playlist.refresh_completed",
      then: { raise: { severity: INFO, title: "{{ it }} was read" } } } }) { userErrors { code } } }`,
  );

  const files = await ids(ask, "files", "state: PRESENT");
  const made = await act<{ collection: { id: string } }>(
    ask,
    "collectionCreate",
    { name: "Evenings that one would like to see once more, with friends" },
    "collection { id }",
  );
  const collection = made.collection.id;
  await act(ask, "collectionAdd", { id: collection, thingIds: files.slice(0, 5) });
  const plan = async (ids: string[], apply: boolean) =>
    (
      await act<{ plan: { id: string } }>(
        ask,
        "planMake",
        { goal: { deleteFiles: ids }, apply },
        "plan { id }",
      )
    ).plan.id;
  const applied = await plan(files.slice(-3, -1), true);
  await until("a trash with files", async () =>
    (await ids(ask, "files", "state: TRASHED")).length === 2 ? true : undefined,
  );
  return {
    link,
    collection,
    applied,
    plan: await plan(files.slice(1, 13), false),
    file: files[0] ?? "",
    viewer: token.secret,
  };
}
