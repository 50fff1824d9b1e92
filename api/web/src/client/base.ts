// Where the page lives. Nobody tells it: its own files lie in `assets/` below that place, under whatever
// base path a reverse proxy gives it.

/** The address of the page's base; it ends with a slash. */
export const base: URL = import.meta.env.DEV
  ? new URL("/", globalThis.location?.href ?? "http://localhost/")
  : new URL("../", import.meta.url);

/** The whole address of something below the base, such as `graphql`. */
export function address(path: string): string {
  return new URL(path, base).href;
}

/** The same for a websocket. */
export function socketAddress(path: string): string {
  const url = new URL(path, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
