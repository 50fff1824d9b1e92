import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { textsOf } from "../../client/search";
import type { Room } from "../../rooms";

/** What the addresses of files may carry. */
export type FilesParam = "q" | "state" | "sort" | "as";

export const room: Room = {
  name: "Files",
  icon: "library",
  path: "/library/files",
  place: 11,
  stands: "none",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/library/files",
      validateSearch: (search: Record<string, unknown>) =>
        textsOf<FilesParam>(search, ["q", "state", "sort", "as"]),
      component: lazyRouteComponent(() => import("./Files"), "Files"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/library/files/$id",
      component: lazyRouteComponent(() => import("./File"), "File"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/library/trash",
      validateSearch: (search: Record<string, unknown>) => textsOf<FilesParam>(search, ["q", "sort"]),
      component: lazyRouteComponent(() => import("./Trash"), "Trash"),
    }),
  ],
};
