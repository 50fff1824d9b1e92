// The one websocket: how it stands, and when it is tried again.

import { type Client, createClient } from "graphql-ws";

import { socketAddress } from "./base";
import { credentials, lose } from "./session";
import { createStore } from "./store";

/** How it stands with the server. */
export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  /** It does not answer: what is shown may be old, from `since` on; `retryAt` is when it is tried again. */
  | { state: "lost"; since: number; retryAt: number };

export const connection = createStore<Connection>({ state: "connecting" });

/** The server answers pings within this, or the connection is half open. */
const PONG_TIMEOUT_MS = 20_000;
const PING_EVERY_MS = 30_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 30_000;
/** A hidden page lets go of the server after this, and catches up once it is seen again. */
const HIDDEN_MS = 60_000;
/** The server's code for whoever may not come in, or no more. */
const FORBIDDEN = 4403;
const NORMAL = 1000;

/** Whether a hidden page keeps its connection, since somebody wants to hear of it what happens. */
export const staysWhileHidden = createStore(false);

let client: Client | undefined;
let wake: (() => void) | undefined;

/** The client of this session, made when somebody first listens. */
export function socket(): Client {
  client ??= open();
  return client;
}

/** Ends everything that listens: another session begins with nothing of this one. */
export function closeSocket(): void {
  const ended = client;
  client = undefined;
  void ended?.dispose();
}

/** Tries again now, without waiting for the moment that was said. */
export function tryNow(): void {
  wake?.();
}

/** How long to wait before try number `count`, from 0 on: random, so that many pages don't come at once. */
export function retryWaitMs(count: number, random: () => number = Math.random): number {
  const longest = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** count);
  return Math.round(longest / 2 + (random() * longest) / 2);
}

function open(): Client {
  let pong: ReturnType<typeof setTimeout> | undefined;
  const made = createClient({
    url: socketAddress("graphql/ws"),
    lazy: true,
    keepAlive: PING_EVERY_MS,
    connectionParams: () => {
      const { authorization } = credentials();
      return authorization === undefined ? {} : { authorization };
    },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => !isForbidden(event),
    retryWait: (count) => waitFor(retryWaitMs(count)),
    on: {
      connected: () => connection.set({ state: "live" }),
      closed: (event) => {
        clearTimeout(pong);
        if (isForbidden(event)) {
          void lose("Your session has ended.");
        } else if (client === made && !isOurs(event)) {
          lost(Date.now());
        }
      },
      ping: (received) => {
        if (!received) {
          pong = setTimeout(() => made.terminate(), PONG_TIMEOUT_MS);
        }
      },
      pong: (received) => {
        if (received) {
          clearTimeout(pong);
        }
      },
    },
  });
  return made;
}

function isForbidden(event: unknown): boolean {
  return event instanceof CloseEvent && event.code === FORBIDDEN;
}

/** Whether the page closed it, since nobody listens just now. */
function isOurs(event: unknown): boolean {
  return event instanceof CloseEvent && event.code === NORMAL;
}

function lost(retryAt: number): void {
  const now = connection.get();
  connection.set({ state: "lost", since: now.state === "lost" ? now.since : Date.now(), retryAt });
}

/** Waits before the next try; whoever presses "Try now", comes online or back to the page ends the wait. A page that let go
 * since nobody looks waits for whoever comes back, and for nothing else. */
function waitFor(milliseconds: number): Promise<void> {
  lost(Date.now() + milliseconds);
  return new Promise((resolve) => {
    // Asked when it is time: the page may let go, or have let go, meanwhile.
    const again = () => {
      if (!hasLetGo) {
        done();
      }
    };
    const timer = setTimeout(again, milliseconds);
    function done() {
      clearTimeout(timer);
      wake = undefined;
      removeEventListener("online", again);
      resolve();
    }
    wake = done;
    addEventListener("online", again);
  });
}

let hiding: ReturnType<typeof setTimeout> | undefined;
let hasLetGo = false;
globalThis.document?.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.visibilityState === "hidden") {
    // Closed by a code that is tried again; the wait lasts until somebody looks.
    hiding = setTimeout(() => {
      if (staysWhileHidden.get()) return;
      hasLetGo = true;
      client?.terminate();
    }, HIDDEN_MS);
  } else {
    hasLetGo = false;
    wake?.();
  }
});
