import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";

export const things: readonly Thing[] = [
  { kind: "notification", word: "Notice", Now: lazyNow(async () => (await import("./Now")).Now) },
  {
    kind: "delivery",
    word: "Message",
    Now: lazyNow(async () => (await import("./DeliveryNow")).DeliveryNow),
  },
];
