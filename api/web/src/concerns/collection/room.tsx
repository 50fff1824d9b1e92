import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Collections",
  icon: "library",
  path: "/library/collections",
  place: 12,
  stands: "none",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/library/collections",
      component: lazyRouteComponent(() => import("./Collections"), "Collections"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/library/collections/$id",
      component: lazyRouteComponent(() => import("./Collection"), "Collection"),
    }),
  ],
};
