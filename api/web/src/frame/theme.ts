import { createStore } from "../client/store";

/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

const KEY = "mediary.theme";

export const theme = createStore<Theme>(read());

function read(): Theme {
  const kept = globalThis.localStorage?.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** Shows the page so from now on, in every tab that is opened later. */
export function setTheme(next: Theme): void {
  localStorage.setItem(KEY, next);
  theme.set(next);
  showTheme();
}

/** Says on the root element which theme holds. */
export function showTheme(): void {
  const now = theme.get();
  if (now === "auto") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = now;
  }
  // What the browser draws around the page follows the page.
  for (const colour of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const { scheme } = colour.dataset;
    colour.media = now === "auto" ? `(prefers-color-scheme: ${scheme})` : now === scheme ? "all" : "not all";
  }
}
