import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  {
    kind: "playlist",
    word: "List",
    Now: lazyNow(async () => (await import("./Now")).ListNow),
    href: (id) => `/library/lists/${id}`,
  },
  { kind: "entry", word: "Entry", Now: lazyNow(async () => (await import("./Now")).EntryNow) },
];
