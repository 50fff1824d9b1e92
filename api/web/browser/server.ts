// A real server beside the sample site, in a folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A server that was started for tests. */
export interface Server {
  /** Its address, with a slash at the end. */
  url: string;
  /** The owner's token. */
  token: string;
  /** The address of the sample site, with a slash at the end. */
  site: string;
  /** What yt-dlp needs to understand that site. */
  plugins: string;
  /** The link by which whoever started it chooses a name and a password. */
  setUp: string;
  /** Asks by GraphQL as the owner. */
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  stop(): Promise<void>;
}

const BINARY =
  process.env.BROWSER_TESTS_BINARY ?? new URL("../../../target/debug/mediary", import.meta.url).pathname;
const DEADLINE_MS = 150_000;
/** Where all tests share the sample media, those in Rust, too (`MediaLibrary::open_shared`): made once, not by each demo. */
const SHARED_MEDIA = join(tmpdir(), `mediary-sample-media-${process.getuid?.()}`);
/** How long anything is waited for that a page has to show: longer than the slowest machine needs. */
export const WAIT_MS = 90_000;
/** What is for the tests is no setting of the server, which would refuse it. */
const { MEDIARY_GOLDEN: _, ...ENVIRONMENT } = process.env;

/** Starts the demo: a server and the sample site, with lists that were followed and files that were kept; `environment` says how. */
export async function startDemo(environment: Record<string, string> = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "mediary-browser-"));
  const props = join(folder, "demo");
  await Promise.all([mkdir(props), mkdir(SHARED_MEDIA, { recursive: true })]);
  await symlink(SHARED_MEDIA, join(props, "media"));
  const child = spawn(BINARY, ["demo", "--keep", "--data", folder], {
    env: { ...ENVIRONMENT, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = await saidOf(child, /log tail/);
  const addresses = /the sample site is at (\S+), Mediary at (\S+)/.exec(said);
  const setUp = /\S+#token=\S+/.exec(said)?.[0];
  if (addresses === null || setUp === undefined) {
    throw new Error(`the demo did not say where it is:\n${said}`);
  }
  const site = withSlash(addresses[1] ?? "");
  const url = withSlash((addresses[2] ?? "").replace(/[,.]$/, ""));
  const token = (await readFile(join(folder, "local.token"), "utf8")).trim();
  return {
    url,
    token,
    site,
    plugins: join(folder, "demo", "plugins"),
    setUp,
    ask: (query, variables) => ask(url, token, query, variables),
    async stop() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server alone, which can be killed and started again at the same address. */
export interface Lone {
  url: string;
  token: string;
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on an empty folder; `environment` says how. */
export async function startLone(environment: Record<string, string> = {}): Promise<Lone> {
  const folder = await mkdtemp(join(tmpdir(), "mediary-browser-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  let child: ChildProcess;
  async function start() {
    child = spawn(BINARY, ["serve", "--data", folder, "--listen", `127.0.0.1:${port}`], {
      env: { ...ENVIRONMENT, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.resume();
    child.stderr?.resume();
    await answers(new URL("readyz", url));
  }
  await start();
  const token = (await readFile(join(folder, "local.token"), "utf8")).trim();
  return {
    url,
    token,
    start,
    ask: async (query, variables) =>
      ask(url, (await readFile(join(folder, "local.token"), "utf8")).trim(), query, variables),
    kill: () => ended(child, "SIGKILL"),
    async stop() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts a server with so many downloads in its queue; each that runs tells how far it is so many times a second, and never ends. */
export async function startBusy(
  jobs: number,
  signals: number,
): Promise<Pick<Server, "url" | "token" | "ask" | "stop">> {
  const folder = await mkdtemp(join(tmpdir(), "mediary-browser-"));
  const child = spawn(join(dirname(BINARY), "busy_for_tests"), [folder, String(jobs), String(signals)], {
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = withSlash(/busy at (\S+)/.exec(await saidOf(child, /busy at \S+\n/))?.[1] ?? "");
  const token = (await readFile(join(folder, "local.token"), "utf8")).trim();
  return {
    url,
    token,
    ask: (query, variables) => ask(url, token, query, variables),
    async stop() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Waits until an address answers with 200. */
async function answers(address: URL): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${address} does not answer`);
}

async function ask<T>(url: string, token: string, query: string, variables = {}): Promise<T> {
  const answer = await fetch(new URL("graphql", url), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: T; errors?: unknown };
  if (data == null) {
    throw new Error(`${query}: ${JSON.stringify(errors)}`);
  }
  return data;
}

/** What a child said by the time that it said this; it fails if the child ends before. */
function saidOf(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => fail(`it did not say ${pattern} in time`), DEADLINE_MS);
    function fail(why: string) {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${why}:\n${said}`));
    }
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (pattern.test(said)) {
        clearTimeout(timer);
        resolve(said);
      }
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("error", (error) => fail(String(error)));
    child.on("exit", (code) => fail(`it ended with ${code}`));
  });
}

/** Ends a child in good order, and waits for it. */
function ended(child: ChildProcess, signal: NodeJS.Signals = "SIGINT"): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners("exit");
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.on("exit", () => resolve());
    child.kill(signal);
    setTimeout(() => child.kill("SIGKILL"), 15_000).unref();
  });
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
