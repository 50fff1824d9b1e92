import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  { kind: "download", word: "Download", Now: lazyNow(async () => (await import("./Now")).Now) },
];
