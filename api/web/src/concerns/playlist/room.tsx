import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { textsOf } from "../../client/search";
import type { Room } from "../../rooms";

/** What the address of the lists may carry. */
export type ListsParam = "q" | "sort";
/** What the address of a list may carry. */
export type ListParam = "view" | "as" | "q" | "standing" | "reason" | "here" | "from" | "to" | "not";

export const room: Room = {
  name: "Library",
  icon: "library",
  path: "/library",
  place: 10,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/library",
      validateSearch: (search: Record<string, unknown>) => textsOf<ListsParam>(search, ["q", "sort"]),
      component: lazyRouteComponent(() => import("./Lists"), "Lists"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/library/lists/$id",
      validateSearch: (search: Record<string, unknown>) =>
        textsOf<ListParam>(search, ["view", "as", "q", "standing", "reason", "here", "from", "to", "not"]),
      component: lazyRouteComponent(() => import("./List"), "List"),
    }),
  ],
};
