// Where the token comes from and where it stays: never in the query string, which servers and proxies
// write down, and never longer than the tab.

const KEY = "mediary.token";

/** What the token needs of the browser. */
export interface Browser {
  location: Pick<Location, "hash" | "pathname" | "search">;
  history: Pick<History, "replaceState">;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
}

/** Takes the token out of the address's fragment (`#token=…`), or the one that the tab had already. */
export function takeToken(browser: Browser): string | null {
  const fragment = new URLSearchParams(browser.location.hash.replace(/^#/, ""));
  const token = fragment.get("token")?.trim();
  if (token) {
    // The address is what people copy and what the browser remembers.
    browser.history.replaceState(null, "", browser.location.pathname + browser.location.search);
    keepToken(browser, token);
    return token;
  }
  return browser.storage.getItem(KEY);
}

/** Keeps the token for as long as the tab lives. */
export function keepToken(browser: Pick<Browser, "storage">, token: string): void {
  browser.storage.setItem(KEY, token);
}

/** Forgets the token. */
export function dropToken(browser: Pick<Browser, "storage">): void {
  browser.storage.removeItem(KEY);
}
