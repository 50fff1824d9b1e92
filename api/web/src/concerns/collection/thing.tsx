import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  {
    kind: "collection",
    word: "Collection",
    Now: lazyNow(async () => (await import("./Rows")).Rows),
    href: (id) => `/library/collections/${id}`,
  },
];
