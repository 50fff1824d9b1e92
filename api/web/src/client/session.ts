// Who is here: an account by its cookie, which the page never sees, or a token that lives in this tab only.

import { address } from "./base";
import { createStore } from "./store";

/** Whoever is signed in. */
export interface Viewer {
  /** What he is called; none for a bare token. */
  name: string | null;
  role: "VIEWER" | "EDITOR" | "OWNER" | null;
  /** Everything that he may do, a word each; none if that isn't known: the server decides anyway. */
  permissions: readonly string[] | null;
  /** Shown with whatever is asked by cookie. */
  csrf: string | null;
}

/** How it stands with who is here. */
export type Session =
  | { state: "asking" }
  /** Nobody; `why` says what became of the session before. */
  | { state: "out"; why: string | null; isSetUp: boolean; hasAccounts: boolean }
  /** Somebody came by a set-up link. */
  | { state: "setup"; token: string }
  | { state: "in"; viewer: Viewer; token: string | null };

export const session = createStore<Session>({ state: "asking" });

/** The token of this tab, shared with GraphiQL. */
const TOKEN_KEY = "mediary.token";
const FRAGMENT = /^#token=(mdy_[A-Za-z0-9_-]+)$/;

/** What `GET v1/session` answers. */
interface Answer {
  viewer: (Viewer & { session: { renewsAt: string } }) | null;
  isSetUp: boolean;
}

let renewal: ReturnType<typeof setTimeout> | undefined;

/** Finds out who is here; once at the start, and again whenever the server says that it is somebody else. */
export async function findSession(): Promise<void> {
  const link = takeLink();
  if (link !== null) {
    session.set({ state: "setup", token: link });
    return;
  }
  const token = sessionStorage.getItem(TOKEN_KEY);
  if (token !== null) {
    enter(token);
    return;
  }
  await ask(null);
}

/** Lets in whoever shows a token; whether it is right, and what it allows, the server says first. */
export function enter(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  session.set({ state: "asking" });
  void allowedBy(token).then((allowed) => {
    if (allowed === null) {
      sessionStorage.removeItem(TOKEN_KEY);
      void ask("That token is not valid, or no more.");
    } else {
      session.set({ state: "in", token, viewer: { name: null, csrf: null, ...allowed } });
    }
  });
}

/** What a token lets its holder do; none if the server does not take it. If that can't be learnt, the server decides by
 * each act. */
async function allowedBy(token: string): Promise<Pick<Viewer, "role" | "permissions"> | null> {
  const unknown = { role: null, permissions: null };
  try {
    const answer = await fetch(address("graphql"), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: "query Allowed { viewer { role permissions } }" }),
    });
    const said = (await answer.json()) as { data?: { viewer?: Pick<Viewer, "role" | "permissions"> } };
    return answer.status === 401 ? null : (said.data?.viewer ?? unknown);
  } catch {
    return unknown;
  }
}

/** What stands where a name was that is gone: its user was shredded, or the name erased. */
export const NAMELESS = "Without a name";

/** Takes over what signing in or setting up answered. */
export function welcome(answer: Answer): void {
  if (answer.viewer !== null) {
    const viewer = { ...answer.viewer, name: answer.viewer.name || NAMELESS };
    session.set({ state: "in", token: null, viewer });
    renewAt(answer.viewer.session.renewsAt);
  }
}

/** The server takes the session no longer: who it is by now is asked once. */
export async function lose(why: string): Promise<void> {
  const now = session.get();
  if (now.state !== "in") {
    return;
  }
  sessionStorage.removeItem(TOKEN_KEY);
  session.set({ state: "asking" });
  if (now.token === null) {
    await ask(why);
  } else {
    await ask("That token is not valid, or no more.");
  }
}

/** Signs out. */
export async function leave(): Promise<void> {
  const now = session.get();
  clearTimeout(renewal);
  sessionStorage.removeItem(TOKEN_KEY);
  if (now.state === "in" && now.token === null) {
    const headers = { "mediary-csrf": now.viewer.csrf ?? "" };
    await fetch(address("v1/session/end"), { method: "POST", headers, credentials: "same-origin" });
  }
  await ask(null);
}

/** What a request says of who asks. */
export function credentials(): Record<string, string> {
  const now = session.get();
  if (now.state !== "in") {
    return {};
  }
  return now.token === null
    ? { "mediary-csrf": now.viewer.csrf ?? "" }
    : { authorization: `Bearer ${now.token}` };
}

/** Asks once more who is here, and whether that is still somebody: his word against foreign pages may be a new one. */
export async function renewWord(): Promise<boolean> {
  const now = session.get();
  if (now.state !== "in" || now.token !== null) {
    return false;
  }
  await ask(null);
  return session.get().state === "in";
}

async function ask(why: string | null): Promise<void> {
  try {
    const answer = await fetch(address("v1/session"), { credentials: "same-origin", cache: "no-store" });
    if (answer.ok) {
      const body = (await answer.json()) as Answer;
      if (body.viewer === null) {
        session.set({ state: "out", why, isSetUp: body.isSetUp, hasAccounts: true });
      } else {
        welcome(body);
      }
      return;
    }
    session.set({ state: "out", why, isSetUp: true, hasAccounts: false });
  } catch {
    session.set({
      state: "out",
      why: why ?? "The server does not answer.",
      isSetUp: true,
      hasAccounts: false,
    });
  }
}

/** A page that only listens renews its session itself, by one timer at half of its life. */
function renewAt(moment: string): void {
  clearTimeout(renewal);
  // Browsers wait no longer than 2^31 ms, which is more than half of a session's life.
  renewal = setTimeout(() => void ask(null), Math.max(1_000, Date.parse(moment) - Date.now()));
}

/** The token of a link, which leaves the address at once. */
function takeLink(): string | null {
  const token = FRAGMENT.exec(location.hash)?.[1] ?? null;
  if (location.hash.startsWith("#token=")) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return token;
}
