import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Schedules",
  icon: "clock",
  path: "/schedules",
  place: 75,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/schedules",
      component: lazyRouteComponent(() => import("./Schedules"), "Schedules"),
    }),
  ],
};
