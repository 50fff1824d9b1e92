import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  { kind: "transcode", word: "Transcode", Now: lazyNow(async () => (await import("./Now")).Now) },
];
