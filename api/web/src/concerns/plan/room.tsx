import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Plans",
  icon: "library",
  path: "/library/plans",
  place: 13,
  stands: "none",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/library/plans/$id",
      component: lazyRouteComponent(() => import("./Plan"), "Plan"),
    }),
  ],
};
