import { useLive } from "../../client/live";
import { lazyNow } from "../../parts/lazy-now";
import type { Thing } from "../../rooms";
import { folderOf, WatchesOf } from "./watch";

export const things: readonly Thing[] = [
  {
    kind: "watch",
    word: "Watched folder",
    Now: lazyNow(async () => (await import("./Now")).Now),
    useTitle: (id) => {
      const watch = useLive(WatchesOf, {}, ["watch", "root"]).data?.watches.find((one) => one.id === id);
      return watch === undefined ? undefined : folderOf(watch);
    },
  },
];
