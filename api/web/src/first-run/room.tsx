import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../rooms";

export const room: Room = {
  name: "The first page",
  icon: "home",
  path: "/first-page",
  place: 1,
  stands: "none",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/first-page",
      component: lazyRouteComponent(() => import("./FirstRun"), "FirstRun"),
    }),
  ],
};
