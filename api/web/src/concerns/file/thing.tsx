import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  {
    kind: "file",
    word: "File",
    Now: lazyNow(async () => (await import("./Now")).Now),
    href: (id) => `/library/files/${id}`,
  },
];
